// The Go types of the API as data: fields, JSON names, omitempty, patch strategy. Expanded from
// generated/schema.ts one type at a time, when first asked for. Upstream: k8s.io/api v0.36.3.

import { assert } from '../base/assert.ts'
import { rootsText, schemaText } from './generated/schema.ts'

export type Primitive = 'string' | 'bool' | 'int32' | 'int64' | 'int' | 'float64' | 'uint8' | 'int8'

/** Types with a JSON form of their own. */
export type Special =
  | 'Quantity'
  | 'IntOrString'
  | 'Time'
  | 'MicroTime'
  | 'Duration'
  | 'FieldsV1'
  | 'RawExtension'
  | 'JSON'
  | 'JSONSchemaPropsOrBool'
  | 'JSONSchemaPropsOrArray'
  | 'JSONSchemaPropsOrStringArray'
  | 'bytes'

export type Type =
  | { readonly kind: 'primitive'; readonly name: string; readonly primitive: Primitive }
  | { readonly kind: 'special'; readonly name: string; readonly special: Special }
  | { readonly kind: 'pointer' | 'slice'; readonly name: string; readonly element: Type }
  | { readonly kind: 'map'; readonly name: string; readonly key: Type; readonly element: Type }
  | StructType

export interface Field {
  /** JSON name; empty for an inline field. */
  readonly json: string
  readonly goName: string
  readonly type: Type
  readonly omitempty: boolean
  readonly omitzero: boolean
  readonly inline: boolean
  readonly patchStrategy: readonly string[]
  readonly mergeKey: string
}

/** A field as JSON sees it: those of inline structs belong to the struct that has them inline. */
export interface JsonField extends Field {
  /** Go names of the inline structs on the way. */
  readonly through: readonly string[]
}

const primitives: Readonly<Record<string, Primitive>> = {
  s: 'string',
  b: 'bool',
  i: 'int32',
  l: 'int64',
  n: 'int',
  f: 'float64',
  u: 'uint8',
  j: 'int8',
}

const specialNames: Readonly<Record<Special, string>> = {
  Quantity: 'resource.Quantity',
  IntOrString: 'intstr.IntOrString',
  Time: 'v1.Time',
  MicroTime: 'v1.MicroTime',
  Duration: 'v1.Duration',
  FieldsV1: 'v1.FieldsV1',
  RawExtension: 'runtime.RawExtension',
  JSON: 'v1.JSON',
  JSONSchemaPropsOrBool: 'v1.JSONSchemaPropsOrBool',
  JSONSchemaPropsOrArray: 'v1.JSONSchemaPropsOrArray',
  JSONSchemaPropsOrStringArray: 'v1.JSONSchemaPropsOrStringArray',
  bytes: '[]uint8',
}

/** A Go struct; its fields are read from the table on first use. */
export class StructType {
  readonly kind = 'struct'
  /** As Go prints it: `v1.Container`. */
  readonly name: string
  /** With its group: `core/v1.Container`. */
  readonly key: string
  private readonly text: string
  private ownFields: readonly Field[] | undefined
  private flatFields: ReadonlyMap<string, JsonField> | undefined

  constructor(key: string, text: string) {
    this.key = key
    this.name = key.slice(key.indexOf('/') + 1)
    this.text = text
  }

  /** The bare name, as messages of the JSON decoder use it: `Container`. */
  get bareName(): string {
    return this.name.slice(this.name.indexOf('.') + 1)
  }

  /** In Go order. */
  get fields(): readonly Field[] {
    this.ownFields ??= this.text === '' ? [] : this.text.split(';').map(readField)
    return this.ownFields
  }

  /** By JSON name, in the order in which Go writes them. */
  get jsonFields(): ReadonlyMap<string, JsonField> {
    this.flatFields ??= flatten(this)
    return this.flatFields
  }
}

function flatten(struct: StructType): ReadonlyMap<string, JsonField> {
  const flat = new Map<string, JsonField>()
  for (const field of struct.fields) {
    if (!field.inline) {
      if (field.json !== '-') flat.set(field.json, { ...field, through: [] })
      continue
    }
    const inner = field.type.kind === 'pointer' ? field.type.element : field.type
    assert(inner.kind === 'struct', 'an inline field is a struct')
    for (const [name, { through, ...rest }] of inner.jsonFields) {
      flat.set(name, { ...rest, through: [field.goName, ...through] })
    }
  }
  return flat
}

/** One field of the table: `name[!GoName]flags type[@strategy@mergeKey]`. */
function readField(text: string): Field {
  const parts = /^([^!?~^ ]*)(?:!(\w+))?([?~^]*) ([^@]+)(?:@([^@]*)@(.*))?$/.exec(text)
  assert(parts !== null, `a field of the schema table can be read: ${text}`)
  const [, json = '', goName, flags = '', type = '', strategy = '', mergeKey = ''] = parts
  return {
    json,
    goName: goName ?? json.charAt(0).toUpperCase() + json.slice(1),
    type: typeOf(type),
    omitempty: flags.includes('?'),
    omitzero: flags.includes('~'),
    inline: flags.includes('^'),
    patchStrategy: strategy === '' ? [] : strategy.split(','),
    mergeKey,
  }
}

let lines: readonly string[] | undefined
const numbered = new Map<number, Type>()
const byCode = new Map<string, Type>()

/** The type of a line of the table. */
function typeAt(index: number): Type {
  const known = numbered.get(index)
  if (known !== undefined) return known
  lines ??= schemaText.slice(1).split('\n')
  const line = lines[index] as string
  const at = line.search(/[=:]/)
  const key = line.slice(0, at)
  const name = key.slice(key.indexOf('/') + 1)
  const rest = line.slice(at + 1)
  const type = line[at] === '=' ? new StructType(key, rest) : renamed(typeOf(rest), name)
  numbered.set(index, type)
  return type
}

/** A named Go type with the form of another: `v1.ResourceList` of a map. */
function renamed(type: Type, name: string): Type {
  assert(type.kind !== 'struct', 'a named type of a struct is a struct itself')
  return { ...type, name }
}

function typeOf(code: string): Type {
  const known = byCode.get(code)
  if (known !== undefined) return known
  const type = readType(code)
  byCode.set(code, type)
  return type
}

function readType(code: string): Type {
  const rest = code.slice(1)
  switch (code[0]) {
    case '#':
      return typeAt(Number.parseInt(rest, 36))
    case '!': {
      const special = rest as Special
      return { kind: 'special', name: specialNames[special], special }
    }
    case '*': {
      const element = typeOf(rest)
      return { kind: 'pointer', name: `*${element.name}`, element }
    }
    case '[': {
      const element = typeOf(rest)
      return { kind: 'slice', name: `[]${element.name}`, element }
    }
    case '{': {
      const end = rest.indexOf('}')
      const key = typeOf(rest.slice(0, end))
      const element = typeOf(rest.slice(end + 1))
      return { kind: 'map', name: `map[${key.name}]${element.name}`, key, element }
    }
    default: {
      const primitive = primitives[code]
      assert(primitive !== undefined, `a type of the schema table is known: ${code}`)
      return { kind: 'primitive', name: primitive, primitive }
    }
  }
}

let roots: ReadonlyMap<string, number> | undefined

/** The Go type of a built-in kind in a version that the API server serves. */
export function schemaOf(apiVersion: string, kind: string): StructType | undefined {
  roots ??= new Map(
    rootsText
      .slice(1, -1)
      .split('\n')
      .map(line => {
        const [name, index] = line.split(' ')
        return [name as string, Number.parseInt(index as string, 36)]
      }),
  )
  const index = roots.get(`${apiVersion}/${kind}`)
  if (index === undefined) return undefined
  const type = typeAt(index)
  assert(type.kind === 'struct', 'a kind is a struct')
  return type
}

/** A struct by its path of JSON names from a kind, such as Deployment `spec.template`. */
export function structAt(kind: StructType, path: readonly string[]): StructType {
  let type: Type = kind
  for (const name of path) {
    assert(type.kind === 'struct', `${type.name} has fields`)
    const field: JsonField | undefined = type.jsonFields.get(name)
    assert(field !== undefined, `${type.name} has a field ${name}`)
    type = field.type
    while (type.kind === 'pointer' || type.kind === 'slice') type = type.element
  }
  assert(type.kind === 'struct', `${type.name} is a struct`)
  return type
}
