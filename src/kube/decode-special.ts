// Decoders of the types with a JSON form of their own: quantities, times, bytes and others.
// Upstream: UnmarshalJSON of the respective type, apimachinery v0.36.3.

import { durationError } from './duration.ts'
import { goQuote } from './go-text.ts'
import { parseQuantity, quantityText } from './quantity.ts'
import type { Special } from './schema.ts'
import { formatMicroTime, formatTime, parseTime } from './time.ts'

/** `value` undefined is Go's nil. `found` is a type error that still needs the field's name. */
export type SpecialResult =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly found: string; readonly type: string }
  | { readonly ok: false; readonly error: string; readonly saved?: true }

function ok(value: unknown): SpecialResult {
  return { ok: true, value }
}

function wordOf(value: unknown): string {
  if (typeof value === 'boolean') return 'bool'
  return Array.isArray(value) ? 'array' : typeof value
}

export function decodeSpecial(special: Special, value: unknown): SpecialResult {
  const isNull = value === null || value === undefined
  switch (special) {
    case 'Quantity':
      return isNull ? ok('0') : decodeQuantity(value)
    case 'IntOrString':
      return isNull ? ok(0) : decodeIntOrString(value)
    case 'Time':
      return isNull ? ok(undefined) : decodeTime(value)
    case 'MicroTime':
      return isNull ? ok(undefined) : decodeMicroTime(value)
    case 'Duration':
      return isNull ? ok(undefined) : decodeDuration(value)
    case 'bytes':
      return isNull ? ok(undefined) : decodeBytes(value)
    case 'JSONSchemaPropsOrBool':
      return isNull || typeof value === 'boolean' ? ok(value ?? undefined) : noSchema
    case 'JSONSchemaPropsOrArray':
    case 'JSONSchemaPropsOrStringArray':
      // What is neither a schema nor a list is taken for nothing.
      return ok(undefined)
    default:
      return ok(value ?? undefined)
  }
}

const noSchema: SpecialResult = { ok: false, error: 'boolean or JSON schema expected' }

function decodeQuantity(value: unknown): SpecialResult {
  const text = typeof value === 'string' ? value.trim() : JSON.stringify(value)
  const parsed = parseQuantity(text)
  if (!parsed.ok) return { ok: false, error: parsed.error }
  const canonical = quantityText(parsed.value)
  return ok(canonical === value ? value : canonical)
}

function decodeIntOrString(value: unknown): SpecialResult {
  if (typeof value === 'string') return ok(value)
  const type = 'int32'
  if (typeof value !== 'number') return { ok: false, found: wordOf(value), type }
  return (value | 0) === value ? ok(value) : { ok: false, found: `number ${value}`, type }
}

const wholeSeconds = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/
const microSeconds = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/
const zeroTime = '0001-01-01T00:00:00Z'

function decodeTime(value: unknown): SpecialResult {
  if (typeof value !== 'string') return { ok: false, found: wordOf(value), type: 'string' }
  const ms = parseTime(value)
  if (Number.isNaN(ms)) return { ok: false, error: timeError(value, '2006-01-02T15:04:05Z07:00') }
  const text = wholeSeconds.test(value) ? value : formatTime(ms)
  return ok(text === zeroTime ? undefined : text)
}

function decodeMicroTime(value: unknown): SpecialResult {
  if (typeof value !== 'string') return { ok: false, found: wordOf(value), type: 'string' }
  const ms = parseTime(value)
  const isMicro = /^[^.,]*\.\d{6}(?!\d)/.test(value)
  if (Number.isNaN(ms) || !isMicro) return { ok: false, error: microTimeError(value) }
  return ok(microSeconds.test(value) ? value : formatMicroTime(ms))
}

interface Step {
  readonly layout: string
  readonly pattern: RegExp
}

const steps: readonly Step[] = [
  { layout: '2006', pattern: /^\d{4}/ },
  { layout: '-', pattern: /^-/ },
  { layout: '01', pattern: /^\d\d/ },
  { layout: '-', pattern: /^-/ },
  { layout: '02', pattern: /^\d\d/ },
  { layout: 'T', pattern: /^T/ },
  { layout: '15', pattern: /^\d\d?/ },
  { layout: ':', pattern: /^:/ },
  { layout: '04', pattern: /^\d\d/ },
  { layout: ':', pattern: /^:/ },
  { layout: '05', pattern: /^\d\d(?:[.,]\d+)?/ },
  { layout: 'Z07:00', pattern: /^(?:Z|[+-]\d\d:\d\d)/ },
]

const ranges: Readonly<Record<string, readonly [string, number, number]>> = {
  '01': ['month', 1, 12],
  '15': ['hour', 0, 23],
  '04': ['minute', 0, 59],
  '05': ['second', 0, 59.999_999_999],
}

/** The message of Go's time.Parse. */
function timeError(text: string, layout: string): string {
  const head = `parsing time ${goQuote(text)}`
  let rest = text
  for (const step of steps) {
    const found = step.pattern.exec(rest)
    if (found === null) {
      return `${head} as ${goQuote(layout)}: cannot parse ${goQuote(rest)} as ${goQuote(step.layout)}`
    }
    rest = rest.slice(found[0].length)
    const [name, low, high] = ranges[step.layout] ?? ['', 0, Number.POSITIVE_INFINITY]
    const number = Number(found[0].replace(',', '.'))
    if (number < low || number > high) return `${head}: ${name} out of range`
  }
  return rest === '' ? `${head}: day out of range` : `${head}: extra text: ${goQuote(rest)}`
}

/** Six digits of a second are asked for, whatever else is right. */
function microTimeError(text: string): string {
  const layout = '2006-01-02T15:04:05.000000Z07:00'
  const rest = /^\d{4}-\d\d-\d\dT\d\d?:\d\d:\d\d(?!\.\d{6}(?!\d))(.*)$/s.exec(text)?.[1]
  if (rest === undefined) return timeError(text, layout)
  const head = `parsing time ${goQuote(text)} as ${goQuote(layout)}`
  return `${head}: cannot parse ${goQuote(rest)} as ".000000"`
}

function decodeDuration(value: unknown): SpecialResult {
  if (typeof value !== 'string') return { ok: false, found: wordOf(value), type: 'string' }
  const error = durationError(value)
  return error === undefined ? ok(value) : { ok: false, error }
}

const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

function decodeBytes(value: unknown): SpecialResult {
  if (typeof value !== 'string') return { ok: false, found: wordOf(value), type: '[]uint8' }
  if (base64.test(value)) return ok(value)
  const text = value.replace(/[\r\n]/g, '')
  if (base64.test(text)) return ok(text)
  return { ok: false, error: `illegal base64 data at input byte ${corruptAt(value)}`, saved: true }
}

/** Where Go's base64 decoder gives up. */
function corruptAt(text: string): number {
  const bad = text.search(/[^A-Za-z0-9+/\r\n]/)
  return bad >= 0 ? bad : text.length - (text.length % 4)
}
