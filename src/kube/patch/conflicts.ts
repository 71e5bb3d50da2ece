// Whether two patches change the same field differently. Upstream: apimachinery
// pkg/util/strategicpatch/patch.go (MergingMapsHaveConflicts), v0.36.3.

import type { Type } from '../schema.ts'
import { goText, isArray, isObject, type JsonArray, type JsonObject, sameJson } from './json.ts'
import { PatchError } from './patch-error.ts'
import { sliceMeta, structMeta } from './patch-meta.ts'
import {
  deduplicated,
  directiveMarker,
  elementKind,
  retainKeysDirective,
  sortedByText,
} from './strategic-lists.ts'

interface Rule {
  readonly type: Type | undefined
  readonly strategy: string
  readonly mergeKey: string
}

/** MergingMapsHaveConflicts of two strategic merge patches. */
export function mapsConflict(left: JsonObject, right: JsonObject, type: Type): boolean {
  return valuesConflict(left, right, { type, strategy: '', mergeKey: '' })
}

function valuesConflict(left: unknown, right: unknown, rule: Rule): boolean {
  if (isObject(left)) {
    if (!isObject(right)) return true
    const [marked, alsoMarked] = [left, right].map(each => Object.hasOwn(each, directiveMarker))
    if (marked !== alsoMarked) return true
    if (marked && left[directiveMarker] !== right[directiveMarker]) return true
    return rule.strategy !== 'replace' && fieldsConflict(left, right, rule.type)
  }
  if (isArray(left)) return !isArray(right) || listsConflict(left, right, rule)
  return !sameJson(left, right)
}

function fieldsConflict(left: JsonObject, right: JsonObject, type: Type | undefined): boolean {
  return Object.keys(left).some(key => {
    if (key === directiveMarker || key === retainKeysDirective) return false
    if (!Object.hasOwn(right, key)) return false
    return valuesConflict(left[key], right[key], ruleOf(left[key], key, type))
  })
}

function ruleOf(value: unknown, key: string, type: Type | undefined): Rule {
  if (type === undefined || (!isArray(value) && !isObject(value))) {
    return { type: undefined, strategy: '', mergeKey: '' }
  }
  return isArray(value) ? sliceMeta(type, key) : structMeta(type, key)
}

function listsConflict(left: JsonArray, right: JsonArray, rule: Rule): boolean {
  const kind = elementKind(left, right)
  if (rule.strategy === 'merge') {
    if (kind !== 'object') return false
    return elementsConflict(left, right, rule)
  }
  if (left.length !== right.length) return true
  const ordered = (list: JsonArray): JsonArray =>
    kind === 'object' ? list : sortedByText(deduplicated(list))
  const second = ordered(right)
  const inner = { type: rule.type, strategy: '', mergeKey: '' }
  return ordered(left).some((item, at) => valuesConflict(item, second[at], inner))
}

function elementsConflict(left: JsonArray, right: JsonArray, rule: Rule): boolean {
  const [first, second] = [byKey(left, rule.mergeKey), byKey(right, rule.mergeKey)]
  const inner = { type: rule.type, strategy: '', mergeKey: '' }
  for (const [key, item] of first) {
    const other = second.get(key)
    if (other !== undefined && valuesConflict(item, other, inner)) return true
  }
  return false
}

function byKey(list: JsonArray, mergeKey: string): ReadonlyMap<string, JsonObject> {
  const result = new Map<string, JsonObject>()
  for (const item of list) {
    if (!isObject(item)) {
      throw new PatchError(`invalid element type in merging list:${goText(list)}`)
    }
    if (!Object.hasOwn(item, mergeKey)) {
      const where = `merging list element:${goText(item)}`
      throw new PatchError(`cannot find merge key \`${mergeKey}\` in ${where}`)
    }
    result.set(goText(item[mergeKey]), item)
  }
  return result
}
