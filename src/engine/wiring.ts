// Who watches what: computed once per program and shared by all forks of a World.

import type { Program, WorldOptions } from './program.ts'

export interface Wiring {
  /** By actor: each kind it watches, with the position of the kind in its watches. */
  readonly watches: readonly ReadonlyMap<string, number>[]
  readonly subscribers: ReadonlyMap<string, readonly Subscription[]>
}

/** An actor that watches a kind, and where the kind is in its watches. */
export interface Subscription {
  readonly actor: number
  readonly position: number
}

/** Watch latency of each actor in ms. */
export function initialLatencies(program: Program, options: WorldOptions): number[] {
  return program.actors.map(actor => options.latencies?.[actor.name] ?? options.latencyMs)
}

/** The wiring of the actors of a program, which are named by their place. */
export function wire(program: Program): Wiring {
  const subscribers = new Map<string, Subscription[]>()
  program.actors.forEach(({ watches }, actor) => {
    watches.forEach((kind, position) => {
      const known = subscribers.get(kind)
      if (known === undefined) subscribers.set(kind, [{ actor, position }])
      else known.push({ actor, position })
    })
  })
  const watches = program.actors.map(
    actor => new Map(actor.watches.map((kind, position) => [kind, position])),
  )
  return { watches, subscribers }
}
