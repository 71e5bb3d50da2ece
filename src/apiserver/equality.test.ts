import { describe, expect, it } from 'vitest'
import { equalExcept, sameStored, semanticEqual } from './equality.ts'

describe('semantic equality', () => {
  it.each<{ name: string; a: object; b: object; want: boolean }>([
    { name: 'nothing and a null', a: { x: null }, b: {}, want: true },
    { name: 'an order of fields', a: { x: 1, y: [2] }, b: { y: [2], x: 1 }, want: true },
    { name: 'a field more', a: {}, b: { x: 1 }, want: false },
    { name: 'a field less', a: { x: 1 }, b: {}, want: false },
    { name: 'a field more that all objects have', a: {}, b: { constructor: 'x' }, want: false },
    { name: 'one less', a: { toString: 'x' }, b: {}, want: false },
  ])('of $name: $want', ({ a, b, want }) => {
    expect(semanticEqual({ data: a }, { data: b })).toBe(want)
  })

  it('leaves fields aside that it is told to', () => {
    expect(equalExcept({ a: 1, b: 1 }, { a: 1, c: 1 }, 'b', 'c')).toBe(true)
    expect(equalExcept({ a: 1, b: 1 }, { a: 1, c: 1 }, 'b')).toBe(false)
  })

  it('of what is stored leaves the version aside', () => {
    const stored = (resourceVersion: string, name: string): object => ({
      metadata: { name, resourceVersion },
    })
    expect(sameStored({ ...stored('1', 'a') }, { ...stored('2', 'a') })).toBe(true)
    expect(sameStored({ ...stored('1', 'a') }, { ...stored('1', 'b') })).toBe(false)
  })
})
