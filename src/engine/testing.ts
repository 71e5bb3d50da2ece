// A toy program for tests of the engine: cells that actors copy, count and pass on at random.

import type { KubeObject } from '../kube/object.ts'
import type { Actor, Forkable, Turn } from './actor.ts'
import type { Change } from './store.ts'
import { type Program, World, type WorldOptions } from './world.ts'

export class Tally implements Forkable {
  seen: number

  constructor(seen: number) {
    this.seen = seen
  }

  fork(): this {
    return new Tally(this.seen) as this
  }
}

function cell(name: string, value: number): KubeObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, value }
}

/** `draw` supplies the toy's randomness, so that a test can plant an uncontrolled source. */
export type Draw = (turn: Turn) => number

function toyActor(name: string, draw: Draw): Actor<Tally> {
  return {
    name,
    watches: ['ConfigMap'],
    start: turn => {
      turn.wakeAfter(1, { hop: 0 })
      return new Tally(0)
    },
    deliver: (turn, state: Tally, changes: readonly Change[]) => {
      state.seen += changes.length
      const cached = turn.view.list('ConfigMap').length
      turn.note('seen', { seen: state.seen, cached })
    },
    wake: (turn, state: Tally, payload) => {
      const { hop } = payload as { hop: number }
      if (hop >= 40) return
      const target = `c${draw(turn) % 9}`
      turn.submit(cell(target, state.seen * 100 + hop))
      turn.wakeAfter(1 + (draw(turn) % 7), { hop: hop + 1 })
    },
  }
}

export const engineDraw: Draw = turn => turn.randomBelow(1000, 'toy')

/** Three toy actors that write nine cells for a while. */
export function toyProgram(draw: Draw = engineDraw): Program {
  return {
    actors: ['ada', 'bob', 'cyd'].map(name => toyActor(name, draw)),
    indexes: [],
    serve: (world, request, writer) => {
      const object = request as KubeObject
      world.write('ConfigMap', object.metadata.name ?? '', object, writer)
      return undefined
    },
  }
}

export const toyOptions: WorldOptions = {
  epochMs: 1_000_000,
  schedule: { seed: 7, mode: 'random', overrides: new Map() },
  latencyMs: 3,
}

export function toyWorld(options: Partial<WorldOptions> = {}, draw?: Draw): World {
  return World.create(toyProgram(draw), { ...toyOptions, ...options })
}
