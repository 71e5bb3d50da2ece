import fc from 'fast-check'
import { expect, it } from 'vitest'
import { bestOf, heapRoot } from '../scoring.ts'
import { isEarlierInHeap } from './heap-order.ts'

it('picks among equal values what the heap of the specification yields', () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 3 }), { minLength: 1, maxLength: 60 }), totals => {
      const picked = bestOf(totals).reduce((a, b) => (isEarlierInHeap(b + 1, a + 1) ? b : a))
      expect(picked).toBe(heapRoot(totals))
    }),
  )
})
