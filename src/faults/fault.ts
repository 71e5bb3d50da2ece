// The shape of a fault: what breaks, and how it heals. When it strikes is the trial's choice.

import type { Checked } from '../base/problem.ts'
import type { World } from '../engine/world.ts'

/** What a trial says about a fault; each fault says in `args` which of these it reads. */
export interface FaultArgs {
  readonly node?: string
  readonly zone?: string
  /** The image of a container, exactly as its pod names it. */
  readonly image?: string
  /** How much cpu a container uses. */
  readonly cpu?: string
  /** How much, where a fault is a delay. */
  readonly byMs?: number
  /** The name of a webhook in its configuration. */
  readonly webhook?: string
  /** How many pods it costs. */
  readonly pods?: number
}

/** A fault that comes and goes: so long it holds, so long it rests, again and again. */
export interface Pulse {
  readonly holdsMs: number
  readonly restsMs: number
}

export interface Fault {
  readonly name: string
  readonly doc: string
  /** The arguments that it reads; any other is a Problem. */
  readonly args: readonly (keyof FaultArgs)[]
  readonly pulse?: Pulse
  /** The nodes whose machines it takes away, with all that runs on them. */
  readonly machines?: (world: World, args: FaultArgs) => readonly string[]
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
