// Reconciles that others may interrupt between any two steps: same seed same run, forks in the
// middle of a reconcile go on as the original would, and the cluster still gets there.

import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isComplete } from '../../src/checks/rollout.ts'
import { createCluster, request } from '../../src/cluster/cluster.ts'
import type { World } from '../../src/engine/world.ts'
import { load } from '../../src/sources/load.ts'
import { nodesOf } from '../../src/trials/platform.ts'

const root = join(import.meta.dirname, '..', '..')
const { objects, pools } = load([join(root, 'examples', 'small')], {
  pools: [{ name: 'n', count: 3, cpu: '4', memory: '8Gi' }],
})

function started(seed: number, latencyMs: number): World {
  const nodes = nodesOf({ kubernetes: '1.36', pools, objects })
  const schedule = { seed, mode: 'random' as const, overrides: new Map() }
  const world = createCluster({ kubernetes: '1.36', nodes, schedule, latencyMs, interleave: true })
  for (const { object } of objects) request(world, { verb: 'create', object })
  return world
}

const seed = fc.nat({ max: 100_000 })
/** Up to a quarter of a second between a write and its news: every cache is stale most of the time. */
const latencyMs = fc.constantFrom(0, 2, 40, 250)

describe('interleaved reconciles', () => {
  it('converge under any order and any staleness', () => {
    fc.assert(
      fc.property(seed, latencyMs, (s, latency) => {
        const world = started(s, latency)
        world.runFor(180_000)
        const workloads = ['Deployment', 'StatefulSet', 'DaemonSet'].flatMap(kind =>
          world.store.list(kind),
        )
        expect(workloads.length).toBeGreaterThan(0)
        expect(workloads.filter(object => !isComplete(object))).toEqual([])
      }),
      { numRuns: 12 },
    )
  })

  it('go on after a fork in the middle as they would have', () => {
    fc.assert(
      fc.property(seed, latencyMs, fc.integer({ min: 1, max: 1500 }), (s, latency, steps) => {
        const whole = started(s, latency)
        const endMs = whole.nowMs + 60_000
        whole.run({ untilMs: endMs })
        const parent = started(s, latency)
        parent.run({ untilMs: endMs, stepsMax: steps })
        const child = parent.fork()
        child.run({ untilMs: endMs })
        expect(child.digest()).toBe(whole.digest())
        parent.run({ untilMs: endMs })
        expect(parent.digest()).toBe(whole.digest())
      }),
      { numRuns: 12 },
    )
  })
})
