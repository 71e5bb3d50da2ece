// The shape of a fault: what breaks, and how it heals. When it strikes is the trial's choice.

import type { Checked } from '../base/problem.ts'
import type { World } from '../engine/world.ts'

export interface FaultArgs {
  readonly node?: string
  readonly zone?: string
}

export interface Fault {
  readonly name: string
  readonly doc: string
  /** Ok, or why this fault cannot strike here. */
  canApply(world: World, args: FaultArgs): Checked<true>
  apply(world: World, args: FaultArgs): void
  recover(world: World, args: FaultArgs): void
}

export const applicable: Checked<true> = { ok: true, value: true, problems: [] }

/** The answer when a fault cannot strike. */
export function inapplicable(what: string, todo: string): Checked<true> {
  return { ok: false, problems: [{ code: 'ST0321', severity: 'error', what, todo }] }
}
