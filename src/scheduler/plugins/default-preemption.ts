// DefaultPreemption finds pods of lower priority whose eviction would let a pod fit.
// Upstream: pkg/scheduler/framework/plugins/defaultpreemption/default_preemption.go and
// pkg/scheduler/framework/preemption/preemption.go, v1.36.3.

import { Diagnosis, fitErrorText } from '../diagnosis.ts'
import {
  actions,
  type CycleState,
  failed,
  type Handle,
  type NodeInfo,
  type NodeToStatus,
  type Pod,
  type PostFilterPlugin,
  type PostFilterResult,
  type PreEnqueuePlugin,
  type PreemptionOutcome,
  type SchedulerChoices,
  type Status,
  success,
  unresolvable,
  unschedulable,
} from '../framework.ts'
import { bestCandidates, type Candidate } from '../preemption/candidates.ts'
import { type DryRun, dryRunPreemption, mayPreempt, noVictims } from '../preemption/dry-run.ts'
import { priorityOf } from '../preemption/victim-order.ts'

export const reasons = {
  neverPreempts: 'not eligible due to preemptionPolicy=Never.',
  victimTerminates: 'not eligible due to a terminating pod on the nominated node.',
  noVictims,
  notHelpful: 'Preemption is not helpful for scheduling',
  isRunning: 'waiting for the preemption for this pod to be finished',
} as const

/** Why the pod may not preempt now; undefined when it may. */
export function whyNotEligible(
  cycle: CycleState,
  pod: Pod,
  statuses: NodeToStatus,
): string | undefined {
  if (pod.spec?.preemptionPolicy === 'Never') return reasons.neverPreempts
  const nominated = pod.status?.nominatedNodeName ?? ''
  if (nominated === '') return undefined
  if (statuses.get(nominated).code === 'UnschedulableAndUnresolvable') return undefined
  const node = cycle.handle.snapshot.byName.get(nominated)
  const waits = node?.pods.some(other => mayPreempt(pod, other.pod) && isBeingPreempted(other.pod))
  return waits === true ? reasons.victimTerminates : undefined
}

/** Terminating, and because of a preemption. */
function isBeingPreempted(pod: Pod): boolean {
  if (pod.metadata.deletionTimestamp === undefined) return false
  const condition = pod.status?.conditions?.find(({ type }) => type === 'DisruptionTarget')
  return condition?.status === 'True' && condition.reason === 'PreemptionByScheduler'
}

function preempt(cycle: CycleState, pod: Pod, statuses: NodeToStatus): PostFilterResult {
  const { handle } = cycle
  const notEligible = whyNotEligible(cycle, pod, statuses)
  if (notEligible !== undefined) return { status: unschedulable(notEligible) }
  const { nodes } = handle.snapshot
  if (nodes.length === 0) return { status: failed('no nodes available') }
  const helpful = nodes.filter(node => statuses.get(node.name).code === 'Unschedulable')
  const trial = helpful.length === 0 ? noTrial : dryRun(cycle, pod, helpful)
  if (trial.candidates.length > 0) return choose(handle, pod, trial)
  const preemption = helpful.length === 0 ? undefined : outcome(handle, trial, [])
  if (trial.errors.length > 0) {
    return { status: failed(joinErrors(trial.errors)), ...(preemption && { preemption }) }
  }
  const message = whyNowhere(nodes.length, trial.rejected)
  const result = { status: unschedulable(message), nominate: '' }
  return preemption === undefined ? result : { ...result, preemption }
}

function whyNowhere(nodeCount: number, rejected: ReadonlyMap<string, Status>): string {
  const diagnosis = new Diagnosis()
  diagnosis.absent = unresolvable(reasons.notHelpful)
  for (const [node, status] of rejected) diagnosis.explicit.set(node, status)
  return fitErrorText(diagnosis, nodeCount)
}

const noTrial: DryRun = { candidates: [], evaluated: [], rejected: new Map(), errors: [] }

function dryRun(cycle: CycleState, pod: Pod, nodes: readonly NodeInfo[]): DryRun {
  const { args, choices, listers } = cycle.handle
  const { minCandidateNodesAbsolute, minCandidateNodesPercentage } = args.defaultPreemption
  const share = Math.trunc((nodes.length * minCandidateNodesPercentage) / 100)
  const candidatesMax = Math.min(Math.max(share, minCandidateNodesAbsolute), nodes.length)
  const offset = choices.preemptionOffset(nodes.length)
  const budgets = listers.list('PodDisruptionBudget')
  return dryRunPreemption(cycle, pod, nodes, budgets, { offset, candidatesMax })
}

function choose(handle: Handle, pod: Pod, trial: DryRun): PostFilterResult {
  const tied = chosenFirst(bestCandidates(inSnapshotOrder(handle, trial.candidates)), handle)
  const [best] = tied
  if (best === undefined) return { status: unschedulable('no candidate node for preemption') }
  const found = outcome(handle, trial, tied)
  const preemption = {
    ...found,
    tied: trial.candidates.length === 1 ? [] : found.tied,
    clearedNominations: clearedBy(handle, pod, best),
  }
  return { status: success, nominate: best.node, preemption }
}

/** Upstream walks a map: any of the equal ones may be taken. */
export function chosenFirst<T>(
  tied: readonly T[],
  { choices }: { readonly choices: SchedulerChoices },
): readonly T[] {
  if (tied.length <= 1) return tied
  const chosen = choices.preemptionCandidate?.(tied.length) ?? 0
  return chosen === 0 ? tied : [tied[chosen] as T, ...tied.filter((_, index) => index !== chosen)]
}

/** From 1.35 on not even this is done when all victims are on their way out already. */
export function clearedBy(
  handle: Pick<Handle, 'features' | 'nominator'>,
  pod: Pod,
  { node, victims }: Candidate,
): readonly Pod[] {
  const isOver = victims.every(({ metadata }) => metadata.deletionTimestamp !== undefined)
  if (isOver && handle.features.version !== '1.34') return []
  return handle.nominator
    .nominatedPods(node)
    .filter(nominated => nominated.priority < priorityOf(pod))
    .map(nominated => nominated.pod)
}

function outcome(handle: Handle, trial: DryRun, tied: readonly Candidate[]): PreemptionOutcome {
  const [best] = tied
  return {
    victims: best?.victims ?? [],
    numPDBViolations: best?.numPDBViolations ?? 0,
    tied: tied.map(({ node }) => node),
    candidates: inSnapshotOrder(handle, trial.evaluated),
    dryRunRejected: trial.rejected,
    clearedNominations: [],
  }
}

/** The real code walks a map here; the snapshot gives the candidates an order. */
function inSnapshotOrder(
  { snapshot }: Handle,
  candidates: readonly Candidate[],
): readonly Candidate[] {
  if (candidates.length < 2) return candidates
  const byNode = new Map(candidates.map(candidate => [candidate.node, candidate]))
  return snapshot.nodes.flatMap(({ name }) => byNode.get(name) ?? [])
}

/** Go's aggregate: each text once, in brackets when there are several. */
export function joinErrors(errors: readonly string[]): string {
  const unique = [...new Set(errors)]
  return unique.length === 1 ? (unique[0] as string) : `[${unique.join(', ')}]`
}

export function withPrefix(status: Status): Status {
  const message = status.reasons.join(', ')
  return message === '' ? status : { ...status, reasons: [`preemption: ${message}`] }
}

export const defaultPreemption = {
  name: 'DefaultPreemption',
  doc: 'Evicts pods of lower priority so that a pod fits, as few and as unimportant as possible.',
  reasons,
  requeueOn: [
    {
      event: { resource: 'Pod', actions: actions.delete },
      hint: () => 'Skip',
    },
  ],
  preEnqueue: (pod, { isPreempting }) =>
    isPreempting?.(pod.metadata.uid ?? '') === true ? unresolvable(reasons.isRunning) : success,
  postFilter: (cycle, pod, statuses) => {
    const result = preempt(cycle, pod, statuses)
    return { ...result, status: withPrefix(result.status) }
  },
} satisfies PostFilterPlugin & PreEnqueuePlugin
