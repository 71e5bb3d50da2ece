// Where the things of a World are in the lists that make a state.

import { partsOf } from '../../../engine/fingerprint.ts'
import type { Seat } from '../../../engine/program.ts'
import type { World } from '../../../engine/world.ts'
import type { Interning } from './interning.ts'

export interface Informer {
  readonly actor: number
  readonly position: number
}

/** Where an actor's parts and informers are, and its number among what may be down. */
export interface Place {
  readonly partsFrom: number
  readonly partCount: number
  /** Informers by kind. */
  readonly informers: ReadonlyMap<string, number>
  readonly outage: number
}

export interface Layout {
  readonly informers: readonly Informer[]
  /** Informers that hear of a kind, by its number. */
  readonly listeners: ReadonlyMap<number, readonly number[]>
  /** By number of the actor. */
  readonly places: readonly Place[]
  /** Actor and part for each index of a state's parts. */
  readonly partOwners: readonly (readonly [actor: number, part: number])[]
}

export function layoutOf(world: World, names: Interning): Layout {
  const { seats } = world.inside()
  const informers: Informer[] = []
  const listeners = new Map<number, readonly number[]>()
  const partOwners: (readonly [number, number])[] = []
  const places = world.program.actors.map((actor, index): Place => {
    const partsFrom = partOwners.length
    const partCount = partsOf(actor, seats[index] as Seat).length
    for (let part = 0; part < partCount; part += 1) partOwners.push([index, part])
    const byKind = new Map<string, number>()
    actor.watches.forEach((kind, position) => {
      const informer = informers.push({ actor: index, position }) - 1
      byKind.set(kind, informer)
      const number = names.kind(kind)
      listeners.set(number, [...(listeners.get(number) ?? []), informer])
    })
    return { partsFrom, partCount, informers: byKind, outage: names.component(actor.name) }
  })
  return { informers, listeners, places, partOwners }
}
