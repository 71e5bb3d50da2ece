// Moments and durations of expressions: reading, printing, parts in a time zone.
// Port of cel-go v0.26.0 common/types/{timestamp,duration}.go and Go's time package: results.

import { civilFromDays, daysFromCivil, daysInMonth } from '../time.ts'
import { type Duration, Timestamp } from './values.ts'

export const minUnixSeconds = -62_135_596_800
export const maxUnixSeconds = 253_402_300_799

const pattern =
  /^([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:[.,]([0-9]+))?(?:Z|([+-])([0-9]{2}):([0-9]{2}))$/

/** A moment in RFC 3339 form; undefined when it is none, or no date of the calendar. */
export function parseTimestamp(text: string): Timestamp | undefined {
  const parts = pattern.exec(text)
  if (parts === null) return undefined
  const [year, month, day, hour, minute, second] = parts.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return undefined
  if (hour > 23 || minute > 59 || second > 59) return undefined
  const [zoneHour, zoneMinute] = [Number(parts[9] ?? 0), Number(parts[10] ?? 0)]
  if (zoneHour > 24 || zoneMinute > 60) return undefined
  const offset = (zoneHour * 60 + zoneMinute) * (parts[8] === '-' ? -60 : 60)
  const nanoseconds = Number(`${parts[7] ?? ''}000000000`.slice(0, 9))
  const clock = hour * 3600 + minute * 60 + second
  return new Timestamp(
    daysFromCivil(year, month, day) * 86_400 + clock - offset,
    nanoseconds,
    offset,
  )
}

/** A moment as a clock on the wall shows it. */
export interface Civil {
  readonly year: number
  /** From 1. */
  readonly month: number
  readonly day: number
  /** From 1. */
  readonly dayOfYear: number
  /** Sunday is 0. */
  readonly dayOfWeek: number
  readonly hour: number
  readonly minute: number
  readonly second: number
}

export function civilOf(seconds: number): Civil {
  const days = Math.floor(seconds / 86_400)
  const clock = seconds - days * 86_400
  const date = civilFromDays(days)
  return {
    ...date,
    dayOfYear: days - daysFromCivil(date.year, 1, 1) + 1,
    dayOfWeek: (((days + 4) % 7) + 7) % 7,
    hour: Math.floor(clock / 3600),
    minute: Math.floor(clock / 60) % 60,
    second: clock % 60,
  }
}

function padded(number: number, width: number): string {
  return String(number).padStart(width, '0')
}

/** RFC 3339 with as many digits of the second as it has. */
export function timestampText({ seconds, nanoseconds, offset }: Timestamp): string {
  const { year, month, day, hour, minute, second } = civilOf(seconds + offset)
  const date = `${padded(year, 4)}-${padded(month, 2)}-${padded(day, 2)}`
  const clock = `${padded(hour, 2)}:${padded(minute, 2)}:${padded(second, 2)}`
  const fraction = padded(nanoseconds, 9).replace(/0+$/, '')
  return `${date}T${clock}${fraction === '' ? '' : `.${fraction}`}${offsetText(offset)}`
}

function offsetText(offset: number): string {
  if (offset === 0) return 'Z'
  const minutes = Math.trunc(Math.abs(offset) / 60)
  const sign = offset < 0 ? '-' : '+'
  return `${sign}${padded(Math.trunc(minutes / 60), 2)}:${padded(minutes % 60, 2)}`
}

const units: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1000n,
  µs: 1000n,
  μs: 1000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
}

const partPattern = /([0-9]*)(?:\.([0-9]*))?(ns|us|µs|μs|ms|s|m|h)/y

/** Nanoseconds of a Go duration; undefined when it is none or does not fit. */
export function parseDurationText(text: string): bigint | undefined {
  const negative = text.startsWith('-')
  const rest = /^[+-]/.test(text) ? text.slice(1) : text
  if (rest === '0') return 0n
  let total = 0n
  let index = 0
  while (index < rest.length) {
    partPattern.lastIndex = index
    const part = partPattern.exec(rest)
    if (part === null) return undefined
    const [whole, digits = '', fraction = '', unit = ''] = part
    if (digits === '' && fraction === '') return undefined
    total += amount(digits, fraction, units[unit] as bigint)
    index += whole.length
  }
  const limit = negative ? 2n ** 63n : 2n ** 63n - 1n
  if (index === 0 || total > limit) return undefined
  return negative ? -total : total
}

function amount(digits: string, fraction: string, unit: bigint): bigint {
  const whole = BigInt(digits === '' ? '0' : digits) * unit
  // Go counts the fraction in a double, and stops at what an int64 can hold.
  const kept = fraction.slice(0, 18)
  if (kept === '') return whole
  const part = Number(kept) * (Number(unit) / 10 ** kept.length)
  return whole + BigInt(Math.trunc(part))
}

/** Go's text of a duration: `1h30m0s`, `1.5s`, `100ms`. */
export function durationText({ nanoseconds }: Duration): string {
  if (nanoseconds === 0n) return '0s'
  const sign = nanoseconds < 0n ? '-' : ''
  const value = nanoseconds < 0n ? -nanoseconds : nanoseconds
  if (value < 1000n) return `${sign}${value}ns`
  if (value < 1_000_000n) return `${sign}${decimal(value, 3)}µs`
  if (value < 1_000_000_000n) return `${sign}${decimal(value, 6)}ms`
  const minutes = value / 60_000_000_000n
  const seconds = decimal(value % 60_000_000_000n, 9)
  if (minutes === 0n) return `${sign}${seconds}s`
  const hours = minutes / 60n
  return `${sign}${hours === 0n ? '' : `${hours}h`}${minutes % 60n}m${seconds}s`
}

/** `value` / 10^places without zeros at the end. */
function decimal(value: bigint, places: number): string {
  const digits = String(value).padStart(places + 1, '0')
  const fraction = digits.slice(-places).replace(/0+$/, '')
  const whole = digits.slice(0, -places)
  return fraction === '' ? whole : `${whole}.${fraction}`
}

/** Seconds of a duration as a double, the way Go adds the parts. */
export function durationSeconds({ nanoseconds }: Duration): number {
  const billion = 1_000_000_000n
  return Number(nanoseconds / billion) + Number(nanoseconds % billion) / 1e9
}
