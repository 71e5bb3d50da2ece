// Answers quantity vectors with src/kube/quantity*.ts.

import { parseQuantity, type Quantity, quantityText } from '../../../src/kube/quantity.ts'
import {
  addQuantities,
  asInt64,
  compareQuantities,
  isZero,
  multiplied,
  negated,
  newQuantity,
  scaledInt64,
  sign,
  subtractQuantities,
} from '../../../src/kube/quantity-math.ts'
import type { Topic } from './topic.ts'

/** inf.Dec's text: all digits, also trailing zeros. */
function decimalText({ unscaled, scale }: Quantity): string {
  const digits = String(unscaled)
  if (scale >= 0) return Number(unscaled) === 0 ? digits : digits + '0'.repeat(scale)
  const [minus, unsigned] = digits.startsWith('-') ? ['-', digits.slice(1)] : ['', digits]
  const padded = unsigned.padStart(1 - scale, '0')
  return `${minus}${padded.slice(0, scale)}.${padded.slice(scale)}`
}

function described(quantity: Quantity): unknown {
  return {
    string: quantityText(quantity),
    format: quantity.format,
    value: String(scaledInt64(quantity, 0)),
    milliValue: String(scaledInt64(quantity, -3)),
    sign: sign(quantity),
    isZero: isZero(quantity),
    asDec: decimalText(quantity),
    asInt64: asInt64(quantity)?.toString(),
  }
}

function constructed(text: string): unknown {
  const n = BigInt(text)
  return {
    decimal: quantityText(newQuantity(n, 'DecimalSI')),
    binary: quantityText(newQuantity(n, 'BinarySI')),
    exponent: quantityText(newQuantity(n, 'DecimalExponent')),
    milli: quantityText(newQuantity(n, 'DecimalSI', -3)),
    milliBinary: quantityText(newQuantity(n, 'BinarySI', -3)),
  }
}

function calculated(a: Quantity, b: Quantity): unknown {
  const zero = newQuantity(0, 'DecimalSI')
  return {
    add: described(addQuantities(a, b)),
    sub: described(subtractQuantities(a, b)),
    neg: described(negated(a)),
    mul3: described(multiplied(a, 3)),
    zeroPlusB: described(addQuantities(zero, b)),
    cmp: compareQuantities(a, b),
    equal: compareQuantities(a, b) === 0,
  }
}

/** Cmp, which was recorded first, turns its receiver into decimal form when the other one is. */
function compared(a: Quantity, b: Quantity): Quantity {
  const { unscaled, scale, format } = a
  return b.isDecimal ? { unscaled: BigInt(unscaled), scale, isDecimal: true, format } : a
}

export const answer: Topic = (family, input) => {
  const { s, n, a, b } = input as { s: string; n: string; a: string; b: string }
  if (family === 'construct') return constructed(n)
  if (family === 'parse') {
    const parsed = parseQuantity(s)
    return parsed.ok ? described(parsed.value) : { error: parsed.error }
  }
  const [left, right] = [parseQuantity(a), parseQuantity(b)]
  if (!left.ok || !right.ok) return { error: 'unparsable' }
  return calculated(compared(left.value, right.value), right.value)
}
