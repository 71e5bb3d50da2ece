// When a cron schedule comes next. Port of robfig/cron v3.0.1 spec.go and constantdelay.go.

import type { Field, Schedule } from './parse.ts'
import { type Civil, civilOf, secondsOf, type TimeZone } from './time-zone.ts'

/** Unix ms; `never` within five years; `hangs` where upstream's search does not end. */
export type NextTime = number | 'never' | 'hangs'

const hourSeconds = 3600
const yearsMax = 5

/** The first time after `afterMs` at which the schedule matches. */
export function nextTime(schedule: Schedule, afterMs: number): NextTime {
  const second = Math.floor(afterMs / 1000)
  if (schedule.type === 'every') return second * 1000 + schedule.delayMs
  const search = new Search(schedule, second + 1)
  const found = search.run()
  return typeof found === 'number' ? found * 1000 : found
}

type FieldSchedule = Extract<Schedule, { type: 'fields' }>
/** The outcome of one field: on to the next, or back to the first. */
type Step = 'match' | 'wrap' | 'hangs'

/** One search: the time it has come to, and whether any field has moved it. */
class Search {
  private readonly schedule: FieldSchedule
  private readonly zone: TimeZone
  private readonly yearLimit: number
  private seconds: number
  private moved = false

  constructor(schedule: FieldSchedule, seconds: number) {
    this.schedule = schedule
    this.zone = schedule.zone
    this.seconds = seconds
    this.yearLimit = this.civil().year + yearsMax
  }

  run(): NextTime {
    for (;;) {
      if (this.civil().year > this.yearLimit) return 'never'
      const step = this.pass()
      if (step === 'hangs') return 'hangs'
      if (step === 'match') return this.seconds
    }
  }

  private civil(): Civil {
    return civilOf(this.zone, this.seconds)
  }

  private pass(): Step {
    const coarse = this.month() ?? this.day() ?? this.hour() ?? this.minute()
    if (coarse !== undefined) return coarse
    if (this.civil().second === 0) return 'match'
    this.moved = true
    // Seconds are always 0: the next is the next whole minute.
    this.seconds += 60 - this.civil().second
    return 'wrap'
  }

  private month(): Step | undefined {
    const { month } = this.schedule
    while (!includes(month, this.civil().month)) {
      if (!this.moved) {
        const { year, month: now } = this.civil()
        this.seconds = secondsOf(this.zone, { year, month: now, day: 1 })
        this.moved = true
      }
      this.addDate(1, 0)
      if (this.civil().month === 1) return 'wrap'
    }
    return undefined
  }

  /** A day without midnight starts at another hour: the search goes back to what is nearest. */
  private day(): Step | undefined {
    while (!dayMatches(this.schedule, this.civil())) {
      const before = this.seconds
      if (!this.moved) {
        const { year, month, day } = this.civil()
        this.seconds = secondsOf(this.zone, { year, month, day })
        this.moved = true
      }
      const start = this.seconds
      this.addDate(0, 1)
      const { hour } = this.civil()
      if (hour !== 0) this.seconds += (hour > 12 ? 24 - hour : -hour) * hourSeconds
      if (this.civil().day === 1) return 'wrap'
      if (this.seconds <= start && start <= before) return 'hangs'
    }
    return undefined
  }

  private hour(): Step | undefined {
    while (!includes(this.schedule.hour, this.civil().hour)) {
      if (!this.moved) {
        const { year, month, day, hour } = this.civil()
        this.seconds = secondsOf(this.zone, { year, month, day, hour })
        this.moved = true
      }
      this.seconds += hourSeconds
      if (this.civil().hour === 0) return 'wrap'
    }
    return undefined
  }

  private minute(): Step | undefined {
    while (!includes(this.schedule.minute, this.civil().minute)) {
      if (!this.moved) {
        this.seconds = Math.floor(this.seconds / 60) * 60
        this.moved = true
      }
      this.seconds += 60
      if (this.civil().minute === 0) return 'wrap'
    }
    return undefined
  }

  /** time.AddDate: the same clock reading on another day. */
  private addDate(months: number, days: number): void {
    const { year, month, day, hour, minute, second } = this.civil()
    const reading = { year, month: month + months, day: day + days, hour, minute, second }
    this.seconds = secondsOf(this.zone, reading)
  }
}

function includes({ matches }: Field, value: number): boolean {
  return matches[value] === true
}

/** With a star in either field both must match, without one of them is enough. */
function dayMatches({ dayOfMonth, dayOfWeek }: FieldSchedule, { day, weekday }: Civil): boolean {
  const [date, week] = [includes(dayOfMonth, day), includes(dayOfWeek, weekday)]
  return dayOfMonth.any || dayOfWeek.any ? date && week : date || week
}
