import { expect, it } from 'vitest'
import { pod } from '../plugin-testing.ts'
import { prioritySort } from './priority-sort.ts'

it.each([
  { name: 'higher priority first', a: [10, 5], b: [5, 1], want: true },
  { name: 'lower priority last', a: [5, 1], b: [10, 5], want: false },
  { name: 'equal priority: who waits longer first', a: [5, 1], b: [5, 2], want: true },
  { name: 'equal in both: not before', a: [5, 1], b: [5, 1], want: false },
])('$name', ({ a, b, want }) => {
  const queued = ([priority = 0, timestampMs = 0]: number[]) => ({
    pod: pod('p', { priority }),
    timestampMs,
  })
  expect(prioritySort.less(queued(a), queued(b))).toBe(want)
})
