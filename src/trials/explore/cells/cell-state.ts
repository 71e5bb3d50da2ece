// A state as lists of numbers, and what a step changes in it.

import type { Digest } from '../../../base/hash.ts'
import type { Moment } from '../../../engine/fingerprint.ts'
import type { World } from '../../../engine/world.ts'
import type { KnownFootprint } from './known-footprint.ts'

/** Numbers that take places in a list. */
export type Places = readonly (readonly [index: number, value: number])[]

export interface CellState {
  /** Versions of objects by slot; nothing beyond the end. */
  readonly objects: readonly number[]
  /** Two lanes for each kind: the sum over its objects. */
  readonly kinds: readonly number[]
  /** What informers have not heard yet, in pairs (backlogs.ts). */
  readonly backlogs: readonly number[]
  /** The last changes of each kind, where somebody may list what was before. */
  readonly past: readonly number[]
  /** The parts of all actors. */
  readonly parts: readonly number[]
  /** Planned events in ascending order; the same one may be planned twice. */
  readonly events: readonly number[]
  readonly counts: readonly number[]
  /** What is down, by number of the component. */
  readonly outages: readonly number[]
  readonly moment: Moment
  /** Over all of the above but the moment. */
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

/** One way to go on; what does not apply is -1. */
export interface CellMove {
  readonly name: string
  readonly actor: number
  /** Number of the event that is due. */
  readonly event: number
  /** Index of the informer that delivers the oldest change of its backlog. */
  readonly informer: number
  /** Time passes up to then. */
  readonly tickToMs: number
  /** Index of the fault that strikes. */
  readonly strike: number
}

/** What a step changes, whatever else there is in the state. */
export interface Effect {
  readonly objects: Places
  readonly changes: readonly number[]
  readonly parts: Places
  readonly added: readonly number[]
  /** Events that it took back, besides the one that it was. */
  readonly cancelled: readonly number[]
  /** Actors of which all events are taken back. */
  readonly forgotten: readonly number[]
  /** Backlogs of informers that list everything again. */
  readonly listed: Places
  readonly counts: Places
  readonly outages: Places
  /** It breaks something that no later step can mend. */
  readonly isMarked: boolean
  readonly footprint: KnownFootprint
}
