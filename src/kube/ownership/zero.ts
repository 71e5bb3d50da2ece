// The zero value of a Go type as JSON: what an object is before it is created.
// Upstream: runtime.ObjectCreater and encoding/json, as apimachinery's type converter sees them.

import type { Field, StructType, Type } from '../schema.ts'

const zeros = new WeakMap<StructType, Readonly<Record<string, unknown>>>()

/** Structs are written even when they are empty; nil is null where it is written. */
export function zeroOf(type: Type): unknown {
  switch (type.kind) {
    case 'primitive':
      return type.primitive === 'string' ? '' : type.primitive === 'bool' ? false : 0
    case 'struct':
      return zeroStruct(type)
    case 'special':
      return type.special === 'Quantity' ? '0' : type.special === 'IntOrString' ? 0 : null
    default:
      return null
  }
}

function zeroStruct(type: StructType): Readonly<Record<string, unknown>> {
  const known = zeros.get(type)
  if (known !== undefined) return known
  const zero: Record<string, unknown> = {}
  for (const [name, field] of type.jsonFields) {
    if (isWritten(field)) zero[name] = zeroOf(field.type)
  }
  zeros.set(type, zero)
  return zero
}

function isWritten({ type, omitempty, omitzero }: Field): boolean {
  if (omitzero) return false
  return !omitempty || type.kind === 'struct'
}
