import { expect, it } from 'vitest'
import { beyondOpen } from './open-differences.ts'

function result(mismatches: number) {
  return { suite: 's', families: [{ name: 'f', cases: 9, checked: 9, mismatches }] }
}

it('tolerates exactly what is listed', () => {
  expect(beyondOpen(result(2), { 's/f': 2 })).toEqual([])
  expect(beyondOpen(result(0), {})).toEqual([])
})

it('notices more differences, and asks to shorten the list when there are fewer', () => {
  expect(beyondOpen(result(3), { 's/f': 2 })[0]).toContain('mend what broke')
  expect(beyondOpen(result(1), { 's/f': 2 })[0]).toContain('lower the count')
  expect(beyondOpen(result(1), {})).toHaveLength(1)
})
