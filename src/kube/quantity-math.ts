// Arithmetic and integer values of quantities, with upstream's rounding and 64-bit overflow.
// Upstream: apimachinery pkg/api/resource/{quantity,amount,scale_int}.go, v0.36.3.

import { compareNumbers } from '../base/compare.ts'
import { type Format, isInt64, narrowed, type Quantity } from './quantity.ts'

/** A whole number as a quantity; milli-units with `scale` -3. */
export function newQuantity(value: number | bigint, format: Format, scale = 0): Quantity {
  const unscaled = typeof value === 'bigint' ? narrowed(value) : value
  return { unscaled, scale, isDecimal: false, format }
}

export function isZero(quantity: Quantity): boolean {
  return quantity.unscaled === 0 || quantity.unscaled === 0n
}

export function sign(quantity: Quantity): number {
  return quantity.unscaled > 0 ? 1 : quantity.unscaled < 0 ? -1 : 0
}

/** Both values at the smaller of the two scales. */
function aligned(a: Quantity, b: Quantity): { left: bigint; right: bigint; scale: number } {
  const scale = Math.min(a.scale, b.scale)
  const left = BigInt(a.unscaled) * 10n ** BigInt(a.scale - scale)
  return { left, right: BigInt(b.unscaled) * 10n ** BigInt(b.scale - scale), scale }
}

export function compareQuantities(a: Quantity, b: Quantity): number {
  if (a.scale === b.scale && typeof a.unscaled === 'number' && typeof b.unscaled === 'number') {
    return Math.sign(compareNumbers(a.unscaled, b.unscaled))
  }
  const { left, right } = aligned(a, b)
  return left < right ? -1 : left > right ? 1 : 0
}

/** a + b; zero takes the format of the other. */
export function addQuantities(a: Quantity, b: Quantity): Quantity {
  return sum(a, b, 1)
}

/** a - b. */
export function subtractQuantities(a: Quantity, b: Quantity): Quantity {
  return sum(a, b, -1)
}

function sum(a: Quantity, b: Quantity, factor: 1 | -1): Quantity {
  const format = isZero(a) ? b.format : a.format
  const small = !a.isDecimal && !b.isDecimal
  if (small && typeof a.unscaled === 'number' && typeof b.unscaled === 'number') {
    if (b.unscaled === 0) return bare(a, format)
    if (a.unscaled === 0) return { ...bare(b, format), unscaled: b.unscaled * factor }
    if (a.scale === b.scale) {
      const unscaled = a.unscaled + b.unscaled * factor
      if (Number.isSafeInteger(unscaled)) return { ...bare(a, format), unscaled }
    }
  }
  const { left, right, scale } = aligned(a, b)
  const total = factor === 1 ? left + right : left - right
  return small && isInt64(left) && isInt64(right) && isInt64(total)
    ? { unscaled: narrowed(total), scale, isDecimal: false, format }
    : { unscaled: total, scale, isDecimal: true, format }
}

function bare({ unscaled, scale, isDecimal }: Quantity, format: Format): Quantity {
  return { unscaled, scale, isDecimal, format }
}

export function negated(quantity: Quantity): Quantity {
  return { ...bare(quantity, quantity.format), unscaled: -quantity.unscaled }
}

export function multiplied(quantity: Quantity, factor: number): Quantity {
  const { unscaled, scale, isDecimal, format } = quantity
  if (!isDecimal && isZero(quantity)) return bare(quantity, format)
  if (!isDecimal && factor === 0) return { unscaled: 0, scale: 0, isDecimal, format }
  const product = BigInt(unscaled) * BigInt(factor)
  const fits = !isDecimal && isInt64(product) && (scale === 0 || fitsWhole(product, scale))
  return { unscaled: fits ? narrowed(product) : product, scale, isDecimal: !fits, format }
}

function fitsWhole(value: bigint, scale: number): boolean {
  if (scale > 0) return isInt64(value * 10n ** BigInt(scale))
  return value % 10n ** BigInt(-scale) === 0n
}

/** AsInt64: undefined where upstream needs its decimal form. */
export function asInt64({ unscaled, scale, isDecimal }: Quantity): bigint | undefined {
  if (isDecimal || scale < 0) return undefined
  const value = BigInt(unscaled) * 10n ** BigInt(scale)
  return isInt64(value) ? value : undefined
}

/** Value(): the whole number, rounded up (away from zero). */
export function valueOf(quantity: Quantity): number {
  const { unscaled, scale } = quantity
  if (scale === 0 && typeof unscaled === 'number') return unscaled
  return Number(scaledInt64(quantity, 0))
}

/** MilliValue(): thousandths, rounded up (away from zero). */
export function milliValueOf(quantity: Quantity): number {
  const { unscaled, scale } = quantity
  if (typeof unscaled === 'number') {
    if (scale === -3) return unscaled
    if (scale === 0 && Math.abs(unscaled) < 1e12) return unscaled * 1000
  }
  return Number(scaledInt64(quantity, -3))
}

const int64Min = -(2n ** 63n)
const oneStepPowers: ReadonlySet<number> = new Set([1, 2, 3, 6, 9])

/** ScaledValue as Go computes it, overflow included. */
export function scaledInt64({ unscaled, scale, isDecimal }: Quantity, wanted: number): bigint {
  const value = BigInt(unscaled)
  const drop = wanted - scale
  if (drop <= 0) {
    const exact = value * 10n ** BigInt(-drop)
    if (drop === 0 || isInt64(exact)) return BigInt.asIntN(64, exact)
    // The powers that upstream multiplies by in one step wrap around, the others give zero.
    if (!isDecimal) return oneStepPowers.has(-drop) ? BigInt.asIntN(64, exact) : 0n
    // Go multiplies two wrapped integers; a power above 10^18 converts to the smallest integer.
    const power = -drop > 18 ? int64Min : 10n ** BigInt(-drop)
    return BigInt.asIntN(64, BigInt.asIntN(64, value) * power)
  }
  return isDecimal ? droppedDecimal(value, drop) : droppedInt64(value, drop)
}

function droppedInt64(value: bigint, drop: number): bigint {
  const divisor = 10n ** BigInt(drop)
  const whole = value / divisor
  if (value % divisor === 0n) return whole
  return value > 0n ? whole + 1n : whole - 1n
}

/** In decimal form a remainder always adds one, also below zero. */
function droppedDecimal(value: bigint, drop: number): bigint {
  const divisor = 10n ** BigInt(drop)
  if (value < 2n ** 63n - 1n && drop < 19) {
    const wrapped = BigInt.asIntN(64, value)
    return BigInt.asIntN(64, wrapped / divisor + (wrapped % divisor === 0n ? 0n : 1n))
  }
  const remainder = ((value % divisor) + divisor) % divisor
  const whole = (value - remainder) / divisor
  return BigInt.asIntN(64, BigInt.asIntN(64, whole) + (remainder === 0n ? 0n : 1n))
}
