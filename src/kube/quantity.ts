// Quantities: parsing, their two internal forms, canonical text. Upstream: apimachinery
// pkg/api/resource/{quantity,amount,math,suffix,scale_int}.go, v0.36.3.

export type Format = 'DecimalSI' | 'BinarySI' | 'DecimalExponent'

/**
 * unscaled * 10^scale. Upstream keeps small values in an int64, others in an arbitrary decimal;
 * rounding of negative values, overflow and trailing zeros differ, so the form is kept.
 */
export interface Quantity {
  /** A number when it is a safe integer, else a bigint; always a bigint in decimal form. */
  readonly unscaled: number | bigint
  readonly scale: number
  readonly isDecimal: boolean
  readonly format: Format
  /** The text it was parsed from, where that text already is canonical. */
  readonly text?: string
}

export type ParsedQuantity =
  | { readonly ok: true; readonly value: Quantity }
  | { readonly ok: false; readonly error: string }

export const quantityErrors = {
  format:
    "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
  numeric: 'unable to parse numeric part of quantity',
  suffix: "unable to parse quantity's suffix",
} as const

interface Suffix {
  readonly base: 2 | 10
  readonly exponent: number
  readonly format: Format
}

const suffixes = new Map<string, Suffix>([
  ...['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'].map((text, index): [string, Suffix] => [
    text,
    { base: 10, exponent: index * 3 - 9, format: 'DecimalSI' },
  ]),
  ...['Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'].map((text, index): [string, Suffix] => [
    text,
    { base: 2, exponent: index * 10 + 10, format: 'BinarySI' },
  ]),
])

const decimalSuffixes = new Map<number, string>()
const binarySuffixes = new Map<number, string>()
for (const [text, { base, exponent }] of suffixes) {
  if (base === 10) decimalSuffixes.set(exponent, text)
  else binarySuffixes.set(exponent, text)
}

const int64Max = 2n ** 63n - 1n
/** More digits than int64Max in the fast form are never attempted. */
const int64Digits = 18
const nano = -9
/** Beyond this an exponent would only serve to exhaust memory. */
const exponentMax = 10_000

const pattern = /^([+-]?)0*([0-9]*)(?:\.([0-9]*))?([eEinumkKMGTP]*[-+]?[0-9]*)$/

const zero: Quantity = {
  unscaled: 0,
  scale: 0,
  isDecimal: false,
  format: 'DecimalSI',
  text: '0',
}

/** A bigint as the number it is where that is safe. */
export function narrowed(value: bigint): number | bigint {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}

export function isInt64(value: bigint): boolean {
  return BigInt.asIntN(64, value) === value
}

const parsedCache = new Map<string, ParsedQuantity>()
const parsedCacheMax = 4096

/** resource.ParseQuantity of a text or of a JSON number. */
export function parseQuantity(input: string | number): ParsedQuantity {
  const text = typeof input === 'number' ? String(input) : input
  const known = parsedCache.get(text)
  if (known !== undefined) return known
  const parsed = parse(text)
  if (parsedCache.size >= parsedCacheMax) parsedCache.clear()
  parsedCache.set(text, parsed)
  return parsed
}

/** The quantity of a text that validation has accepted; zero for anything else. */
export function quantityOf(input: string | number | undefined | null): Quantity {
  if (input === undefined || input === null) return zero
  const parsed = parseQuantity(input)
  return parsed.ok ? parsed.value : zero
}

function refuse(error: string): ParsedQuantity {
  return { ok: false, error }
}

function interpret(suffix: string): Suffix | undefined {
  const known = suffixes.get(suffix)
  if (known !== undefined) return known
  if (!/^[eE][-+]?[0-9]+$/.test(suffix)) return undefined
  const exponent = Number(suffix.slice(1))
  if (Math.abs(exponent) >= 2 ** 63) return undefined
  return { base: 10, exponent: exponent | 0, format: 'DecimalExponent' }
}

function parse(text: string): ParsedQuantity {
  if (text === '') return refuse(quantityErrors.format)
  if (text === '0') return { ok: true, value: zero }
  const parts = pattern.exec(text)
  if (parts === null) return refuse(quantityErrors.format)
  const suffixText = parts[4] as string
  const suffix = interpret(suffixText)
  if (suffix === undefined) return refuse(quantityErrors.suffix)
  if (suffix.exponent > exponentMax) return refuse(quantityErrors.numeric)
  const amount: Amount = {
    text,
    negative: parts[1] === '-',
    whole: parts[2] === '' ? '0' : (parts[2] as string),
    fraction: parts[3] ?? '',
    number: text.slice(0, text.length - suffixText.length),
    suffix,
  }
  const small = parseSmall(amount)
  return small === undefined ? parseDecimal(amount) : { ok: true, value: small }
}

interface Amount {
  readonly text: string
  readonly negative: boolean
  readonly whole: string
  readonly fraction: string
  /** What stands before the suffix. */
  readonly number: string
  readonly suffix: Suffix
}

/** The int64 form, when the digits and the scale certainly fit. */
function parseSmall({ text, negative, whole, fraction, suffix }: Amount): Quantity | undefined {
  const { base, exponent, format } = suffix
  const scale = (base === 10 ? exponent : 0) - fraction.length
  if (precision(whole, fraction, suffix) < 0 || scale < nano) return undefined
  const digits = whole + fraction
  const product = productOf(digits, base === 2 ? exponent : 0)
  if (product === undefined) return undefined
  const unscaled = negative ? -product : product
  const isCanonical =
    base === 2
      ? Number(digits.slice(-3)) % 8 !== 0
      : scale % 3 === 0 && !digits.endsWith('000') && digits[0] !== '0'
  const small = { unscaled, scale, isDecimal: false, format }
  return isCanonical ? { ...small, text } : small
}

/** digits * 2^exponent as a number where that is safe; undefined beyond 64 bits. */
function productOf(digits: string, exponent: number): number | bigint | undefined {
  if (digits.length <= 15) {
    const product = Number(digits) * 2 ** exponent
    if (Number.isSafeInteger(product)) return product
  }
  const exact = BigInt(digits) * 2n ** BigInt(exponent)
  return isInt64(exact) ? narrowed(exact) : undefined
}

/** How many digits are left before the int64 form could overflow. */
function precision(whole: string, fraction: string, { base, exponent }: Suffix): number {
  if (base === 10) return int64Digits - (whole.length + fraction.length)
  if (fraction !== '') return -1
  return 15 - whole.length - Math.trunc((exponent * 3) / 10) - 1
}

function parseDecimal({ negative, number, suffix }: Amount): ParsedQuantity {
  const { base, exponent } = suffix
  const digits = /^[+-]?([0-9]*)\.?([0-9]*)$/.exec(number)
  const unsigned = digits === null ? '' : `${digits[1]}${digits[2]}`
  if (unsigned === '') return refuse(quantityErrors.numeric)
  let scale = -(digits?.[2] ?? '').length + (base === 10 ? exponent : 0)
  let value = BigInt(unsigned) * (base === 2 ? 2n ** BigInt(exponent) : 1n)
  if (value !== 0n) {
    value = rescaledUp(value, scale, nano)
    scale = nano
  }
  let { format } = suffix
  if (format === 'BinarySI') {
    const one = 10n ** BigInt(Math.max(0, -scale))
    if (value > int64Max * one) {
      value = int64Max
      scale = 0
    } else if (value < one && value > 0n) {
      format = 'DecimalSI'
    }
  }
  const unscaled = negative ? -value : value
  return { ok: true, value: { unscaled, scale, isDecimal: true, format } }
}

/** A non-negative value moved to another scale, rounding away from zero. */
function rescaledUp(value: bigint, scale: number, wanted: number): bigint {
  if (scale >= wanted) return value * 10n ** BigInt(scale - wanted)
  // More digits to drop than there are: what remains is one unit.
  if (wanted - scale > exponentMax + String(value).length) return 1n
  const divisor = 10n ** BigInt(wanted - scale)
  return (value + divisor - 1n) / divisor
}

/** Quantity.String(): the canonical form, or the text it came from where that is canonical. */
export function quantityText(quantity: Quantity): string {
  return quantity.text ?? canonicalText(quantity)
}

function canonicalText({ unscaled, scale, format }: Quantity): string {
  const value = BigInt(unscaled)
  if (value === 0n) return '0'
  const whole = format === 'BinarySI' ? wholeOf(value, scale) : undefined
  if (whole !== undefined && (whole <= -1024n || whole >= 1024n)) {
    const { rest, times } = withoutFactors(whole, 1024n)
    return `${rest}${binarySuffixes.get(times * 10) ?? ''}`
  }
  const { rest, times } = withoutFactors(value, 10n)
  const exponent = scale + times
  const over = ((exponent % 3) + 3) % 3
  const aligned = exponent - over
  const mantissa = rest * 10n ** BigInt(over)
  if (format !== 'DecimalExponent') return `${mantissa}${decimalSuffixes.get(aligned) ?? ''}`
  return aligned === 0 ? `${mantissa}` : `${mantissa}e${aligned}`
}

/** The value as an integer; undefined when it has a fraction. */
function wholeOf(value: bigint, scale: number): bigint | undefined {
  if (scale >= 0) return value * 10n ** BigInt(scale)
  const divisor = 10n ** BigInt(-scale)
  return value % divisor === 0n ? value / divisor : undefined
}

function withoutFactors(value: bigint, factor: bigint): { rest: bigint; times: number } {
  let rest = value
  let times = 0
  while (rest % factor === 0n) {
    rest /= factor
    times += 1
  }
  return { rest, times }
}

/** The canonical text of what a user wrote; undefined when it is no quantity. */
export function canonicalQuantity(input: string | number): string | undefined {
  const parsed = parseQuantity(typeof input === 'string' ? input.trim() : input)
  return parsed.ok ? quantityText(parsed.value) : undefined
}
