// The value of `self`: a JSON value as its schema types it.
// Port of k8s.io/apiserver v0.36.3 pkg/cel/common/valuesunstructured.go: results, texts.

import { goTypeName, isArray, isObject, type JsonObject } from '../patch/json.ts'
import { durationOf } from './scala-duration.ts'
import { escapedName, type TypedSchema, withResourceFields } from './schema-types.ts'
import { keyedList, setList } from './special-lists.ts'
import { parseTimestamp } from './time.ts'
import { CelError, Double, Duration, type Value } from './values.ts'

/** A schema with what values depend on besides the type. */
export interface ValuedSchema extends TypedSchema {
  readonly nullable?: boolean
  readonly properties?: Readonly<Record<string, ValuedSchema>>
  readonly items?: ValuedSchema
  readonly additionalProperties?: ValuedSchema | boolean
  readonly 'x-kubernetes-list-type'?: string
  readonly 'x-kubernetes-list-map-keys'?: readonly string[]
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean
}

/** The value as rules see it; what does not fit its schema is an error where it is read. */
export function schemaValue(schema: ValuedSchema, value: unknown, isResource = false): Value {
  if (value === null || value === undefined) {
    if (schema.nullable === true) return null
    return new CelError('invalid data, got null for schema with nullable=false')
  }
  if (schema['x-kubernetes-int-or-string'] === true) {
    const fits = typeof value === 'string' || Number.isInteger(value)
    if (fits) return value as Value
    return new CelError(
      'invalid data, expected XIntOrString value to be either a string or integer',
    )
  }
  switch (schema.type) {
    case 'object':
      return objectValue(schema, value, isResource)
    case 'array':
      return listValue(schema, value)
    case 'string':
      return textValue(schema, value)
    case 'number':
      if (typeof value === 'number') return new Double(value)
      return new CelError(`invalid data, expected float, got ${goTypeName(value)}`)
    case 'integer':
      if (Number.isInteger(value)) return value as number
      return new CelError(`invalid data, expected int, got ${goTypeName(value)}`)
    case 'boolean':
      if (typeof value === 'boolean') return value
      return new CelError(`invalid data, expected bool, got ${goTypeName(value)}`)
    default:
      return untypedValue(schema, value)
  }
}

function untypedValue(schema: ValuedSchema, value: unknown): Value {
  if (schema['x-kubernetes-preserve-unknown-fields'] === true) return value as Value
  return new CelError(
    'invalid type, expected object, array, number, integer, boolean or string, or no type with ' +
      'x-kubernetes-int-or-string or x-kubernetes-preserve-unknown-fields is true, got ' +
      (schema.type ?? ''),
  )
}

function objectValue(given: ValuedSchema, value: unknown, isResource: boolean): Value {
  if (!isObject(value)) {
    return new CelError('invalid data, expected a map for the provided schema with type=object')
  }
  const isEmbedded = isResource || given['x-kubernetes-embedded-resource'] === true
  const schema: ValuedSchema = isEmbedded ? withResourceFields(given) : given
  const { properties, additionalProperties: more } = schema
  if (properties !== undefined) return propertiesValue(properties, value)
  if (typeof more !== 'object') return value
  return mapEntries(value, (key, each) => [key, schemaValue(more, each)])
}

function mapEntries(
  value: JsonObject,
  entry: (key: string, each: unknown) => readonly [string, Value] | undefined,
): Value {
  const entries = Object.entries(value).flatMap(([key, each]) => {
    const made = entry(key, each)
    return made === undefined ? [] : [made]
  })
  return Object.fromEntries(entries)
}

/** Properties go by their names in rules; one that is null is as good as absent. */
function propertiesValue(
  properties: Readonly<Record<string, ValuedSchema>>,
  value: JsonObject,
): Value {
  return mapEntries(value, (key, each) => {
    if (!Object.hasOwn(properties, key)) return [key, each as Value]
    if (each === null) return undefined
    return [escapedName(key) ?? key, schemaValue(properties[key] as ValuedSchema, each)]
  })
}

function listValue(schema: ValuedSchema, value: unknown): Value {
  if (!isArray(value)) {
    return new CelError('invalid data, expected an array for the provided schema with type=array')
  }
  const { items } = schema
  if (items === undefined) {
    return new CelError('invalid array type, expected Items with a non-empty Schema')
  }
  const members = value.map(each => schemaValue(items, each))
  switch (schema['x-kubernetes-list-type'] ?? '') {
    case 'set':
      return setList(members)
    case 'map': {
      const names = schema['x-kubernetes-list-map-keys'] ?? []
      return keyedList(members, item => keyOf(item, names))
    }
    default:
      return members
  }
}

function keyOf(item: Value, names: readonly string[]): Value {
  const fields = isObject(item) ? item : {}
  return names.map(name => (fields[escapedName(name) ?? name] ?? null) as Value)
}

function textValue({ format = '' }: ValuedSchema, value: unknown): Value {
  if (typeof value !== 'string') {
    return new CelError(`invalid data, expected string, got ${goTypeName(value)}`)
  }
  switch (format) {
    case 'duration': {
      const nanoseconds = durationOf(value)
      if (nanoseconds !== undefined) return new Duration(nanoseconds)
      return new CelError(`Invalid duration ${value}: unable to parse ${value} as duration`)
    }
    case 'date':
      return (
        parseTimestamp(`${value}T00:00:00Z`) ??
        new CelError(`Invalid date formatted string ${value}`)
      )
    case 'date-time':
      return dateTime(value) ?? new CelError(`Invalid date-time formatted string ${value}`)
    case 'byte':
      return bytesOf(value) ?? new CelError(`Invalid byte formatted string ${value}`)
    default:
      return value
  }
}

/** RFC 3339, or without a zone, which is UTC then. */
function dateTime(text: string): Value | undefined {
  return text === ''
    ? parseTimestamp('1970-01-01T00:00:00Z')
    : (parseTimestamp(text) ?? parseTimestamp(`${text}Z`))
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** Upstream reads the alphabet for addresses here: `-` and `_`, no `+` and `/`. */
function bytesOf(text: string): Uint8Array | undefined {
  const body = text.replace(/={0,2}$/, '')
  if (text.length % 4 !== 0 || /[^A-Za-z0-9_-]/.test(body)) return undefined
  const bytes: number[] = []
  let bits = 0
  let count = 0
  for (const character of body) {
    bits = ((bits << 6) | alphabet.indexOf(character)) & 0xffff
    count += 6
    if (count < 8) continue
    count -= 8
    bytes.push((bits >> count) & 0xff)
  }
  return Uint8Array.from(bytes)
}
