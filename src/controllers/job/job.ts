// The Job controller: runs pods until enough of them have succeeded or too many have failed.
// Upstream: pkg/controller/job/job_controller.go (syncJob), v1.36.3.

import type { Job, JobCondition, Pod } from '../../kube/generated/types.ts'
import { selectorMatches } from '../../kube/label-selector.ts'
import { splitKey } from '../../kube/object.ts'
import { isPodActive, isPodReady, isPodTerminating } from '../../kube/pod.ts'
import { formatTime, parseTime } from '../../kube/time.ts'
import { claimObjects } from '../claiming.ts'
import { type Expectations, expectationsKey, satisfied } from '../expectations.ts'
import { errorText, isNotFound } from '../failures.ts'
import { type Api, type Controller, done, type Part, type ReconcileResult } from '../framework.ts'
import { ownedAndOrphans } from '../owners.ts'
import { type BackoffRecord, nextRecord } from './backoff.ts'
import { finishedByFailure, finishedBySuccess, lookAtIndexes } from './finishing.ts'
import {
  hasFinalizer,
  isFinished,
  isIndexed,
  isManagedElsewhere,
  isPodFailed,
  isSuspended,
  matchFailurePolicy,
  validIndex,
} from './job-spec.ts'
import { deleteActivePods, manageJob, type Managed, removeFinalizerPatch } from './manage.ts'
import {
  memoryKeys,
  newCondition,
  setCondition,
  type StatusDraft,
  type Sync,
} from './sync-state.ts'
import { type Removed, trackStatus } from './tracking.ts'
import { orphanPrefix, watches } from './watches.ts'

/** A sync that is put off waits at least this long. */
const batchMs = 1000

function* forget(api: Api, key: string): Part<ReconcileResult> {
  for (const memory of [
    expectationsKey(key),
    memoryKeys.finalizers(key),
    memoryKeys.backoff(key),
  ]) {
    yield* api.remember(memory, undefined)
  }
  return done
}

function* begin(api: Api, key: string, job: Job, pods: readonly Pod[]): Part<Sync> {
  const nowMs = yield* api.now()
  const status: StatusDraft = { uncountedTerminatedPods: {}, ...job.status }
  const activePods = pods.filter(isPodActive)
  const { succeeded = [], failed = [] } = status.uncountedTerminatedPods ?? {}
  const finalizersGone = new Set((yield* api.recall<Removed>(memoryKeys.finalizers(key))) ?? [])
  const isNew = (pod: Pod, counted: readonly string[]): boolean => {
    const uid = pod.metadata.uid ?? ''
    if (!hasFinalizer(pod) || finalizersGone.has(uid) || counted.includes(uid)) return false
    return !isIndexed(job) || validIndex(pod, job) !== undefined
  }
  const newSucceeded = pods.filter(p => p.status?.phase === 'Succeeded' && isNew(p, succeeded))
  const newFailed = pods.filter(pod => isPodFailed(pod, job) && isNew(pod, failed))
  const policy = job.spec?.podFailurePolicy
  const counting = newFailed.filter(pod => matchFailurePolicy(policy, pod).counts)
  const record = yield* api.recall<BackoffRecord>(memoryKeys.backoff(key))
  return {
    key,
    nowMs,
    job,
    status,
    pods,
    activePods,
    finalizersGone,
    ready: activePods.filter(isPodReady).length,
    terminating: pods.filter(isPodTerminating).length,
    succeeded: (status.succeeded ?? 0) + newSucceeded.length + succeeded.length,
    failed: (status.failed ?? 0) + counting.length + failed.length,
    backoff: nextRecord(record, newSucceeded, newFailed),
    uncountedSucceeded: new Set(succeeded),
    uncountedFailed: new Set(failed),
    finished: undefined,
    previousIndexes: [],
    succeededIndexes: [],
    failedIndexes: undefined,
    delayedByIndex: new Map(),
  }
}

/** Milliseconds until activeDeadlineSeconds is over; undefined without a deadline. */
function deadlineMs({ job, status, nowMs }: Sync): number | undefined {
  const seconds = job.spec?.activeDeadlineSeconds
  if (seconds === undefined || status.startTime === undefined || isSuspended(job)) return undefined
  // The start that this very sync sets is not rounded down to a second yet.
  const startMs = job.status?.startTime === undefined ? nowMs : parseTime(status.startTime)
  return seconds * 1000 - (nowMs - startMs)
}

interface Stage {
  readonly managed: Managed
  readonly changed: boolean
}

/** Deletes what still runs of a Job that ends. */
function* endPods(api: Api, sync: Sync, expected: boolean): Part<Stage> {
  const active = sync.activePods.length
  const { deleted, ready, error } = yield* deleteActivePods(api, sync)
  // Pods that are left, or not yet seen, might still carry a finalizer.
  if (deleted !== active || !expected) sync.finished = undefined
  sync.terminating += deleted
  sync.ready -= ready
  const managed = { active: active - deleted, ...(error !== undefined && { error }) }
  return { managed, changed: false }
}

function* runPods(api: Api, sync: Sync, expected: boolean): Part<Stage> {
  const manages = expected && sync.job.metadata.deletionTimestamp === undefined
  const managed: Managed = manages
    ? yield* manageJob(api, sync)
    : { active: sync.activePods.length }
  if (isComplete(sync, managed.active)) {
    const message = 'Reached expected number of succeeded pods'
    sync.finished = newCondition('SuccessCriteriaMet', 'CompletionsReached', message, sync.nowMs)
    return { managed, changed: false }
  }
  return { managed, changed: manages && (yield* noteSuspension(api, sync)) }
}

function isComplete({ job, succeeded }: Sync, active: number): boolean {
  const completions = job.spec?.completions
  return completions === undefined || completions === null
    ? succeeded > 0 && active === 0
    : succeeded >= completions && active === 0
}

function* noteSuspension(api: Api, sync: Sync): Part<boolean> {
  const { job, status, nowMs } = sync
  const suspended = isSuspended(job)
  const condition: JobCondition = suspended
    ? newCondition('Suspended', 'JobSuspended', 'Job suspended', nowMs)
    : { ...newCondition('Suspended', 'JobResumed', 'Job resumed', nowMs), status: 'False' }
  if (!setCondition(status, condition)) return false
  const reason = suspended ? 'Suspended' : 'Resumed'
  yield* api.event(job, 'Normal', reason, condition.message ?? '')
  if (suspended) delete status.startTime
  else status.startTime = formatTime(nowMs)
  return true
}

function* syncJob(api: Api, key: string, job: Job): Part<ReconcileResult> {
  const nowMs = yield* api.now()
  const expectations = yield* api.recall<Expectations>(expectationsKey(key))
  const expected = satisfied(expectations, nowMs)
  const candidates = yield* ownedAndOrphans<Pod>(api, 'Pod', job)
  const claim = yield* claimObjects(api, {
    owner: job,
    candidates,
    matches: pod => selectorMatches(job.spec?.selector, pod.metadata.labels),
  })
  if (claim.error !== undefined) return { error: claim.error }
  const sync = yield* begin(api, key, job, claim.claimed)
  if (sync.status.startTime === undefined && !isSuspended(job)) {
    sync.status.startTime = formatTime(nowMs)
  }
  const leftMs = deadlineMs(sync)
  sync.finished = finishedByFailure(sync, leftMs)
  if (isIndexed(job)) lookAtIndexes(sync)
  sync.finished ??= finishedBySuccess(sync)
  const stage = sync.finished === undefined ? runPods : endPods
  const { managed, changed } = yield* stage(api, sync, expected)
  const { status } = sync
  const needsUpdate =
    changed ||
    managed.active !== (status.active ?? 0) ||
    sync.ready !== status.ready ||
    sync.terminating !== status.terminating
  status.active = managed.active
  status.ready = sync.ready
  status.terminating = sync.terminating
  const error = yield* trackStatus(api, sync, needsUpdate)
  if (error !== undefined) return { error: `tracking status: ${error}` }
  if (managed.error !== undefined) return { error: managed.error }
  return requeue(managed.retryAfterMs, leftMs)
}

function requeue(retryAfterMs: number | undefined, leftMs: number | undefined): ReconcileResult {
  const waits = [
    ...(retryAfterMs === undefined ? [] : [Math.max(retryAfterMs, batchMs)]),
    ...(leftMs === undefined || leftMs <= 0 ? [] : [leftMs]),
  ]
  return waits.length === 0 ? done : { requeueAfterMs: Math.min(...waits) }
}

/** Takes the finalizer off pods whose Job is gone or has ended. */
function* releaseOrphan(api: Api, podKey: string): Part<ReconcileResult> {
  const pod = yield* api.get<Pod>('Pod', podKey)
  if (pod === undefined || !hasFinalizer(pod)) return done
  const owner = pod.metadata.ownerReferences?.find(({ controller }) => controller === true)
  if (owner !== undefined) {
    if (owner.kind !== 'Job') return done
    const { namespace = '' } = splitKey(podKey)
    const job = yield* api.get<Job>('Job', `${namespace}/${owner.name}`)
    if (job !== undefined && job.metadata.uid === owner.uid) {
      if (isManagedElsewhere(job) || !isFinished(job)) return done
    }
  }
  const answer = yield* api.patch(pod, 'strategic', removeFinalizerPatch)
  return answer.ok || isNotFound(answer) ? done : { error: errorText(answer) }
}

function* reconcile(key: string, api: Api): Part<ReconcileResult> {
  if (key.startsWith(orphanPrefix)) {
    return yield* releaseOrphan(api, key.slice(orphanPrefix.length))
  }
  const wakeMs = yield* api.recall<number>(memoryKeys.wake(key))
  if (wakeMs !== undefined && wakeMs <= (yield* api.now())) {
    yield* api.remember(memoryKeys.wake(key), undefined)
  }
  const job = yield* api.get<Job>('Job', key)
  if (job === undefined) return yield* forget(api, key)
  if (isManagedElsewhere(job)) return done
  const finishedKey = memoryKeys.finished(job.metadata.uid ?? '')
  if (isFinished(job)) {
    yield* api.remember(finishedKey, undefined)
    yield* api.remember(memoryKeys.backoff(key), undefined)
    return done
  }
  if ((yield* api.recall<boolean>(finishedKey)) === true) return done
  return yield* syncJob(api, key, job)
}

export const job = {
  name: 'job-controller',
  doc: 'Runs the pods of each Job until enough have succeeded or too many have failed.',
  watches,
  ownWrites: ['Job', 'Pod'],
  reconcile,
} satisfies Controller
