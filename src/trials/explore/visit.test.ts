// Soundness: whatever is left out as a repetition, the same ends are reached. The second
// implementation takes every order and remembers nothing.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Fingerprint } from '../../engine/fingerprint.ts'
import type { World } from '../../engine/world.ts'
import {
  cells,
  cellsText,
  copier,
  type Deed,
  gridSchedule,
  startedOn,
  wideBounds,
} from './testing.ts'
import { visitAll, type VisitOptions, type Visited } from './visit.ts'
import { WorldSystem, type WorldState } from './world-system.ts'

const untilMs = 1000
const system = new WorldSystem(untilMs)

interface Reached {
  readonly ends: readonly string[]
  readonly visited: Visited
}

function visit(world: World, options: Partial<VisitOptions<WorldState>> = {}): Reached {
  const ends = new Set<string>()
  const visited = visitAll(system, system.stateOf(world), {
    ...wideBounds,
    reduces: true,
    atEnd: state => ends.add(cellsText(state.world)),
    ...options,
  })
  return { ends: [...ends].sort(), visited }
}

/** Every order there is, state by state, without any memory. */
function everyOrder(world: World): { readonly ends: readonly string[]; readonly steps: number } {
  const ends = new Set<string>()
  let steps = 0
  const follow = (state: WorldState): void => {
    const names = system.steps(state)
    if (names.length === 0) ends.add(cellsText(state.world))
    names.forEach((_, step) => {
      for (const outcome of system.take(state, step)) {
        steps += 1
        follow(outcome.state)
      }
    })
  }
  follow(system.stateOf(world))
  return { ends: [...ends].sort(), steps }
}

const names = ['a', 'b', 'c'] as const
const deed: fc.Arbitrary<Deed> = fc.record({
  isChoice: fc.boolean(),
  afterMs: fc.constantFrom(5, 6, 30),
  from: fc.constantFrom(...names),
  to: fc.constantFrom(...names),
  add: fc.integer({ min: 0, max: 2 }),
})
const small = fc
  .array(fc.array(deed, { minLength: 1, maxLength: 2 }), { minLength: 2, maxLength: 2 })
  .filter(actors => actors.flat().length <= 3)

function worldOf(actors: readonly (readonly Deed[])[], staleMax = 0, crashesMax = 0): World {
  const program = cells(actors.map((deeds, index) => copier(`actor-${index}`, deeds)))
  return startedOn(program, gridSchedule(20, staleMax, crashesMax))
}

describe('visiting every state of small worlds', () => {
  it('takes a step again after another that one of its outcomes depends on', () => {
    const adds = { afterMs: 5, from: 'a', to: 'a' }
    const world = worldOf([[{ ...adds, add: 1, isChoice: true }], [{ ...adds, add: 2 }]])
    expect(visit(world).ends).toEqual(['a=1', 'a=2', 'a=3'])
  })

  it('reaches the ends that all orders reach, with and without reduction', () => {
    fc.assert(
      fc.property(small, actors => {
        const { ends } = everyOrder(worldOf(actors))
        const all = visit(worldOf(actors), { reduces: false })
        const reduced = visit(worldOf(actors))
        expect([all.ends, reduced.ends]).toEqual([ends, ends])
        expect(reduced.visited.states).toBe(all.visited.states)
      }),
      { numRuns: 20 },
    )
  })

  it('reaches them where caches stay behind and a component crashes, too', () => {
    fc.assert(
      fc.property(small, actors => {
        const few = actors.slice(0, 2).map(deeds => deeds.slice(0, 1))
        const { ends } = everyOrder(worldOf(few, 1, 1))
        expect(visit(worldOf(few, 1, 1), { reduces: false }).ends).toEqual(ends)
        expect(visit(worldOf(few, 1, 1)).ends).toEqual(ends)
      }),
      { numRuns: 8 },
    )
  })

  it('takes far fewer steps than there are orders, and fewer still with reduction', () => {
    const own = names.slice(1).map((to): Deed[] => [{ afterMs: 5, from: to, to, add: 1 }])
    const all = everyOrder(worldOf(own))
    const merged = visit(worldOf(own), { reduces: false })
    const reduced = visit(worldOf(own))
    expect(reduced.ends).toEqual(['b=1 c=1'])
    expect(merged.visited.transitions).toBeLessThan(all.steps)
    expect(reduced.visited.transitions).toBeLessThan(merged.visited.transitions)
  })

  it('hashes a state by what it is, however it was reached', () => {
    const actors = [
      [{ afterMs: 5, from: 'a', to: 'b', add: 1 }],
      [{ afterMs: 5, from: 'b', to: 'a', add: 2 }],
    ]
    visit(worldOf(actors), {
      atState: ({ world, print }) => {
        const fresh = Fingerprint.of(world)
        expect([print.high, print.low]).toEqual([fresh.high, fresh.low])
        return true
      },
    })
    expect.hasAssertions()
  })

  it('stops at its bounds and says at which', () => {
    const actors = names.map((to): Deed[] => [{ afterMs: 5, from: 'a', to, add: 1 }])
    expect(visit(worldOf(actors), { statesMax: 10 }).visited.stoppedBy).toBe('states')
    expect(visit(worldOf(actors), { bytesMax: 1 }).visited.stoppedBy).toBe('memory')
    expect(visit(worldOf(actors), { depthMax: 2 }).visited.stoppedBy).toBe('depth')
    expect(visit(worldOf(actors)).visited.stoppedBy).toBeUndefined()
  })
})

describe('caches that stay behind', () => {
  /** Bob copies what ada wrote one cell of time before: only a cache that lags misses it. */
  const actors = [
    [{ afterMs: 5, from: 'x', to: 'a', add: 1 }],
    [{ afterMs: 45, from: 'a', to: 'b', add: 0 }],
  ]

  it('show what was before only where that is allowed', () => {
    expect(visit(worldOf(actors)).ends).toEqual(['a=1 b=1'])
    expect(visit(worldOf(actors, 1)).ends).toEqual(['a=1 b=0', 'a=1 b=1'])
  })
})
