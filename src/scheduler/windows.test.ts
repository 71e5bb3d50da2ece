import { describe, expect, it } from 'vitest'
import { chunkSizeFor, orderOfChecks } from './windows.ts'

describe('chunks of nodes', () => {
  // min(root of the nodes, nodes / workers + 1), as upstream: 5,000 nodes and 16 workers give 70.
  it.each([
    { nodes: 5000, want: 70 },
    { nodes: 1000, want: 31 },
    { nodes: 100, want: 7 },
    { nodes: 3, want: 1 },
  ])('$nodes nodes: $want at a time', ({ nodes, want }) => {
    expect(chunkSizeFor(nodes, 16)).toBe(want)
  })
})

describe('orders of checks', () => {
  it.each([1, 2, 3, 7])('order %i looks at each node once', window => {
    const order = orderOfChecks(window, { count: 1000, start: 990, parallelism: 16 })
    expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, i) => i))
  })

  it('at the same pace each worker looks at its chunk, all side by side', () => {
    const order = orderOfChecks(1, { count: 1000, start: 0, parallelism: 16 })
    expect(Array.from(order.slice(0, 18))).toEqual([
      0, 31, 62, 93, 124, 155, 186, 217, 248, 279, 310, 341, 372, 403, 434, 465, 1, 32,
    ])
    // The first chunks are done after 31 rounds; then the next 16 are taken in order.
    expect(Array.from(order.slice(31 * 16, 31 * 16 + 2))).toEqual([496, 527])
  })

  it('one worker would look at them in order', () => {
    const order = orderOfChecks(1, { count: 200, start: 50, parallelism: 1 })
    expect([...order]).toEqual(Array.from({ length: 200 }, (_, i) => (50 + i) % 200))
  })

  it('drawn orders differ, and each is the same again', () => {
    const of = (window: number): string =>
      orderOfChecks(window, { count: 300, start: 0, parallelism: 16 }).join()
    expect(of(2)).toBe(of(2))
    expect(of(2)).not.toBe(of(3))
  })

  // 5,000 nodes: after 31 rounds each of 16 workers is at node 31 of its 70, so of the first 500
  // nodes about 7 chunks of 31 are among the 500 that were looked at.
  it.each([
    { nodes: 1000, wanted: 420, want: 0.85 },
    { nodes: 5000, wanted: 500, want: 0.46 },
    { nodes: 15_000, wanted: 750, want: 0.4 },
  ])('of $nodes nodes the window shares $want with that of one worker', given => {
    const order = orderOfChecks(1, { count: given.nodes, start: 0, parallelism: 16 })
    const shared = order.slice(0, given.wanted).filter(position => position < given.wanted)
    expect(shared.length / given.wanted).toBeCloseTo(given.want, 2)
  })
})
