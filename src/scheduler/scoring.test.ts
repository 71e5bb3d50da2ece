import fc from 'fast-check'
import { expect, it } from 'vitest'
import { bestOf, heapRoot } from './scoring.ts'

it.each([
  { totals: [5], want: 0 },
  { totals: [1, 2, 2], want: 1 },
  { totals: [1, 1, 2, 2], want: 3 },
  { totals: [2, 2, 2], want: 0 },
  { totals: [1, 3, 2, 3], want: 1 },
])('the heap over $totals has node $want at its root', ({ totals, want }) => {
  expect(heapRoot(totals)).toBe(want)
})

it('the root of the heap is one of the best', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1 }), totals => {
      expect(bestOf(totals)).toContain(heapRoot(totals))
    }),
  )
})
