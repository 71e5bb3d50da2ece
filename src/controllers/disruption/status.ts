// The status of a PodDisruptionBudget from its pods.
// Upstream: pkg/controller/disruption/disruption.go and component-helpers/apps/poddisruptionbudget,
// v1.36.3.

import type { Condition, Pod, PodDisruptionBudget } from '../../kube/generated/types.ts'
import { isPodReady } from '../../kube/pod.ts'
import { formatTime, parseTime } from '../../kube/time.ts'
import { sameValue } from '../equality.ts'

/** An evicted pod that is not marked for deletion within this time counts as healthy again. */
export const deletionTimeoutMs = 2 * 60 * 1000

export type DisruptedPods = Readonly<Record<string, string>>

export interface Disrupted {
  readonly pods: DisruptedPods
  /** When the earliest entry expires. */
  readonly recheckMs?: number
  /** Pods that should have been deleted and were not. */
  readonly notDeleted: readonly Pod[]
}

/** The entries of status.disruptedPods that still count. */
export function disruptedPods(
  budget: PodDisruptionBudget,
  pods: readonly Pod[],
  nowMs: number,
): Disrupted {
  const before = budget.status?.disruptedPods ?? {}
  const result: Record<string, string> = {}
  const notDeleted: Pod[] = []
  let recheckMs: number | undefined
  for (const pod of pods) {
    const name = pod.metadata.name ?? ''
    const since = before[name]
    if (pod.metadata.deletionTimestamp !== undefined || since === undefined) continue
    const expiresMs = parseTime(since) + deletionTimeoutMs
    if (expiresMs < nowMs) notDeleted.push(pod)
    else {
      recheckMs = Math.min(recheckMs ?? expiresMs, expiresMs)
      result[name] = since
    }
  }
  return { pods: result, notDeleted, ...(recheckMs !== undefined && { recheckMs }) }
}

/** Ready pods that are neither being deleted nor about to be. */
export function countHealthy(
  pods: readonly Pod[],
  disrupted: DisruptedPods,
  nowMs: number,
): number {
  return pods.filter(pod => {
    if (pod.metadata.deletionTimestamp !== undefined) return false
    const since = disrupted[pod.metadata.name ?? '']
    if (since !== undefined && parseTime(since) + deletionTimeoutMs > nowMs) return false
    return isPodReady(pod)
  }).length
}

export interface Counts {
  readonly currentHealthy: number
  readonly desiredHealthy: number
  readonly expectedPods: number
  readonly disruptedPods: DisruptedPods
}

/** The budget with its new status, or undefined when the status says so already. */
export function withCounts(
  budget: PodDisruptionBudget,
  counts: Counts,
  nowMs: number,
): PodDisruptionBudget | undefined {
  const { currentHealthy, desiredHealthy, expectedPods } = counts
  const spare = currentHealthy - desiredHealthy
  const disruptionsAllowed = expectedPods <= 0 || spare <= 0 ? 0 : spare
  const old = budget.status
  const generation = budget.metadata.generation ?? 0
  const same =
    old !== undefined &&
    old.currentHealthy === currentHealthy &&
    old.desiredHealthy === desiredHealthy &&
    old.expectedPods === expectedPods &&
    old.disruptionsAllowed === disruptionsAllowed &&
    sameValue(old.disruptedPods ?? {}, counts.disruptedPods ?? {}) &&
    old.observedGeneration === generation
  const allowed = verdictOf(disruptionsAllowed)
  const condition = old?.conditions?.find(({ type }) => type === conditionType)
  if (same && condition?.status === allowed.status && condition.reason === allowed.reason) {
    return undefined
  }
  const next = { ...allowed, message: '', observedGeneration: generation }
  return {
    ...budget,
    status: {
      currentHealthy,
      desiredHealthy,
      expectedPods,
      ...(Object.keys(counts.disruptedPods).length > 0 && { disruptedPods: counts.disruptedPods }),
      disruptionsAllowed,
      observedGeneration: generation,
      conditions: withCondition(old?.conditions ?? [], next, nowMs),
    },
  }
}

const conditionType = 'DisruptionAllowed'

function verdictOf(disruptionsAllowed: number): { status: 'True' | 'False'; reason: string } {
  return disruptionsAllowed > 0
    ? { status: 'True', reason: 'SufficientPods' }
    : { status: 'False', reason: 'InsufficientPods' }
}

/** The budget that allows nothing because its pods could not be counted. */
export function failSafe(
  budget: PodDisruptionBudget,
  error: string,
  nowMs: number,
): PodDisruptionBudget {
  const observedGeneration = budget.status?.observedGeneration ?? 0
  const verdict = {
    status: 'False',
    reason: 'SyncFailed',
    message: error,
    observedGeneration,
  } as const
  const conditions = withCondition(budget.status?.conditions ?? [], verdict, nowMs)
  const zero = { currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 }
  return { ...budget, status: { ...zero, ...budget.status, disruptionsAllowed: 0, conditions } }
}

type Verdict = Pick<Condition, 'status' | 'reason' | 'message'> & { observedGeneration: number }

/** Sets the condition; its transition time moves only when the status turns. */
function withCondition(
  conditions: readonly Condition[],
  verdict: Verdict,
  nowMs: number,
): readonly Condition[] {
  const before = conditions.find(({ type }) => type === conditionType)
  const lastTransitionTime =
    before?.status === verdict.status ? before.lastTransitionTime : formatTime(nowMs)
  const { observedGeneration, ...rest } = verdict
  const next: Condition = {
    type: conditionType,
    ...rest,
    lastTransitionTime,
    ...(observedGeneration > 0 && { observedGeneration }),
  }
  return before === undefined
    ? [...conditions, next]
    : conditions.map(condition => (condition.type === conditionType ? next : condition))
}
