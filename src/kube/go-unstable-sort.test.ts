import { describe, expect, it } from 'vitest'
import { unstableSort } from './go-unstable-sort.ts'

describe('unstableSort', () => {
  it('sorts whatever the size and pattern', () => {
    for (const size of [0, 1, 12, 13, 49, 50, 400]) {
      const patterns = [
        Array.from({ length: size }, (_, index) => index),
        Array.from({ length: size }, (_, index) => size - index),
        Array.from({ length: size }, (_, index) => (index * 7919) % 101),
        Array.from({ length: size }, () => 3),
      ]
      for (const items of patterns) {
        const expected = items.toSorted((a, b) => a - b)
        expect(unstableSort(items, (a, b) => a < b)).toEqual(expected)
      }
    }
  })

  it('keeps few equal elements in place and leaves its argument alone', () => {
    const items = ['b2', 'a1', 'b1', 'a2']
    const sorted = unstableSort(items, (a, b) => (a[0] ?? '') < (b[0] ?? ''))
    expect(sorted).toEqual(['a1', 'a2', 'b2', 'b1'])
    expect(items).toEqual(['b2', 'a1', 'b1', 'a2'])
  })
})
