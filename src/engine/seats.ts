// The seat of an actor in a World: its state, what its caches have seen, and its next delivery.

import type { Actor, Forkable } from './actor.ts'
import type { Seat } from './program.ts'
import type { Store } from './store.ts'

/** A seat of an actor that has not started: everything that is stored is still to come. */
export function newSeat({ watches }: Actor, store: Store): Seat {
  const pending = [...watches.keys()].filter(
    position => store.logOf(watches[position] as string).length > 0,
  )
  const cursors = watches.map(() => 0)
  return { state: placeholder, owned: true, cursors, pending, deliveryAtMs: -1 }
}

/** The same seat in a fork: from now on neither owns the state that both share. */
export function forkSeat(seat: Seat): Seat {
  seat.owned = false
  const { state, cursors, pending, deliveryAtMs } = seat
  return { state, owned: false, cursors: cursors.slice(), pending: pending.slice(), deliveryAtMs }
}

const placeholder: Forkable = {
  fork() {
    return this
  },
}
