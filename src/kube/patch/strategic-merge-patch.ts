// Applying strategic merge patches. Upstream: apimachinery pkg/util/strategicpatch/patch.go
// (mergeMap, mergeSlice, mergePatchIntoOriginal), v0.36.3.

import type { StructType, Type } from '../schema.ts'
import {
  goText,
  isArray,
  isObject,
  type JsonArray,
  type JsonObject,
  type Patched,
  sameJson,
  sameKind,
  without,
} from './json.ts'
import { caught, PatchError } from './patch-error.ts'
import { kindName, type PatchMeta, sliceMeta, structMeta } from './patch-meta.ts'
import {
  asArray,
  checkOrderList,
  deduplicated,
  deleteListPrefix,
  directiveMarker,
  elementKind,
  findByKey,
  keyAfter,
  mergedOrder,
  noMergeKey,
  orderPrefix,
  partitioned,
  retainKeysDirective,
} from './strategic-lists.ts'

export interface MergeOptions {
  /** On the server: parallel lists take effect. When patches are merged they are kept. */
  readonly mergeParallelList: boolean
  /** On the server: nulls for what is not there are dropped. */
  readonly ignoreUnmatchedNulls: boolean
}

/** The object after the patch; parts that the patch does not touch are shared. */
export function applyStrategicMergePatch(
  original: JsonObject,
  patch: JsonObject,
  type: StructType,
): Patched<JsonObject> {
  const options = { mergeParallelList: true, ignoreUnmatchedNulls: true }
  return caught(() => mergeMap(original, patch, { type, options }))
}

export interface Context {
  readonly type: Type
  readonly options: MergeOptions
}

/** The fields of an object while a patch is merged into it. */
type Draft = Record<string, unknown>

export function mergeMap(original: JsonObject, patch: JsonObject, context: Context): JsonObject {
  if (Object.hasOwn(patch, directiveMarker)) return wholeDirective(patch)
  const draft: Draft = { ...original }
  const retained = applyRetainKeys(draft, patch, context.options)
  const rest = applyOrders(draft, retained, context)
  for (const key of Object.keys(rest)) mergeField(draft, { key, value: rest[key] }, context)
  return draft
}

/** `$patch: replace` takes the patch as it is, `$patch: delete` leaves nothing. */
function wholeDirective(patch: JsonObject): JsonObject {
  const directive = patch[directiveMarker]
  if (directive === 'replace') return without(patch, directiveMarker)
  if (directive === 'delete') return {}
  throw unknownDirective(directive, patch)
}

function unknownDirective(directive: unknown, patch: JsonObject): PatchError {
  const text = typeof directive === 'string' ? directive : `%!s(${goText(directive)})`
  return new PatchError(`unknown patch type: ${text} in map: ${goText(patch)}`)
}

const badRetainKeys = 'invalid patch format of retainKeys'

/** Clears what `$retainKeys` does not name; returns the patch without the directive. */
function applyRetainKeys(draft: Draft, patch: JsonObject, options: MergeOptions): JsonObject {
  if (!Object.hasOwn(patch, retainKeysDirective)) return patch
  const keys = patch[retainKeysDirective]
  const rest = without(patch, retainKeysDirective)
  if (!options.mergeParallelList) {
    if (!Object.hasOwn(draft, retainKeysDirective)) draft[retainKeysDirective] = keys
    else if (!sameJson(draft[retainKeysDirective], keys)) {
      const both = `${goText(draft[retainKeysDirective])} and ${goText(keys)}`
      throw new PatchError(
        `${both} are not deep equal: this may happen when calculating the 3-way diff patch`,
      )
    }
    return rest
  }
  if (!isArray(keys)) throw new PatchError(badRetainKeys)
  for (const key of Object.keys(rest)) {
    const isList = key.startsWith(deleteListPrefix) || key.startsWith(orderPrefix)
    if (rest[key] !== null && !isList && !keys.includes(key)) throw new PatchError(badRetainKeys)
  }
  for (const key of Object.keys(draft)) if (!keys.includes(key)) delete draft[key]
  return rest
}

/** Merges the lists that have a `$setElementOrder`; returns the patch without them. */
function applyOrders(draft: Draft, patch: JsonObject, context: Context): JsonObject {
  let rest = patch
  for (const key of Object.keys(patch)) {
    if (!key.startsWith(orderPrefix)) continue
    const order = patch[key]
    if (!context.options.mergeParallelList) keepOrder(draft, key, order)
    rest = without(rest, key)
    const field = keyAfter(key, orderPrefix)
    if (applyOrder(draft, { field, order: asArray(order), patch: rest }, context)) {
      rest = without(rest, field)
    }
  }
  return rest
}

function keepOrder(draft: Draft, key: string, order: unknown): void {
  if (!Object.hasOwn(draft, key)) draft[key] = order
  else if (!sameJson(draft[key], order)) {
    throw new PatchError('invalid patch format of setElementOrder list')
  }
}

interface Ordering {
  readonly field: string
  readonly order: JsonArray
  readonly patch: JsonObject
}

/** Whether the field of the patch was used up. */
function applyOrder(draft: Draft, { field, order, patch }: Ordering, context: Context): boolean {
  const original = Object.hasOwn(draft, field) ? asArray(draft[field]) : undefined
  const change = Object.hasOwn(patch, field) ? asArray(patch[field]) : undefined
  const meta = sliceMeta(context.type, field)
  checkOrderList(change ?? [], order, meta.mergeKey)
  if (original === undefined && change === undefined) return false
  const merged =
    original === undefined
      ? (withoutDirectives(change) as JsonArray)
      : change === undefined
        ? original
        : mergeList(original, { patch: change, meta, deletes: false }, context.options)
  const { named, others } = partitioned(merged, order, meta.mergeKey)
  const kind = elementKind(original ?? [], change ?? [])
  draft[field] = mergedOrder(
    { patch: named, serverOnly: others, patchOrder: order, serverOrder: original ?? [] },
    { mergeKey: meta.mergeKey, kind },
  )
  return true
}

interface FieldPatch {
  readonly key: string
  readonly value: unknown
}

function mergeField(draft: Draft, { key: given, value }: FieldPatch, context: Context): void {
  const { options, type } = context
  const deletes = given.startsWith(deleteListPrefix)
  if (deletes && !options.mergeParallelList) {
    draft[given] = value
    return
  }
  const key = deletes ? keyAfter(given, deleteListPrefix) : given
  if (value === null) {
    delete draft[key]
    if (options.ignoreUnmatchedNulls) return
  }
  const current = draft[key]
  if (!Object.hasOwn(draft, key) || !sameKind(current, value)) {
    if (!deletes) take(draft, key, options.ignoreUnmatchedNulls ? withoutNulls(value) : value)
  } else if (isObject(current) && isObject(value)) {
    const meta = structMeta(type, key)
    draft[key] =
      meta.strategy === 'replace' ? value : mergeMap(current, value, { type: meta.type, options })
  } else if (isArray(current) && isArray(value)) {
    const meta = sliceMeta(type, key)
    draft[key] = mergeList(current, { patch: value, meta, deletes }, options)
  } else {
    take(draft, key, value)
  }
}

/** Sets a field to what the patch has, unless that is a directive. */
function take(draft: Draft, key: string, value: unknown): void {
  const taken = withoutDirectives(value)
  if (taken === undefined) delete draft[key]
  else draft[key] = taken
}

/** The value without parts that are directives; undefined when it is one itself. */
function withoutDirectives(value: unknown): unknown {
  if (isArray(value)) {
    return value.map(withoutDirectives).filter(item => item !== undefined)
  }
  if (!isObject(value)) return value
  if (Object.hasOwn(value, directiveMarker)) return undefined
  const result: Draft = {}
  for (const key of Object.keys(value)) {
    const kept = withoutDirectives(value[key])
    if (kept !== undefined) result[key] = kept
  }
  return result
}

function withoutNulls(value: unknown): unknown {
  if (isArray(value)) return value.map(withoutNulls)
  if (!isObject(value)) return value
  const result: Draft = {}
  for (const key of Object.keys(value)) {
    if (value[key] !== null) result[key] = withoutNulls(value[key])
  }
  return result
}

interface ListPatch {
  readonly patch: JsonArray
  readonly meta: PatchMeta
  /** The patch names scalars to delete. */
  readonly deletes: boolean
}

function mergeList(original: JsonArray, change: ListPatch, options: MergeOptions): JsonArray {
  const { patch, meta, deletes } = change
  if (meta.strategy !== 'merge' && !deletes) return patch
  if (original.length === 0 && patch.length === 0) return original
  const kind = elementKind(original, patch)
  if (kind !== 'object') {
    if (options.mergeParallelList && deletes) {
      return original.filter(item => !patch.includes(item))
    }
    return inOrder(deduplicated([...original, ...patch]), { original, patch, meta, kind })
  }
  if (meta.mergeKey === '') {
    throw new PatchError(`cannot merge lists without merge key for ${kindName(meta.type)}`)
  }
  const special = applyElementDirectives(original, patch, meta.mergeKey)
  const merged = mergeElements(special, meta, options)
  return inOrder(merged, { ...special, meta, kind })
}

interface Lists {
  readonly original: JsonArray
  readonly patch: JsonArray
}

interface OrderedLists extends Lists {
  readonly meta: PatchMeta
  readonly kind: string
}

function inOrder(merged: JsonArray, { original, patch, meta, kind }: OrderedLists): JsonArray {
  const { named, others } = partitioned(merged, patch, meta.mergeKey)
  return mergedOrder(
    { patch: named, serverOnly: others, patchOrder: patch, serverOrder: original },
    { mergeKey: meta.mergeKey, kind },
  )
}

/** Elements with `$patch` delete or replace take effect and leave the patch. */
function applyElementDirectives(original: JsonArray, patch: JsonArray, mergeKey: string): Lists {
  let left = original
  let replace = false
  const plain: unknown[] = []
  for (const item of patch) {
    const element = item as JsonObject
    if (!Object.hasOwn(element, directiveMarker)) {
      plain.push(item)
      continue
    }
    switch (element[directiveMarker]) {
      case 'delete':
        if (!Object.hasOwn(element, mergeKey)) throw noMergeKey(element, mergeKey)
        left = left.filter(other => !hasKey(other, mergeKey, element[mergeKey]))
        break
      case 'replace':
        replace = true
        break
      case 'merge':
        throw new PatchError('merging lists cannot yet be specified in the patch')
      default:
        throw unknownDirective(element[directiveMarker], element)
    }
  }
  return replace ? { original: plain, patch: [] } : { original: left, patch: plain }
}

function hasKey(item: unknown, mergeKey: string, value: unknown): boolean {
  return isObject(item) && Object.hasOwn(item, mergeKey) && item[mergeKey] === value
}

/** Elements with the same merge key are merged, new ones come last. */
function mergeElements(
  { original, patch }: Lists,
  { mergeKey, type }: PatchMeta,
  options: MergeOptions,
): JsonArray {
  const merged = original.slice()
  for (const item of patch) {
    const element = item as JsonObject
    if (!Object.hasOwn(element, mergeKey)) throw noMergeKey(element, mergeKey)
    const at = findByKey(merged, mergeKey, element[mergeKey])
    if (at < 0) merged.push(element)
    else merged[at] = mergeMap(merged[at] as JsonObject, element, { type, options })
  }
  return merged
}
