// What informers have not heard yet, as a list of pairs: informer and number of its backlog, in
// ascending order of informers. Nearly all of them have heard everything, and are not in it.

import type { Places } from './cell-state.ts'

/** The backlog of an informer; 0 is nothing. */
export function backlogIn(backlogs: readonly number[], informer: number): number {
  for (let at = 0; at < backlogs.length; at += 2) {
    if (backlogs[at] === informer) return backlogs[at + 1] as number
  }
  return 0
}

/** The list with other backlogs for some informers. */
export function withBacklogs(backlogs: readonly number[], places: Places): readonly number[] {
  if (places.length === 0) return backlogs
  const next = backlogs.slice()
  for (const [informer, backlog] of places) {
    let at = 0
    while (at < next.length && (next[at] as number) < informer) at += 2
    const isThere = next[at] === informer
    if (backlog === 0) {
      if (isThere) next.splice(at, 2)
    } else if (isThere) next[at + 1] = backlog
    else next.splice(at, 0, informer, backlog)
  }
  return next
}
