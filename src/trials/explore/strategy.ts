// The shape of a strategy: which schedule to try next, given what the last one met.

import type { Schedule } from '../../engine/schedule.ts'
import type { RecordedChoice } from '../../engine/trace.ts'

export interface StrategyOptions {
  readonly seed: number
  /** How far apart in ms two events may be and yet happen in either order. */
  readonly windowMs: number
  /** The largest number of departures from the documented order in one schedule. */
  readonly deviationsMax: number
}

/** Answers for each schedule the choices that its run had; returns whether none is left. */
export type Tries = Generator<Schedule, boolean, readonly RecordedChoice[]>

export interface Strategy {
  readonly name: string
  readonly doc: string
  /** Ends (with true) when every schedule within its bound was tried; may never end. */
  schedules(options: StrategyOptions): Tries
}
