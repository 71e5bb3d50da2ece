// How the fields of a type are patched: strategy, merge key, type of what is inside. Upstream:
// apimachinery pkg/util/strategicpatch/meta.go and third_party/forked/golang/json, v0.36.3.

import { goQuote } from '../go-text.ts'
import type { Type } from '../schema.ts'
import { PatchError } from './patch-error.ts'

export interface PatchMeta {
  /** The type of the field, or of its elements. */
  readonly type: Type
  readonly retainKeys: boolean
  /** `merge`, `replace` or empty. */
  readonly strategy: string
  readonly mergeKey: string
}

function settled(type: Type): Type {
  return type.kind === 'pointer' ? type.element : type
}

/** Go's name of the kind of a type, as messages have it. */
export function kindName(type: Type): string {
  switch (type.kind) {
    case 'pointer':
      return 'ptr'
    case 'primitive':
      return type.primitive
    case 'special':
      return type.special === 'bytes' ? 'slice' : 'struct'
    default:
      return type.kind
  }
}

/** The field of a struct; throws PatchError when there is none. */
export function structMeta(type: Type, key: string): PatchMeta {
  const struct = settled(type)
  if (struct.kind !== 'struct') {
    const kind = kindName(struct)
    throw new PatchError(
      `merging an object in json but data type is not struct, instead is: ${kind}`,
    )
  }
  const field = struct.jsonFields.get(key) ?? caseless(struct.jsonFields, key)
  if (field === undefined) {
    const place = `in struct ${struct.bareName} for the json field ${goQuote(key)}`
    throw new PatchError(`unable to find api field ${place}`)
  }
  const strategies = field.patchStrategy.filter(name => name !== 'retainKeys')
  return {
    type: field.type,
    retainKeys: strategies.length < field.patchStrategy.length,
    strategy: strategies[0] ?? '',
    mergeKey: field.mergeKey,
  }
}

function caseless<T>(fields: ReadonlyMap<string, T>, key: string): T | undefined {
  const wanted = key.toLowerCase()
  for (const [name, field] of fields) if (name.toLowerCase() === wanted) return field
  return undefined
}

/** The same for a list: the type is that of its elements. */
export function sliceMeta(type: Type, key: string): PatchMeta {
  const meta = structMeta(type, key)
  const list = settled(meta.type)
  if (list.kind !== 'slice') {
    throw new PatchError(`expected slice or array type, but got: ${kindName(settled(type))}`)
  }
  return { ...meta, type: list.element }
}
