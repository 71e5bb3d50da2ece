// Total orders that never depend on a locale: strings compare by UTF-16 code unit.

/** Orders two strings by code unit: negative, zero or positive. */
export function compareStrings(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** Orders two numbers ascending. */
export function compareNumbers(a: number, b: number): number {
  return a - b
}

/** A sorted copy of `strings`, by code unit. */
export function sortedStrings(strings: Iterable<string>): string[] {
  return [...strings].sort(compareStrings)
}
