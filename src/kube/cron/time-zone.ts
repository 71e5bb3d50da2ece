// Time zones from a table of this package: Intl's data differ from one Node version to the next.
// Port of Go 1.26 time/zoneinfo.go (lookup, tzset) and time.Date, over the data that Go carries.

import { assert } from '../../base/assert.ts'
import { timeZonesText } from '../generated/time-zones.ts'
import { civilFromDays, daysFromCivil } from '../time.ts'
import { type YearRule, readRule, stretchByRule } from './zone-rule.ts'

export const daySeconds = 86_400

/** A stretch of time with one offset: seconds since 1970, `end` excluded. */
export interface Stretch {
  /** Seconds east of UTC. */
  readonly offset: number
  readonly start: number
  readonly end: number
}

export interface TimeZone {
  readonly name: string
  /** When offsets change, ascending; times before the first have the first one's offset. */
  readonly transitions: readonly { readonly at: number; readonly offset: number }[]
  /** What holds after the last transition. */
  readonly rule: YearRule | undefined
}

export const utc: TimeZone = { name: 'UTC', transitions: [], rule: undefined }

let lines: ReadonlyMap<string, string> | undefined
const zones = new Map<string, TimeZone>()

function linesByName(): ReadonlyMap<string, string> {
  const rows = timeZonesText.slice(1, -1).split('\n')
  return new Map(
    rows.flatMap(row => {
      const at = row.indexOf('=')
      const names = row.slice(0, at).split(' ')
      return names.map(name => [name, row.slice(at + 1)] as const)
    }),
  )
}

/** The zone of an IANA name; empty and `Local` are UTC, as in the containers of a control plane. */
export function timeZoneOf(name: string): TimeZone | undefined {
  if (name === '' || name === 'UTC' || name === 'Local') return utc
  const known = zones.get(name)
  if (known !== undefined) return known
  lines ??= linesByName()
  const line = lines.get(name)
  if (line === undefined) return undefined
  const zone = readZone(name, line)
  zones.set(name, zone)
  return zone
}

/** What Go says of a name that is no zone. */
export function timeZoneError(name: string): string {
  const bad = name.includes('..') || name.startsWith('/') || name.startsWith('\\')
  return bad ? 'time: invalid location name' : `unknown time zone ${name}`
}

function readZone(name: string, line: string): TimeZone {
  const [rule = '', pairs = ''] = line.split(';')
  const parts = pairs.split(' ')
  let at = 0
  const transitions: { at: number; offset: number }[] = []
  for (let index = 0; index < parts.length; index += 2) {
    at += Number.parseInt(parts[index] as string, 36)
    transitions.push({ at, offset: Number(parts[index + 1]) })
  }
  return { name, transitions, rule: readRule(rule) }
}

/** The offset that holds at `seconds` since 1970, and for how long. */
export function lookup(zone: TimeZone, seconds: number): Stretch {
  const { transitions, rule } = zone
  const [first] = transitions
  if (first === undefined) return { offset: 0, ...always }
  if (seconds < first.at) {
    return { offset: first.offset, start: always.start, end: first.at }
  }
  let [low, high] = [0, transitions.length]
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (seconds < (transitions[middle]?.at ?? 0)) high = middle
    else low = middle
  }
  const found = transitions[low]
  assert(found !== undefined, 'a time after the first transition is after some transition')
  if (high === transitions.length && rule !== undefined) {
    return stretchByRule(rule, found.at, seconds)
  }
  const end = transitions[high]?.at ?? always.end
  return { offset: found.offset, start: found.at, end }
}

const always = { start: Number.NEGATIVE_INFINITY, end: Number.POSITIVE_INFINITY } as const

/** A wall clock reading; months from 1, weekdays from 0 = Sunday. */
export interface Civil {
  readonly year: number
  readonly month: number
  readonly day: number
  readonly hour: number
  readonly minute: number
  readonly second: number
  readonly weekday: number
}

/** What clocks in the zone show. */
export function civilOf(zone: TimeZone, seconds: number): Civil {
  const local = seconds + lookup(zone, seconds).offset
  const days = Math.floor(local / daySeconds)
  const rest = local - days * daySeconds
  return {
    ...civilFromDays(days),
    hour: Math.floor(rest / 3600),
    minute: Math.floor(rest / 60) % 60,
    second: rest % 60,
    weekday: (((days + 4) % 7) + 7) % 7,
  }
}

export interface Reading {
  readonly year: number
  /** Out of range it runs over into the year, as a day does into the month. */
  readonly month: number
  readonly day: number
  readonly hour?: number
  readonly minute?: number
  readonly second?: number
}

/** When clocks in the zone show this; a reading that is skipped is taken as Go takes it. */
export function secondsOf(zone: TimeZone, reading: Reading): number {
  const { year, month, day, hour = 0, minute = 0, second = 0 } = reading
  const months = month - 1
  const years = Math.floor(months / 12)
  const days = daysFromCivil(year + years, months - years * 12 + 1, 1) + day - 1
  const local = days * daySeconds + hour * 3600 + minute * 60 + second
  const { offset, start, end } = lookup(zone, local)
  if (offset === 0) return local
  const guess = local - offset
  return guess >= start && guess < end ? guess : local - lookup(zone, guess).offset
}
