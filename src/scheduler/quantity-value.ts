// Quantities as plain numbers for sums: whole units and nanounits apart, so that sums are exact.
// Upstream: apimachinery pkg/api/resource/quantity.go, v0.36.3.

/** `units + nanos / 1e9`; nanos is 0 .. 999,999,999. */
export interface Amount {
  readonly units: number
  readonly nanos: number
}

export const zeroAmount: Amount = { units: 0, nanos: 0 }

const nanosPerUnit = 1_000_000_000
const cache = new Map<string, Amount>()
const pattern = /^([+-]?)([0-9]*)\.?([0-9]*)([a-zA-Z]*)([+-]?[0-9]*)$/
const binary: Readonly<Record<string, number>> = { Ki: 1, Mi: 2, Gi: 3, Ti: 4, Pi: 5, Ei: 6 }
const decimal: Readonly<Record<string, number>> = {
  n: -9,
  u: -6,
  m: -3,
  '': 0,
  k: 3,
  M: 6,
  G: 9,
  T: 12,
  P: 15,
  E: 18,
}

/** Reads a quantity; what cannot be read counts as zero (the API server would have refused it). */
export function amountOf(quantity: string | number | undefined): Amount {
  if (quantity === undefined) return zeroAmount
  const text = typeof quantity === 'number' ? String(quantity) : quantity
  let amount = cache.get(text)
  if (amount === undefined) {
    amount = parse(text)
    if (cache.size < 10_000) cache.set(text, amount)
  }
  return amount
}

function parse(text: string): Amount {
  const match = pattern.exec(text)
  if (match === null) return zeroAmount
  const [, sign = '', whole = '', fraction = '', suffix = '', exponent = ''] = match
  const scaled = scale(BigInt(`0${whole}${fraction}`), fraction.length, suffix, exponent)
  const [nanos, rest] = scaled
  const rounded = rest ? nanos + 1n : nanos
  const signed = sign === '-' ? -rounded : rounded
  const per = BigInt(nanosPerUnit)
  const fractionNanos = ((signed % per) + per) % per
  return { units: Number((signed - fractionNanos) / per), nanos: Number(fractionNanos) }
}

/** Digits with `places` decimals and a suffix, in nanounits; the flag says that more digits follow. */
function scale(
  digits: bigint,
  places: number,
  suffix: string,
  exponent: string,
): [nanos: bigint, inexact: boolean] {
  let factor = 1n
  let power = 9 - places
  const binaryPower = binary[suffix]
  if (binaryPower !== undefined) factor = 1024n ** BigInt(binaryPower)
  else if (exponent !== '' && (suffix === 'e' || suffix === 'E')) power += Number(exponent)
  else power += decimal[suffix] ?? 0
  if (power >= 0) return [digits * factor * 10n ** BigInt(power), false]
  const divisor = 10n ** BigInt(-power)
  const scaled = digits * factor
  return [scaled / divisor, scaled % divisor !== 0n]
}

export function addAmounts(a: Amount, b: Amount): Amount {
  const nanos = a.nanos + b.nanos
  return nanos >= nanosPerUnit
    ? { units: a.units + b.units + 1, nanos: nanos - nanosPerUnit }
    : { units: a.units + b.units, nanos }
}

/** Negative, zero or positive. */
export function compareAmounts(a: Amount, b: Amount): number {
  return a.units === b.units ? a.nanos - b.nanos : a.units - b.units
}

/** Rounded up to whole units: Quantity.Value(). */
export function valueOf(amount: Amount): number {
  return amount.nanos > 0 ? amount.units + 1 : amount.units
}

/** Rounded up to thousandths: Quantity.MilliValue(). */
export function milliValueOf(amount: Amount): number {
  return amount.units * 1000 + Math.ceil(amount.nanos / 1_000_000)
}
