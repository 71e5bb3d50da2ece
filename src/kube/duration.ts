// Go durations (`1h0m0s`) in milliseconds. Upstream: Go time.ParseDuration and Duration.String.

import { goQuote } from './go-text.ts'

const unitMs: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
}

const durationPattern = /^[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/
const partPattern = /(\d*\.?\d*)(ns|us|µs|μs|ms|s|m|h)/g
const msMax = 2 ** 63 / 1e6

/** Milliseconds (with a fraction below 1 ms) of a Go duration; undefined when it is not one. */
export function parseDuration(text: string): number | undefined {
  if (text === '0' || text === '+0' || text === '-0') return 0
  if (!durationPattern.test(text)) return undefined
  let total = 0
  for (const [, amount, unit] of text.matchAll(partPattern)) {
    total += Number(amount) * (unitMs[unit as string] as number)
  }
  if (total >= msMax) return undefined
  return text.startsWith('-') ? -total : total
}

/** What time.ParseDuration says of a text that is no duration; undefined when it is one. */
export function durationError(text: string): string | undefined {
  if (parseDuration(text) !== undefined) return undefined
  const [, unit] = /^[+-]?(?:[\d.]+(?:ns|us|µs|ms|s|m|h))*[\d.]+([^\d.]*)/.exec(text) ?? []
  if (unit === '') return `time: missing unit in duration ${goQuote(text)}`
  return unit === undefined
    ? `time: invalid duration ${goQuote(text)}`
    : `time: unknown unit ${goQuote(unit)} in duration ${goQuote(text)}`
}

/** As Go prints a duration: `1h0m0s`, `1.5s`, `100ms`, `0s`. */
export function formatDuration(ms: number): string {
  if (ms === 0) return '0s'
  const sign = ms < 0 ? '-' : ''
  const nanos = Math.round(Math.abs(ms) * 1e6)
  if (nanos < 1e3) return `${sign}${nanos}ns`
  if (nanos < 1e6) return `${sign}${decimal(nanos, 3)}µs`
  if (nanos < 1e9) return `${sign}${decimal(nanos, 6)}ms`
  const minutes = Math.floor(nanos / 6e10)
  const seconds = decimal(nanos - minutes * 6e10, 9)
  if (minutes === 0) return `${sign}${seconds}s`
  const hours = Math.floor(minutes / 60)
  return `${sign}${hours === 0 ? '' : `${hours}h`}${minutes % 60}m${seconds}s`
}

/** `value` divided by 10^places, without zeros at the end. */
function decimal(value: number, places: number): string {
  const digits = String(value).padStart(places + 1, '0')
  const fraction = digits.slice(-places).replace(/0+$/, '')
  const whole = digits.slice(0, -places)
  return fraction === '' ? whole : `${whole}.${fraction}`
}
