// Expected orders come from Go 1.26: sort.Slice over the same keys; `want` lists the positions that
// the items had before.

import { describe, expect, it } from 'vitest'
import { sortLikeGo, unstableSort } from './go-unstable-sort.ts'

const numbers = (text: string): number[] => text.split(' ').map(Number)

const cases = [
  {
    name: '14 to 20 keys',
    contradicts: false,
    given: '14 14 14 13 13 13 12 12 12 11 11 11 10 10',
    want: '13 12 9 11 10 6 7 8 5 4 3 0 2 1',
  },
  {
    name: '40 to 60 keys',
    contradicts: false,
    given:
      '0 1 3 1 3 2 1 1 0 3 2 1 0 1 2 3 3 2 3 0 2 2 1 2 3 1 0 2 2 0 1 1 2 1 2 2 1 1 0 2 0 1 0 1 3 1 1 3 2 0 2 3 2 3',
    want: '12 49 42 40 38 29 26 19 8 0 13 41 1 46 45 43 11 3 37 7 36 33 22 31 30 25 6 39 34 5 52 23 32 21 14 35 20 17 50 28 27 10 48 51 44 15 9 47 2 4 16 18 24 53',
  },
  {
    name: 'contradicting, short',
    contradicts: true,
    given: '1 2 3 4 2 1 3 1 0 3 4 0 4 2 0 4 2',
    want: '0 5 7 1 16 4 13 2 6 9 12 10 15 3 14 8 11',
  },
  {
    name: 'contradicting, long',
    contradicts: true,
    given:
      '0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0',
    want: '8 0 40 12 24 28 4 47 46 34 14 18 30 10 38 51 26 2 50 52 35 20 41 19 33 15 17 36 13 39 11 29 9 43 7 27 31 37 3 25 22 45 53 44 23 32 49 6 16 48 5 42 1 21',
  },
  {
    name: '100 keys and more',
    contradicts: false,
    given:
      '1 1 2 2 5 0 3 4 5 5 1 5 5 5 3 3 0 0 0 5 0 4 3 4 1 3 2 2 2 0 1 5 3 0 3 3 1 1 3 2 5 1 1 2 1 2 0 2 5 0 2 4 0 1 4 5 4 1 4 4 2 4 3 2 1 3 1 5 0 2 0 5 2 2 0 1 1 3 4 2 3 3 2 0 5 3 5 3 3 4 4 5 0 2 1 5 1 2 3 0 1 2',
    want: '16 49 33 99 29 5 46 92 83 52 20 18 74 70 68 17 1 0 75 94 10 57 53 24 66 76 64 36 44 96 30 42 41 100 37 26 97 72 79 39 101 69 2 43 28 45 27 47 3 63 50 82 60 93 73 25 65 88 87 85 98 35 62 22 6 81 15 80 14 32 38 77 34 51 59 23 54 56 78 7 90 89 61 21 58 19 55 84 8 12 67 91 13 71 86 95 4 9 11 48 31 40',
  },
  {
    name: 'contradicting, 120 and more',
    contradicts: true,
    given:
      '1 5 3 4 4 0 1 6 6 0 3 3 6 0 5 6 5 4 5 5 3 0 2 0 2 1 4 4 6 3 4 4 5 6 6 2 2 2 5 6 5 3 0 4 3 5 5 2 2 5 4 4 1 3 5 3 5 1 5 5 0 5 6 4 4 0 3 6 3 1 3 4 3 4 2 6 6 0 2 6 4 6 3 2 3 5 3 2 1 6 3 3 4 6 0 4 1 4 5 6 0 2 3 5 3 1 3 0 2 2 4 4 4 5 6 3 3 1 0 3 6 6 0 6 0 2 0 4 6 0 1 1',
    want: '69 96 88 25 117 131 6 130 52 57 105 0 24 47 74 101 125 78 48 35 108 109 22 37 83 87 36 68 53 29 91 90 2 86 84 82 10 102 11 115 72 41 20 70 44 119 66 104 116 106 55 43 17 51 92 50 30 31 3 111 110 4 73 63 64 27 97 80 95 127 112 71 26 18 38 103 113 40 45 98 14 46 19 61 49 85 59 58 32 1 16 56 54 67 28 93 89 81 79 99 7 128 76 75 8 62 123 121 120 39 34 33 12 15 114 126 9 122 107 5 77 100 94 118 13 23 65 129 42 124 21 60',
  },
]

describe('sorting like Go does, equal items included', () => {
  it.each(cases)('$name', ({ contradicts, given, want }) => {
    const items = numbers(given).map((key, index) => ({ key, index }))
    sortLikeGo(items, (a, b) => {
      if (contradicts && b.key === 0) return true
      if (contradicts && a.key === 0) return false
      return a.key < b.key
    })
    expect(items.map(({ index }) => index)).toEqual(numbers(want))
  })

  it('keeps the order of equal items in short lists', () => {
    const items = ['b1', 'a1', 'b2', 'a2', 'a3']
    sortLikeGo(items, (a, b) => a.charAt(0) < b.charAt(0))
    expect(items).toEqual(['a1', 'a2', 'a3', 'b1', 'b2'])
  })
})

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
