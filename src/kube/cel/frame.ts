// One evaluation in progress: variables, cost so far, limit.

import type { Value } from './values.ts'

export interface Frame {
  /** Values of variables; undefined where a variable was not given or not computed yet. */
  readonly slots: (Value | undefined)[]
  cost: number
  readonly limit: number
}

/** A compiled expression: a function of the frame. */
export type Step = (frame: Frame) => Value

/** Thrown where an evaluation costs too much; caught by the program that started it. */
export class CostExceeded extends Error {}

export function charge(frame: Frame, cost: number): void {
  frame.cost += cost
  if (frame.cost > frame.limit) throw new CostExceeded()
}
