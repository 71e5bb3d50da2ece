// Counting finished pods exactly once: first their uids in status, then their finalizers off, then
// the counters. Upstream: pkg/controller/job/job_controller.go (trackJobStatusAndRemoveFinalizers,
// flushUncountedAndRemoveFinalizers, enactJobFinished), v1.36.3.

import type { Pod } from '../../kube/generated/types.ts'
import { errorText, isNotFound } from '../failures.ts'
import type { Api, Part } from '../framework.ts'
import { indexText, totalOf, withIndexes } from './indexes.ts'
import {
  completionIndex,
  conditionOf,
  hasFinalizer,
  hasLimitPerIndex,
  isIndexed,
  isPodFailed,
  matchFailurePolicy,
  validIndex,
} from './job-spec.ts'
import { removeFinalizerPatch } from './manage.ts'
import { memoryKeys, newCondition, setCondition, type Sync, writeStatus } from './sync-state.ts'
import { hasIndex } from './indexes.ts'

/** No more uids than this are kept in status at once. */
const uncountedMax = 500

/** Writes what changed; answers the error. */
export function* trackStatus(api: Api, sync: Sync, changed: boolean): Part<string | undefined> {
  const remaining = new Set(
    sync.pods.filter(pod => isTracked(sync, pod)).map(({ metadata }) => metadata.uid ?? ''),
  )
  let needsFlush = countWithoutFinalizer(sync, remaining) || changed
  const collected = collectFinished(sync)
  needsFlush ||= collected.changed
  if (isIndexed(sync.job)) needsFlush = noteIndexes(sync, collected.indexes) || needsFlush
  needsFlush = noteInterim(sync) || needsFlush
  if (needsFlush) {
    const error = yield* writeStatus(api, sync)
    if (error !== undefined) return `adding uncounted pods to status: ${error}`
    yield* api.remember(memoryKeys.backoff(sync.key), sync.backoff)
  }
  const removalError = yield* removeFinalizers(api, sync, collected.pods, remaining)
  let again = countWithoutFinalizer(sync, remaining)
  if (removalError !== undefined) {
    if (again) yield* writeStatus(api, sync)
    return removalError
  }
  const { finished } = sync
  const ends = !collected.full && enactFinished(sync)
  again ||= ends
  if (!again) return undefined
  const error = yield* writeStatus(api, sync)
  if (error !== undefined) return `removing uncounted pods from status: ${error}`
  if (!ends || finished === undefined) return undefined
  yield* tellFinished(api, sync)
  yield* api.remember(memoryKeys.finished(sync.job.metadata.uid ?? ''), true)
  return undefined
}

function isTracked({ finalizersGone }: Sync, pod: Pod): boolean {
  return hasFinalizer(pod) && !finalizersGone.has(pod.metadata.uid ?? '')
}

/** Moves uids of pods that have lost their finalizer into the counters. */
function countWithoutFinalizer(sync: Sync, remaining: ReadonlySet<string>): boolean {
  const { status } = sync
  const uncounted = status.uncountedTerminatedPods ?? {}
  const { succeeded = [], failed = [] } = uncounted
  const stillSucceeded = succeeded.filter(uid => remaining.has(uid))
  const stillFailed = failed.filter(uid => remaining.has(uid))
  const newSucceeded = succeeded.length - stillSucceeded.length
  const newFailed = failed.length - stillFailed.length
  if (newSucceeded === 0 && newFailed === 0) return false
  status.succeeded = (status.succeeded ?? 0) + newSucceeded
  status.failed = (status.failed ?? 0) + newFailed
  status.uncountedTerminatedPods = uncountedOf(stillSucceeded, stillFailed)
  return true
}

function uncountedOf(succeeded: readonly string[], failed: readonly string[]) {
  return {
    ...(succeeded.length > 0 && { succeeded }),
    ...(failed.length > 0 && { failed }),
  }
}

interface Collected {
  readonly pods: readonly Pod[]
  readonly indexes: readonly number[]
  readonly changed: boolean
  /** The limit of uids was reached: the rest comes with the next sync. */
  readonly full: boolean
}

function collectFinished(sync: Sync): Collected {
  const { job, status } = sync
  const { succeeded = [], failed = [] } = status.uncountedTerminatedPods ?? {}
  const newSucceeded = [...succeeded]
  const newFailed = [...failed]
  const pods: Pod[] = []
  const indexes: number[] = []
  let full = false
  for (const pod of inIndexOrder(sync)) {
    if (!isTracked(sync, pod)) continue
    const considered = isPodFailed(pod, job)
    if (!canRemoveFinalizer(sync, pod, considered)) continue
    pods.push(pod)
    const uid = pod.metadata.uid ?? ''
    const verdict = verdictOn(sync, pod, considered)
    if (verdict === 'succeeded') newSucceeded.push(uid)
    if (verdict === 'failed') newFailed.push(uid)
    if (typeof verdict === 'number') indexes.push(verdict)
    full = indexes.length + newSucceeded.length + newFailed.length >= uncountedMax
    if (full) break
  }
  const changed =
    newSucceeded.length > succeeded.length || newFailed.length > failed.length || indexes.length > 0
  status.uncountedTerminatedPods = uncountedOf(newSucceeded, newFailed)
  return { pods, indexes, changed, full }
}

function inIndexOrder({ job, pods }: Sync): readonly Pod[] {
  if (!isIndexed(job)) return pods
  return pods.toSorted((a, b) => (completionIndex(a) ?? -1) - (completionIndex(b) ?? -1))
}

/** How a pod counts: by its uid, by its index, or not (again). */
function verdictOn(
  sync: Sync,
  pod: Pod,
  failed: boolean,
): 'succeeded' | 'failed' | number | 'none' {
  const { job } = sync
  const uid = pod.metadata.uid ?? ''
  const index = validIndex(pod, job)
  if (pod.status?.phase === 'Succeeded' && !sync.uncountedFailed.has(uid)) {
    if (!isIndexed(job)) return sync.uncountedSucceeded.has(uid) ? 'none' : 'succeeded'
    if (index === undefined || hasIndex(sync.previousIndexes, index)) return 'none'
    return index
  }
  const ended = sync.finished !== undefined && sync.finished.type !== 'SuccessCriteriaMet'
  if (!failed && !ended) return 'none'
  if (sync.uncountedFailed.has(uid) || (isIndexed(job) && index === undefined)) return 'none'
  return matchFailurePolicy(job.spec?.podFailurePolicy, pod).counts ? 'failed' : 'none'
}

function canRemoveFinalizer(sync: Sync, pod: Pod, failed: boolean): boolean {
  const deleting = sync.job.metadata.deletionTimestamp !== undefined
  if (deleting || sync.finished !== undefined || pod.status?.phase === 'Succeeded') return true
  if (!failed) return false
  if (!hasLimitPerIndex(sync.job)) return true
  // The pod keeps its finalizer until its replacement has taken over its failure count.
  const delayed = sync.delayedByIndex.get(completionIndex(pod) ?? -1)
  return delayed?.metadata.uid !== pod.metadata.uid
}

function noteIndexes(sync: Sync, indexes: readonly number[]): boolean {
  const { status } = sync
  sync.succeededIndexes = withIndexes(sync.succeededIndexes, indexes)
  const text = indexText(sync.succeededIndexes)
  let changed = text !== (status.completedIndexes ?? '')
  status.succeeded = totalOf(sync.succeededIndexes)
  status.completedIndexes = text
  const failed = sync.failedIndexes && indexText(sync.failedIndexes)
  if (failed !== status.failedIndexes) {
    if (failed === undefined) delete status.failedIndexes
    else status.failedIndexes = failed
    changed = true
  }
  return changed
}

/** Announces the end before the finalizers go: FailureTarget, then Failed; likewise for success. */
function noteInterim(sync: Sync): boolean {
  const { finished, status, nowMs } = sync
  if (finished === undefined) return false
  const { reason = '', message = '' } = finished
  if (finished.type === 'FailureTarget') {
    status.conditions = [...(status.conditions ?? []), finished]
    sync.finished = newCondition('Failed', reason, message, nowMs)
    return true
  }
  if (finished.type !== 'SuccessCriteriaMet') return false
  const known = conditionOf(status.conditions, finished.type)?.status === 'True'
  if (!known) status.conditions = [...(status.conditions ?? []), finished]
  sync.finished = newCondition('Complete', reason, message, nowMs)
  return !known
}

/** Uids by Job whose finalizers are off while the cache still shows them. */
export type Removed = readonly string[]

function* removeFinalizers(
  api: Api,
  sync: Sync,
  pods: readonly Pod[],
  remaining: Set<string>,
): Part<string | undefined> {
  if (pods.length === 0) return undefined
  const memory = memoryKeys.finalizers(sync.key)
  const before = (yield* api.recall<Removed>(memory)) ?? []
  const uids = pods.map(({ metadata }) => metadata.uid ?? '')
  yield* api.remember(memory, [...before, ...uids] satisfies Removed)
  let firstError: string | undefined
  for (const pod of pods) {
    const uid = pod.metadata.uid ?? ''
    const answer = yield* api.patch(pod, 'strategic', removeFinalizerPatch)
    if (!answer.ok) {
      const known = (yield* api.recall<Removed>(memory)) ?? []
      yield* api.remember(memory, known.filter(other => other !== uid) satisfies Removed)
      if (!isNotFound(answer)) {
        firstError ??= errorText(answer)
        continue
      }
    }
    remaining.delete(uid)
  }
  return firstError
}

/** Adds the final condition once every pod is counted and none is terminating. */
function enactFinished(sync: Sync): boolean {
  const { finished, status } = sync
  if (finished === undefined) return false
  const { succeeded = [], failed = [] } = status.uncountedTerminatedPods ?? {}
  if (succeeded.length + failed.length > 0 || sync.terminating > 0) return false
  setCondition(status, finished)
  if (finished.type === 'Complete' && finished.lastTransitionTime !== undefined) {
    status.completionTime = finished.lastTransitionTime
  }
  return true
}

function* tellFinished(api: Api, { job, finished, status }: Sync): Part<void> {
  if (finished?.type !== 'Complete') {
    yield* api.event(job, 'Warning', finished?.reason ?? '', finished?.message ?? '')
    return
  }
  const completions = job.spec?.completions
  if (completions !== undefined && (status.succeeded ?? 0) > completions) {
    const message = 'Too many succeeded pods running after completion count reached'
    yield* api.event(job, 'Warning', 'TooManySucceededPods', message)
  }
  yield* api.event(job, 'Normal', 'Completed', 'Job completed')
}
