// Which Jobs of a CronJob still run, as its status lists them.
// Port of pkg/controller/cronjob/cronjob_controllerv2.go (syncCronJob, first half), v1.36.3.

import type { CronJob, Job } from '../../kube/generated/types.ts'
import { parseTime } from '../../kube/time.ts'
import { errorText, isNotFound } from '../failures.ts'
import type { Api, Part } from '../framework.ts'
import { type CronJobDraft, draftOf } from './draft.ts'
import { finishedCondition } from './history.ts'

/** Brings the list of active Jobs up to date; a text is why the reconcile failed. */
export function* followJobs(
  api: Api,
  draft: CronJobDraft,
  jobs: readonly Job[],
): Part<string | undefined> {
  for (const job of jobs) {
    const listed = draft.active.some(({ uid }) => uid === job.metadata.uid)
    const condition = finishedCondition(job)
    if (condition !== undefined) yield* followFinished(api, draft, { job, condition, listed })
    else if (!listed) {
      const error = yield* followUnlisted(api, draft, job)
      if (error !== undefined) return error
    }
  }
  return yield* dropMissing(api, draft, jobs)
}

interface Finished {
  readonly job: Job
  readonly condition: string
  readonly listed: boolean
}

function* followFinished(
  api: Api,
  draft: CronJobDraft,
  { job, condition, listed }: Finished,
): Part<void> {
  const { name = '', uid } = job.metadata
  if (listed) {
    draft.active = draft.active.filter(each => each.uid !== uid)
    draft.changed = true
    const message = `Saw completed job: ${name}, condition: ${condition}`
    yield* api.event(draft.cronJob, 'Normal', 'SawCompletedJob', message)
  }
  const completed = job.status?.completionTime
  if (condition !== 'Complete' || completed === undefined) return
  const last = draft.lastSuccessfulTime
  if (last !== undefined && parseTime(completed) <= parseTime(last)) return
  draft.lastSuccessfulTime = completed
  draft.changed = true
}

/** A Job that runs and is not listed: the list may only be younger than the cache. */
function* followUnlisted(api: Api, draft: CronJobDraft, job: Job): Part<string | undefined> {
  const { namespace, name = '' } = draft.cronJob.metadata
  const live = yield* api.getLive('CronJob', namespace, name)
  if (!live.ok) return errorText(live)
  const cronJob = live.object as CronJob
  if (cronJob.status?.active?.some(({ uid }) => uid === job.metadata.uid) === true) {
    Object.assign(draft, { ...draftOf(cronJob), changed: draft.changed })
    return undefined
  }
  const message = `Saw a job that the controller did not create or forgot: ${job.metadata.name ?? ''}`
  yield* api.event(draft.cronJob, 'Warning', 'UnexpectedJob', message)
  return undefined
}

function* dropMissing(
  api: Api,
  draft: CronJobDraft,
  jobs: readonly Job[],
): Part<string | undefined> {
  const uids = new Set(jobs.map(({ metadata }) => metadata.uid))
  for (const { namespace, name = '', uid } of draft.active) {
    if (uids.has(uid)) continue
    const live = yield* api.getLive('Job', namespace, name)
    if (live.ok) continue
    if (!isNotFound(live)) return errorText(live)
    yield* api.event(draft.cronJob, 'Normal', 'MissingJob', `Active job went missing: ${name}`)
    draft.active = draft.active.filter(each => each.uid !== uid)
    draft.changed = true
  }
  return undefined
}
