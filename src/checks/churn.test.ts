import { expect, it } from 'vitest'
import type { Turn } from '../engine/actor.ts'
import { World } from '../engine/world.ts'
import { churn } from './churn.ts'
import { observed } from './testing.ts'

const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'victim', namespace: 'default' } }

/** A scheduler that preempts one pod at each of the given times. */
function worldWith(times: readonly number[]): World {
  const state = { fork: () => state }
  const scheduler = {
    name: 'default-scheduler',
    watches: [],
    start: (turn: Turn) => {
      for (const atMs of times) turn.wakeAfter(atMs, undefined)
      return state
    },
    deliver: () => undefined,
    wake: (turn: Turn) => {
      turn.emit({ object: pod, type: 'Normal', reason: 'Preempted', message: 'by another' })
    },
  }
  const program = { actors: [scheduler], indexes: [], serve: () => undefined }
  const schedule = { seed: 1, mode: 'default' as const, overrides: new Map() }
  const world = World.create(program, { epochMs: 0, latencyMs: 0, schedule })
  world.run({ untilMs: 60_000 })
  return world
}

it('counts the pods that were preempted during the trial', () => {
  const world = worldWith([1000, 5000, 6000])
  const verdicts = churn.judge(observed({ world, startMs: 4000 }))
  expect(verdicts).toMatchObject([{ verdict: 'churn', n: 2, atMs: 5000 }])
})

it('says nothing when nobody was preempted', () => {
  expect(churn.judge(observed({ world: worldWith([]) }))).toEqual([])
})
