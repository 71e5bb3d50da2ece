// JSON values in the order in which Go's encoder writes a type: fields of structs as declared, keys
// of maps sorted. Upstream: encoding/json.

import { sortedStrings } from '../base/compare.ts'
import type { Type } from './schema.ts'

function elementOf(type: Type | undefined): Type | undefined {
  return type !== undefined && 'element' in type ? type.element : undefined
}

/** The same value; objects without a type, and maps, have their keys sorted. */
export function goOrdered(value: unknown, type?: Type): unknown {
  if (type?.kind === 'pointer') return goOrdered(value, type.element)
  if (Array.isArray(value)) return value.map(item => goOrdered(item, elementOf(type)))
  if (typeof value !== 'object' || value === null) return value
  const fields = value as Readonly<Record<string, unknown>>
  const struct = type?.kind === 'struct' ? type : undefined
  const known = [...(struct?.jsonFields.keys() ?? [])]
  const others = Object.keys(fields).filter(name => !known.includes(name))
  const names = [...known, ...sortedStrings(others)].filter(name => fields[name] !== undefined)
  return Object.fromEntries(
    names.map(name => {
      const field = struct?.jsonFields.get(name)?.type ?? elementOf(type)
      return [name, goOrdered(fields[name], field)]
    }),
  )
}

/** Go's encoder escapes what HTML would read. */
export function goJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, undefined, indent).replace(
    /[<>&\u2028\u2029]/g,
    character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
