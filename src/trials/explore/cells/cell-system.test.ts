// States as numbers against the specification: Worlds that are forked and run. Equal states, steps
// and ends, and every hash is the one of the World that the way leads to.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { join } from 'node:path'
import { Fingerprint } from '../../../engine/fingerprint.ts'
import type { World } from '../../../engine/world.ts'
import { load, platformOf } from '../../../index.ts'
import { install } from '../../install.ts'
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
  afterMs: fc.constantFrom(5, 6, 30),
  from: fc.constantFrom(...names),
  to: fc.constantFrom(...names),
  add: fc.integer({ min: 0, max: 2 }),
})
const small = fc.array(fc.array(deed, { minLength: 1, maxLength: 2 }), {
  minLength: 2,
  maxLength: 2,
})

describe('states as numbers', () => {
  it('are as many as those of Worlds, and end alike', () => {
    fc.assert(
      fc.property(small, fc.boolean(), (actors, reduces) => {
        const world = (): World => {
          const program = cells(actors.map((deeds, index) => copier(`actor-${index}`, deeds)))
          return startedOn(program, gridSchedule(20))
        }
        expect(byNumbers(world(), reduces)).toEqual(byWorlds(world(), reduces))
      }),
      { numRuns: 15 },
    )
  })

  it('do not fit caches that stay behind, crashes and faults', () => {
    const program = cells([copier('ada', [])])
    expect(CellSystem.fits(startedOn(program, gridSchedule(20)))).toBe(true)
    expect(CellSystem.fits(startedOn(program, gridSchedule(20, 1)))).toBe(false)
    expect(CellSystem.fits(startedOn(program, gridSchedule(20, 0, 1)))).toBe(false)
    const armed = startedOn(program, gridSchedule(20))
    armed.arm([{ name: 'x', apply: () => undefined }])
    expect(CellSystem.fits(armed)).toBe(false)
  })
})

describe('states of a real cluster as numbers', () => {
  const root = join(import.meta.dirname, '..', '..', '..', '..')
  const base = install(platformOf(load([join(root, 'examples', 'small')]), {}))
  const launched = (): { readonly world: World; readonly untilMs: number } => {
    const world = base.world.fork(gridSchedule(20))
    const [web] = world.store.list('Deployment')
    if (web === undefined) throw new Error('the example has a Deployment')
    new Voyage(world).restart(web)
    return { world, untilMs: world.nowMs + 1_200_000 }
  }

  it('hash as the Worlds that their ways lead to, from memory and anew', () => {
    const { world, untilMs: endMs } = launched()
    const system = new CellSystem(world, endMs)
    for (const stride of [1, 7, 7, 3]) {
      let state = system.start()
      for (let step = 0; step < 320; step += 1) {
        const count = system.steps(state).length
        if (count === 0) break
        const outcomes = system.take(state, (step * stride) % count)
        state = (outcomes.at(-1) ?? { state }).state
        if (step % 16 !== 0) continue
        const { high, low } = Fingerprint.of(system.worldOf(state))
        expect([state.hash.high, state.hash.low]).toEqual([high, low])
      }
      expect(system.steps(state)).toEqual([])
    }
    expect(system.hits).toBeGreaterThan(100)
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
