// A state as lists of numbers, and how a step changes them.

import { assert } from '../../../base/assert.ts'
import type { Digest } from '../../../base/hash.ts'
import type { World } from '../../../engine/world.ts'
import type { KnownFootprint } from './known-footprint.ts'

export interface CellState {
  /** Versions of objects by slot; nothing beyond the end. */
  readonly objects: readonly number[]
  /** Two lanes for each kind: the sum over its objects. */
  readonly kinds: readonly number[]
  /** What each informer has not heard yet. */
  readonly backlogs: readonly number[]
  /** The parts of all actors. */
  readonly parts: readonly number[]
  /** Planned events in ascending order; the same one may be planned twice. */
  readonly events: readonly number[]
  readonly counts: readonly number[]
  readonly clockMs: number
  readonly cellMs: number
  /** Over all of the above but time. */
  readonly sum: Digest
  readonly hash: Digest
  /** How this state was reached; absent for the first. */
  readonly from:
    | { readonly state: CellState; readonly move: string; readonly outcome: number }
    | undefined
  /** The step to this state broke something that no later one can mend. */
  readonly isMarked: boolean
  /** A World in this state, as far as one was needed. */
  world: World | undefined
  /** What may happen next, once it was asked for. */
  moves: readonly CellMove[] | undefined
}

/** A wake that is due, or the oldest change of an informer's backlog. */
export interface CellMove {
  readonly name: string
  readonly actor: number
  /** Number of the event, or 0. */
  readonly event: number
  /** Index of the informer, or -1. */
  readonly informer: number
}

/** What a step changes, whatever else there is in the state. */
export interface Effect {
  readonly objects: readonly (readonly [slot: number, version: number])[]
  readonly changes: readonly number[]
  readonly parts: readonly (readonly [index: number, part: number])[]
  readonly added: readonly number[]
  /** Events that it took back, besides the one that it was. */
  readonly cancelled: readonly number[]
  readonly counts: readonly (readonly [counter: number, count: number])[]
  /** It breaks something that no later step can mend. */
  readonly isMarked: boolean
  readonly footprint: KnownFootprint
}

export function minus(a: Digest, b: Digest): Digest {
  return { high: (a.high - b.high) | 0, low: (a.low - b.low) | 0 }
}

/** The list with numbers at some places replaced; it grows where a place is beyond its end. */
export function replaced(
  list: readonly number[],
  places: readonly (readonly [index: number, value: number])[],
): readonly number[] {
  if (places.length === 0) return list
  const next = list.slice()
  for (const [index, value] of places) {
    while (next.length <= index) next.push(0)
    next[index] = value
  }
  return next
}

/** Events without one and with others, in ascending order. */
export function replanned(
  events: readonly number[],
  gone: readonly number[],
  added: readonly number[],
): readonly number[] {
  if (gone.length === 0 && added.length === 0) return events
  const next = events.slice()
  for (const event of gone) {
    const at = next.indexOf(event)
    assert(at >= 0, 'what goes was planned')
    next.splice(at, 1)
  }
  for (const event of added) {
    let at = next.length
    while (at > 0 && (next[at - 1] as number) > event) at -= 1
    next.splice(at, 0, event)
  }
  return next
}
