// JSON as Go's encoding/json writes a value of the API types: fields in the order of the struct,
// what is empty left out where the type says so. Upstream: encoding/json of Go 1.22, k8s.io/api
// before v0.34, which knows no omitzero: a struct is never left out, and a zero time is null.

import { sortedStrings } from '../base/compare.ts'
import { quantityOf, quantityText } from './quantity.ts'
import type { Special, StructType, Type } from './schema.ts'

type Json = Readonly<Record<string, unknown>>

/** A JSON string with the characters escaped that are special in HTML. */
export function goJsonString(text: string): string {
  return JSON.stringify(text).replace(
    /[<>&\u2028\u2029]/g,
    char => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

/** Any decoded JSON value, maps sorted by key. */
export function goJsonValue(value: unknown): string {
  if (typeof value === 'string') return goJsonString(value)
  if (Array.isArray(value)) return `[${value.map(goJsonValue).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value ?? null)
  const fields = value as Json
  const keys = sortedStrings(Object.keys(fields))
  return `{${keys.map(key => `${goJsonString(key)}:${goJsonValue(fields[key])}`).join(',')}}`
}

/** The JSON of a value of the type; an absent value is Go's zero value. */
export function goJson(type: Type, value: unknown): string {
  switch (type.kind) {
    case 'primitive':
      return primitive(type.primitive, value)
    case 'special':
      return special(type.special, value)
    case 'pointer':
      return isNil(value) ? 'null' : goJson(type.element, value)
    case 'slice':
      return Array.isArray(value)
        ? `[${value.map(item => goJson(type.element, item)).join(',')}]`
        : 'null'
    case 'map':
      return map(type.element, value)
    case 'struct':
      return struct(type, (value ?? {}) as Json)
  }
}

function isNil(value: unknown): boolean {
  return value === undefined || value === null
}

function primitive(name: string, value: unknown): string {
  if (name === 'string') return goJsonString(typeof value === 'string' ? value : '')
  if (name === 'bool') return String(value === true)
  return isNil(value) ? '0' : JSON.stringify(value)
}

function special(kind: Special, value: unknown): string {
  switch (kind) {
    case 'Quantity':
      return goJsonString(quantityText(quantityOf((value ?? '0') as string | number)))
    case 'IntOrString':
      return typeof value === 'string' ? goJsonString(value) : String(value ?? 0)
    default:
      return isNil(value) ? 'null' : goJsonValue(value)
  }
}

function map(element: Type, value: unknown): string {
  if (isNil(value)) return 'null'
  const entries = value as Json
  const keys = sortedStrings(Object.keys(entries))
  return `{${keys.map(key => `${goJsonString(key)}:${goJson(element, entries[key])}`).join(',')}}`
}

function struct(type: StructType, value: Json): string {
  const written: string[] = []
  for (const [name, field] of type.jsonFields) {
    const given = value[name]
    if (field.omitempty && isEmpty(field.type, given)) continue
    written.push(`${goJsonString(name)}:${goJson(field.type, given)}`)
  }
  return `{${written.join(',')}}`
}

/** What encoding/json takes as empty: never a struct. */
function isEmpty(type: Type, value: unknown): boolean {
  switch (type.kind) {
    case 'primitive':
      return isNil(value) || value === '' || value === 0 || value === false
    case 'pointer':
      return isNil(value)
    case 'slice':
      return !Array.isArray(value) || value.length === 0
    case 'map':
      return isNil(value) || Object.keys(value as Json).length === 0
    case 'special':
      return (type.special === 'bytes' || type.special === 'RawExtension') && isNil(value)
    case 'struct':
      return false
  }
}
