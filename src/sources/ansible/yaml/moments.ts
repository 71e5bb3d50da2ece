// Dates and times of YAML 1.1. Upstream: PyYAML 6.0 constructor.py construct_yaml_timestamp; the
// ranges are those of Python's datetime.

import { Moment } from '../values.ts'

const form =
  /^(\d{4})-(\d\d?)-(\d\d?)(?:(?:[Tt]|[ \t]+)(\d\d?):(\d\d):(\d\d)(?:\.(\d*))?(?:[ \t]*(Z|([-+])(\d\d?)(?::(\d\d))?))?)?$/

/** The moment that a text names, or the text of Python's ValueError. */
export function momentOf(text: string): Moment | string {
  const match = form.exec(text)
  if (match === null) return "'NoneType' object has no attribute 'groupdict'"
  const [, year = '', month = '', day = '', hour, minute = '', second = ''] = match
  const wrongDate = dateError(Number(year), Number(month), Number(day))
  if (wrongDate !== undefined) return wrongDate
  const date = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`
  if (hour === undefined) return new Moment('date', date)
  const wrongTime = timeError(Number(hour), Number(minute), Number(second))
  if (wrongTime !== undefined) return wrongTime
  const fraction = (match[7] ?? '').slice(0, 6).padEnd(6, '0')
  const time = `${hour.padStart(2, '0')}:${minute}:${second}`
  const exact = Number(fraction) === 0 ? time : `${time}.${fraction}`
  return new Moment('datetime', `${date}T${exact}${zoneOf(match)}`)
}

function zoneOf(match: RegExpExecArray): string {
  if (match[8] === undefined) return ''
  if (match[8] === 'Z') return '+00:00'
  const minutes = Number(match[10]) * 60 + Number(match[11] ?? '0')
  const two = (number: number): string => String(number).padStart(2, '0')
  const sign = minutes === 0 ? '+' : match[9]
  return `${sign}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`
}

function dateError(year: number, month: number, day: number): string | undefined {
  if (year < 1) return `year ${year} is out of range`
  if (month < 1 || month > 12) return 'month must be in 1..12'
  return day < 1 || day > daysOf(year, month) ? 'day is out of range for month' : undefined
}

function daysOf(year: number, month: number): number {
  if (month !== 2) return [4, 6, 9, 11].includes(month) ? 30 : 31
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  return isLeap ? 29 : 28
}

function timeError(hour: number, minute: number, second: number): string | undefined {
  if (hour > 23) return 'hour must be in 0..23'
  if (minute > 59) return 'minute must be in 0..59'
  return second > 59 ? 'second must be in 0..59' : undefined
}
