// `text.format([...])`. Port of cel-go v0.26.0 ext/formatting.go: clauses, results, texts.

import { exactFixed } from '../go-format.ts'
import { sortedStrings } from '../../../base/compare.ts'
import { goQuote } from '../../go-text.ts'
import { adapted } from '../equality.ts'
import {
  CelError,
  Double,
  isInt,
  isList,
  isMap,
  findKey,
  keysOf,
  typeNameOf,
  Uint,
  type Value,
  Duration,
  Timestamp,
  TypeValue,
} from '../values.ts'
import { utf8Bytes } from '../unescape.ts'
import { toText, toDouble } from './conversions.ts'

/** A text or an error of formatting. */
export type Formatted = string | CelError

/** What a clause does with its argument; `index` is the place of the argument in the list. */
export interface Interpolator {
  readonly count: number
  /** The check before evaluation sees an open clause before it misses an argument. */
  readonly isCheck?: boolean
  readonly clause: (clause: Clause, index: number) => Formatted
}

export interface Clause {
  readonly letter: string
  readonly precision: number | undefined
}

/** Runs a format string; of all errors the first is the answer. */
export function interpolate(format: string, { count, clause, isCheck }: Interpolator): Formatted {
  let result = ''
  let argument = 0
  for (let index = 0; index < format.length; ) {
    if (format[index] !== '%') {
      result += format[index]
      index += 1
      continue
    }
    if (format[index + 1] === '%') {
      result += '%'
      index += 2
      continue
    }
    const isOpen = index + 1 >= format.length
    if (isOpen && isCheck === true) return new CelError('unexpected end of string')
    if (argument >= count) return new CelError(`index ${argument} out of range`)
    if (isOpen) return new CelError('unexpected end of string')
    const read = readClause(format, index + 1)
    if (read instanceof CelError) return prefixed('could not parse formatting clause', read)
    const text = clause(read.clause, argument)
    if (text instanceof CelError) return prefixed('error during formatting', text)
    result += text
    index = read.end
    argument += 1
  }
  return result
}

function prefixed(what: string, { message }: CelError): CelError {
  return new CelError(`${what}: ${message}`)
}

interface ReadClause {
  readonly clause: Clause
  readonly end: number
}

const letters = 'sdfebxXo'

function readClause(format: string, start: number): ReadClause | CelError {
  let index = start
  let precision: number | undefined
  if (format[index] === '.') {
    const digits = /^[0-9]*/.exec(format.slice(index + 1))?.[0] ?? ''
    index += 1 + digits.length
    if (index >= format.length) {
      return new CelError(
        'error while parsing precision: could not find end of precision specifier',
      )
    }
    const value = Number(digits === '' ? 'NaN' : digits)
    if (Number.isNaN(value)) {
      return new CelError(
        'error while parsing precision: error while converting precision to integer: strconv.Atoi: parsing "": invalid syntax',
      )
    }
    precision = value
  }
  const letter = format[index] as string
  if (!letters.includes(letter)) {
    return new CelError(`unrecognized formatting clause ${goQuote(letter)}`)
  }
  return { clause: { letter, precision }, end: index + 1 }
}

/** The text of the format with its arguments, or an error. */
export function formatted(format: string, args: readonly Value[]): Value {
  return interpolate(format, {
    count: args.length,
    clause: (clause, index) => clauseText(clause, adapted(args[index] as Value)),
  })
}

const precisionDefault = 6

function clauseText({ letter, precision }: Clause, value: Value): Formatted {
  switch (letter) {
    case 's':
      return plainText(value)
    case 'd':
      return isInt(value) || value instanceof Uint
        ? numberText(value, 10)
        : refusal('decimal', value)
    case 'f':
      return decimalText(value, precision ?? precisionDefault)
    case 'e':
      return scientificText(value, precision ?? precisionDefault)
    case 'b':
      if (typeof value === 'boolean') return value ? '1' : '0'
      return radixText(value, { radix: 2, what: 'binary' })
    case 'o':
      return radixText(value, { radix: 8, what: 'octal' })
    default:
      return hexText(value, letter)
  }
}

function numberText(value: number | bigint | Uint, radix: number): string {
  return (value instanceof Uint ? value.value : value).toString(radix)
}

function radixText(
  value: Value,
  { radix, what }: { readonly radix: number; readonly what: 'binary' | 'octal' },
): Formatted {
  return isInt(value) || value instanceof Uint ? numberText(value, radix) : refusal(what, value)
}

function hexText(value: Value, letter: string): Formatted {
  const lower = lowerHex(value)
  return letter === 'X' && typeof lower === 'string' ? lower.toUpperCase() : lower
}

function lowerHex(value: Value): Formatted {
  if (isInt(value) || value instanceof Uint) return numberText(value, 16)
  const bytes = typeof value === 'string' ? utf8Bytes(value) : value
  if (!(bytes instanceof Uint8Array) && !Array.isArray(bytes)) return refusal('hex', value)
  if (typeof value !== 'string' && !(value instanceof Uint8Array)) return refusal('hex', value)
  return Array.from(bytes as readonly number[], byte => byte.toString(16).padStart(2, '0')).join('')
}

const wanted = {
  binary: 'only integers and bools can be formatted as binary',
  decimal: 'decimal clause can only be used on integers',
  fixed: 'fixed-point clause can only be used on doubles',
  hex: 'only integers, byte buffers, and strings can be formatted as hex',
  octal: 'octal clause can only be used on integers',
  scientific: 'scientific clause can only be used on doubles',
  string:
    'string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps',
} as const

/** The complaint about a value of the wrong type. */
export function refusalOf(what: keyof typeof wanted, typeName: string): CelError {
  return new CelError(`${wanted[what]}, was given ${typeName}`)
}

function refusal(what: keyof typeof wanted, value: Value): CelError {
  return refusalOf(what, typeNameOf(value))
}

/** A double, or a text that names a special one. */
function doubleOf(value: Value): number | undefined {
  if (value instanceof Double) return value.value
  if (typeof value !== 'string' || !/^(?:NaN|-?Infinity)$/.test(value)) return undefined
  const converted = toDouble(value)
  return converted instanceof Double ? converted.value : undefined
}

/** As golang.org/x/text prints numbers in English. */
function specialNumber(value: number): string | undefined {
  if (Number.isNaN(value)) return 'NaN'
  return Number.isFinite(value) ? undefined : value > 0 ? '∞' : '-∞'
}

function decimalText(value: Value, precision: number): Formatted {
  const double = doubleOf(value)
  if (double === undefined) return refusal('fixed', value)
  const special = specialNumber(double)
  if (special !== undefined) return special
  const [whole = '', fraction] = exactFixed(double, precision).split('.')
  const grouped = whole.replace(/\B(?=(?:[0-9]{3})+$)/g, ',')
  return fraction === undefined ? grouped : `${grouped}.${fraction}`
}

const superscripts = '⁰¹²³⁴⁵⁶⁷⁸⁹'

function scientificText(value: Value, precision: number): Formatted {
  const double = doubleOf(value)
  if (double === undefined) return refusal('scientific', value)
  const special = specialNumber(double)
  if (special !== undefined) return special.padStart(precision)
  // Upstream takes the precision for a width: there are always six digits.
  const [mantissa = '', exponent = '0'] = double.toExponential(precisionDefault).split('e')
  const digits = exponent.replace(/^[+-]/, '').padStart(2, '0')
  const raised = Array.from(digits, digit => superscripts[Number(digit)]).join('')
  const text = `${mantissa}×10${exponent.startsWith('-') ? '⁻' : ''}${raised}`
  return text.padStart(precision)
}

/** %s. */
function plainText(value: Value): Formatted {
  if (isList(value)) return listText(value)
  if (value === null) return 'null'
  if (isPlain(value)) return convertedText(value)
  return isMap(value) ? mapText(value) : refusal('string', value)
}

function isPlain(value: Value): boolean {
  return (
    isInt(value) ||
    typeof value === 'string' ||
    typeof value === 'boolean' ||
    value instanceof Uint ||
    value instanceof Double ||
    value instanceof Uint8Array ||
    value instanceof Duration ||
    value instanceof Timestamp ||
    value instanceof TypeValue
  )
}

function convertedText(value: Value): Formatted {
  const text = toText(value)
  if (typeof text === 'string') return text
  const why = text instanceof CelError ? text.message : ''
  return new CelError(`could not convert argument ${goQuote(why)} to string`)
}

function listText(list: readonly Value[]): Formatted {
  const parts: string[] = []
  for (const each of list) {
    const text = literalText(adapted(each))
    if (text instanceof CelError) return text
    parts.push(text)
  }
  return `[${parts.join(', ')}]`
}

function mapText(map: Value): Formatted {
  if (!isMap(map)) return refusal('string', map)
  const parts = new Map<string, string>()
  for (const key of keysOf(map)) {
    const keyText = mapKeyText(key)
    if (keyText instanceof CelError) return keyText
    const text = literalText(findKey(map, key) as Value)
    if (text instanceof CelError) return text
    parts.set(keyText, text)
  }
  const sorted = sortedStrings(parts.keys())
  return `{${sorted.map(key => `${key}:${parts.get(key)}`).join(', ')}}`
}

function mapKeyText(key: Value): Formatted {
  if (typeof key === 'string') return goQuote(key)
  if (typeof key === 'boolean') return String(key)
  if (isInt(key) || key instanceof Uint) return numberText(key, 10)
  return new CelError(`no formatting function for map key of type ${typeNameOf(key)}`)
}

/** A member of a list or map as it would be written in an expression. */
function literalText(value: Value): Formatted {
  if (isInt(value) || value instanceof Uint) return numberText(value, 10)
  if (isList(value)) return listText(value)
  if (value === null) return 'null'
  if (typeof value === 'string') return goQuote(value)
  if (value instanceof Double) return doubleLiteral(value.value)
  if (value instanceof Timestamp) return `timestamp(${goQuote(String(toText(value)))})`
  if (value instanceof Duration) return `duration(${goQuote(String(toText(value)))})`
  if (value instanceof Uint8Array) {
    const text = convertedText(value)
    return text instanceof CelError ? text : `b${goQuote(text)}`
  }
  if (isPlain(value)) return convertedText(value)
  if (isMap(value)) return mapText(value)
  return new CelError(`no formatting function for ${typeNameOf(value)}`)
}

function doubleLiteral(value: number): string {
  if (Number.isNaN(value)) return '"NaN"'
  if (!Number.isFinite(value)) return value > 0 ? '"+Inf"' : '"-Inf"'
  return exactFixed(value, precisionDefault)
}
