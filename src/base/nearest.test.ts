import { expect, it } from 'vitest'
import { didYouMean, editDistance, nearest } from './nearest.ts'

it.each([
  { a: '', b: 'abc', want: 3 },
  { a: 'check', b: 'chekc', want: 1 },
  { a: 'nodes', b: 'node', want: 1 },
  { a: 'kitten', b: 'sitting', want: 3 },
])('"$a" and "$b" differ by $want', ({ a, b, want }) => {
  expect([editDistance(a, b), editDistance(b, a)]).toEqual([want, want])
})

it('is silent when nothing is near', () => {
  expect(nearest('helm', ['check', 'size'])).toBeUndefined()
  expect(didYouMean('helm', ['check', 'size'])).toBe('known: check, size')
})
