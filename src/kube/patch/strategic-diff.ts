// Creating strategic merge patches, from two or three documents as kubectl does. Upstream:
// apimachinery pkg/util/strategicpatch/patch.go (diffMaps, CreateThreeWayMergePatch), v0.36.3.

import { stableSort } from '../go-sort.ts'
import type { StructType, Type } from '../schema.ts'
import { mapsConflict } from './conflicts.ts'
import {
  goText,
  isArray,
  isObject,
  type JsonArray,
  type JsonObject,
  type Patched,
  sameJson,
  sameKind,
} from './json.ts'
import type { ThreeWay } from './merge-patch.ts'
import { caught, PatchError } from './patch-error.ts'
import { type PatchMeta, sliceMeta, structMeta } from './patch-meta.ts'
import {
  deduplicated,
  deleteListPrefix,
  directiveMarker,
  elementKind,
  noMergeKey,
  orderedBy,
  orderPrefix,
  retainKeysDirective,
  sameElement,
  sortedByText,
} from './strategic-lists.ts'
import { mergeMap } from './strategic-merge-patch.ts'
import { yamlText } from './yaml-text.ts'

interface DiffOptions {
  readonly setElementOrder: boolean
  readonly ignoreChanges: boolean
  readonly ignoreDeletions: boolean
  readonly buildRetainKeys: boolean
}

const everything: DiffOptions = {
  setElementOrder: true,
  ignoreChanges: false,
  ignoreDeletions: false,
  buildRetainKeys: false,
}

interface Both<T> {
  readonly before: T
  readonly after: T
}

interface Context {
  readonly type: Type
  readonly options: DiffOptions
}

type Draft = Record<string, unknown>

/** The patch that turns one object into the other. */
export function createTwoWayPatch(
  original: JsonObject,
  modified: JsonObject,
  type: StructType,
): Patched<JsonObject> {
  const both = { before: original, after: modified }
  return caught(() => diffMaps(both, { type, options: everything }))
}

export interface ThreeWayOptions {
  readonly type: StructType
  /** Whether changes that others made to the same fields are overwritten; kubectl does. */
  readonly overwrite: boolean
}

/** What kubectl apply sends: changes against live, deletions against what was applied last. */
export function createThreeWayPatch(
  { original, modified, current }: ThreeWay,
  { type, overwrite }: ThreeWayOptions,
): Patched<JsonObject> {
  return caught(() => {
    const delta = diffMaps(
      { before: current, after: modified },
      { type, options: { ...everything, ignoreDeletions: true } },
    )
    const deletions = diffMaps(
      { before: original, after: modified },
      { type, options: { ...everything, ignoreChanges: true } },
    )
    const options = { mergeParallelList: false, ignoreUnmatchedNulls: false }
    const patch = mergeMap(deletions, delta, { type, options })
    if (overwrite) return patch
    const plain = { ...everything, setElementOrder: false }
    const changed = diffMaps({ before: original, after: current }, { type, options: plain })
    if (!mapsConflict(patch, changed, type)) return patch
    throw new PatchError(
      `patch:\n${yamlText(patch)}\nconflicts with changes made from original to current:\n` +
        `${yamlText(changed)}\n`,
    )
  })
}

function diffMaps(both: Both<JsonObject>, context: Context): JsonObject {
  const { before, after } = both
  const { options } = context
  const patch: Draft = {}
  const retained: string[] = []
  for (const key of Object.keys(after)) {
    if (options.buildRetainKeys && after[key] !== null) retained.push(key)
    if (Object.hasOwn(before, key)) diffField(patch, { key, ...both }, context)
    else if (!options.ignoreChanges) patch[key] = after[key]
  }
  const gone = Object.keys(before).filter(key => !Object.hasOwn(after, key))
  if (!options.ignoreDeletions) for (const key of gone) patch[key] = null
  const hasChanges = Object.keys(patch).length > 0 || gone.some(key => before[key] !== null)
  if (retained.length > 0 && hasChanges) patch[retainKeysDirective] = sortedByText(retained)
  return patch
}

interface FieldOfBoth extends Both<JsonObject> {
  readonly key: string
}

function diffField(patch: Draft, { key, before, after }: FieldOfBoth, context: Context): void {
  const { options, type } = context
  const [old, value] = [before[key], after[key]]
  if (key === directiveMarker) {
    if (typeof old !== 'string' || typeof value !== 'string') {
      throw new PatchError(`invalid value for special key: ${directiveMarker}`)
    }
    if (old !== value) patch[key] = value
  } else if (!sameKind(old, value)) {
    if (!options.ignoreChanges) patch[key] = value
  } else if (isObject(old) && isObject(value)) {
    const meta = metaUnlessSame({ before: old, after: value }, () => structMeta(type, key))
    if (meta !== undefined) diffObjects(patch, { key, before: old, after: value }, meta, options)
  } else if (isArray(old) && isArray(value)) {
    const meta = metaUnlessSame({ before: old, after: value }, () => sliceMeta(type, key))
    if (meta !== undefined) diffArrays(patch, { key, before: old, after: value }, meta, options)
  } else if (!options.ignoreChanges && old !== value) {
    patch[key] = value
  }
}

/** A field without a schema does not matter while its values are the same. */
function metaUnlessSame(both: Both<unknown>, lookup: () => PatchMeta): PatchMeta | undefined {
  const meta = caught(lookup)
  if (meta.ok) return meta.value
  if (sameJson(both.before, both.after)) return undefined
  throw new PatchError(meta.error)
}

function diffObjects(
  patch: Draft,
  { key, before, after }: FieldOfBoth,
  meta: PatchMeta,
  options: DiffOptions,
): void {
  if (meta.strategy === 'replace') {
    if (!options.ignoreChanges) patch[key] = after
    return
  }
  const inner = { ...options, buildRetainKeys: meta.retainKeys }
  const difference = diffMaps({ before, after }, { type: meta.type, options: inner })
  if (Object.keys(difference).length > 0) patch[key] = difference
}

interface ListsOfBoth extends Both<JsonArray> {
  readonly key: string
}

function diffArrays(
  patch: Draft,
  { key, before, after }: ListsOfBoth,
  meta: PatchMeta,
  options: DiffOptions,
): void {
  if (meta.strategy !== 'merge') {
    if (!options.ignoreChanges && !sameJson(before, after)) patch[key] = after
    return
  }
  const inner = { ...options, buildRetainKeys: meta.retainKeys }
  const { list, deleted, order } = diffLists({ before, after }, meta, inner)
  if (list.length > 0) patch[key] = list
  if (deleted.length > 0) patch[`${deleteListPrefix}/${key}`] = deleted
  if (order.length > 0) patch[`${orderPrefix}/${key}`] = order
}

interface ListDifference {
  readonly list: JsonArray
  readonly deleted: JsonArray
  readonly order: JsonArray
}

function diffLists(
  { before, after }: Both<JsonArray>,
  meta: PatchMeta,
  options: DiffOptions,
): ListDifference {
  if (before.length === 0) {
    return { list: options.ignoreChanges ? [] : after, deleted: [], order: [] }
  }
  const kind = elementKind(before, after)
  const by = { mergeKey: meta.mergeKey, kind }
  if (kind !== 'object') {
    const { added, deleted } = diffScalars({ before, after }, options)
    const changes = !options.ignoreChanges && !sameJson(before, after)
    const isOrdered = options.setElementOrder && (deleted.length > 0 || changes)
    return { list: orderedBy(added, after, by), deleted, order: isOrdered ? after : [] }
  }
  const { added, deleted } = diffElements({ before, after }, meta, options)
  const list = [...orderedBy(added, after, by), ...deleted]
  const changed =
    (!options.ignoreChanges && (list.length > 0 || !sameOrder(before, after, meta.mergeKey))) ||
    (!options.ignoreDeletions && list.length > 0)
  const order = options.setElementOrder && changed ? after.map(item => keyOnly(item, meta)) : []
  return { list, deleted: [], order }
}

function keyOnly(item: unknown, { mergeKey }: PatchMeta): JsonObject {
  return { [mergeKey]: (item as JsonObject)[mergeKey] ?? null }
}

function sameOrder(before: JsonArray, after: JsonArray, mergeKey: string): boolean {
  return (
    before.length === after.length &&
    after.every((item, at) => sameElement(before[at], item, mergeKey))
  )
}

interface AddedAndDeleted {
  readonly added: JsonArray
  readonly deleted: JsonArray
}

function diffScalars(
  { before, after }: Both<JsonArray>,
  { ignoreChanges, ignoreDeletions }: DiffOptions,
): AddedAndDeleted {
  const [old, now] = [sortedByText(before), sortedByText(after)]
  const added: unknown[] = []
  const deleted: unknown[] = []
  let [i, j] = [0, 0]
  while (i < old.length || j < now.length) {
    const order = compareTexts(old, i, now, j)
    if (order > 0 && !ignoreChanges) added.push(now[j])
    if (order < 0 && !ignoreDeletions) deleted.push(old[i])
    if (order <= 0) i += 1
    if (order >= 0) j += 1
  }
  return { added, deleted: deduplicated(deleted) }
}

/** Negative: only the first list has it; positive: only the second; zero: both. */
function compareTexts(old: JsonArray, i: number, now: JsonArray, j: number): number {
  if (i >= old.length) return 1
  if (j >= now.length) return -1
  const [left, right] = [goText(old[i]), goText(now[j])]
  return left < right ? -1 : left > right ? 1 : 0
}

/** Upstream's order by merge key moves an element in front of its equals. */
function sortedByKey(list: JsonArray, mergeKey: string): readonly JsonObject[] {
  const items = list as readonly JsonObject[]
  const missing = items.find(item => !Object.hasOwn(item, mergeKey))
  if (missing !== undefined) throw noMergeKey(missing, mergeKey)
  return stableSort(items, (a, b) => goText(a[mergeKey]) <= goText(b[mergeKey]))
}

function diffElements(
  { before, after }: Both<JsonArray>,
  { mergeKey, type }: PatchMeta,
  options: DiffOptions,
): AddedAndDeleted {
  const [old, now] = [sortedByKey(before, mergeKey), sortedByKey(after, mergeKey)]
  const [oldKeys, nowKeys] = [old.map(item => item[mergeKey]), now.map(item => item[mergeKey])]
  const added: JsonObject[] = []
  const deleted: JsonObject[] = []
  let [i, j] = [0, 0]
  while (i < old.length || j < now.length) {
    const order = compareTexts(oldKeys, i, nowKeys, j)
    if (order === 0) {
      const both = { before: old[i] as JsonObject, after: now[j] as JsonObject }
      const difference = diffMaps(both, { type, options })
      if (Object.keys(difference).length > 0) {
        added.push({ ...difference, [mergeKey]: nowKeys[j] })
      }
    } else if (order > 0) {
      if (!options.ignoreChanges) added.push(now[j] as JsonObject)
    } else if (!options.ignoreDeletions) {
      deleted.push({ [mergeKey]: oldKeys[i], [directiveMarker]: 'delete' })
    }
    if (order <= 0) i += 1
    if (order >= 0) j += 1
  }
  return { added, deleted }
}
