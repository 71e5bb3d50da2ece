// The steps from one inventory of an installer to another, and what each of them risks.

/** `refused`: the installer does not take it; `risky`: a loss meanwhile, or none, breaks quorum. */
export type StepVerdict = 'holds' | 'risky' | 'refused'

export interface PlanStep {
  /** What is done, as a sentence without a full stop. */
  readonly what: string
  /** What the user runs or edits. */
  readonly how: string
  readonly verdict: StepVerdict
  readonly why?: string
  /** Members of etcd after the step, and how many losses they survive. */
  readonly members?: number
  readonly survives?: number
}

export interface HostPlan {
  readonly from: string
  readonly to: string
  readonly steps: readonly PlanStep[]
}

/** The majority of so many members, and how many losses they survive. */
export function votesOf(members: number): { readonly needed: number; readonly spare: number } {
  const needed = Math.trunc(members / 2) + 1
  return { needed, spare: members - needed }
}
