// Decodes JSON as the API server does: unknown fields are dropped and reported, wrong types are an
// error, empty values stay or go as in a round trip through the Go types. Nil values are left out,
// never written as null. Upstream: sigs.k8s.io/json (kjson) and encoding/json as of v1.36.3.

import { decodeSpecial } from './decode-special.ts'
import { formatPath } from './field-path.ts'
import { goQuote } from './go-text.ts'
import type { KubeObject } from './object.ts'
import {
  type JsonField,
  schemaOf,
  type Special,
  type StructType,
  structAt,
  type Type,
} from './schema.ts'

export interface Decoded<T = unknown> {
  /** The given value itself when decoding changes nothing. */
  readonly value: T
  /** Unknown fields, as `unknown field "spec.foo"`, in document order. */
  readonly strictErrors: readonly string[]
  /** Why the value does not have the type; then `value` is of no use. */
  readonly error?: string
  /** Where the error lies, then the unknown fields; empty when there are none. */
  readonly faults: readonly Fault[]
}

/** A field that cannot be decoded. */
export interface Fault {
  /** `spec.containers[0].imagee`; keys with dots stand in brackets. */
  readonly path: string
  /** The fields that there are beside an unknown one. */
  readonly known?: readonly string[]
}

type Json = Readonly<Record<string, unknown>>

const strictErrorsMax = 100

/** Stands for Go's nil: the field is left out. */
const nil = Symbol('nil')

class Decoding {
  readonly strictErrors: string[] = []
  error: string | undefined
  private errorPath: string | undefined
  private readonly unknownFields: Fault[] = []
  /** A type with its own decoder failed: upstream stops there, whatever failed before. */
  fatal = false
  /** Where we are, as strict errors name it. */
  private readonly path: (string | number)[] = []
  /** Where we are, as type errors name it. */
  private readonly goPath: string[] = []
  private struct = ''

  value(type: Type, value: unknown): unknown {
    switch (type.kind) {
      case 'primitive':
        return this.primitive(type, value)
      case 'special':
        return this.special(type, value)
      case 'pointer':
        return value === null || value === undefined ? nil : this.value(type.element, value)
      case 'slice':
        return this.slice(type, type.element, value)
      case 'map':
        return this.map(type, type.element, value)
      case 'struct':
        return this.structure(type, value)
    }
  }

  get faults(): readonly Fault[] {
    const { errorPath: path } = this
    return path === undefined ? this.unknownFields : [{ path }, ...this.unknownFields]
  }

  unknown(key: string, { jsonFields }: StructType): void {
    if (this.strictErrors.length >= strictErrorsMax) return
    const error = `unknown field ${goQuote(this.pathText(key))}`
    if (this.strictErrors.includes(error)) return
    this.strictErrors.push(error)
    this.unknownFields.push({
      path: formatPath([...this.path, key]),
      known: [...jsonFields.keys()],
    })
  }

  private fail(error: string): void {
    this.error = error
    this.errorPath = formatPath(this.path)
  }

  private pathText(key: string): string {
    let text = ''
    for (const step of this.path) {
      if (typeof step === 'number') text += `[${step}]`
      else text += text === '' ? step : `.${step}`
    }
    return text === '' ? key : `${text}.${key}`
  }

  private mismatch(found: string, type: Type): unknown {
    if (this.error === undefined) this.fail(this.mismatchText(found, type.name))
    return zeroOf(type)
  }

  private mismatchText(found: string, type: string): string {
    return this.struct === ''
      ? `json: cannot unmarshal ${found} into Go value of type ${type}`
      : `json: cannot unmarshal ${found} into Go struct field ` +
          `${this.struct}.${this.goPath.join('.')} of type ${type}`
  }

  private primitive(type: Type & { kind: 'primitive' }, value: unknown): unknown {
    if (value === null || value === undefined) return zeroOf(type)
    const found = jsonWord(value)
    switch (type.primitive) {
      case 'string':
        return typeof value === 'string' ? value : this.mismatch(found, type)
      case 'bool':
        return typeof value === 'boolean' ? value : this.mismatch(found, type)
      case 'float64':
        return typeof value === 'number' ? value : this.mismatch(found, type)
      default:
        if (typeof value !== 'number') return this.mismatch(found, type)
        return fits(value, type.primitive) ? value : this.mismatch(`number ${value}`, type)
    }
  }

  private special(type: Type & { kind: 'special' }, value: unknown): unknown {
    const inner = innerType(type.special, value)
    if (inner !== undefined) return this.apart(inner, value)
    const decoded = decodeSpecial(type.special, value)
    if (decoded.ok) return decoded.value ?? nil
    if (!this.fatal) {
      this.fail('found' in decoded ? this.mismatchText(decoded.found, decoded.type) : decoded.error)
      this.fatal = !('saved' in decoded)
    }
    return nil
  }

  /** Decodes a schema inside of a schema as upstream does: as if it stood alone, never strictly. */
  private apart(type: Type, value: unknown): unknown {
    const inner = new Decoding()
    inner.path.push(...this.path)
    const decoded = inner.value(type, value)
    if (inner.error === undefined) return decoded
    if (!this.fatal) {
      this.error = inner.error
      this.errorPath = inner.errorPath
      this.fatal = true
    }
    return nil
  }

  private slice(type: Type, element: Type, value: unknown): unknown {
    if (value === null || value === undefined) return nil
    if (!Array.isArray(value)) return this.mismatch(jsonWord(value), type)
    let changed: unknown[] | undefined
    for (let index = 0; index < value.length && !this.fatal; index += 1) {
      const item: unknown = value[index]
      this.path.push(index)
      const decoded = this.value(element, item)
      this.path.pop()
      if (decoded === item) continue
      changed ??= value.slice()
      changed[index] = decoded === nil ? null : decoded
    }
    return changed ?? value
  }

  private map(type: Type, element: Type, value: unknown): unknown {
    if (value === null || value === undefined) return nil
    if (!isObject(value)) return this.mismatch(jsonWord(value), type)
    let changed: Record<string, unknown> | undefined
    for (const key of Object.keys(value)) {
      if (this.fatal) break
      const item = value[key]
      this.path.push(key)
      const decoded = this.value(element, item)
      this.path.pop()
      if (decoded === item) continue
      changed ??= { ...value }
      changed[key] = decoded === nil ? storedNil(element) : decoded
    }
    return changed ?? value
  }

  private structure(type: StructType, value: unknown): unknown {
    if (value === null || value === undefined) return zeroOf(type)
    if (!isObject(value)) return this.mismatch(jsonWord(value), type)
    const { struct } = this
    const depth = this.goPath.length
    const draft = new Draft(value)
    for (const key of Object.keys(value)) {
      if (this.fatal) break
      const field = type.jsonFields.get(key)
      if (field === undefined) {
        this.unknown(key, type)
        draft.drop(key)
        continue
      }
      this.struct = type.bareName
      for (const name of field.through) this.goPath.push(name)
      this.goPath.push(key)
      this.path.push(key)
      const decoded = this.value(field.type, value[key])
      // After a fatal error the place stays as it is for the message.
      if (this.fatal) break
      this.path.pop()
      this.goPath.length = depth
      if (decoded === nil || isLeftOut(field, decoded)) draft.drop(key)
      else draft.keep(key, decoded)
    }
    this.struct = struct
    this.goPath.length = depth
    addMissing(type, value, draft)
    return draft.result()
  }
}

/** A copy of an object that is only made when something in it changes. */
class Draft {
  private readonly given: Json
  private copy: Record<string, unknown> | undefined

  constructor(given: Json) {
    this.given = given
  }

  keep(key: string, value: unknown): void {
    if (this.copy !== undefined) this.copy[key] = value
    else if (this.given[key] !== value) this.copyBefore(key)[key] = value
  }

  drop(key: string): void {
    if (this.copy === undefined) this.copyBefore(key)
  }

  /** A field that the given object does not have. */
  add(key: string, value: unknown): void {
    this.copy ??= { ...this.given }
    this.copy[key] = value
  }

  result(): Json {
    return this.copy ?? this.given
  }

  private copyBefore(key: string): Record<string, unknown> {
    const copy: Record<string, unknown> = {}
    for (const name of Object.keys(this.given)) {
      if (name === key) break
      copy[name] = this.given[name]
    }
    this.copy = copy
    return copy
  }
}

/** Fields that Go writes even when they are zero: those without omitempty, and inner structs. */
const alwaysWritten = new WeakMap<StructType, readonly (readonly [string, Type])[]>()

function alwaysWrittenOf(type: StructType): readonly (readonly [string, Type])[] {
  const known = alwaysWritten.get(type)
  if (known !== undefined) return known
  const written: (readonly [string, Type])[] = []
  for (const [name, field] of type.jsonFields) {
    if (!field.omitzero && (!field.omitempty || field.type.kind === 'struct')) {
      if (zeroOf(field.type) !== nil) written.push([name, field.type])
    }
  }
  alwaysWritten.set(type, written)
  return written
}

function addMissing(type: StructType, given: Json, draft: Draft): void {
  for (const [name, field] of alwaysWrittenOf(type)) {
    if (given[name] === undefined) draft.add(name, zeroOf(field))
  }
}

const zeroStructs = new WeakMap<StructType, Json>()

/** A null value of a map: no bytes come back from the store as empty ones. */
function storedNil(type: Type): unknown {
  return type.kind === 'special' && type.special === 'bytes' ? '' : null
}

/** What a Go zero value becomes in JSON; nil for what would be null. */
function zeroOf(type: Type): unknown {
  switch (type.kind) {
    case 'primitive':
      return type.primitive === 'string' ? '' : type.primitive === 'bool' ? false : 0
    case 'special':
      return type.special === 'Quantity' ? '0' : type.special === 'IntOrString' ? 0 : nil
    case 'struct': {
      const known = zeroStructs.get(type)
      if (known !== undefined) return known
      const zero: Record<string, unknown> = {}
      for (const [name, field] of alwaysWrittenOf(type)) zero[name] = zeroOf(field)
      zeroStructs.set(type, zero)
      return zero
    }
    default:
      return nil
  }
}

/**
 * An empty list of these is not an absent one: defaults tell them apart, and so does a message
 * about a definition, which is stored as JSON.
 */
const emptyHasMeaning: ReadonlySet<string> = new Set([
  '[]v2.HPAScalingPolicy',
  '[]v1.CustomResourceDefinitionVersion',
])

/** Lists that are empty are nil once they have been stored, and nil is left out. */
function isLeftOut(field: JsonField, value: unknown): boolean {
  if (emptyHasMeaning.has(field.type.name)) return false
  if (field.omitzero && field.type.kind === 'struct') return isZeroStruct(value)
  return (field.omitempty || field.type.kind === 'slice') && isEmptyValue(field.type, value)
}

function isZeroStruct(value: unknown): boolean {
  return isObject(value) && Object.keys(value).length === 0
}

/** encoding/json's idea of empty. */
function isEmptyValue(type: Type, value: unknown): boolean {
  switch (type.kind) {
    case 'primitive':
      return value === '' || value === 0 || value === false
    case 'slice':
      return Array.isArray(value) && value.length === 0
    case 'map':
      return isZeroStruct(value)
    case 'special':
      return type.special === 'bytes' && value === ''
    default:
      return false
  }
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function jsonWord(value: unknown): string {
  if (typeof value === 'boolean') return 'bool'
  if (Array.isArray(value)) return 'array'
  return typeof value
}

function fits(value: number, primitive: string): boolean {
  if (!Number.isInteger(value)) return false
  switch (primitive) {
    case 'int32':
      return (value | 0) === value
    case 'uint8':
      return value >= 0 && value <= 255
    case 'int8':
      return value >= -128 && value <= 127
    default:
      return Math.abs(value) < 2 ** 63
  }
}

/** Decodes a value as one struct of the schema table. */
export function decodeAs(type: StructType, value: unknown): Decoded {
  const decoding = new Decoding()
  const decoded = decoding.value(type, value)
  const { strictErrors, error, faults } = decoding
  return { value: decoded, strictErrors, faults, ...(error !== undefined && { error }) }
}

let schemaType: StructType | undefined

/** The type of a schema, or list, inside of a schema; undefined for all that is not decoded apart. */
function innerType(special: Special, value: unknown): Type | undefined {
  const listed = special === 'JSONSchemaPropsOrArray' || special === 'JSONSchemaPropsOrStringArray'
  if (!listed && special !== 'JSONSchemaPropsOrBool') return undefined
  schemaType ??= structAt(
    schemaOf('apiextensions.k8s.io/v1', 'CustomResourceDefinition') as StructType,
    ['spec', 'versions', 'schema', 'openAPIV3Schema'],
  )
  if (isObject(value)) return schemaType
  if (!listed || !Array.isArray(value)) return undefined
  const element = special === 'JSONSchemaPropsOrArray' ? schemaType : text
  return { kind: 'slice', name: `[]${element.name}`, element }
}

const text: Type = { kind: 'primitive', name: 'string', primitive: 'string' }

let metaType: StructType | undefined

/** Decodes an object as its kind; of kinds that are not built in, only the metadata. */
export function decodeObject(object: KubeObject): Decoded<KubeObject> {
  const type = schemaOf(object.apiVersion, object.kind)
  if (type !== undefined) return decodeAs(type, object) as Decoded<KubeObject>
  metaType ??= structAt(schemaOf('v1', 'Pod') as StructType, ['metadata'])
  const holder = new Decoding()
  const metadata = holder.value(metaType, object.metadata) as KubeObject['metadata']
  const { error } = holder
  const strictErrors = holder.strictErrors.map(each =>
    each.replace(' field "', ' field "metadata.'),
  )
  const faults = holder.faults.map(fault => ({ ...fault, path: `metadata.${fault.path}` }))
  const value = metadata === object.metadata ? object : { ...object, metadata }
  return { value, strictErrors, faults, ...(error !== undefined && { error }) }
}

/** What the API server says under strict field validation. */
export function strictDecodingText(errors: readonly string[]): string {
  return `strict decoding error: ${errors.join(', ')}`
}
