// What an informer has not heard yet, and how it hears of it.

import type { Change, Store } from './store.ts'
import type { Cursors } from './view.ts'

/** How far the watches of one actor have come; `pending` names those that have more to tell. */
export interface Informers {
  cursors: Cursors
  /** Positions in the watches whose kind has changes that were not delivered yet. */
  pending: number[]
}

export interface Due {
  /** Changes written at or before this time are due. */
  readonly writtenMs: number
  /** Only of the kind at this position. */
  readonly only?: number | undefined
  /** Only the oldest change of that kind. */
  readonly one?: boolean
}

/**
 * Moves every undelivered change that is due to `due`, in revision order. Gives the first change
 * that is left.
 */
export function takeDue(
  store: Store,
  watches: readonly string[],
  informers: Informers,
  { writtenMs, only, one = false }: Due,
  due: Change[],
): Change | undefined {
  let left: Change | undefined
  const pending: number[] = []
  for (const position of informers.pending) {
    const log = store.logOf(watches[position] as string)
    const start = informers.cursors[position] as number
    let cursor = start
    for (; cursor < log.length; cursor += 1) {
      const change = log.at(cursor)
      const isLater = (only !== undefined && only !== position) || (one && cursor > start)
      if (change.atMs > writtenMs || isLater) {
        if (left === undefined || change.revision < left.revision) left = change
        pending.push(position)
        break
      }
      due.push(change)
    }
    informers.cursors[position] = cursor
  }
  informers.pending = pending
  if (due.length > 1) due.sort((a, b) => a.revision - b.revision)
  return left
}
