// Python's `%` and `str.format` on texts, with the conversions that templates use.

import { Float, isMapping, numberOf, Tuple, type Value } from '../../values.ts'
import { TemplateFailure } from '../failures.ts'
import { repr, str } from './represent.ts'
import { typeName } from './types.ts'
import { repeatText } from './repeat.ts'

interface Spec {
  readonly fill: string
  readonly align: string
  readonly sign: string
  readonly isAlternate: boolean
  readonly width: number
  readonly hasCommas: string
  readonly precision: number | undefined
  readonly type: string
}

const percent = /%(?:\(([^)]*)\))?([-+ #0]*)(\d+|\*)?(?:\.(\d+))?[hlL]?([diouxXeEfFgGcrsa%])?/g

/** `format % value`. */
export function formatPercent(format: string, value: Value): string {
  const items = value instanceof Tuple ? value.items : [value]
  let used = 0
  let usesNames = false
  const text = format.replace(percent, (...found) => {
    const [, name, flags, width, precision, type] = found as (string | undefined)[]
    if (type === '%') return '%'
    if (type === undefined) throw new TemplateFailure('incomplete format')
    if (name !== undefined) usesNames = true
    const item = name === undefined ? items[used++] : named(value, name)
    if (item === undefined) {
      throw new TemplateFailure('not enough arguments for format string')
    }
    return percentItem(item, { flags: flags ?? '', width: Number(width ?? 0), precision, type })
  })
  if (!usesNames && used < items.length && !isMapping(value)) {
    throw new TemplateFailure('not all arguments converted during string formatting')
  }
  return text
}

function named(value: Value, name: string): Value {
  if (!isMapping(value)) throw new TemplateFailure('format requires a mapping')
  const item = value.get(name)
  if (item === undefined) throw new TemplateFailure(`'${name}'`)
  return item
}

interface PercentItem {
  readonly flags: string
  readonly width: number
  readonly precision: string | undefined
  readonly type: string
}

function percentItem(item: Value, { flags, width, precision, type }: PercentItem): string {
  const isLeft = flags.includes('-')
  const isText = 'rsac'.includes(type)
  const spec: Spec = {
    fill: flags.includes('0') && !isLeft && !isText ? '0' : ' ',
    align: isLeft ? '<' : flags.includes('0') && !isText ? '=' : '>',
    sign: flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '',
    isAlternate: flags.includes('#'),
    width,
    hasCommas: '',
    precision: precision === undefined ? undefined : Number(precision),
    type,
  }
  if (type === 's') return padded(cut(str(item), spec), spec)
  if (type === 'r' || type === 'a') return padded(cut(repr(item), spec), spec)
  if (type === 'c')
    return padded(typeof item === 'number' ? String.fromCodePoint(item) : str(item), spec)
  if (numberOf(item) === undefined) {
    throw new TemplateFailure(
      'diouxX'.includes(type)
        ? `%${type} format: a real number is required, not ${typeName(item)}`
        : `must be real number, not ${typeName(item)}`,
    )
  }
  return formatNumber(item, { ...spec, type: 'iu'.includes(type) ? 'd' : type })
}

function cut(text: string, spec: Spec): string {
  return spec.precision === undefined ? text : text.slice(0, spec.precision)
}

function padded(text: string, spec: Spec): string {
  const missing = spec.width - text.length
  if (missing <= 0) return text
  if (spec.align === '<') return text + repeatText(spec.fill, missing)
  if (spec.align === '^') {
    const left = Math.floor(missing / 2)
    return repeatText(spec.fill, left) + text + repeatText(spec.fill, missing - left)
  }
  if (spec.align === '=') {
    const sign = /^[-+ ]/.exec(text)?.[0] ?? ''
    return sign + repeatText(spec.fill, missing) + text.slice(sign.length)
  }
  return repeatText(spec.fill, missing) + text
}

function formatNumber(item: Value, spec: Spec): string {
  const number = numberOf(item) ?? 0
  const isNegative = Number(number) < 0 || Object.is(number, -0)
  const sign = isNegative ? '-' : spec.sign
  return padded(sign + magnitude(item, number, spec), spec)
}

function magnitude(item: Value, number: number | bigint, spec: Spec): string {
  const whole = BigInt(Math.trunc(Number(number)))
  const exact = typeof number === 'bigint' || Number.isInteger(number) ? BigInt(number) : whole
  const absolute = exact < 0n ? -exact : exact
  switch (spec.type) {
    case 'd':
      return grouped(String(absolute), spec.hasCommas)
    case 'x':
    case 'X': {
      const digits = (spec.isAlternate ? '0x' : '') + absolute.toString(16)
      return spec.type === 'X' ? digits.toUpperCase() : digits
    }
    case 'o':
      return (spec.isAlternate ? '0o' : '') + absolute.toString(8)
    case 'b':
      return (spec.isAlternate ? '0b' : '') + absolute.toString(2)
    case 'f':
    case 'F':
      return grouped(Math.abs(Number(number)).toFixed(spec.precision ?? 6), spec.hasCommas)
    case '%':
      return `${(Math.abs(Number(number)) * 100).toFixed(spec.precision ?? 6)}%`
    case 'e':
    case 'E':
      return exponential(Math.abs(Number(number)), spec)
    default:
      return item instanceof Float && spec.precision === undefined
        ? repr(new Float(Math.abs(item.value)))
        : general(Math.abs(Number(number)), spec)
  }
}

function exponential(number: number, spec: Spec): string {
  const text = number.toExponential(spec.precision ?? 6).replace(/e([-+])(\d)$/, 'e$10$2')
  return spec.type === 'E' ? text.toUpperCase() : text
}

function general(number: number, spec: Spec): string {
  const precision = Math.max(spec.precision ?? 6, 1)
  if (number === 0) return '0'
  const exponent = Number(number.toExponential(precision - 1).split('e')[1])
  if (exponent >= -4 && exponent < precision) {
    const fixed = number.toFixed(Math.max(precision - 1 - exponent, 0))
    return fixed.includes('.') ? fixed.replace(/\.?0+$/, '') : fixed
  }
  const [digits = '', power] = number.toExponential(precision - 1).split('e')
  const short = digits.includes('.') ? digits.replace(/\.?0+$/, '') : digits
  return `${short}e${(power ?? '').replace(/^([-+])(\d)$/, '$10$2')}`
}

function grouped(digits: string, separator: string): string {
  if (separator === '') return digits
  const [whole = '', fraction] = digits.split('.')
  const parts = whole.replace(/\B(?=(\d{3})+$)/g, separator)
  return fraction === undefined ? parts : `${parts}.${fraction}`
}

/** What `str.format` needs to find fields: positions, names, attributes. */
export interface FormatFields {
  readonly positional: readonly Value[]
  readonly named: ReadonlyMap<string, Value>
  readonly item: (object: Value, key: Value) => Value
}

const field = /\{\{|\}\}|\{([^{}!:]*)(?:!([rsa]))?(?::((?:[^{}]|\{[^{}]*\})*))?\}/g

/** `text.format(...)`. */
export function formatBraces(format: string, fields: FormatFields): string {
  let next = 0
  const resolve = (path: string): Value => {
    const [first = '', ...rest] = path.split(/[.[]/)
    const key = first === '' ? String(next++) : first
    const value = /^\d+$/.test(key) ? fields.positional[Number(key)] : fields.named.get(key)
    if (value === undefined) {
      throw new TemplateFailure(
        /^\d+$/.test(key)
          ? `Replacement index ${key} out of range for positional args tuple`
          : `'${key}'`,
      )
    }
    return rest.reduce<Value>((object, part) => {
      const name = part.replace(/\]$/, '')
      return fields.item(object, /^\d+$/.test(name) ? Number(name) : name)
    }, value)
  }
  return format.replace(field, (whole, path, conversion, spec) => {
    if (whole === '{{') return '{'
    if (whole === '}}') return '}'
    const value = resolve(path)
    const shown = conversion === 'r' || conversion === 'a' ? repr(value) : value
    const inner = (spec ?? '').replace(/\{([^{}]*)\}/g, (_: string, name: string) =>
      str(resolve(name)),
    )
    return formatSpec(conversion === 's' ? str(value) : shown, inner)
  })
}

const specPattern = /^(?:(.)?([<>=^]))?([-+ ])?(#)?(0)?(\d+)?([,_])?(?:\.(\d+))?([a-zA-Z%])?$/s

/** `format(value, spec)`. */
export function formatSpec(value: Value, text: string): string {
  if (text === '') return str(value)
  const match = specPattern.exec(text)
  if (match === null) throw new TemplateFailure('Invalid format specifier')
  const [, fill, align, sign, alternate, zero, width, commas, precision, type] = match
  const isNumber = numberOf(value) !== undefined && typeof value !== 'boolean'
  const spec: Spec = {
    fill: fill ?? (zero === undefined ? ' ' : '0'),
    align: align ?? (isNumber ? (zero === undefined ? '>' : '=') : '<'),
    sign: sign === '+' || sign === ' ' ? sign : '',
    isAlternate: alternate !== undefined,
    width: Number(width ?? 0),
    hasCommas: commas ?? '',
    precision: precision === undefined ? undefined : Number(precision),
    type: type ?? (isNumber && !(value instanceof Float) ? 'd' : ''),
  }
  if (!isNumber) {
    if (type !== undefined && type !== 's') {
      throw new TemplateFailure(
        `Unknown format code '${type}' for object of type '${typeName(value)}'`,
      )
    }
    return padded(cut(str(value), spec), spec)
  }
  return formatNumber(value, spec)
}
