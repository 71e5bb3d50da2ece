// Floats as Go reads and converts them.

import { type Quantity, quantityOf } from './quantity.ts'

const decimal = /^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/
const infinity = /^[+-]?inf(?:inity)?$/i

/** strconv.ParseFloat of decimal texts; undefined for an error. */
export function parseGoFloat(text: string): number | undefined {
  if (decimal.test(text)) {
    const value = Number(text)
    return Number.isFinite(value) ? value : undefined
  }
  if (infinity.test(text)) return text.startsWith('-') ? -Infinity : Infinity
  return /^nan$/i.test(text) ? Number.NaN : undefined
}

/** Quantity.AsApproximateFloat64. */
export function quantityFloat({ unscaled, scale }: Quantity): number {
  const base = Number(unscaled)
  return scale < 0 ? base / 10 ** -scale : base * 10 ** scale
}

export function approximateFloat(text: string | number): number {
  return quantityFloat(quantityOf(text))
}

const int64Min = -(2n ** 63n)

/** Go's conversion to int64 on amd64: what does not fit becomes the smallest. */
export function goInt64(value: number): bigint {
  if (!Number.isFinite(value)) return int64Min
  const whole = BigInt(Math.trunc(value))
  return whole >= -int64Min || whole < int64Min ? int64Min : whole
}
