// Chooses among the nodes where preemption would help.
// Upstream: pkg/scheduler/framework/preemption/preemption.go pickOneNodeForPreemption, v1.36.3.

import type { Pod } from '../framework.ts'
import { earliestStart, priorityOf } from './victim-order.ts'

/** A node with the pods that would have to go, most important first. */
export interface Candidate {
  readonly node: string
  readonly victims: readonly Pod[]
  readonly numPDBViolations: number
}

/** Each criterion keeps the candidates with the lowest value; later ones break ties. */
export const criteria: readonly ((candidate: Candidate) => number)[] = [
  candidate => candidate.numPDBViolations,
  candidate => highestPriority(candidate.victims),
  candidate => sumOfPriorities(candidate.victims),
  candidate => candidate.victims.length,
]

/** The candidates that upstream might take, in the order given; the first is taken here. */
export function bestCandidates(candidates: readonly Candidate[]): readonly Candidate[] {
  let best = candidates
  for (const criterion of criteria) {
    if (best.length <= 1) return best
    const values = best.map(criterion)
    const lowest = values.reduce((a, b) => Math.min(a, b))
    best = best.filter((_, index) => values[index] === lowest)
  }
  return best.length <= 1 ? best : latestStarted(best)
}

function highestPriority(victims: readonly Pod[]): number {
  const [first] = victims
  return first === undefined ? 0 : priorityOf(first)
}

/** Shifted so that every priority is positive: many low ones then weigh more than few. */
function sumOfPriorities(victims: readonly Pod[]): number {
  return victims.reduce((sum, pod) => sum + priorityOf(pod) + 2 ** 31, 0)
}

/** Those whose most important victims started last; not started is later than any time. */
function latestStarted(candidates: readonly Candidate[]): readonly Candidate[] {
  const starts = candidates.map(({ victims }) => earliestStart(victims))
  if (starts.includes(undefined)) return candidates.filter((_, i) => starts[i] === undefined)
  const latest = starts.reduce((a, b) => ((a as string) > (b as string) ? a : b))
  return candidates.filter((_, index) => starts[index] === latest)
}
