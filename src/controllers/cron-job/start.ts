// Starting the Job that is due: concurrency policy, template, what is told.
// Port of pkg/controller/cronjob/cronjob_controllerv2.go (syncCronJob, second half), v1.36.3.

import { civilOf, lookup, type TimeZone, timeZoneOf, utc } from '../../kube/cron/time-zone.ts'
import type { CronJob, Job } from '../../kube/generated/types.ts'
import { formatTime } from '../../kube/time.ts'
import { errorText, isAlreadyExists, isNamespaceTerminating } from '../failures.ts'
import type { Api, Part } from '../framework.ts'
import { controllerRefOf } from '../pod-control.ts'
import type { CronJobDraft } from './draft.ts'
import { deleteJob } from './history.ts'

const scheduledAnnotation = 'batch.kubernetes.io/cronjob-scheduled-timestamp'

/** One name per start: it keeps a start from happening twice. */
export function jobName({ metadata }: CronJob, scheduledMs: number): string {
  return `${metadata.name ?? ''}-${Math.floor(scheduledMs / 60_000)}`
}

const two = (value: number): string => String(value).padStart(2, '0')

/** RFC 3339 with the offset of the zone, `Z` where that is zero. */
function zonedTime(zone: TimeZone, ms: number): string {
  const seconds = Math.floor(ms / 1000)
  const { offset } = lookup(zone, seconds)
  if (offset === 0) return formatTime(ms)
  const minutes = Math.floor(Math.abs(offset) / 60)
  const sign = offset < 0 ? '-' : '+'
  const shown = `${sign}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`
  return formatTime(ms + offset * 1000).replace('Z', shown)
}

const weekdays = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const months = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ')

/** `Mon, 02 Jan 2006 15:04:05 +0000`: how events name a start that was missed. */
export function rfc1123(ms: number): string {
  const at = civilOf(utc, Math.floor(ms / 1000))
  const date = `${two(at.day)} ${months[at.month - 1]} ${String(at.year).padStart(4, '0')}`
  const time = `${two(at.hour)}:${two(at.minute)}:${two(at.second)}`
  return `${weekdays[at.weekday]}, ${date} ${time} +0000`
}

function jobFrom(cronJob: CronJob, scheduledMs: number): Job {
  const { jobTemplate, timeZone = '' } = cronJob.spec ?? {}
  const { labels, annotations } = jobTemplate?.metadata ?? {}
  const zone = timeZoneOf(timeZone) ?? utc
  const { namespace } = cronJob.metadata
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: jobName(cronJob, scheduledMs),
      ...(namespace !== undefined && { namespace }),
      ...(labels !== undefined && { labels }),
      annotations: { ...annotations, [scheduledAnnotation]: zonedTime(zone, scheduledMs) },
      ownerReferences: [controllerRefOf(cronJob)],
    },
    ...(jobTemplate?.spec && { spec: jobTemplate.spec }),
  }
}

/** Creates the Job of this start; a text is why the reconcile failed, `kept` that another did. */
export function* startJob(
  api: Api,
  draft: CronJobDraft,
  scheduledMs: number,
): Part<{ readonly error?: string; readonly kept?: true }> {
  const { cronJob } = draft
  if (cronJob.spec?.concurrencyPolicy === 'Replace') {
    const error = yield* replaceActive(api, draft)
    if (error !== undefined) return { error }
  }
  const wanted = jobFrom(cronJob, scheduledMs)
  const answer = yield* api.create(wanted)
  let job: Job
  if (answer.ok) {
    job = answer.object as Job
    const message = `Created job ${job.metadata.name ?? ''}`
    yield* api.event(cronJob, 'Normal', 'SuccessfulCreate', message)
  } else {
    if (isNamespaceTerminating(answer)) return { error: errorText(answer) }
    if (!isAlreadyExists(answer)) {
      const message = `Error creating job: ${errorText(answer)}`
      yield* api.event(cronJob, 'Warning', 'FailedCreate', message)
      return { error: errorText(answer) }
    }
    const { namespace, name = '' } = wanted.metadata
    const live = yield* api.getLive('Job', namespace, name)
    if (!live.ok) return { error: errorText(live) }
    job = live.object as Job
    const owner = job.metadata.ownerReferences?.find(({ controller }) => controller === true)
    const listed = draft.active.some(({ uid }) => uid === job.metadata.uid)
    if (owner?.uid !== cronJob.metadata.uid || listed) return { kept: true }
  }
  const { namespace, name = '', uid = '', resourceVersion = '' } = job.metadata
  const reference = { kind: 'Job', name, uid, apiVersion: 'batch/v1', resourceVersion }
  draft.active = [...draft.active, { ...reference, ...(namespace !== undefined && { namespace }) }]
  draft.lastScheduleTime = formatTime(scheduledMs)
  draft.changed = true
  return {}
}

function* replaceActive(api: Api, draft: CronJobDraft): Part<string | undefined> {
  for (const { namespace, name = '' } of draft.active) {
    const live = yield* api.getLive('Job', namespace, name)
    if (!live.ok) {
      yield* api.event(draft.cronJob, 'Warning', 'FailedGet', `Get job: ${errorText(live)}`)
      return errorText(live)
    }
    if (!(yield* deleteJob(api, draft, live.object as Job))) {
      return `could not replace job ${namespace ?? ''}/${name}`
    }
    draft.changed = true
  }
  return undefined
}
