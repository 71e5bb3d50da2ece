// Properties of the engine on a real cluster: every component takes part, nothing is a toy.

import fc from 'fast-check'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { request } from '../../src/cluster/cluster.ts'
import type { Schedule } from '../../src/engine/schedule.ts'
import type { World } from '../../src/engine/world.ts'
import { load } from '../../src/sources/load.ts'
import { emptyWorld, type Platform } from '../../src/trials/platform.ts'

const root = join(import.meta.dirname, '..', '..')
const loaded = load([join(root, 'examples', 'small')], {
  pools: [{ name: 'n', count: 3, cpu: '4', memory: '8Gi' }],
})

function platform(schedule: Schedule): Platform {
  const { pools, objects } = loaded
  return { kubernetes: '1.36', pools, objects, options: { schedule } }
}

function schedule(mode: Schedule['mode'], seed: number): Schedule {
  return { mode, seed, overrides: new Map() }
}

function started(given: Schedule): World {
  const world = emptyWorld(platform(given))
  for (const { object } of loaded.objects) request(world, { verb: 'create', object })
  return world
}

const lengthMs = 60_000

function digestOf(given: Schedule): string {
  const world = started(given)
  world.run({ untilMs: world.nowMs + lengthMs })
  return world.digest()
}

const mode = fc.constantFrom<Schedule['mode']>('default', 'random')
const seed = fc.nat({ max: 100_000 })

describe('a cluster with all its components', () => {
  it('gives the same digest twice for the same schedule', () => {
    fc.assert(
      fc.property(mode, seed, (m, s) => {
        expect(digestOf(schedule(m, s))).toBe(digestOf(schedule(m, s)))
      }),
      { numRuns: 8 },
    )
  })

  it('continues after a fork exactly as without, at any moment', () => {
    fc.assert(
      fc.property(mode, seed, fc.nat({ max: 8000 }), (m, s, pauseMs) => {
        const given = schedule(m, s)
        const parent = started(given)
        const endMs = parent.nowMs + lengthMs
        parent.run({ untilMs: parent.nowMs + pauseMs })
        const child = parent.fork()
        child.run({ untilMs: endMs })
        expect(child.digest()).toBe(digestOf(given))
        parent.run({ untilMs: endMs })
        expect(parent.digest()).toBe(child.digest())
      }),
      { numRuns: 12 },
    )
  })

  it('keeps a fork to itself', () => {
    fc.assert(
      fc.property(seed, fc.nat({ max: 5000 }), (s, pauseMs) => {
        const parent = started(schedule('random', s))
        parent.run({ untilMs: parent.nowMs + pauseMs })
        const before = parent.digest()
        const child = parent.fork()
        for (const node of child.store.list('Node')) {
          const target = { kind: 'Node', name: node.metadata.name ?? '' }
          request(child, { verb: 'delete', target })
        }
        child.run({ untilMs: child.nowMs + lengthMs })
        expect(parent.digest()).toBe(before)
        expect(parent.store.list('Node')).toHaveLength(3)
      }),
      { numRuns: 8 },
    )
  })

  it('takes other ways under other seeds', () => {
    const digests = new Set([1, 2, 3, 4, 5].map(s => digestOf(schedule('random', s))))
    expect(digests.size).toBe(5)
  })
})
