// Who watches what: for each kind the actors that hear of its changes.

import type { Actor } from './actor.ts'

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

/** The wiring of actors, which are named by their place. */
export function wire({ actors }: { readonly actors: readonly Actor[] }): Wiring {
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
