// The rule at the end of a time zone's data: standard and summer time by year, as POSIX writes it.
// Port of Go 1.26 time/zoneinfo.go (tzset, tzsetRule, tzruleTime).

import { assert } from '../../base/assert.ts'
import { civilFromDays, daysFromCivil, daysInMonth } from '../time.ts'

const daySeconds = 86_400

interface YearDay {
  readonly kind: 'julian' | 'day' | 'month'
  readonly day: number
  readonly week: number
  readonly month: number
  /** Seconds after local midnight. */
  readonly time: number
}

export interface YearRule {
  /** Seconds east of UTC. */
  readonly standard: number
  readonly summer?: { readonly offset: number; readonly from: YearDay; readonly until: YearDay }
}

const namePattern = String.raw`(?:<[^>]*>|[A-Za-z]{3,})`
const offsetPattern = String.raw`[+-]?\d+(?::\d+){0,2}`
const rulePattern = new RegExp(
  `^${namePattern}(${offsetPattern})(?:${namePattern}(${offsetPattern})?,([^,]+),([^,]+))?$`,
)

/** `EST5EDT,M3.2.0,M11.1.0`; undefined when there is no rule. */
export function readRule(text: string): YearRule | undefined {
  const parts = rulePattern.exec(text)
  if (parts === null) return undefined
  const [, standardText = '', summerText, from, until] = parts
  const standard = -offsetOf(standardText)
  if (from === undefined || until === undefined) return { standard }
  const offset = summerText === undefined ? standard + 3600 : -offsetOf(summerText)
  return { standard, summer: { offset, from: yearDay(from), until: yearDay(until) } }
}

function offsetOf(text: string): number {
  const [hours = 0, minutes = 0, seconds = 0] = text.replace(/^[+-]/, '').split(':').map(Number)
  const sum = hours * 3600 + minutes * 60 + seconds
  return text.startsWith('-') ? -sum : sum
}

function yearDay(text: string): YearDay {
  const [date = '', time] = text.split('/')
  const seconds = time === undefined ? 2 * 3600 : offsetOf(time)
  const common = { week: 0, month: 0, time: seconds }
  if (date.startsWith('J')) return { ...common, kind: 'julian', day: Number(date.slice(1)) }
  if (!date.startsWith('M')) return { ...common, kind: 'day', day: Number(date) }
  const [month = 1, week = 1, day = 0] = date.slice(1).split('.').map(Number)
  return { kind: 'month', day, week, month, time: seconds }
}

function isLeap(year: number): boolean {
  return daysInMonth(year, 2) === 29
}

/** Seconds from the start of the year (UTC) until the rule takes effect under `offset`. */
function secondsInYear(year: number, rule: YearDay, offset: number): number {
  return dayInYear(year, rule) * daySeconds + rule.time - offset
}

function dayInYear(year: number, { kind, day, week, month }: YearDay): number {
  if (kind === 'julian') return day - 1 + (isLeap(year) && day >= 60 ? 1 : 0)
  if (kind === 'day') return day
  const first = daysFromCivil(year, month, 1)
  const weekday = (((first + 4) % 7) + 7) % 7
  let date = (day - weekday + 7) % 7
  for (let each = 1; each < week && date + 7 < daysInMonth(year, month); each += 1) date += 7
  return first - daysFromCivil(year, 1, 1) + date
}

/** The stretch around `seconds` since 1970 by the rule; `since` is the last recorded transition. */
export function stretchByRule(
  { standard, summer }: YearRule,
  since: number,
  seconds: number,
): { offset: number; start: number; end: number } {
  if (summer === undefined) {
    return { offset: standard, start: since, end: Number.POSITIVE_INFINITY }
  }
  const { year } = civilFromDays(Math.floor(seconds / daySeconds))
  const newYear = daysFromCivil(year, 1, 1) * daySeconds
  const passed = seconds - newYear
  const on = secondsInYear(year, summer.from, standard)
  const off = secondsInYear(year, summer.until, summer.offset)
  assert(Math.floor(passed / daySeconds) <= 366, 'the time is in its year')
  const south = off < on
  const [first, second] = south ? [off, on] : [on, off]
  const [outside, inside] = south ? [summer.offset, standard] : [standard, summer.offset]
  if (passed < first) return { offset: outside, start: newYear, end: newYear + first }
  if (passed >= second) {
    return { offset: outside, start: newYear + second, end: newYear + 365 * daySeconds }
  }
  return { offset: inside, start: newYear + first, end: newYear + second }
}
