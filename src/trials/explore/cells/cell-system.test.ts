// States as numbers against the specification: Worlds that are forked and run. Equal states, steps
// and ends, and every hash is the one of the World that the way leads to.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { join } from 'node:path'
import { Fingerprint } from '../../../engine/fingerprint.ts'
import type { Strike, World } from '../../../engine/world.ts'
import { load, platformOf } from '../../../index.ts'
import { install } from '../../install.ts'
import { strikeOf } from '../strikes.ts'
import { scenariosOf } from '../scenario.ts'
import { Voyage } from '../../voyage.ts'
import {
  cells,
  cellsText,
  copier,
  type Deed,
  gridSchedule,
  startedOn,
  wideBounds,
} from '../testing.ts'
import { visitAll } from '../visit.ts'
import { WorldSystem } from '../world-system.ts'
import { CellSystem } from './cell-system.ts'
import type { KnownFootprint } from './known-footprint.ts'

const untilMs = 1000

function byWorlds(world: World, reduces: boolean) {
  const system = new WorldSystem(untilMs)
  const ends = new Set<string>()
  const atEnd = (state: { readonly world: World }): unknown => ends.add(cellsText(state.world))
  const start = system.stateOf(world)
  const { states } = visitAll(system, start, { ...wideBounds, reduces, atEnd })
  return { states, ends: [...ends].sort() }
}

function byNumbers(world: World, reduces: boolean) {
  const system = new CellSystem(world, untilMs)
  const ends = new Set<string>()
  const { states } = visitAll(system, system.start(), {
    ...wideBounds,
    reduces,
    atEnd: state => ends.add(cellsText(system.worldOf(state))),
  })
  return { states, ends: [...ends].sort() }
}

const names = ['a', 'b', 'c'] as const
const deed: fc.Arbitrary<Deed> = fc.record({
  isChoice: fc.boolean(),
  afterMs: fc.constantFrom(5, 6, 30),
  from: fc.constantFrom(...names),
  to: fc.constantFrom(...names),
  add: fc.integer({ min: 0, max: 2 }),
})
const small = fc.array(fc.array(deed, { minLength: 1, maxLength: 2 }), {
  minLength: 2,
  maxLength: 2,
})

type Actors = readonly (readonly Deed[])[]

function worldOf(actors: Actors, staleMax = 0, crashesMax = 0): World {
  const program = cells(actors.map((deeds, index) => copier(`actor-${index}`, deeds)))
  return startedOn(program, gridSchedule(20, staleMax, crashesMax))
}

/** What somebody outside may do: write, hold a component, or stop one that comes back. */
const strikes: readonly Strike[] = [
  { name: 'write', apply: world => world.signal('actor-0', { type: 'deed 0' }) },
  { name: 'hold', apply: world => !world.isDown('actor-0') && world.takeDown('actor-0', 'held') },
  {
    name: 'stop',
    apply: world => {
      if (world.isDown('actor-1')) return
      world.takeDown('actor-1', 'stopped')
      world.bringUp('actor-1', { anew: true, afterMs: 10 })
    },
  },
]

describe('states as numbers', () => {
  it('are as many as those of Worlds, and end alike', () => {
    fc.assert(
      fc.property(small, fc.boolean(), (actors, reduces) => {
        expect(byNumbers(worldOf(actors), reduces)).toEqual(byWorlds(worldOf(actors), reduces))
      }),
      { numRuns: 15 },
    )
  })

  it('are so too where caches stay behind, components crash and faults strike', () => {
    const few = small.map(actors => actors.map(deeds => deeds.slice(0, 1)))
    const bounds = fc.constantFrom([1, 0] as const, [0, 1] as const, [1, 1] as const)
    fc.assert(
      fc.property(
        few,
        bounds,
        fc.subarray([...strikes], { maxLength: 1 }),
        fc.boolean(),
        (actors, [stale, crashes], armed, reduces) => {
          const world = (): World => {
            const started = worldOf(actors, stale, crashes)
            started.arm(armed)
            return started
          }
          expect(byNumbers(world(), reduces)).toEqual(byWorlds(world(), reduces))
        },
      ),
      { numRuns: 12 },
    )
  })

  it('tell what each outcome of a step touches, and nothing of the others', () => {
    const ada = copier('ada', [{ afterMs: 5, from: 'a', to: 'b', add: 1 }])
    const lazy: typeof ada = {
      ...ada,
      wake: (turn, ...what) => turn.choose('acts', 2) === 1 && ada.wake(turn, ...what),
    }
    const system = new CellSystem(startedOn(cells([lazy]), gridSchedule(20)), untilMs)
    const written = system.take(system.start(), 0).map(({ footprint }) => {
      const { writes } = (footprint as KnownFootprint).footprint
      return writes.has('ConfigMap/b')
    })
    expect(written).toEqual([false, true])
  })

  it('fit a component that comes back', () => {
    const deeds: readonly Deed[] = [{ afterMs: 5, from: 'a', to: 'b', add: 1 }]
    const world = worldOf([deeds, deeds])
    world.arm(strikes.filter(({ name }) => name === 'stop'))
    const system = new CellSystem(world, untilMs)
    const [ends, downs] = [new Set<string>(), new Set<boolean>()]
    const atEnd = (state: ReturnType<typeof system.start>): void => {
      ends.add(cellsText(system.worldOf(state)))
      downs.add(system.worldOf(state).isDown('actor-1'))
    }
    visitAll(system, system.start(), { ...wideBounds, reduces: true, atEnd })
    expect([ends.size > 0, [...downs], system.isUnfit]).toEqual([true, [false], false])
  })

  it('do not fit what is no grid, and news that take longer than a cell of time', () => {
    const program = cells([copier('ada', [])])
    expect(CellSystem.fits(startedOn(program, gridSchedule(20, 1, 1)))).toBe(true)
    expect(CellSystem.fits(startedOn(program, gridSchedule(1)))).toBe(false)
    const { grid: _, ...plain } = gridSchedule(20)
    expect(CellSystem.fits(startedOn(program, plain))).toBe(false)
  })
})

describe('states of a real cluster as numbers', () => {
  const root = join(import.meta.dirname, '..', '..', '..', '..')
  const base = install(platformOf(load([join(root, 'examples', 'small')]), {}))
  const launched = (schedule = gridSchedule(20)) => {
    const world = base.world.fork(schedule)
    const [web] = world.store.list('Deployment')
    if (web === undefined) throw new Error('the example has a Deployment')
    new Voyage(world).restart(web)
    return { world, untilMs: world.nowMs + 1_200_000 }
  }
  const bounds = [
    { allowed: 'only the order is open', stale: 0, crashes: 0, faults: [], hits: 100 },
    { allowed: 'caches stay behind', stale: 2, crashes: 0, faults: [], hits: 100 },
    { allowed: 'components crash', stale: 0, crashes: 2, faults: [], hits: 100 },
    { allowed: 'they list what was before', stale: 2, crashes: 2, faults: [], hits: 100 },
    {
      allowed: 'faults strike',
      stale: 1,
      crashes: 0,
      faults: ['node-loss=workers-1', 'scheduler-outage', 'cordon=workers-2'],
      hits: 100,
    },
    // Without the API server a way is three steps long.
    {
      allowed: 'the API server is lost',
      stale: 0,
      crashes: 0,
      faults: ['api-server-outage'],
      hits: 0,
    },
  ]

  it.each(bounds)('hash as the Worlds that their ways lead to where $allowed', each => {
    const { stale, crashes, faults, hits } = each
    const { world, untilMs: endMs } = launched(gridSchedule(20, stale, crashes))
    world.arm(faults.flatMap(fault => [strikeOf(fault)].flatMap(at => (at.ok ? [at.value] : []))))
    const system = new CellSystem(world, endMs)
    for (const stride of [1, 7, 7, 3]) {
      let state = system.start()
      for (let step = 0; step < 600; step += 1) {
        const count = system.steps(state).length
        if (count === 0) break
        const outcomes = system.take(state, (step * stride) % count)
        state = (outcomes.at(-1) ?? { state }).state
        if (step % 16 !== 0) continue
        const { high, low } = Fingerprint.of(system.worldOf(state))
        expect([state.hash.high, state.hash.low]).toEqual([high, low])
      }
      if (faults.length + crashes === 0) expect(system.steps(state)).toEqual([])
    }
    expect(system.hits).toBeGreaterThan(hits)
    expect(system.isUnfit).toBe(false)
  })

  it('come from runs in which periodic work keeps its exact time: a lost node is noticed', () => {
    const [scenario] = scenariosOf(base, 'lose-node')
    const { run } = scenario?.run(gridSchedule(20)) ?? {}
    const node = run?.observation.world.store.get('Node', 'workers-1')
    const silent: unknown = expect.objectContaining({ type: 'Ready', status: 'Unknown' })
    expect(node).toMatchObject({ status: { conditions: expect.arrayContaining([silent]) } })
  })

  it('are reached from memory nearly always once some were visited', () => {
    const { world, untilMs: endMs } = launched()
    const system = new CellSystem(world, endMs)
    const bounds = { ...wideBounds, statesMax: 5000 }
    visitAll(system, system.start(), { ...bounds, reduces: true, atEnd: () => undefined })
    const { misses } = system
    visitAll(system, system.start(), { ...bounds, reduces: true, atEnd: () => undefined })
    expect(system.misses).toBe(misses)
    expect(misses).toBeLessThan(1000)
  })
})
