// Lists in strategic merge patches: directives, merge keys and order. Upstream: apimachinery
// pkg/util/strategicpatch/patch.go, v0.36.3.

import { compareStrings } from '../../base/compare.ts'
import { stableSort } from '../go-sort.ts'
import { goText, isArray, isObject, type JsonArray, type JsonObject, kindOf } from './json.ts'
import { PatchError } from './patch-error.ts'

export const directiveMarker = '$patch'
export const retainKeysDirective = '$retainKeys'
export const deleteListPrefix = '$deleteFromPrimitiveList'
export const orderPrefix = '$setElementOrder'

const goTypes: Readonly<Record<string, string>> = {
  nil: '%!s(<nil>)',
  array: '[]interface {}',
  object: 'map[string]interface {}',
  boolean: 'bool',
}

export function badType(expected: 'array' | 'object', actual: unknown): PatchError {
  const kind = kindOf(actual)
  return new PatchError(`expected a ${goTypes[expected]}, but received a ${goTypes[kind] ?? kind}`)
}

export function noMergeKey(map: unknown, mergeKey: string): PatchError {
  return new PatchError(`map: ${goText(map)} does not contain declared merge key: ${mergeKey}`)
}

/** `name` of `$setElementOrder/name`; throws when the rest is missing. */
export function keyAfter(key: string, prefix: string): string {
  const slash = key.indexOf('/')
  if (slash >= 0 && key.slice(0, slash) === prefix) return key.slice(slash + 1)
  throw new PatchError(
    prefix === deleteListPrefix
      ? 'invalid patch format of primitive list'
      : 'invalid patch format of setElementOrder list',
  )
}

/** The kind that all elements share; lists of lists and mixed lists are refused. */
export function elementKind(...lists: readonly JsonArray[]): string {
  let kind: string | undefined
  for (const list of lists) {
    for (const item of list) {
      const found = kindOf(item)
      if (kind === undefined && found === 'array') {
        throw new PatchError('lists of lists are not supported')
      }
      if (kind !== undefined && kind !== found) {
        throw new PatchError(`list element types are not identical: ${goText(lists)}`)
      }
      kind = found
    }
  }
  if (kind === undefined) throw new PatchError('no elements in any of the given slices')
  return kind
}

/** What identifies an element: the value of its merge key, or itself. */
function identity(item: unknown, mergeKey: string, kind: string): unknown {
  return kind === 'object' ? (isObject(item) ? item[mergeKey] : undefined) : item
}

function indexIn(list: JsonArray, item: unknown, by: Order): number {
  const wanted = identity(item, by.mergeKey, by.kind)
  return list.findIndex(other => identity(other, by.mergeKey, by.kind) === wanted)
}

export interface Order {
  readonly mergeKey: string
  readonly kind: string
}

function isDeletion(item: unknown): boolean {
  return isObject(item) && item[directiveMarker] === 'delete'
}

function checkMergeKeys(mergeKey: string, ...lists: readonly JsonArray[]): void {
  for (const list of lists) {
    for (const item of list) {
      if (!isObject(item)) throw badType('object', item)
      if (!Object.hasOwn(item, mergeKey)) throw noMergeKey(item, mergeKey)
    }
  }
}

/** The list in the order of another; deletions go last. */
export function orderedBy(list: JsonArray, order: JsonArray, by: Order): JsonArray {
  if (by.kind === 'object') checkMergeKeys(by.mergeKey, list, order)
  const kept = by.kind === 'object' ? list.filter(item => !isDeletion(item)) : list
  const deleted = by.kind === 'object' ? list.filter(isDeletion) : []
  const sorted = stableSort(kept, (a, b) => {
    const first = indexIn(order, a, by)
    const second = first >= 0 ? indexIn(order, b, by) : -1
    return first >= 0 && second >= 0 ? first < second : true
  })
  return [...sorted, ...deleted]
}

export interface Parts {
  readonly patch: JsonArray
  readonly serverOnly: JsonArray
  readonly patchOrder: JsonArray
  readonly serverOrder: JsonArray
}

/** Both lists in their own order, merged by the order that the live list has. */
export function mergedOrder(parts: Parts, by: Order): JsonArray {
  const right = orderedBy(parts.patch, parts.patchOrder, by)
  const left = orderedBy(parts.serverOnly, parts.serverOrder, by)
  const merged: unknown[] = []
  let [i, j] = [0, 0]
  while (i < left.length || j < right.length) {
    if (i >= left.length || (j < right.length && !isLess(left[i], right[j], parts, by))) {
      merged.push(right[j])
      j += 1
    } else {
      merged.push(left[i])
      i += 1
    }
  }
  return merged
}

function isLess(left: unknown, right: unknown, { serverOrder }: Parts, by: Order): boolean {
  const [first, second] = [indexIn(serverOrder, left, by), indexIn(serverOrder, right, by)]
  return first >= 0 && second >= 0 && first < second
}

/** Elements that the other list names, and those that it does not. */
export function partitioned(
  list: JsonArray,
  names: JsonArray,
  mergeKey: string,
): { readonly named: JsonArray; readonly others: JsonArray } {
  const isNamed = (item: unknown): boolean => {
    if (mergeKey === '') return names.includes(item)
    if (!isObject(item)) throw badType('object', item)
    if (!Object.hasOwn(item, mergeKey)) throw noMergeKey(item, mergeKey)
    return findByKey(names, mergeKey, item[mergeKey]) >= 0
  }
  const marks = list.map(isNamed)
  return {
    named: list.filter((_, at) => marks[at]),
    others: list.filter((_, at) => !marks[at]),
  }
}

/** Where the element with a value of the merge key stands, -1 when nowhere. */
export function findByKey(list: JsonArray, mergeKey: string, value: unknown): number {
  return list.findIndex((item, at) => {
    if (!isObject(item)) throw new PatchError(`value for key ${at} is not a map`)
    return Object.hasOwn(item, mergeKey) && item[mergeKey] === value
  })
}

/** Whether two elements are the same by merge key (or by value without one). */
export function sameElement(left: unknown, right: unknown, mergeKey: string): boolean {
  if (mergeKey === '') return left === right
  for (const item of [left, right]) {
    if (!isObject(item)) throw badType('object', item)
    if (!Object.hasOwn(item, mergeKey)) throw noMergeKey(item, mergeKey)
  }
  return (left as JsonObject)[mergeKey] === (right as JsonObject)[mergeKey]
}

/** The patch list must be in the order of the `$setElementOrder` list and a part of it. */
export function checkOrderList(list: JsonArray, order: JsonArray, mergeKey: string): void {
  if (order.length === 0 || list.length === 0) return
  const kept = mergeKey === '' ? list : list.filter(item => !isDeletion(asObject(item)))
  let [at, orderAt] = [0, 0]
  while (at < kept.length && orderAt < order.length) {
    const item = kept[at]
    if (isObject(item) && Object.hasOwn(item, directiveMarker)) {
      at += 1
      continue
    }
    if (sameElement(item, order[orderAt], mergeKey)) at += 1
    orderAt += 1
  }
  if (at < kept.length && orderAt >= order.length) {
    throw new PatchError(
      `The order in patch list:\n${goText(list)}\n doesn't match ${orderPrefix} list:\n` +
        `${goText(order)}\n`,
    )
  }
}

function asObject(item: unknown): JsonObject {
  if (!isObject(item)) throw badType('object', item)
  return item
}

/** Scalars without repetitions: as upstream, the last one moves into the gap. */
export function deduplicated(list: JsonArray): JsonArray {
  const result = list.slice()
  for (let i = 0; i < result.length - 1; i += 1) {
    for (let j = i + 1; j < result.length; j += 1) {
      if (result[i] !== result[j]) continue
      result[j] = result[result.length - 1]
      result.pop()
      j -= 1
    }
  }
  return result
}

/** Elements ordered by their text as Go prints it. */
export function sortedByText(list: JsonArray, textOf = goText): JsonArray {
  return list
    .map(item => ({ item, text: textOf(item) }))
    .sort((a, b) => compareStrings(a.text, b.text))
    .map(({ item }) => item)
}

export function asArray(value: unknown): JsonArray {
  if (!isArray(value)) throw badType('array', value)
  return value
}
