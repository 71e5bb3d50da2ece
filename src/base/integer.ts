// Integer arithmetic with stated rounding.

/** Division rounding toward zero, as Go's `/` on integers. */
export function divTrunc(dividend: number, divisor: number): number {
  return Math.trunc(dividend / divisor)
}

/** Division of non-negative integers rounding up. */
export function divCeil(dividend: number, divisor: number): number {
  return Math.ceil(dividend / divisor)
}
