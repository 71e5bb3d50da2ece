// Numbers as they are written in expressions and in texts that become numbers.

import { narrow } from './values.ts'

const intMin = -(2n ** 63n)
const intMax = 2n ** 63n - 1n
const uintMax = 2n ** 64n - 1n

/** An int literal, decimal or hexadecimal; undefined beyond 64 bits. */
export function intLiteral(sign: string, digits: string): number | bigint | undefined {
  const value = sign === '-' ? -BigInt(digits) : BigInt(digits)
  return value < intMin || value > intMax ? undefined : narrow(value)
}

/** A uint literal with its u. */
export function uintLiteral(text: string): bigint | undefined {
  const value = BigInt(text.slice(0, -1))
  return value > uintMax ? undefined : value
}

/** strconv.ParseInt(text, 10, 64). */
export function parseInt64(text: string): number | bigint | undefined {
  if (!/^[+-]?[0-9]+$/.test(text)) return undefined
  const value = BigInt(text.startsWith('+') ? text.slice(1) : text)
  return value < intMin || value > intMax ? undefined : narrow(value)
}

/** strconv.ParseUint(text, 10, 64). */
export function parseUint64(text: string): bigint | undefined {
  if (!/^[0-9]+$/.test(text)) return undefined
  const value = BigInt(text)
  return value > uintMax ? undefined : value
}

/** strconv.ParseFloat(text, 64); undefined for what it refuses, out of range included. */
export function parseFloat64(text: string): number | undefined {
  const special = /^([+-]?)(inf|infinity|nan)$/i.exec(text)
  if (special !== null) {
    if (special[2]?.toLowerCase() === 'nan') return special[1] === '' ? Number.NaN : undefined
    return special[1] === '-' ? -Infinity : Infinity
  }
  if (/^[+-]?0x/i.test(text)) return hexadecimalFloat(text)
  // Underscores are for literals of Go only.
  if (!/^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/.test(text)) return undefined
  const value = Number(text)
  return Number.isFinite(value) ? value : undefined
}

/** `0x1.8p3`: a hexadecimal mantissa and a binary exponent, which is required. */
function hexadecimalFloat(text: string): number | undefined {
  const parts = /^([+-]?)0x([0-9a-f]*)\.?([0-9a-f]*)p([+-]?[0-9]+)$/i.exec(text)
  if (parts === null || `${parts[2]}${parts[3]}` === '') return undefined
  const [, sign, whole = '', fraction = '', exponent] = parts
  const mantissa = Number(BigInt(`0x${whole}${fraction}`))
  const value = mantissa * 2 ** (Number(exponent) - 4 * fraction.length)
  return Number.isFinite(value) ? (sign === '-' ? -value : value) : undefined
}

/** strconv.ParseBool. */
export function parseBool(text: string): boolean | undefined {
  if (['1', 't', 'T', 'TRUE', 'true', 'True'].includes(text)) return true
  if (['0', 'f', 'F', 'FALSE', 'false', 'False'].includes(text)) return false
  return undefined
}
