// Whether the schedule of a CronJob can be read.
// Upstream: pkg/apis/batch/validation/validation.go validateScheduleFormat, v1.36.3.

import { parseSchedule } from '../cron/parse.ts'

/** What is wrong; a time zone inside is accepted only where it was before (`zoned`). */
export function scheduleErrors(
  schedule: string,
  zoned: boolean,
  timeZone: string | undefined,
): readonly string[] {
  const parsed = parseSchedule(schedule)
  const errors: string[] = []
  if (!parsed.ok) {
    errors.push(parsed.panics === true ? `invalid schedule format: ${parsed.error}` : parsed.error)
  }
  if (!schedule.includes('TZ')) return errors
  if (!zoned) errors.push('cannot use TZ or CRON_TZ in schedule, use timeZone field instead')
  else if (timeZone !== undefined) {
    errors.push('cannot use both timeZone field and TZ or CRON_TZ in schedule')
  }
  return errors
}
