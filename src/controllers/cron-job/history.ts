// Finished Jobs beyond the history limits of their CronJob are deleted, the oldest first.
// Port of pkg/controller/cronjob/cronjob_controllerv2.go (cleanupFinishedJobs), v1.36.3.

import { compareStrings } from '../../base/compare.ts'
import type { CronJob, Job } from '../../kube/generated/types.ts'
import { parseTime } from '../../kube/time.ts'
import { errorText } from '../failures.ts'
import type { Api, Part } from '../framework.ts'
import type { CronJobDraft } from './draft.ts'

/** `Complete` or `Failed`; undefined while the Job goes on. */
export function finishedCondition({ status }: Job): string | undefined {
  return status?.conditions?.find(
    ({ type, status: value }) => (type === 'Complete' || type === 'Failed') && value === 'True',
  )?.type
}

/** Deletes a Job with its pods, and takes it off the list; false when that was refused. */
export function* deleteJob(api: Api, draft: CronJobDraft, job: Job): Part<boolean> {
  const { cronJob } = draft
  const answer = yield* api.delete(job, { propagationPolicy: 'Background' })
  if (!answer.ok) {
    const message = `Deleted job: ${errorText(answer)}`
    yield* api.event(cronJob, 'Warning', 'FailedDelete', message)
    return false
  }
  draft.active = draft.active.filter(({ uid }) => uid !== job.metadata.uid)
  yield* api.event(cronJob, 'Normal', 'SuccessfulDelete', `Deleted job ${job.metadata.name ?? ''}`)
  return true
}

/** Deletes what is too old; the draft says whether anything changed. */
export function* cleanUp(api: Api, draft: CronJobDraft, jobs: readonly Job[]): Part<void> {
  const { successfulJobsHistoryLimit, failedJobsHistoryLimit } = draft.cronJob.spec ?? noLimits
  const limits = [
    ['Complete', successfulJobsHistoryLimit],
    ['Failed', failedJobsHistoryLimit],
  ] as const
  for (const [condition, limit] of limits) {
    if (limit === undefined) continue
    const finished = jobs.filter(job => finishedCondition(job) === condition)
    const tooMany = finished.length - limit
    for (const job of tooMany > 0 ? finished.sort(byStartTime).slice(0, tooMany) : []) {
      if (yield* deleteJob(api, draft, job)) draft.changed = true
    }
  }
}

const noLimits: Partial<NonNullable<CronJob['spec']>> = {}

/** Jobs that never started come last. */
function byStartTime(a: Job, b: Job): number {
  const [first, second] = [startMs(a), startMs(b)]
  if (first !== second) return first < second ? -1 : 1
  return compareStrings(a.metadata.name ?? '', b.metadata.name ?? '')
}

function startMs({ status }: Job): number {
  return status?.startTime === undefined ? Number.POSITIVE_INFINITY : parseTime(status.startTime)
}
