// The smallest world that still shows something: fewest nodes, then pods, then events.

/** How large a world is, dimension by dimension, the most important one first. */
export type Size<K extends string = string> = Readonly<Record<K, number>>

/**
 * Makes every dimension as small as it can be, one after the other, and again until none can
 * shrink: answers the size and what it showed. `shows` explores a world of that size; each
 * dimension is at least what `least` says, or 1. Undefined when not even the first size shows it.
 */
export function smallest<T, K extends string>(
  start: Size<K>,
  shows: (size: Size<K>) => T | undefined,
  least: Partial<Size<K>> = {},
): { readonly size: Size<K>; readonly shown: T } | undefined {
  const first = shows(start)
  if (first === undefined) return undefined
  let best: { readonly size: Size<K>; readonly shown: T } = { size: start, shown: first }
  for (let isDone = false; !isDone; ) {
    isDone = true
    for (const dimension of Object.keys(start) as K[]) {
      const smaller = smallerIn(best.size, dimension, shows, least[dimension] ?? 1)
      if (smaller === undefined) continue
      best = smaller
      isDone = false
    }
  }
  return best
}

/** The least value of one dimension that still shows it, if that is less than before. */
function smallerIn<T, K extends string>(
  size: Size<K>,
  dimension: K,
  shows: (size: Size<K>) => T | undefined,
  least: number,
): { readonly size: Size<K>; readonly shown: T } | undefined {
  for (let value = least; value < size[dimension]; value += 1) {
    const tried = { ...size, [dimension]: value }
    const shown = shows(tried)
    if (shown !== undefined) return { size: tried, shown }
  }
  return undefined
}
