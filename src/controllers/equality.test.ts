// Which values the API server would not tell apart.

import { describe, expect, it } from 'vitest'
import { sameValue } from './equality.ts'

describe('semantic equality', () => {
  it.each([
    { name: 'absent and null', a: {}, b: { x: null }, want: true },
    { name: 'absent and an empty list', a: {}, b: { x: [] }, want: true },
    { name: 'absent and an empty struct', a: { x: {} }, b: {}, want: false },
    { name: 'absent and zero', a: {}, b: { x: 0 }, want: false },
    { name: 'absent and an empty text', a: {}, b: { x: '' }, want: false },
    { name: 'lists in another order', a: [1, 2], b: [2, 1], want: false },
    { name: 'a list and a map', a: ['x'], b: { 0: 'x' }, want: false },
    { name: 'deep changes', a: { x: [{ y: 1 }] }, b: { x: [{ y: 2 }] }, want: false },
    { name: 'equal parts', a: { x: [{ y: 1 }], z: 's' }, b: { z: 's', x: [{ y: 1 }] }, want: true },
  ])('$name: $want', ({ a, b, want }) => {
    expect(sameValue(a, b)).toBe(want)
    expect(sameValue(b, a)).toBe(want)
  })
})
