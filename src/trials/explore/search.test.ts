// A planted race: two controllers add one to a counter that each reads from its own cache.

import { describe, expect, it } from 'vitest'
import type { Actor, Forkable, Turn } from '../../engine/actor.ts'
import { parseSchedule, type Schedule, scheduleText } from '../../engine/schedule.ts'
import { type Program, World } from '../../engine/world.ts'
import type { KubeObject } from '../../kube/object.ts'
import type { ExploredRun } from './scenario.ts'
import { strategies } from './registry.ts'
import { search, type SearchResult } from './search.ts'
import type { Strategy } from './strategy.ts'
import { plainOptions, wideBounds } from './testing.ts'

const nothing: Forkable = {
  fork() {
    return this
  },
}

function counter(value: number): KubeObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'counter' }, value }
}

/** Adds one `afterMs` after the start, to what its cache shows by then. */
function adder(name: string, afterMs: number): Actor {
  return {
    name,
    watches: ['ConfigMap'],
    start: (turn: Turn) => {
      turn.wakeAfter(afterMs, { type: 'add' })
      return nothing
    },
    deliver: () => undefined,
    wake: turn => {
      const cached = turn.view.get('ConfigMap', 'counter')?.['value'] ?? 0
      turn.submit(counter(Number(cached) + 1))
    },
  }
}

function program(actors: readonly Actor[]): Program {
  return {
    actors,
    indexes: [],
    serve: (world, request, writer) => {
      world.write('ConfigMap', 'counter', request as KubeObject, writer)
      return undefined
    },
  }
}

const three = program([adder('ada', 10), adder('bob', 20), adder('cyd', 30)])

function runOf(code: Program, schedule: Schedule): ExploredRun {
  const world = World.create(code, { epochMs: 0, schedule, latencyMs: 2 })
  world.run({ untilMs: 1000 })
  const choices = world.traceFrom(0).filter(entry => entry.type === 'choice')
  const observation = { world, startMs: 0, startRevision: 0, endMs: 0, quiet: true, refusals: [] }
  return { schedule, choices, run: { observation, verdicts: [], gates: [], exhausted: false } }
}

function finalValue({ run }: ExploredRun): number {
  return Number(run.observation.world.store.get('ConfigMap', 'counter')?.['value'])
}

function explored(name: string, windowMs: number, deviationsMax = 2): SearchResult {
  return search({
    strategy: strategies.get(name) as Strategy,
    ...plainOptions,
    windowMs,
    deviationsMax,
    runsMax: 2000,
    bounds: wideBounds,
    run: schedule => runOf(three, schedule),
    outcomesOf: run => (finalValue(run) === 3 ? [] : [`ends at ${finalValue(run)}`]),
  })
}

describe('exploring a planted race', () => {
  it('finds no fault where no two events are close enough to change places', () => {
    const { outcomes, exhaustive } = explored('deviations', 1)
    expect({ outcomes, exhaustive }).toEqual({ outcomes: [], exhaustive: true })
  })

  it('finds the lost update, once and twice, with as few departures as it takes', () => {
    const { outcomes, exhaustive } = explored('deviations', 15)
    expect(exhaustive).toBe(true)
    const departures = outcomes.map(({ name, example }) => [name, example.schedule.overrides.size])
    expect(new Map(departures as [string, number][])).toEqual(
      new Map([
        ['ends at 2', 1],
        ['ends at 1', 2],
      ]),
    )
  })

  it('shrinks what random schedules find to the departures that matter', () => {
    const { outcomes } = explored('random', 15)
    const lost = outcomes.find(({ name }) => name === 'ends at 2')
    expect(lost?.example.schedule.overrides.size).toBe(1)
    expect(lost?.example.schedule.mode).toBe('default')
  })

  it('gives a schedule string that tells the same story again', () => {
    const example = explored('deviations', 15).outcomes[0]?.example as ExploredRun
    const parsed = parseSchedule(scheduleText(example.schedule))
    if (!parsed.ok) throw new Error('the printed schedule must parse')
    const again = runOf(three, parsed.value)
    expect(again.run.observation.world.digest()).toBe(example.run.observation.world.digest())
    const notes = again.run.observation.world.traceFrom(0).filter(entry => entry.type === 'note')
    expect(notes.map(({ data }) => data)).toEqual([
      { actor: 'bob', what: 'add', ahead: expect.arrayContaining(['ada']) },
    ])
  })

  it('stops at its bound on runs and does not call that complete', () => {
    const bounded = search({
      strategy: strategies.get('random') as Strategy,
      ...plainOptions,
      windowMs: 15,
      runsMax: 5,
      bounds: wideBounds,
      run: schedule => runOf(three, schedule),
      outcomesOf: () => [],
    })
    expect(bounded).toMatchObject({ runs: 5, exhaustive: false })
  })
})
