// Priorities of probabilistic concurrency testing: the runnable process of the highest priority
// moves, and at some moments the one that moves falls below all others.
// Burckhardt, Kothari, Musuvathi, Nagarakatte: A Randomized Scheduler with Probabilistic
// Guarantees of Finding Bugs, ASPLOS 2010.

import { drawBelow } from '../base/prng.ts'
import type { Actor } from './actor.ts'
import { type Move, moveText } from './moves.ts'
import type { Schedule } from './schedule.ts'

const scale = 1_000_000

export class Priorities {
  private readonly seed: number
  /** Moves after which the process that moves loses its priority, by number of the move. */
  private readonly changes: ReadonlyMap<number, number>
  private readonly fallen: Map<string, number>
  private moved: number

  constructor(schedule: Schedule, from?: Priorities) {
    const { seed, priorities = { depth: 1, steps: 1 } } = schedule
    this.seed = seed
    this.changes =
      from?.changes ??
      new Map(
        Array.from({ length: Math.max(0, priorities.depth - 1) }, (_, index) => [
          drawBelow(priorities.steps, seed, 'pct-change', index),
          index,
        ]),
      )
    this.fallen = new Map(from?.fallen)
    this.moved = from?.moved ?? 0
  }

  fork(): Priorities {
    return new Priorities({ seed: this.seed, mode: 'pct', overrides: new Map() }, this)
  }

  /** The move of the process with the highest priority. */
  pick(moves: readonly Move[], actors: readonly Actor[]): number {
    const processes = moves.map(move => processOf(move, actors))
    const change = this.changes.get(this.moved)
    this.moved += 1
    if (change !== undefined) {
      const running = processes[this.highest(processes)] as string
      this.fallen.set(running, -1 - change)
    }
    return this.highest(processes)
  }

  private highest(processes: readonly string[]): number {
    let best = 0
    for (let index = 1; index < processes.length; index += 1) {
      if (this.of(processes[index] as string) > this.of(processes[best] as string)) best = index
    }
    return best
  }

  private of(process: string): number {
    return this.fallen.get(process) ?? drawBelow(scale, this.seed, `pct/${process}`, 0)
  }
}

/** What runs on its own: each controller, each informer of a component, each fault. */
function processOf(move: Move, actors: readonly Actor[]): string {
  if (!('event' in move)) return moveText(move, actors)
  const { actor, payload } = move.event
  const { controller } = (payload ?? {}) as { readonly controller?: unknown }
  return `${actor}/${typeof controller === 'number' ? controller : moveText(move, actors)}`
}
