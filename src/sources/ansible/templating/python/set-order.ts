// The order in which CPython 3.11 iterates a set of small integers: that of its hash table. Sets
// of texts have no order of their own (their hashes are random), so theirs stays that of the
// source.

import type { Value } from '../../values.ts'

const linearProbes = 9

/** The items in the order of Python's set. */
export function setOrder(items: readonly Value[]): Value[] {
  const isPlain = items.every(item => typeof item === 'number' && item >= 0)
  return isPlain ? tableOrder(items as readonly number[]) : [...items]
}

function tableOrder(items: readonly number[]): number[] {
  let table = emptyTable(8)
  let used = 0
  for (const item of items) {
    put(table, item)
    used += 1
    if (used * 5 >= (table.length - 1) * 3) {
      let size = 8
      while (size <= used * (used > 50_000 ? 2 : 4)) size *= 2
      const larger = emptyTable(size)
      for (const old of table) if (old !== undefined) put(larger, old)
      table = larger
    }
  }
  return table.filter(item => item !== undefined)
}

function put(table: (number | undefined)[], item: number): void {
  const mask = table.length - 1
  let perturb = item
  let slot = item % table.length
  for (;;) {
    const last = slot + linearProbes <= mask ? slot + linearProbes : slot
    for (let at = slot; at <= last; at++) {
      if (table[at] === undefined) {
        table[at] = item
        return
      }
    }
    perturb = Math.floor(perturb / 32)
    slot = (slot * 5 + 1 + perturb) % table.length
  }
}

function emptyTable(length: number): (number | undefined)[] {
  return Array.from({ length }, () => undefined)
}
