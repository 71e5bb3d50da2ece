import { expect, it } from 'vitest'
import type { Actor } from '../engine/actor.ts'
import { Tally, toyOptions, toyProgram } from '../engine/testing.ts'
import { World } from '../engine/world.ts'
import { passGates } from './gates.ts'
import { Voyage } from './voyage.ts'

it('gives up once where time stands still, and every later wait ends at once', () => {
  let turns = 0
  const restless: Actor<Tally> = {
    name: 'restless',
    watches: [],
    start: turn => {
      turn.wakeAfter(5, {})
      return new Tally(0)
    },
    deliver: () => {},
    wake: turn => {
      turns += 1
      turn.wakeAfter(0, {})
    },
  }
  const program = { ...toyProgram(), actors: [restless] }
  const voyage = new Voyage(World.create(program, toyOptions))
  for (let wait = 0; wait < 3; wait += 1) expect(voyage.wait(10).reason).toBe('steps')
  const given = turns
  expect(given).toBeLessThan(500_000)
  expect(voyage.isStuck && voyage.exhausted).toBe(true)
  expect(voyage.wait(10).reason).toBe('steps')
  expect(voyage.settle().reason).toBe('steps')
  const gate = {
    name: 'b',
    kind: 'Deployment' as const,
    namespace: 'a',
    label: { key: 'app', value: 'b' },
    pollMs: 1000,
    findTimeoutMs: 60_000,
    readyTimeoutMs: 60_000,
    findMessage: 'none',
    readyMessage: 'not ready',
  }
  expect(passGates(voyage, [gate], 0).map(({ outcome }) => outcome)).toEqual(['not-found'])
  expect(turns).toBe(given)
})
