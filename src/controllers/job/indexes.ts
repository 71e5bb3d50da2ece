// Sets of completion indexes as ordered intervals, in the form of status.completedIndexes.
// Upstream: pkg/controller/job/indexed_job_utils.go (orderedIntervals), v1.36.3.

import { compareNumbers } from '../../base/compare.ts'

export interface Interval {
  readonly first: number
  readonly last: number
}

/** Ascending and apart from each other by at least one missing index. */
export type Intervals = readonly Interval[]

/** The union of two sets. */
export function merged(a: Intervals, b: Intervals): Intervals {
  const all = [...a, ...b].sort((x, y) => x.first - y.first)
  const result: Interval[] = []
  for (const interval of all) {
    const last = result.at(-1)
    if (last === undefined || interval.first > last.last + 1) result.push(interval)
    else if (last.last < interval.last) {
      result[result.length - 1] = { first: last.first, last: interval.last }
    }
  }
  return result
}

export function withIndexes(intervals: Intervals, indexes: Iterable<number>): Intervals {
  const added = [...indexes].sort(compareNumbers).map(index => ({ first: index, last: index }))
  return added.length === 0 ? intervals : merged(intervals, added)
}

export function totalOf(intervals: Intervals): number {
  return intervals.reduce((sum, { first, last }) => sum + last - first + 1, 0)
}

export function hasIndex(intervals: Intervals, index: number): boolean {
  return intervals.some(({ first, last }) => first <= index && index <= last)
}

/** `1,3-5,7,8`: runs of three and more with a dash. */
export function indexText(intervals: Intervals): string {
  return intervals
    .map(({ first, last }) => {
      if (first === last) return String(first)
      return last === first + 1 ? `${first},${last}` : `${first}-${last}`
    })
    .join(',')
}

/** Reads what `indexText` writes; indexes from `completions` on are left out. */
export function parseIndexes(text: string, completions: number): Intervals {
  const result: Interval[] = []
  for (const part of text === '' ? [] : text.split(',')) {
    const [from = '', to] = part.split('-')
    if (!/^\d+$/.test(from) || (to !== undefined && !/^\d+$/.test(to))) continue
    const first = Number(from)
    if (first >= completions) break
    const last = to === undefined ? first : Math.min(Number(to), completions - 1)
    const before = result.at(-1)
    if (before?.last === first - 1) result[result.length - 1] = { first: before.first, last }
    else result.push({ first, last })
  }
  return result
}

/** The first `count` indexes below `completions` that are not in `taken`. */
export function firstMissing(taken: Intervals, count: number, completions: number): number[] {
  const result: number[] = []
  let candidate = 0
  for (const { first, last } of taken) {
    for (; candidate < Math.min(first, completions) && result.length < count; candidate += 1) {
      result.push(candidate)
    }
    candidate = Math.max(candidate, last + 1)
  }
  for (; candidate < completions && result.length < count; candidate += 1) result.push(candidate)
  return result
}

/** How many of `wanted` are in `present`. */
export function overlap(wanted: Intervals, present: Intervals): number {
  let count = 0
  for (const a of wanted) {
    for (const b of present) {
      count += Math.max(0, Math.min(a.last, b.last) - Math.max(a.first, b.first) + 1)
    }
  }
  return count
}
