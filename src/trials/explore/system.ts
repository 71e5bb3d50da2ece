// What can be explored exhaustively: states, the steps that each has, and what steps lead to.

import type { Digest } from '../../base/hash.ts'
import type { Footprint } from '../../engine/footprint.ts'

/** One state that a step leads to; several where the step itself has a choice. */
export interface Outcome<S> {
  readonly state: S
  /** What the step read and wrote on its way to this state. */
  readonly footprint: Pick<Footprint, 'isIndependentOf'> | undefined
}

export interface System<S> {
  /**
   * Names of the steps that can be taken, the documented one first; none at rest. A step keeps its
   * name while others are taken that are independent of it.
   */
  steps(state: S): readonly string[]
  /** Every state that the step of this number may lead to. */
  take(state: S, step: number): readonly Outcome<S>[]
  /** Equal for states of equal future. */
  hash(state: S): Digest
}
