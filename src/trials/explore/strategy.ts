// The shape of a strategy: which schedule to try next, given what the last one met; or that every
// state is visited.

import type { Schedule } from '../../engine/schedule.ts'
import type { RecordedChoice } from '../../engine/trace.ts'

export interface StrategyOptions {
  readonly seed: number
  /** How far apart in ms two events may be and yet happen in either order. */
  readonly windowMs: number
  /** The largest number of departures from the documented order in one schedule. */
  readonly deviationsMax: number
  /** How many changes an informer may be behind when time passes. */
  readonly staleMax: number
  /** How many components may crash in one run. */
  readonly crashesMax: number
  /** Faults strike at a moment of the schedule's choice. */
  readonly strikes: boolean
  /** Of pct: orderings that a fault needs, and moves that a run is taken to have. */
  readonly depth: number
  readonly steps: number
}

/** Answers for each schedule the choices that its run had; returns whether none is left. */
export type Tries = Generator<Schedule, boolean, readonly RecordedChoice[]>

export interface Strategy {
  readonly name: string
  readonly doc: string
  /**
   * Ends (with true) when every schedule within its bound was tried; may never end. A strategy
   * without it visits states instead of trying schedules.
   */
  schedules?(options: StrategyOptions): Tries
}

/** The schedule that follows the documented rule at every choice point within the bounds. */
export function documented(options: StrategyOptions, onGrid = false): Schedule {
  const { seed, windowMs, staleMax, crashesMax, strikes } = options
  const needsGrid = onGrid || staleMax > 0 || crashesMax > 0 || strikes
  return {
    seed,
    mode: 'default',
    overrides: new Map(),
    windowMs,
    ...(needsGrid && { grid: { staleMax, crashesMax } }),
  }
}
