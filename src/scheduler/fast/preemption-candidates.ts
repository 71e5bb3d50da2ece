// Candidates of a preemption with the numbers by which they are compared, computed once each.
// Upstream: pkg/scheduler/framework/preemption/preemption.go pickOneNodeForPreemption, v1.36.3.

import type { Pod, PreemptionOutcome, Status } from '../framework.ts'
import { type Candidate, criteria } from '../preemption/candidates.ts'
import { earliestStart } from '../preemption/victim-order.ts'
import type { CodedDiagnosis } from './rejections.ts'

const noPods: readonly Pod[] = []

export class VictimCandidate implements Candidate {
  readonly slot: number
  readonly node: string
  readonly victims: readonly Pod[]
  readonly numPDBViolations: number
  readonly highestPriority: number
  readonly sumOfPriorities: number
  /** Undefined: not started, which is later than any time. */
  readonly start: string | undefined

  constructor(slot: number, candidate: Candidate) {
    this.slot = slot
    this.node = candidate.node
    this.victims = candidate.victims
    this.numPDBViolations = candidate.numPDBViolations
    const [, highest, sum] = criteria.map(criterion => criterion(candidate))
    this.highestPriority = highest as number
    this.sumOfPriorities = sum as number
    this.start = earliestStart(candidate.victims)
  }
}

/** Those that upstream might take, in the order given. */
export function best(candidates: readonly VictimCandidate[]): readonly VictimCandidate[] {
  let [first] = candidates
  if (first === undefined) return []
  let result = [first]
  for (let index = 1; index < candidates.length; index += 1) {
    const candidate = candidates[index] as VictimCandidate
    const order = compare(candidate, first)
    if (order > 0) continue
    if (order === 0) {
      result.push(candidate)
      continue
    }
    first = candidate
    result = [candidate]
  }
  return result
}

/** Lower values first, then those whose most important victims started last. */
function compare(a: VictimCandidate, b: VictimCandidate): number {
  if (a.numPDBViolations !== b.numPDBViolations) return a.numPDBViolations - b.numPDBViolations
  if (a.highestPriority !== b.highestPriority) return a.highestPriority - b.highestPriority
  if (a.sumOfPriorities !== b.sumOfPriorities) return a.sumOfPriorities - b.sumOfPriorities
  if (a.victims.length !== b.victims.length) return a.victims.length - b.victims.length
  if (a.start === b.start) return 0
  if (a.start === undefined) return -1
  return b.start === undefined || b.start > a.start ? 1 : -1
}

export interface Tried {
  readonly evaluated: readonly VictimCandidate[]
  readonly candidates: readonly VictimCandidate[]
}

/** What preemption found; the statuses of rejected nodes are made when they are read. */
export class TrialOutcome implements PreemptionOutcome {
  readonly victims: readonly Pod[]
  readonly numPDBViolations: number
  readonly tied: readonly string[]
  readonly candidates: readonly VictimCandidate[]
  readonly clearedNominations: readonly Pod[]
  private readonly rejected: () => CodedDiagnosis
  private known: ReadonlyMap<string, Status> | undefined

  constructor(
    trial: Tried,
    tied: readonly VictimCandidate[],
    rejected: () => CodedDiagnosis,
    cleared: readonly Pod[] = noPods,
  ) {
    const [chosen] = tied
    this.victims = chosen?.victims ?? noPods
    this.numPDBViolations = chosen?.numPDBViolations ?? 0
    this.tied = trial.candidates.length === 1 ? [] : tied.map(({ node }) => node)
    this.candidates = trial.evaluated
    this.rejected = rejected
    this.clearedNominations = cleared
  }

  /** To be read before the next attempt; what was read stays. */
  get dryRunRejected(): ReadonlyMap<string, Status> {
    this.known ??= this.rejected().explicit
    return this.known
  }
}
