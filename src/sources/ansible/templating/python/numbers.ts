// `int()`, `float()` and `round()` of Python.

import { Float, integer, numberOf, type Value } from '../../values.ts'
import { characters } from './types.ts'

const decimal = /^\s*[+-]?(?:\d(?:_?\d)*\.?(?:\d(?:_?\d)*)?|\.\d(?:_?\d)*)(?:[eE][+-]?\d+)?\s*$/

/** `int(value, base)`, or `int(float(value))` where that fails; undefined where both do. */
export function integerOf(value: Value, base = 10): number | bigint | undefined {
  const text = characters(value)
  if (text !== undefined) {
    const whole = integerText(text.trim(), base)
    if (whole !== undefined) return whole
  } else if (typeof value === 'boolean') return value ? 1 : 0
  const number = floatOf(value)
  if (!(value instanceof Float) && typeof value !== 'string' && typeof number === 'number') {
    const exact = numberOf(value)
    if (exact !== undefined) return exact
  }
  if (number === undefined || !Number.isFinite(number)) return undefined
  return integer(BigInt(Math.trunc(number)))
}

function integerText(text: string, base: number): number | bigint | undefined {
  const match = /^([+-]?)(0[xXoObB])?(\w+)$/.exec(text)
  if (match === null) return undefined
  const [, sign, prefix, body = ''] = match
  const bases: Readonly<Record<string, number>> = { x: 16, o: 8, b: 2 }
  const own = prefix === undefined ? undefined : bases[(prefix[1] ?? '').toLowerCase()]
  const radix = base === 0 ? (own ?? 10) : base
  if (own !== undefined && own !== radix) return undefined
  const digits = body.replaceAll('_', '').toLowerCase()
  if (body.startsWith('_') || body.endsWith('_') || body.includes('__')) return undefined
  let value = 0n
  for (const digit of digits) {
    const number = Number.parseInt(digit, 36)
    if (Number.isNaN(number) || number >= radix) return undefined
    value = value * BigInt(radix) + BigInt(number)
  }
  return integer(sign === '-' ? -value : value)
}

/** `float(value)`, or undefined where that fails. */
export function floatOf(value: Value): number | undefined {
  const number = numberOf(value)
  if (number !== undefined) return Number(number)
  const text = characters(value)?.trim().toLowerCase()
  if (text === undefined) return undefined
  if (/^[+-]?inf(?:inity)?$/.test(text)) return text.startsWith('-') ? -Infinity : Infinity
  if (/^[+-]?nan$/.test(text)) return Number.NaN
  return decimal.test(text) ? Number(text.replaceAll('_', '')) : undefined
}

/** `round(value, digits)`: exact ties go to the even neighbour. */
export function roundHalfEven(value: number, digits: number): number {
  if (!Number.isFinite(value)) return value
  if (digits < 0) {
    const unit = 10 ** -digits
    return roundHalfEven(value / unit, 0) * unit
  }
  const fixed = digits <= 100 ? Number(value.toFixed(digits)) : value
  const scaled = value * 10 ** digits
  const isTie = Math.abs(scaled % 1) === 0.5 && scaled / 10 ** digits === value && digits < 16
  if (!isTie || !isExactTie(value, digits)) return fixed
  return (2 * Math.round(scaled / 2)) / 10 ** digits
}

// A tie only where the binary value lies exactly between two decimals.
function isExactTie(value: number, digits: number): boolean {
  const text = value.toFixed(Math.min(digits + 30, 100)).replace(/0+$/, '')
  const fraction = text.split('.')[1] ?? ''
  return fraction.length === digits + 1 && fraction.endsWith('5')
}
