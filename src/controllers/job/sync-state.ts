// What one sync of a Job works with. Upstream: pkg/controller/job/job_controller.go (syncJobCtx),
// v1.36.3.

import type { Mutable } from '../../base/mutable.ts'
import type { Job, JobCondition, JobStatus, Pod } from '../../kube/generated/types.ts'
import { formatTime } from '../../kube/time.ts'
import { errorText } from '../failures.ts'
import type { Api, Part } from '../framework.ts'
import type { BackoffRecord } from './backoff.ts'
import type { Intervals } from './indexes.ts'
import { conditionOf } from './job-spec.ts'

export type StatusDraft = Mutable<JobStatus>

/** The state of one sync; lives no longer than its generator. */
export interface Sync {
  readonly key: string
  readonly nowMs: number
  /** As last read or written; its status is superseded by `status`. */
  job: Job
  status: StatusDraft
  pods: readonly Pod[]
  readonly activePods: readonly Pod[]
  /** Pods whose finalizer this controller has removed without having seen it yet. */
  readonly finalizersGone: ReadonlySet<string>
  ready: number
  terminating: number
  succeeded: number
  failed: number
  readonly backoff: BackoffRecord
  readonly uncountedSucceeded: ReadonlySet<string>
  readonly uncountedFailed: ReadonlySet<string>
  finished: JobCondition | undefined
  previousIndexes: Intervals
  succeededIndexes: Intervals
  failedIndexes: Intervals | undefined
  /** The last failed pod of each index that waits to be replaced. */
  delayedByIndex: ReadonlyMap<number, Pod>
}

/** The keys under which a Job's memory lives. */
export const memoryKeys = {
  backoff: (key: string): string => `backoff:${key}`,
  finalizers: (key: string): string => `finalizers:${key}`,
  finished: (uid: string): string => `finished:${uid}`,
  wake: (key: string): string => `wake:${key}`,
} as const

export function newCondition(
  type: string,
  reason: string,
  message: string,
  nowMs: number,
): JobCondition {
  const now = formatTime(nowMs)
  return { type, status: 'True', lastProbeTime: now, lastTransitionTime: now, reason, message }
}

/** Sets a condition; one that is absent is not added as False. True when something changed. */
export function setCondition(status: StatusDraft, condition: JobCondition): boolean {
  const list = status.conditions ?? []
  const before = conditionOf(list, condition.type)
  if (before === undefined) {
    if (condition.status === 'False') return false
    status.conditions = [...list, condition]
    return true
  }
  const same =
    before.status === condition.status &&
    before.reason === condition.reason &&
    before.message === condition.message
  if (same) return false
  status.conditions = list.map(other => (other === before ? condition : other))
  return true
}

/** Writes the status and goes on with what the server stored; answers the error. */
export function* writeStatus(api: Api, sync: Sync): Part<string | undefined> {
  const answer = yield* api.updateStatus({ ...sync.job, status: stored(sync.status) })
  if (!answer.ok) return errorText(answer)
  sync.job = answer.object
  sync.status = { uncountedTerminatedPods: {}, ...sync.job.status }
  return undefined
}

/** Counters of zero are left out, as Go's omitempty does. */
function stored(status: StatusDraft): JobStatus {
  const { active = 0, succeeded = 0, failed = 0, completedIndexes = '', ...rest } = status
  return {
    ...rest,
    ...(active > 0 && { active }),
    ...(succeeded > 0 && { succeeded }),
    ...(failed > 0 && { failed }),
    ...(completedIndexes !== '' && { completedIndexes }),
  }
}
