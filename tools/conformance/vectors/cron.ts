// Answers cron vectors with src/kube/cron and the CronJob controller's arithmetic.

import {
  mostRecent,
  nextLook,
  type Recent,
} from '../../../src/controllers/cron-job/schedule-times.ts'
import { nextTime } from '../../../src/kube/cron/next.ts'
import { parseSchedule } from '../../../src/kube/cron/parse.ts'
import { formatDuration } from '../../../src/kube/duration.ts'
import type { CronJob } from '../../../src/kube/generated/types.ts'
import { formatTime, parseTime } from '../../../src/kube/time.ts'
import type { Topic } from './topic.ts'

const timesAsked = 6
/** What Go's Duration makes of the time between now and no time at all. */
const noTime = '-2562047h47m16.854775808s'

function next({ from, spec, zone }: { from: string; spec: string; zone: string }): unknown {
  const text = zone === '' ? spec : `TZ=${zone} ${spec}`
  const parsed = parseSchedule(text)
  if (!parsed.ok) {
    return parsed.panics === true ? { panic: parsed.error } : { parsed: text, error: parsed.error }
  }
  const times: (string | null)[] = []
  let at = parseTime(from)
  while (times.length < timesAsked) {
    const time = nextTime(parsed.schedule, at)
    if (time === 'hangs') return { hangs: true }
    times.push(time === 'never' ? null : formatTime(time))
    if (time === 'never') break
    at = time
  }
  return { parsed: text, next: times }
}

function shown({ earliestMs, mostRecentMs, missed, error }: Recent): unknown {
  return {
    earliest: formatTime(earliestMs),
    error: error ?? null,
    missed,
    mostRecent: mostRecentMs === undefined ? null : formatTime(mostRecentMs),
  }
}

function missed({ cronJob, now }: { cronJob: CronJob; now: string }): unknown {
  const { schedule: text = '', timeZone } = cronJob.spec ?? {}
  const parsed = parseSchedule(timeZone === undefined ? text : `TZ=${timeZone} ${text}`)
  if (!parsed.ok) return { error: parsed.error }
  const { schedule } = parsed
  const nowMs = parseTime(now)
  const look = nextLook(cronJob, nowMs, schedule)
  return {
    requeueAfter: typeof look === 'number' ? formatDuration(look) : noTime,
    withDeadline: shown(mostRecent(cronJob, nowMs, { schedule, deadline: true })),
    withoutDeadline: shown(mostRecent(cronJob, nowMs, { schedule, deadline: false })),
  }
}

export const answer: Topic = (family, input) =>
  family === 'next'
    ? next(input as Parameters<typeof next>[0])
    : missed(input as Parameters<typeof missed>[0])
