// Reads cron schedules of five fields, descriptors and `@every`. Port of robfig/cron v3.0.1
// parser.go (ParseStandard) and pkg/util/parsers, v1.36.3.

import { durationError, parseDuration } from '../duration.ts'
import { goQuote, parseGoInt } from '../go-text.ts'
import { type TimeZone, timeZoneError, timeZoneOf, utc } from './time-zone.ts'

/** Which values of a field match, by value; `any` when it was written with a star. */
export interface Field {
  readonly matches: readonly boolean[]
  readonly any: boolean
}

export type Schedule =
  | { readonly type: 'every'; readonly delayMs: number }
  | {
      readonly type: 'fields'
      readonly minute: Field
      readonly hour: Field
      readonly dayOfMonth: Field
      readonly month: Field
      readonly dayOfWeek: Field
      readonly zone: TimeZone
    }

export type ParsedSchedule =
  | { readonly ok: true; readonly schedule: Schedule }
  /** `panics`: upstream's parser panics with this text. */
  | { readonly ok: false; readonly error: string; readonly panics?: true }

interface Bounds {
  readonly min: number
  readonly max: number
  readonly names?: readonly string[]
}

const months = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ')
const days = 'sun mon tue wed thu fri sat'.split(' ')
const bounds = {
  minute: { min: 0, max: 59 },
  hour: { min: 0, max: 23 },
  dayOfMonth: { min: 1, max: 31 },
  month: { min: 1, max: 12, names: months },
  dayOfWeek: { min: 0, max: 6, names: days },
} as const satisfies Record<string, Bounds>

const descriptors: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
}

/** A schedule as CronJobs write it, with `TZ=Zone ` in front when it has a time zone. */
export function parseSchedule(text: string): ParsedSchedule {
  if (text === '') return failed('empty spec string')
  if (!text.startsWith('TZ=') && !text.startsWith('CRON_TZ=')) return parseRest(text, utc)
  const end = text.indexOf(' ')
  if (end < 0) {
    const error = 'runtime error: slice bounds out of range [:-1]'
    return { ok: false, error, panics: true }
  }
  const name = text.slice(text.indexOf('=') + 1, end)
  const zone = timeZoneOf(name)
  if (zone === undefined) return failed(`provided bad location ${name}: ${timeZoneError(name)}`)
  return parseRest(text.slice(end).trim(), zone)
}

function failed(error: string): ParsedSchedule {
  return { ok: false, error }
}

function parseRest(text: string, zone: TimeZone): ParsedSchedule {
  if (text.startsWith('@every ')) return parseEvery(text)
  const described = text.startsWith('@') ? descriptors[text] : text
  if (described === undefined) return failed(`unrecognized descriptor: ${text}`)
  const fields = described.split(/\s+/).filter(field => field !== '')
  if (fields.length !== 5) {
    return failed(`expected exactly 5 fields, found ${fields.length}: [${fields.join(' ')}]`)
  }
  const parsed: Partial<Record<keyof typeof bounds, Field>> = {}
  for (const [index, name] of (Object.keys(bounds) as (keyof typeof bounds)[]).entries()) {
    const field = parseField(fields[index] as string, bounds[name])
    if (typeof field === 'string') return failed(field)
    parsed[name] = field
  }
  const schedule = { type: 'fields', ...(parsed as Required<typeof parsed>), zone } as const
  return { ok: true, schedule }
}

function parseEvery(text: string): ParsedSchedule {
  const duration = text.slice('@every '.length)
  const error = durationError(duration)
  if (error !== undefined) return failed(`failed to parse duration ${text}: ${error}`)
  const ms = Math.max(1000, parseDuration(duration) ?? 0)
  return { ok: true, schedule: { type: 'every', delayMs: Math.floor(ms / 1000) * 1000 } }
}

function parseField(text: string, limits: Bounds): Field | string {
  const matches = Array.from({ length: limits.max + 1 }, () => false)
  let any = false
  for (const expression of text.split(',')) {
    if (expression === '') continue
    const range = parseRange(expression, limits)
    if (typeof range === 'string') return range
    for (let value = range.start; value <= range.end; value += range.step) matches[value] = true
    any ||= range.any
  }
  return { matches, any }
}

interface Range {
  readonly start: number
  readonly end: number
  readonly step: number
  readonly any: boolean
}

function parseRange(expression: string, limits: Bounds): Range | string {
  const [range = '', stepText, ...more] = expression.split('/')
  const ends = endsOf(range, expression, limits)
  if (typeof ends === 'string') return ends
  if (more.length > 0) return `too many slashes: ${expression}`
  const step = stepText === undefined ? 1 : integerOf(stepText)
  if (typeof step === 'string') return step
  const open = stepText !== undefined && !range.includes('-')
  const { start } = ends
  const end = open ? limits.max : ends.end
  if (start < limits.min) {
    return `beginning of range (${start}) below minimum (${limits.min}): ${expression}`
  }
  if (end > limits.max) return `end of range (${end}) above maximum (${limits.max}): ${expression}`
  if (start > end) {
    return `beginning of range (${start}) beyond end of range (${end}): ${expression}`
  }
  if (step === 0) return `step of range should be a positive number: ${expression}`
  return { start, end, step, any: ends.any && step === 1 }
}

/** A star with a hyphen behind it is still a star. */
function endsOf(
  range: string,
  expression: string,
  limits: Bounds,
): { start: number; end: number; any: boolean } | string {
  const [low = '', high, ...others] = range.split('-')
  if (low === '*' || low === '?') return { start: limits.min, end: limits.max, any: true }
  const start = valueOf(low, limits)
  if (typeof start === 'string') return start
  if (others.length > 0) return `too many hyphens: ${expression}`
  const end = high === undefined ? start : valueOf(high, limits)
  return typeof end === 'string' ? end : { start, end, any: false }
}

function valueOf(text: string, { min, names }: Bounds): number | string {
  const named = names?.indexOf(text.toLowerCase()) ?? -1
  return named >= 0 ? named + min : integerOf(text)
}

function integerOf(text: string): number | string {
  const parsed = parseGoInt(text)
  if (!parsed.ok) {
    return `failed to parse int from ${text}: strconv.Atoi: parsing ${goQuote(text)}: ${parsed.error}`
  }
  return parsed.value < 0 ? `negative number (${parsed.value}) not allowed: ${text}` : parsed.value
}
