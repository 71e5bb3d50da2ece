// Integer arithmetic with stated rounding.

/** Division of non-negative integers rounding up. */
export function divCeil(dividend: number, divisor: number): number {
  return Math.ceil(dividend / divisor)
}
