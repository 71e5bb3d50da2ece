// A planted race in a toy controller: it counts pods in a cache that lags, and makes those that are
// missing. Told twice at once, it makes too many. Exploration has to find it and shrink it.

import { describe, expect, it } from 'vitest'
import type { Actor, Forkable } from '../../engine/actor.ts'
import type { Schedule } from '../../engine/schedule.ts'
import { type Program, World } from '../../engine/world.ts'
import type { KubeObject } from '../../kube/object.ts'
import { strategies } from './registry.ts'
import { choicesFrom, type ExploredRun, type Launched } from './scenario.ts'
import { search, type SearchResult } from './search.ts'
import { type Size, smallest } from './smallest.ts'
import type { Strategy } from './strategy.ts'
import { gridSchedule, plainOptions, wideBounds } from './testing.ts'

const nothing: Forkable = {
  fork() {
    return this
  },
}

/** Told by `events` users to look; makes what its cache lacks of `pods` pods, on nodes in turn. */
function toyController(size: Size, waitsForOwnWrites: boolean): Actor {
  const { nodes = 1, pods = 1, events = 1 } = size
  return {
    name: 'toy-controller',
    watches: ['Pod'],
    start: turn => {
      for (let event = 0; event < events; event += 1)
        turn.wakeAfter(event, { type: `look ${event}` })
      return nothing
    },
    deliver: () => undefined,
    wake: turn => {
      if (waitsForOwnWrites && !turn.view.hasSeen('Pod', turn.submit('revision') as number)) {
        turn.wakeAfter(0, { type: 'look again' })
        return
      }
      const known = turn.view.list('Pod').length
      for (let index = known; index < pods; index += 1) turn.submit({ node: index % nodes })
    },
  }
}

/** Counts pods on its node whenever it hears of one: it only makes the world larger. */
function kubelet(node: number): Actor {
  return {
    name: `kubelet-${node}`,
    watches: ['Pod'],
    start: () => nothing,
    deliver: () => undefined,
    wake: () => undefined,
  }
}

function program(size: Size, isMended: boolean): Program {
  const kubelets = Array.from({ length: size['nodes'] ?? 1 }, (_, node) => kubelet(node))
  return {
    actors: [toyController(size, isMended), ...kubelets],
    indexes: [],
    serve: (world, request) => {
      if (request === 'revision') return world.store.revision
      const name = `pod-${world.store.list('Pod').length}`
      const { node } = request as { readonly node: number }
      const pod: KubeObject = { apiVersion: 'v1', kind: 'Pod', metadata: { name }, node }
      world.write('Pod', name, pod, 'toy-controller')
      return undefined
    },
  }
}

function exploredWorld(size: Size, strategy: string, isMended = false): SearchResult {
  const pods = size['pods'] ?? 1
  const start = (schedule: Schedule): World =>
    World.create(program(size, isMended), { epochMs: 0, schedule, latencyMs: 2 })
  const judged =
    (schedule: Schedule) =>
    (world: World): ExploredRun => {
      const observation = {
        world,
        startMs: 0,
        startRevision: 0,
        endMs: 0,
        quiet: true,
        refusals: [],
      }
      const run = { observation, verdicts: [], gates: [], exhausted: false }
      return { schedule, run, choices: choicesFrom(world, 0) }
    }
  return search({
    ...plainOptions,
    windowMs: 20,
    strategy: strategies.get(strategy) as Strategy,
    runsMax: 300,
    bounds: wideBounds,
    run: schedule => {
      const world = start(schedule)
      world.run({ untilMs: 1000 })
      return judged(schedule)(world)
    },
    launch: (schedule): Launched => ({
      world: start(schedule),
      untilMs: 1000,
      judged: judged(schedule),
    }),
    outcomesOf: ({ run }) =>
      run.observation.world.store.list('Pod').length > pods ? ['too many pods'] : [],
  })
}

const found = (size: Size, strategy: string): ExploredRun | undefined =>
  exploredWorld(size, strategy).outcomes[0]?.example

describe('a controller that trusts a cache that lags', () => {
  it.each(['exhaustive', 'deviations', 'pct', 'random'])('is found out by %s', strategy => {
    expect(found({ nodes: 2, pods: 2, events: 2 }, strategy)).toBeDefined()
  })

  it('is shrunk to one node, one pod, two events and the shortest schedule', () => {
    const least = smallest({ nodes: 2, pods: 3, events: 3 }, size => found(size, 'exhaustive'))
    expect(least?.size).toEqual({ nodes: 1, pods: 1, events: 2 })
    expect(least?.shown.schedule.overrides.size).toBeLessThanOrEqual(1)
  })

  it('is found on the grid, where the schedule that is printed shows it again', () => {
    const example = found({ nodes: 1, pods: 1, events: 2 }, 'exhaustive') as ExploredRun
    const overrides = new Map(
      example.choices.flatMap(({ index, option }) => (option === 0 ? [] : [[index, option]])),
    )
    const schedule = { ...gridSchedule(20), overrides: overrides as Map<number, number> }
    const world = World.create(program({ nodes: 1, pods: 1, events: 2 }, false), {
      epochMs: 0,
      schedule,
      latencyMs: 2,
    })
    world.run({ untilMs: 1000 })
    expect(world.store.list('Pod')).toHaveLength(2)
  })

  it('is mended by waiting for its own writes: every state is visited and none is wrong', () => {
    const { exhaustive, outcomes, visited } = exploredWorld(
      { nodes: 2, pods: 2, events: 2 },
      'exhaustive',
      true,
    )
    expect({ exhaustive, outcomes }).toEqual({ exhaustive: true, outcomes: [] })
    expect(visited?.states).toBeGreaterThan(20)
  })
})
