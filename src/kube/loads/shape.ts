// How a load changes over time: constant, steps, sine, rows of a table. Values are thousandths.

import { parseDuration } from '../duration.ts'
import { parseQuantity } from '../quantity.ts'
import { scaledInt64 } from '../quantity-math.ts'

/** The value at ms since the load began, or why it has none. */
export type Shape = (elapsedMs: number) => bigint

export type Read<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: string }

type Fields = Readonly<Record<string, unknown>>

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function bad(path: string, what: string): { readonly ok: false; readonly error: string } {
  return { ok: false, error: `${path}: ${what}` }
}

/** A quantity in thousandths. */
export function readMilli(path: string, value: unknown): Read<bigint> {
  if (typeof value !== 'string' && typeof value !== 'number') return bad(path, 'is no quantity')
  const parsed = parseQuantity(value)
  if (!parsed.ok) return bad(path, parsed.error)
  return { ok: true, value: scaledInt64(parsed.value, -3) }
}

/** A Go duration in whole ms. */
export function readMs(path: string, value: unknown): Read<number> {
  const ms = typeof value === 'string' ? parseDuration(value) : undefined
  if (ms === undefined || ms < 0) return bad(path, 'is no duration such as 90s or 5m')
  return { ok: true, value: Math.round(ms) }
}

/** A quantity, `{steps: [{after, value}]}`, `{sine: {mean, amplitude, period}}` or `{csv: text}`. */
export function readShape(path: string, value: unknown): Read<Shape> {
  if (isFields(value)) {
    if ('steps' in value) return readSteps(`${path}.steps`, value['steps'])
    if ('sine' in value) return readSine(`${path}.sine`, value['sine'])
    if ('csv' in value) return readCsv(`${path}.csv`, value['csv'])
    return bad(path, 'has none of steps, sine, csv')
  }
  const milli = readMilli(path, value)
  return milli.ok ? { ok: true, value: () => milli.value } : milli
}

interface Row {
  readonly afterMs: number
  readonly milli: bigint
}

/** Before the first row the value is 0. */
function stepwise(rows: readonly Row[]): Shape {
  return elapsedMs => rows.findLast(({ afterMs }) => afterMs <= elapsedMs)?.milli ?? 0n
}

function readRows<T>(given: readonly T[], read: (item: T, at: number) => Read<Row>): Read<Shape> {
  const rows: Row[] = []
  for (const [at, item] of given.entries()) {
    const row = read(item, at)
    if (!row.ok) return row
    rows.push(row.value)
  }
  rows.sort((a, b) => a.afterMs - b.afterMs)
  return { ok: true, value: stepwise(rows) }
}

function readSteps(path: string, value: unknown): Read<Shape> {
  if (!Array.isArray(value)) return bad(path, 'is no list')
  return readRows<unknown>(value, (item, at) => {
    const here = `${path}[${at}]`
    if (!isFields(item)) return bad(here, 'is no mapping with after and value')
    const afterMs = readMs(`${here}.after`, item['after'] ?? '0s')
    if (!afterMs.ok) return afterMs
    const milli = readMilli(`${here}.value`, item['value'])
    return milli.ok ? { ok: true, value: { afterMs: afterMs.value, milli: milli.value } } : milli
  })
}

/** Lines `seconds,value`; a first line of words is a heading. */
function readCsv(path: string, value: unknown): Read<Shape> {
  if (typeof value !== 'string') return bad(path, 'is no text of lines seconds,value')
  const lines = value
    .split('\n')
    .map(line => line.trim())
    .filter(line => line !== '')
  const rows = /^[A-Za-z]/.test(lines[0] ?? '') ? lines.slice(1) : lines
  return readRows(rows, (line, at) => {
    const [seconds = '', amount = ''] = line.split(',').map(cell => cell.trim())
    const here = `${path} line ${at + 1}`
    if (!/^\d+(\.\d+)?$/.test(seconds)) return bad(here, 'does not begin with seconds')
    const milli = readMilli(here, amount)
    if (!milli.ok) return milli
    return { ok: true, value: { afterMs: Math.round(Number(seconds) * 1000), milli: milli.value } }
  })
}

function readSine(path: string, value: unknown): Read<Shape> {
  if (!isFields(value)) return bad(path, 'is no mapping with mean, amplitude and period')
  const mean = readMilli(`${path}.mean`, value['mean'])
  if (!mean.ok) return mean
  const amplitude = readMilli(`${path}.amplitude`, value['amplitude'])
  if (!amplitude.ok) return amplitude
  const period = readMs(`${path}.period`, value['period'])
  if (!period.ok) return period
  if (period.value === 0) return bad(`${path}.period`, 'is zero')
  return {
    ok: true,
    value: elapsedMs => {
      const wave = Math.round(Number(amplitude.value) * sine(elapsedMs / period.value))
      const sum = mean.value + BigInt(wave)
      return sum < 0n ? 0n : sum
    },
  }
}

/**
 * The sine of so many turns to within 0.2 %, by Bhaskara's formula: only operations whose result
 * IEEE 754 fixes, so it is the same on every machine.
 */
function sine(turns: number): number {
  const degrees = (turns - Math.floor(turns)) * 360
  const half = degrees < 180 ? degrees : degrees - 180
  const product = half * (180 - half)
  const value = (4 * product) / (40_500 - product)
  return degrees < 180 ? value : -value
}
