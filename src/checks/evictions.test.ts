import { expect, it } from 'vitest'
import { returnsOf } from './evictions.ts'
import { podLife, stillWorld, workloadLife } from './testing.ts'

/** Pods that are evicted from a node every minute, each replaced on the next of `nodes`. */
function evictedFrom(nodes: readonly string[]) {
  const pods = nodes.map((node, index) =>
    podLife({
      uid: `u${index}`,
      node,
      boundMs: index * 60_000 + 1000,
      markedMs: (index + 1) * 60_000,
    }),
  )
  const evicted = pods.map(({ uid, markedMs = 0 }) => ({ uid, atMs: markedMs, writer: 'mover' }))
  return returnsOf(stillWorld(), workloadLife({ pods }), evicted)
}

it('a pod that comes back to its node three times is in a loop', () => {
  expect(evictedFrom(['a', 'a', 'a'])).toEqual([{ writer: 'mover', evictions: 3, seconds: 60 }])
})

it('one that moves on, or comes back once, is not', () => {
  expect(evictedFrom(['a', 'b', 'c'])).toEqual([])
  expect(evictedFrom(['a', 'a'])).toEqual([])
})
