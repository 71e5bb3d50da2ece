// The CronJob controller: starts Jobs on a schedule and keeps the list of those that run.
// Port of pkg/controller/cronjob/cronjob_controllerv2.go, v1.36.3.

import { parseSchedule, type ParsedSchedule, type Schedule } from '../../kube/cron/parse.ts'
import { timeZoneError, timeZoneOf } from '../../kube/cron/time-zone.ts'
import type { CronJob, Job } from '../../kube/generated/types.ts'
import { goQuote } from '../../kube/go-text.ts'
import { controllerOf, keyFrom, keyOf } from '../../kube/object.ts'
import { formatTime } from '../../kube/time.ts'
import { errorText } from '../failures.ts'
import {
  type Api,
  type Controller,
  done,
  type Part,
  type ReconcileResult,
  type WatchContext,
} from '../framework.ts'
import { followJobs } from './active.ts'
import { type CronJobDraft, drafted, draftOf } from './draft.ts'
import { cleanUp } from './history.ts'
import { mostRecent, nextLook } from './schedule-times.ts'
import { jobName, rfc1123, startJob } from './start.ts'

/** The schedule as it is parsed: with the time zone in front. */
function scheduleOf({ spec }: CronJob): ParsedSchedule {
  const { schedule = '', timeZone } = spec ?? {}
  const zoned = schedule.includes('TZ') || timeZone === undefined
  const known = timeZone !== undefined && timeZoneOf(timeZone) !== undefined
  const parsed = parseSchedule(!zoned && known ? `TZ=${timeZone} ${schedule}` : schedule)
  if (parsed.ok || parsed.panics !== true) return parsed
  return { ok: false, error: `invalid schedule format: ${parsed.error}` }
}

/** Until the next start nothing happens by itself. */
function lookAgain(cronJob: CronJob, nowMs: number, schedule: Schedule): ReconcileResult {
  const delayMs = nextLook(cronJob, nowMs, schedule)
  if (typeof delayMs !== 'number') return done
  return { requeueAfterMs: Math.max(0, Math.ceil(delayMs)), standing: true }
}

function* warn(api: Api, cronJob: CronJob, reason: string, message: string): Part<ReconcileResult> {
  yield* api.event(cronJob, 'Warning', reason, message)
  return done
}

/** Starts what is due; what it gives says when to look again. */
function* sync(api: Api, draft: CronJobDraft, jobs: readonly Job[]): Part<ReconcileResult> {
  const nowMs = yield* api.now()
  const error = yield* followJobs(api, draft, jobs)
  if (error !== undefined) return { error }
  const { cronJob } = draft
  if (cronJob.metadata.deletionTimestamp !== undefined) return done
  const { timeZone, suspend, schedule: text = '' } = cronJob.spec ?? {}
  if (timeZone !== undefined && timeZoneOf(timeZone) === undefined) {
    const message = `invalid timeZone: ${goQuote(timeZone)}: ${timeZoneError(timeZone)}`
    return yield* warn(api, cronJob, 'UnknownTimeZone', message)
  }
  if (suspend === true) return done
  if (text.includes('TZ')) yield* warn(api, cronJob, 'UnsupportedSchedule', unsupported(text))
  const parsed = scheduleOf(cronJob)
  if (!parsed.ok) {
    const message = `unparseable schedule: ${goQuote(text)} : ${parsed.error}`
    return yield* warn(api, cronJob, 'UnparseableSchedule', message)
  }
  return yield* startDue(api, draft, { nowMs, schedule: parsed.schedule })
}

function unsupported(text: string): string {
  return (
    `CRON_TZ or TZ used in schedule ${goQuote(text)} is not officially supported, see ` +
    'https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ for more details'
  )
}

interface Moment {
  readonly nowMs: number
  readonly schedule: Schedule
}

function* startDue(
  api: Api,
  draft: CronJobDraft,
  { nowMs, schedule }: Moment,
): Part<ReconcileResult> {
  const { cronJob } = draft
  const current = drafted(draft)
  const recent = mostRecent(current, nowMs, { schedule, deadline: true })
  const { startingDeadlineSeconds, concurrencyPolicy, schedule: text = '' } = cronJob.spec ?? {}
  if (recent.error !== undefined) {
    const message = `invalid schedule: ${text} : ${recent.error}`
    return yield* warn(api, cronJob, 'InvalidSchedule', message)
  }
  const scheduledMs = recent.mostRecentMs
  if (scheduledMs === undefined) return lookAgain(current, nowMs, schedule)
  if (recent.missed === 'many') yield* warn(api, cronJob, 'TooManyMissedTimes', tooManyMissed)
  if (
    startingDeadlineSeconds !== undefined &&
    scheduledMs + startingDeadlineSeconds * 1000 < nowMs
  ) {
    const message = `Missed scheduled time to start a job: ${rfc1123(scheduledMs)}`
    yield* warn(api, cronJob, 'MissSchedule', message)
    return lookAgain(current, nowMs, schedule)
  }
  if (isProcessed(draft, scheduledMs)) return lookAgain(current, nowMs, schedule)
  if (concurrencyPolicy === 'Forbid' && draft.active.length > 0) {
    yield* api.event(cronJob, 'Normal', 'JobAlreadyActive', alreadyActive)
    return lookAgain(current, nowMs, schedule)
  }
  const { error, kept } = yield* startJob(api, draft, scheduledMs)
  if (error !== undefined) return { error }
  return kept === true ? done : lookAgain(drafted(draft), nowMs, schedule)
}

const tooManyMissed =
  'too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew'
const alreadyActive =
  'Not starting job because prior execution is running and concurrency policy is Forbid'

function isProcessed({ cronJob, active, lastScheduleTime }: CronJobDraft, at: number): boolean {
  const name = jobName(cronJob, at)
  return active.some(each => each.name === name) || lastScheduleTime === formatTime(at)
}

/** A new schedule moves the next look; any other change is looked at now. */
function changed(before: CronJob | undefined, after: CronJob, context: WatchContext): boolean {
  const sameSchedule =
    before?.spec?.schedule === after.spec?.schedule &&
    before?.spec?.timeZone === after.spec?.timeZone
  if (before === undefined || sameSchedule) return true
  const parsed = scheduleOf(after)
  if (!parsed.ok) return false
  const delayMs = nextLook(after, context.nowMs, parsed.schedule)
  if (typeof delayMs === 'number') {
    context.enqueueAfter(keyOf(after.metadata), Math.max(0, Math.ceil(delayMs)), true)
  }
  return false
}

function ownerKey(job: Job, { lister }: WatchContext): readonly string[] {
  const owner = controllerOf(job.metadata)
  if (owner?.kind !== 'CronJob') return []
  const key = keyFrom(job.metadata.namespace, owner.name)
  return lister.get('CronJob', key)?.metadata.uid === owner.uid ? [key] : []
}

export const cronJob = {
  name: 'cronjob-controller',
  doc: 'Starts Jobs on a schedule.',
  watches: [
    {
      kind: 'CronJob',
      keys: ({ key, before, after }, context) =>
        after === undefined || changed(before as CronJob | undefined, after as CronJob, context)
          ? [key]
          : [],
    },
    {
      kind: 'Job',
      keys: ({ before, after }, context) => ownerKey((after ?? before) as Job, context),
    },
  ],
  *reconcile(key, api) {
    const found = yield* api.get<CronJob>('CronJob', key)
    if (found === undefined) return done
    const { namespace, name } = found.metadata
    const jobs = yield* api.read(lister =>
      lister
        .list<Job>('Job', namespace)
        .filter(({ metadata }) => controllerOf(metadata)?.name === name),
    )
    const draft = draftOf(found)
    yield* cleanUp(api, draft, jobs)
    const result = yield* sync(api, draft, jobs)
    if (draft.changed) {
      const answer = yield* api.updateStatus(drafted(draft))
      if (!answer.ok) return { error: errorText(answer) }
    }
    return result
  },
} satisfies Controller
