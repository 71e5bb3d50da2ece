import { expect, it } from 'vitest'
import { changedPaths } from './changed-paths.ts'

it.each([
  { name: 'nothing differs', before: { a: 1 }, after: { a: 1 }, want: [] },
  { name: 'a field is new', before: {}, after: { a: { b: 1 } }, want: ['a'] },
  { name: 'a field is gone', before: { a: { b: 1, c: 2 } }, after: { a: { c: 2 } }, want: ['a.b'] },
  {
    name: 'an item of a list of objects differs',
    before: { l: [{ n: 1 }, { n: 2 }] },
    after: { l: [{ n: 1 }, { n: 3 }] },
    want: ['l[1].n'],
  },
  {
    name: 'a list of texts differs as a whole',
    before: { l: ['a'] },
    after: { l: ['b'] },
    want: ['l'],
  },
])('$name', ({ before, after, want }) => {
  expect(changedPaths(before, after)).toEqual(want)
})
