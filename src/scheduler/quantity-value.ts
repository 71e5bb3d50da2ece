// Quantities of objects, each text parsed once: nodes and templates repeat the same few.

import { type Quantity, quantityOf } from '../kube/quantity.ts'

export type { Quantity as Amount } from '../kube/quantity.ts'
export {
  addQuantities as addAmounts,
  compareQuantities as compareAmounts,
  milliValueOf,
  subtractQuantities as subtractAmounts,
  valueOf,
} from '../kube/quantity-math.ts'

const cacheSizeMax = 10_000
const cache = new Map<string | number, Quantity>()

/** Reads a quantity that validation has accepted; an absent one is zero. */
export function amountOf(quantity: string | number | undefined): Quantity {
  if (quantity === undefined) return zeroAmount
  let amount = cache.get(quantity)
  if (amount === undefined) {
    amount = quantityOf(quantity)
    if (cache.size < cacheSizeMax) cache.set(quantity, amount)
  }
  return amount
}

export const zeroAmount: Quantity = quantityOf(0)
