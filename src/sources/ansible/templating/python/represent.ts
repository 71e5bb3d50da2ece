// `str()` and `repr()` of values.

import {
  Bytes,
  Float,
  Foreign,
  isList,
  isMapping,
  Moment,
  PythonSet,
  Tuple,
  UnsafeText,
  type Value,
} from '../../values.ts'
import { LenientUndefined, NativeText, View } from '../special.ts'
import { characters, touch } from './types.ts'

/** `str()` of a value. */
export function str(value: Value): string {
  if (typeof value === 'string') return value
  if (value instanceof LenientUndefined) return ''
  touch(value)
  if (value instanceof UnsafeText || value instanceof NativeText) return value.text
  if (value instanceof Moment) return value.text
  return characters(value) ?? repr(value)
}

/** `repr()` of a value. */
export function repr(value: Value): string {
  if (value === null) return 'None'
  if (value === true) return 'True'
  if (value === false) return 'False'
  if (typeof value === 'number' || typeof value === 'bigint') return String(value)
  if (value instanceof Float) return floatText(value.value)
  const text = value instanceof Foreign ? undefined : characters(value)
  if (text !== undefined) return quoted(text)
  if (isList(value)) return `[${value.map(repr).join(', ')}]`
  if (isMapping(value)) {
    return `{${[...value].map(([key, item]) => `${repr(key)}: ${repr(item)}`).join(', ')}}`
  }
  return reprOther(value)
}

function reprOther(value: Value): string {
  if (value instanceof Tuple) {
    const items = value.items.map(repr)
    return items.length === 1 ? `(${items[0]},)` : `(${items.join(', ')})`
  }
  if (value instanceof PythonSet) {
    return value.items.length === 0 ? 'set()' : `{${value.items.map(repr).join(', ')}}`
  }
  if (value instanceof Bytes) return `b${quoted(value.latin1)}`
  if (value instanceof Moment) return reprMoment(value)
  if (value instanceof LenientUndefined) return 'Undefined'
  if (value instanceof View) return `${value.type}([${value.items.map(repr).join(', ')}])`
  touch(value)
  return value instanceof NativeText ? quoted(value.text) : (value as Foreign).text
}

function reprMoment(value: Moment): string {
  const numbers = value.iso.split(/[-T:.+]/).map(Number)
  const kept = value.kind === 'date' ? numbers.slice(0, 3) : numbers
  while (kept.length > 5 && kept.at(-1) === 0) kept.pop()
  const kind = value.kind === 'date' ? 'datetime.date' : 'datetime.datetime'
  return `${kind}(${kept.join(', ')})`
}

/** `repr()` of a float: the shortest text that reads back the same. */
export function floatText(value: number): string {
  if (Number.isNaN(value)) return 'nan'
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf'
  if (Object.is(value, -0)) return '-0.0'
  const [digits = '', exponentText] = value.toExponential().split('e')
  const exponent = Number(exponentText)
  if (exponent >= -4 && exponent < 16) {
    const plain = Math.abs(value) >= 1e21 ? value.toFixed(0) : decimal(value)
    return plain.includes('.') ? plain : `${plain}.0`
  }
  const sign = exponent < 0 ? '-' : '+'
  return `${digits}e${sign}${String(Math.abs(exponent)).padStart(2, '0')}`
}

function decimal(value: number): string {
  const text = String(value)
  if (!text.includes('e')) return text
  const [digits = '', exponent] = value.toExponential().split('e')
  const fraction = digits.replace(/^-?\d\.?/, '').length
  return value.toFixed(fraction - Number(exponent))
}

const escapes: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

/** A text in quotes, as Python writes it. */
export function quoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'"
  let body = ''
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0
    if (character === quote || character === '\\') body += `\\${character}`
    else if (escapes[character] !== undefined) body += escapes[character]
    else if (isPrintable(character, code)) body += character
    else if (code < 256) body += `\\x${hex(code, 2)}`
    else body += code < 0x10000 ? `\\u${hex(code, 4)}` : `\\U${hex(code, 8)}`
  }
  return quote + body + quote
}

function isPrintable(character: string, code: number): boolean {
  if (code < 32 || code === 127) return false
  return code < 127 || !/[\p{C}\p{Zl}\p{Zp}]|[^\S ]/u.test(character)
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, '0')
}
