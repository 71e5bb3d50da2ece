import { expect, it } from 'vitest'
import type { Actor, Forkable } from '../engine/actor.ts'
import { defaultSchedule } from '../engine/schedule.ts'
import { World } from '../engine/world.ts'
import { type UnmodelledNote, unmodelledTopic } from '../platforms/program.ts'
import { observed } from './testing.ts'
import { unmodelled } from './unmodelled.ts'

const nothing: Forkable = {
  fork() {
    return this
  },
}

/** A World in which a program told this, one second after the other. */
function told(notes: readonly UnmodelledNote[]): World {
  const program: Actor = {
    name: 'program',
    watches: [],
    start: turn => {
      notes.forEach((note, index) => turn.wakeAfter(index * 1000, note))
      return nothing
    },
    deliver: () => undefined,
    wake: (turn, _state, note) => turn.note(unmodelledTopic, note),
  }
  const code = { actors: [program], indexes: [], serve: () => undefined }
  const world = World.create(code, { epochMs: 0, latencyMs: 0, schedule: defaultSchedule })
  world.run({ untilMs: 60_000 })
  return world
}

const web = { kind: 'Rollout', key: 'shop/web' }
const api = { kind: 'Rollout', key: 'shop/api' }

it('the last word on an object counts', () => {
  const world = told([
    { ...web, message: 'a' },
    { ...web, message: 'b' },
    { ...api, message: 'c' },
  ])
  const object = { kind: 'Rollout', namespace: 'shop' }
  expect(unmodelled.judge(observed({ world }))).toMatchObject([
    { verdict: 'inconclusive', object: { ...object, name: 'web' }, atMs: 1000, message: 'b' },
    { verdict: 'inconclusive', object: { ...object, name: 'api' }, atMs: 2000, message: 'c' },
  ])
})

it('what is over, and what was never told, is no finding', () => {
  expect(unmodelled.judge(observed({ world: told([]) }))).toEqual([])
  expect(unmodelled.judge(observed({ world: told([{ ...web, message: 'a' }, web]) }))).toEqual([])
})
