// Ranges of sizes and what they cost. A size or cost that is not known is 2^64, where upstream's
// unsigned integers end. Port of cel-go v0.26.0 checker/cost.go: figures.

/** How many elements, characters or bytes a value has. */
export interface SizeRange {
  readonly min: number
  readonly max: number
}

export const unknownMax = 2 ** 64
export const unknownSize: SizeRange = { min: 0, max: unknownMax }

export function exactly(size: number): SizeRange {
  return { min: size, max: size }
}

function bounded(value: number): number {
  return Math.min(value, unknownMax)
}

export function plus(a: SizeRange, b: SizeRange): SizeRange {
  return { min: bounded(a.min + b.min), max: bounded(a.max + b.max) }
}

export function times(a: SizeRange, b: SizeRange): SizeRange {
  return { min: product(a.min, b.min), max: product(a.max, b.max) }
}

export function union(a: SizeRange, b: SizeRange): SizeRange {
  return { min: Math.min(a.min, b.min), max: Math.max(a.max, b.max) }
}

/** The product of two sizes or costs. */
export function product(a: number, b: number): number {
  return bounded(a * b)
}

export function sum(...costs: readonly number[]): number {
  return bounded(costs.reduce((total, cost) => total + cost, 0))
}

/** The cost of going through a size. */
export function scaled(size: number, factor: number): number {
  return bounded(Math.ceil(size * factor))
}
