import { describe, expect, it } from 'vitest'
import { below, countOver, servingAt, subtract } from './spans.ts'

const span = (fromMs: number, toMs: number) => ({ fromMs, toMs })

describe('subtract', () => {
  const cases = [
    {
      name: 'a hole in the middle leaves two parts',
      spans: [span(0, 10)],
      holes: [span(3, 5)],
      want: [span(0, 3), span(5, 10)],
    },
    {
      name: 'a hole over the whole leaves nothing',
      spans: [span(2, 4)],
      holes: [span(0, 9)],
      want: [],
    },
    {
      name: 'touching ends do not cut',
      spans: [span(2, 4)],
      holes: [span(4, 6), span(0, 2)],
      want: [span(2, 4)],
    },
    {
      name: 'an open span is cut at its hole',
      spans: [span(2, Infinity)],
      holes: [span(7, Infinity)],
      want: [span(2, 7)],
    },
  ]
  it.each(cases)('$name', ({ spans, holes, want }) => {
    expect(subtract(spans, holes)).toEqual(want)
  })
})

describe('countOver and below', () => {
  // Two pods: one serves 0-50, its successor 80-; the other 10-.
  const two = countOver([span(0, 50), span(80, Infinity), span(10, Infinity)])
  it('counts overlapping spans, one step per moment', () => {
    expect(two).toEqual([
      { atMs: 0, serving: 1 },
      { atMs: 10, serving: 2 },
      { atMs: 50, serving: 1 },
      { atMs: 80, serving: 2 },
    ])
    expect(servingAt(two, 49)).toBe(2)
    expect(servingAt(two, -1)).toBe(0)
  })
  it('finds when fewer than two served, with the least seen', () => {
    expect(below(two, 2, span(10, 100))).toEqual([{ fromMs: 50, toMs: 80, least: 1 }])
    expect(below(two, 1, span(10, 100))).toEqual([])
  })
  it('leaves a shortage open that lasts beyond the window', () => {
    expect(below(countOver([span(0, 5)]), 1, span(0, 100))).toEqual([
      { fromMs: 5, toMs: Infinity, least: 0 },
    ])
  })
  it('joins an end and a beginning at the same moment', () => {
    expect(below(countOver([span(0, 5), span(5, 9)]), 1, span(0, 8))).toEqual([])
  })
})
