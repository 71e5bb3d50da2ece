import { describe, expect, it } from 'vitest'
import type { KubeObject } from '../kube/object.ts'
import type { Actor } from './actor.ts'
import type { TakenMove } from './moves.ts'
import type { Schedule } from './schedule.ts'
import { Tally, toyOptions, toyProgram, toyWorld } from './testing.ts'
import { type Program, World } from './world.ts'

const epoch = toyOptions.epochMs
const end = { untilMs: epoch + 10_000 }
const seeds = Array.from({ length: 20 }, (_, index) => index + 1)

function onGrid(seed: number, staleMax: number, crashesMax: number): Schedule {
  const grid = { staleMax, crashesMax }
  return { seed, mode: 'random', overrides: new Map(), windowMs: 4, grid }
}

/** Bob is down from 20 ms on, and about to come back. */
function comingBack(schedule: Schedule): World {
  const actors = toyProgram().actors.map(actor => ({
    ...actor,
    tell: (_: unknown, payload: unknown) => `hop ${(payload as { hop: number }).hop.toFixed()}`,
  }))
  const world = World.create({ ...toyProgram(), actors }, { ...toyOptions, schedule })
  world.run({ untilMs: epoch + 20 })
  world.takeDown('bob', 'stopped')
  world.bringUp('bob', { afterMs: 3 })
  return world
}

describe('a component that is about to come back', () => {
  it('has no process to lose, and comes back', () => {
    for (const seed of seeds) {
      const world = comingBack(onGrid(seed, 0, 1000))
      const moves = world.opening(end.untilMs)?.moves ?? []
      const crashing = moves.flatMap(move => ('crash' in move ? [move.crash] : []))
      expect(crashing).toEqual([0, 2])
      world.run({ untilMs: epoch + 60 })
      expect(world.isDown('bob')).toBe(false)
    }
  })

  it('is told of as that where it comes before others', () => {
    const told = seeds.flatMap(seed => {
      const world = comingBack({ seed, mode: 'random', overrides: new Map(), windowMs: 4 })
      world.run(end)
      const notes = world.traceFrom(0).filter(entry => entry.type === 'note')
      return notes.flatMap(({ topic, data }) => (topic === 'move' ? [data as TakenMove] : []))
    })
    expect(told.filter(({ what }) => what === 'comes back').map(({ actor }) => actor)).toContain(
      'bob',
    )
  })
})

it('time that passes while caches stay behind passes no further than the run may', () => {
  for (const seed of seeds) {
    const world = toyWorld({ schedule: onGrid(seed, 100, 0) })
    for (let untilMs = epoch + 7; untilMs < epoch + 200; untilMs += 7) {
      world.run({ untilMs })
      expect(world.traceFrom(0).filter(({ atMs }) => atMs > untilMs)).toEqual([])
    }
  }
})

it('a delivery waits for changes that have been under way for long enough', () => {
  // When the Secret is due, the second ConfigMap, first in the order of watches, is not yet.
  const scribe: Actor<Tally> = {
    name: 'scribe',
    watches: [],
    start: turn => {
      const kinds = ['ConfigMap', 'Secret', 'ConfigMap']
      for (const [index, kind] of kinds.entries()) turn.wakeAfter(index + 1, { kind })
      return new Tally(0)
    },
    deliver: () => {},
    wake: (turn, _, payload) => {
      const { kind } = payload as { kind: string }
      turn.submit({ apiVersion: 'v1', kind, metadata: { name: 'one' } })
    },
  }
  const heard: string[] = []
  const reader: Actor<Tally> = {
    name: 'reader',
    watches: ['ConfigMap', 'Secret'],
    start: () => new Tally(0),
    deliver: (_turn, _state, changes) => {
      heard.push(...changes.map(({ kind, atMs }) => `${kind} ${atMs - epoch}`))
    },
    wake: () => {},
  }
  const program: Program = {
    actors: [scribe, reader],
    indexes: [],
    serve: (world, request, writer) => {
      const object = request as KubeObject
      world.write(object.kind, object.metadata.name ?? '', object, writer)
      return undefined
    },
  }
  const grid = { staleMax: 0, crashesMax: 0 }
  const schedule = { seed: 1, mode: 'default' as const, overrides: new Map(), windowMs: 0, grid }
  const world = World.create(program, { ...toyOptions, schedule })
  expect(world.run({ ...end, stepsMax: 100 }).reason).toBe('quiescent')
  expect(heard).toEqual(['ConfigMap 1', 'Secret 2', 'ConfigMap 3'])
  for (const seed of seeds) {
    const priorities = { depth: 1, steps: 100 }
    const pct = { seed, mode: 'pct' as const, overrides: new Map(), windowMs: 0, priorities }
    const other = World.create(program, { ...toyOptions, schedule: pct })
    expect(other.run({ ...end, stepsMax: 100 }).reason).toBe('quiescent')
  }
})
