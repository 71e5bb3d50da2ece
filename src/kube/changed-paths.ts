// Which fields of an object differ from another state of it.

import { formatPath, type PathPart } from './field-path.ts'
import { isArray, isObject, sameJson } from './patch/json.ts'

/** Paths at which the values differ, the highest ones that say it all; lists item by item. */
export function changedPaths(before: unknown, after: unknown): readonly string[] {
  const found: string[] = []
  collect({ before, after }, [], found)
  return found
}

interface Pair {
  readonly before: unknown
  readonly after: unknown
}

function collect({ before, after }: Pair, path: readonly PathPart[], found: string[]): void {
  if (sameJson(before, after)) return
  if (isObject(before) && isObject(after)) {
    for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
      collect({ before: before[key], after: after[key] }, [...path, key], found)
    }
  } else if (isArray(before) && isArray(after) && after.some(isObject)) {
    for (let index = 0; index < Math.max(before.length, after.length); index += 1) {
      collect({ before: before[index], after: after[index] }, [...path, index], found)
    }
  } else {
    found.push(formatPath(path))
  }
}
