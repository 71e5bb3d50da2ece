// Which actors watch which kinds: worked out once per program and shared by all forks.

import type { Actor } from './actor.ts'

export interface Wiring {
  readonly watches: readonly ReadonlyMap<string, number>[]
  readonly subscribers: ReadonlyMap<string, readonly Subscription[]>
}

/** An actor that watches a kind, and where the kind is in its watches. */
interface Subscription {
  readonly actor: number
  readonly position: number
}

/** The wiring of the actors of a program. */
export function wire(actors: readonly Actor[]): Wiring {
  const subscribers = new Map<string, Subscription[]>()
  actors.forEach(({ watches }, actor) => {
    watches.forEach((kind, position) => {
      const known = subscribers.get(kind)
      if (known === undefined) subscribers.set(kind, [{ actor, position }])
      else known.push({ actor, position })
    })
  })
  const watches = actors.map(
    actor => new Map(actor.watches.map((kind, position) => [kind, position])),
  )
  return { watches, subscribers }
}
