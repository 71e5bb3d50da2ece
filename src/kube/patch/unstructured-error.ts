// Why a JSON value does not become a Go struct when a patched map is converted without JSON.
// Port of apimachinery v0.36.3 pkg/runtime/converter.go: only its refusals.

import { decodeSpecial } from '../decode-special.ts'
import type { StructType, Type } from '../schema.ts'
import { isArray, isObject, kindOf } from './json.ts'

/** The first refusal in Go's order of fields; undefined when the value fits. */
export function unstructuredError(type: Type, value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined
  switch (type.kind) {
    case 'primitive':
      return primitiveError(type, value)
    case 'special': {
      const decoded = decodeSpecial(type.special, value)
      if (decoded.ok) return undefined
      return 'error' in decoded
        ? decoded.error
        : `json: cannot unmarshal ${decoded.found} into Go value of type ${decoded.type}`
    }
    case 'pointer':
      return unstructuredError(type.element, value)
    case 'slice':
      if (!isArray(value)) return `cannot restore slice from ${goKind(value)}`
      return first(value, item => unstructuredError(type.element, item))
    case 'map':
      if (!isObject(value)) return `cannot restore map from ${goKind(value)}`
      return first(Object.keys(value).sort(), key => unstructuredError(type.element, value[key]))
    case 'struct':
      return structError(type, value)
  }
}

function structError(type: StructType, value: unknown): string | undefined {
  if (!isObject(value)) return `cannot restore struct from: ${goKind(value)}`
  return first(type.fields, ({ inline, json, type: field }) =>
    unstructuredError(field, inline ? value : value[json]),
  )
}

function first<T>(items: readonly T[], find: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const found = find(item)
    if (found !== undefined) return found
  }
  return undefined
}

/** Go converts a number to a string, too, but JSON does not: that refusal has a text of its own. */
function primitiveError(
  { primitive, name }: Extract<Type, { kind: 'primitive' }>,
  value: unknown,
): string | undefined {
  const kind = kindOf(value)
  const number = kind === 'int64' || kind === 'float64'
  if (primitive === 'string') {
    if (kind === 'string') return undefined
    return kind === 'int64' ? `cannot convert int64 to ${name}` : 'unrecognized type: string'
  }
  if (primitive === 'bool') return kind === 'boolean' ? undefined : 'unrecognized type: bool'
  if (!number) return `unrecognized type: ${primitive}`
  const fits = primitive === 'float64' || kind === 'int64'
  return fits ? undefined : `cannot convert float64 to ${name}`
}

function goKind(value: unknown): string {
  const kind = kindOf(value)
  const words: Readonly<Record<string, string>> = {
    array: 'slice',
    object: 'map',
    boolean: 'bool',
  }
  return words[kind] ?? kind
}
