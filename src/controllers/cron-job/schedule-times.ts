// Which start of a CronJob is due, and when to look again.
// Port of pkg/controller/cronjob/utils.go (mostRecentScheduleTime and
// nextScheduleTimeDuration), v1.36.3.

import { type NextTime, nextTime } from '../../kube/cron/next.ts'
import type { Schedule } from '../../kube/cron/parse.ts'
import type { CronJob } from '../../kube/generated/types.ts'
import { parseTime } from '../../kube/time.ts'

/** How many starts were missed: more than 100 is `many`. */
export type Missed = 'none' | 'few' | 'many'

export interface Recent {
  /** Unix ms before which nothing is started. */
  readonly earliestMs: number
  /** The latest start that is due; undefined when none is. */
  readonly mostRecentMs: number | undefined
  readonly missed: Missed
  readonly error?: string
}

const missedMax = 100
/** The clock may be behind the schedule by so much. */
const nextScheduleDeltaMs = 100
const tooClose = 'time difference between two schedules is less than 1 second'

/** `deadline`: starts older than startingDeadlineSeconds are not looked at. */
export function mostRecent(
  { metadata, spec, status }: CronJob,
  nowMs: number,
  { schedule, deadline }: { readonly schedule: Schedule; readonly deadline: boolean },
): Recent {
  const seconds = spec?.startingDeadlineSeconds
  const since = parseTime(status?.lastScheduleTime ?? metadata.creationTimestamp ?? '')
  const limit = deadline && seconds !== undefined ? nowMs - seconds * 1000 : since
  const earliestMs = Math.max(since, limit)
  const first = nextTime(schedule, earliestMs)
  if (typeof first !== 'number') {
    return { earliestMs, mostRecentMs: undefined, missed: 'none', error: tooClose }
  }
  if (nowMs < first) return { earliestMs, mostRecentMs: undefined, missed: 'none' }
  const second = nextTime(schedule, first)
  if (typeof second !== 'number') {
    return { earliestMs, mostRecentMs: undefined, missed: 'none', error: tooClose }
  }
  if (nowMs < second) return { earliestMs, mostRecentMs: first, missed: 'none' }
  const period = Math.round((second - first) / 1000)
  const count = Math.floor(Math.floor((nowMs - first) / 1000) / period) + 1
  const missed = count > missedMax ? 'many' : 'few'
  const mostRecentMs = latest(schedule, first + (count - 2) * period * 1000, nowMs)
  return { earliestMs, mostRecentMs, missed }
}

/** The last match after `fromMs` that is not after `nowMs`. */
function latest(schedule: Schedule, fromMs: number, nowMs: number): number | undefined {
  let found: number | undefined
  let time = nextTime(schedule, fromMs)
  while (typeof time === 'number' && time <= nowMs) {
    found = time
    time = nextTime(schedule, time)
  }
  return found
}

/** When the controller looks at the CronJob again: ms from now, or why it never does. */
export function nextLook(cronJob: CronJob, nowMs: number, schedule: Schedule): NextTime {
  const { earliestMs, mostRecentMs, missed, error } = mostRecent(cronJob, nowMs, {
    schedule,
    deadline: false,
  })
  const unmissed = missed === 'none' && error === undefined ? earliestMs : nowMs
  const time = nextTime(schedule, mostRecentMs ?? unmissed)
  return typeof time === 'number' ? time + nextScheduleDeltaMs - nowMs : time
}
