// Whether a Job has come to its end, and by which rule.
// Upstream: pkg/controller/job/{job_controller,success_policy,indexed_job_utils}.go, v1.36.3.

import type { ContainerStatus, JobCondition, Pod } from '../../kube/generated/types.ts'
import { finishedMs } from './backoff.ts'
import { hasIndex, overlap, parseIndexes, totalOf, withIndexes } from './indexes.ts'
import {
  completionIndex,
  conditionOf,
  hasFinalizer,
  hasLimitPerIndex,
  indexFailures,
  indexIgnoredFailures,
  isPodFailed,
  matchFailurePolicy,
  validIndex,
} from './job-spec.ts'
import { newCondition, type Sync } from './sync-state.ts'

/** The condition by which a Job ends that was found to end before, or that has failed now. */
export function finishedByFailure(
  sync: Sync,
  deadlineLeftMs: number | undefined,
): JobCondition | undefined {
  const { job, status, nowMs } = sync
  const success = conditionOf(status.conditions, 'SuccessCriteriaMet')
  if (success?.status === 'True') return success
  const target = conditionOf(status.conditions, 'FailureTarget')
  if (target?.status === 'True') {
    return newCondition('Failed', target.reason ?? '', target.message ?? '', nowMs)
  }
  const fails = (reason: string, message: string): JobCondition =>
    newCondition('FailureTarget', reason, message, nowMs)
  const message = policyMessage(sync)
  if (message !== undefined) return fails('PodFailurePolicy', message)
  if (sync.failed > (job.spec?.backoffLimit ?? 6) || restartedTooOften(sync)) {
    return fails('BackoffLimitExceeded', 'Job has reached the specified backoff limit')
  }
  if (deadlineLeftMs !== undefined && deadlineLeftMs <= 0) {
    return fails('DeadlineExceeded', 'Job was active longer than specified deadline')
  }
  return undefined
}

function policyMessage({ job, pods }: Sync): string | undefined {
  const policy = job.spec?.podFailurePolicy
  if (policy === undefined) return undefined
  for (const pod of pods) {
    if (!isPodFailed(pod, job)) continue
    const { message } = matchFailurePolicy(policy, pod)
    if (message !== undefined) return message
  }
  return undefined
}

/** With restartPolicy OnFailure the restarts of containers count as failures. */
function restartedTooOften({ job, pods }: Sync): boolean {
  if (job.spec?.template.spec?.restartPolicy !== 'OnFailure') return false
  const restarts = (statuses: readonly ContainerStatus[] = []): number =>
    statuses.reduce((sum, { restartCount }) => sum + restartCount, 0)
  let sum = 0
  for (const { status } of pods) {
    if (status?.phase !== 'Running' && status?.phase !== 'Pending') continue
    sum += restarts(status.initContainerStatuses) + restarts(status.containerStatuses)
  }
  const limit = job.spec.backoffLimit ?? 6
  return limit === 0 ? sum > 0 : sum >= limit
}

/** Works out which indexes have succeeded and failed; ends the Job by its limits per index. */
export function lookAtIndexes(sync: Sync): void {
  const { job, pods, status } = sync
  const completions = job.spec?.completions ?? 0
  sync.previousIndexes = parseIndexes(status.completedIndexes ?? '', completions)
  const succeeded = pods.flatMap(pod =>
    pod.status?.phase === 'Succeeded' && hasFinalizer(pod) ? (validIndex(pod, job) ?? []) : [],
  )
  sync.succeededIndexes = withIndexes(sync.previousIndexes, new Set(succeeded))
  sync.succeeded = totalOf(sync.succeededIndexes)
  if (!hasLimitPerIndex(job)) return
  const known = parseIndexes(status.failedIndexes ?? '', completions)
  const failed = pods.flatMap(pod =>
    hasFinalizer(pod) && isIndexFailed(sync, pod) ? (validIndex(pod, job) ?? []) : [],
  )
  sync.failedIndexes = withIndexes(known, new Set(failed))
  sync.finished ??= finishedByIndexes(sync)
  sync.delayedByIndex = delayedPods(sync)
}

function isIndexFailed({ job }: Sync, pod: Pod): boolean {
  if (!isPodFailed(pod, job)) return false
  const { counts, action } = matchFailurePolicy(job.spec?.podFailurePolicy, pod)
  if (action === 'FailIndex') return true
  return counts && indexFailures(pod) >= (job.spec?.backoffLimitPerIndex ?? 0)
}

function finishedByIndexes(sync: Sync): JobCondition | undefined {
  const { maxFailedIndexes, completions = 0 } = sync.job.spec ?? {}
  const failed = totalOf(sync.failedIndexes ?? [])
  const fails = (reason: string, message: string): JobCondition =>
    newCondition('FailureTarget', reason, message, sync.nowMs)
  if (maxFailedIndexes !== undefined && failed > maxFailedIndexes) {
    const message = 'Job has exceeded the specified maximal number of failed indexes'
    return fails('MaxFailedIndexesExceeded', message)
  }
  if (failed > 0 && failed + totalOf(sync.succeededIndexes) >= completions) {
    return fails('FailedIndexes', 'Job has failed indexes')
  }
  return undefined
}

/** By index the failed pod that waits for its replacement to take over its failure count. */
function delayedPods(sync: Sync): ReadonlyMap<number, Pod> {
  const active = new Set(sync.activePods.map(completionIndex))
  const result = new Map<number, Pod>()
  const absolute = (pod: Pod): number => indexFailures(pod) + indexIgnoredFailures(pod)
  for (const pod of sync.pods) {
    if (!hasFinalizer(pod) || sync.finalizersGone.has(pod.metadata.uid ?? '')) continue
    const index = validIndex(pod, sync.job)
    if (index === undefined || !isPodFailed(pod, sync.job) || active.has(index)) continue
    if (hasIndex(sync.succeededIndexes, index) || hasIndex(sync.failedIndexes ?? [], index))
      continue
    const last = result.get(index)
    const newer =
      last === undefined || (absolute(last) <= absolute(pod) && finishedMs(pod) >= finishedMs(last))
    if (newer) result.set(index, pod)
  }
  return result
}

/** The success policy of an indexed Job. */
export function finishedBySuccess(sync: Sync): JobCondition | undefined {
  const { successPolicy, completions = 0 } = sync.job.spec ?? {}
  if (successPolicy === undefined || sync.succeededIndexes.length === 0) return undefined
  for (const [position, rule] of successPolicy.rules.entries()) {
    const { succeededIndexes, succeededCount } = rule
    let met = false
    if (succeededIndexes !== undefined) {
      const wanted = parseIndexes(succeededIndexes, completions)
      if (wanted.length === 0) continue
      const found = overlap(wanted, sync.succeededIndexes)
      met = found === totalOf(wanted) || (succeededCount !== undefined && found >= succeededCount)
    } else met = succeededCount !== undefined && totalOf(sync.succeededIndexes) >= succeededCount
    if (!met) continue
    const message = `Matched rules at index ${position}`
    return newCondition('SuccessCriteriaMet', 'SuccessPolicy', message, sync.nowMs)
  }
  return undefined
}
