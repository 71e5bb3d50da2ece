// JSON merge patches (RFC 7386): applying, creating, and kubectl's three-way form. Upstream:
// evanphx/json-patch v4.13.0 merge.go and apimachinery pkg/util/jsonmergepatch, v0.36.3.

import { isArray, isObject, type JsonObject, type Patched, sameJson, sameKind } from './json.ts'

/** The document after the patch; parts that the patch does not touch are shared. */
export function applyMergePatch(document: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return isArray(patch) ? pruned(patch) : patch
  if (!isObject(document)) return pruned(patch)
  const result: Record<string, unknown> = { ...document }
  for (const key in patch) {
    const value = patch[key]
    const current = document[key]
    if (value === null || value === undefined) delete result[key]
    else if (current === null || current === undefined) result[key] = pruned(value)
    else if (isObject(current) && !isObject(value)) result[key] = value
    else result[key] = applyMergePatch(current, value)
  }
  return result
}

/** The value without the null fields of its objects. */
function pruned(value: unknown): unknown {
  // Most values of a patch are plain: they take no call.
  if (typeof value !== 'object' || value === null) return value
  if (isArray(value)) return value.map(item => (item === null ? null : pruned(item)))
  const fields = value as JsonObject
  const result: Record<string, unknown> = {}
  for (const key in fields) {
    const field = fields[key]
    if (typeof field !== 'object') {
      if (field !== undefined) result[key] = field
    } else if (field !== null) result[key] = pruned(field)
  }
  return result
}

/** The merge patch that turns one object into the other. */
export function createMergePatch(original: JsonObject, modified: JsonObject): JsonObject {
  const patch: Record<string, unknown> = {}
  for (const key of Object.keys(modified)) {
    const [before, after] = [original[key], modified[key]]
    if (!Object.hasOwn(original, key) || !sameKind(before, after)) {
      patch[key] = after
    } else if (isObject(before) && isObject(after)) {
      const inner = createMergePatch(before, after)
      if (Object.keys(inner).length > 0) patch[key] = inner
    } else if (!sameJson(before, after)) {
      patch[key] = after
    }
  }
  for (const key of Object.keys(original)) if (!Object.hasOwn(modified, key)) patch[key] = null
  return patch
}

/** Only the nulls of a patch, or everything but them. */
function filtered(patch: JsonObject, nulls: boolean): JsonObject {
  const result: Record<string, unknown> = {}
  for (const key of Object.keys(patch)) {
    const value = patch[key]
    if (value === null) {
      if (nulls) result[key] = null
    } else if (isObject(value) && Object.keys(value).length > 0) {
      const inner = filtered(value, nulls)
      if (Object.keys(inner).length > 0) result[key] = inner
    } else if (!nulls) {
      result[key] = value
    }
  }
  return result
}

/** The patch with nulls kept, as patches of patches are merged. */
function mergePatches(first: JsonObject, second: JsonObject): JsonObject {
  return applyMergePatch(first, second) as JsonObject
}

export interface ThreeWay {
  /** What was applied last. */
  readonly original: JsonObject
  readonly modified: JsonObject
  readonly current: JsonObject
}

/** What kubectl apply sends for kinds without a schema: changes against live, deletions against last. */
export function createThreeWayMergePatch(input: ThreeWay): Patched<JsonObject> {
  const { original, modified, current } = input
  const changes = filtered(createMergePatch(current, modified), false)
  const deletions = filtered(createMergePatch(original, modified), true)
  return { ok: true, value: mergePatches(deletions, changes) }
}
