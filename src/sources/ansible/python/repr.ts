// Texts of Python values: what repr() and str() write. Upstream: CPython 3.11 Objects/unicodeobject.c
// unicode_repr, Python/pystrtod.c.

import {
  Bytes,
  Float,
  Foreign,
  isList,
  isMapping,
  type List,
  Moment,
  PythonSet,
  Tuple,
  UnsafeText,
  type Value,
  VaultText,
} from '../values.ts'

/** As `repr()` writes a value; `inner` writes what is inside of it. */
export function reprOf(
  value: Value,
  inner: (value: Value) => string = each => reprOf(each),
): string {
  if (value === null) return 'None'
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (typeof value === 'number' || typeof value === 'bigint') return String(value)
  if (typeof value === 'string') return reprOfText(value)
  const joined = (items: List): string => items.map(inner).join(', ')
  if (isList(value)) return `[${joined(value)}]`
  if (isMapping(value)) {
    const pairs = [...value].map(([key, item]) => `${inner(key)}: ${inner(item)}`)
    return `{${pairs.join(', ')}}`
  }
  return reprOfObject(value, joined)
}

function reprOfObject(
  value: Exclude<Value, null | boolean | number | bigint | string>,
  joined: (items: List) => string,
): string {
  if (value instanceof Float) return reprOfFloat(value.value)
  if (value instanceof UnsafeText) return reprOfText(value.text)
  if (value instanceof VaultText) return value.ciphertext
  if (value instanceof Bytes) return `b${reprOfText(value.latin1, true)}`
  if (value instanceof Moment) return reprOfMoment(value)
  if (value instanceof Tuple) {
    return value.items.length === 1 ? `(${joined(value.items)},)` : `(${joined(value.items)})`
  }
  if (value instanceof PythonSet) {
    return value.items.length === 0 ? 'set()' : `{${joined(value.items)}}`
  }
  return value instanceof Foreign ? value.text : ''
}

/** As `str()` writes a value: texts as they are, all else as `repr()`. */
export function strOf(value: Value): string {
  if (typeof value === 'string') return value
  if (value instanceof UnsafeText) return value.text
  return value instanceof Moment ? value.text : reprOf(value)
}

/** The digits of a float as Python writes them: always with a point or an exponent. */
export function reprOfFloat(value: number): string {
  if (Number.isNaN(value)) return 'nan'
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf'
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0'
  const [digits = '', power = '0'] = value.toExponential().split('e')
  const exponent = Number(power)
  if (exponent >= -4 && exponent < 16) {
    const plain = exponent >= 0 || exponent < -6 ? String(value) : fixed(digits, exponent)
    return plain.includes('.') ? plain : `${plain}.0`
  }
  const sign = exponent < 0 ? '-' : '+'
  return `${digits}e${sign}${String(Math.abs(exponent)).padStart(2, '0')}`
}

function fixed(digits: string, exponent: number): string {
  const sign = digits.startsWith('-') ? '-' : ''
  const figures = digits.replace(/[-.]/g, '')
  return `${sign}0.${'0'.repeat(-exponent - 1)}${figures}`
}

const named: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

/** As `repr()` writes a text: in single quotes unless only those are inside. */
export function reprOfText(text: string, isBytes = false): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'"
  let body = ''
  for (const character of text) {
    if (character === quote || character === '\\') body += `\\${character}`
    else
      body += named[character] ?? (isPrintable(character, isBytes) ? character : coded(character))
  }
  return quote + body + quote
}

const unprintable = /[\p{C}\p{Z}]/u

function isPrintable(character: string, isBytes: boolean): boolean {
  if (character === ' ') return true
  return isBytes ? /[!-~]/.test(character) : !unprintable.test(character)
}

function coded(character: string): string {
  const code = character.codePointAt(0) ?? 0
  if (code < 0x100) return `\\x${code.toString(16).padStart(2, '0')}`
  if (code < 0x10000) return `\\u${code.toString(16).padStart(4, '0')}`
  return `\\U${code.toString(16).padStart(8, '0')}`
}

function reprOfMoment({ kind, iso }: Moment): string {
  const numbers = (iso.split(/[+-](?=\d\d:\d\d$)/)[0] ?? '').split(/\D/).map(Number)
  // Seconds and what is smaller are left out where they are zero.
  while (numbers.length > 5 && numbers.at(-1) === 0) numbers.pop()
  return `datetime.${kind}(${numbers.join(', ')})`
}
