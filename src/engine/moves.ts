// What may happen next when the order is open: everything that is due within a window, and the
// deliveries to one component kind by kind, as its informers are independent of each other.

import type { PendingEvent } from './event-queue.ts'

/** One way to go on. */
export interface Move {
  readonly event: PendingEvent
  /** Of a delivery: only the changes of the kind at this position of the actor's watches. */
  readonly position?: number
}

/** The moves among events in the order of time; the first is what would happen anyway. */
export function movesOf(
  events: readonly PendingEvent[],
  pendingKinds: (event: PendingEvent) => readonly number[],
): readonly Move[] {
  const moves: Move[] = []
  for (const event of events) {
    moves.push({ event })
    const kinds = pendingKinds(event)
    if (kinds.length > 1) for (const position of kinds) moves.push({ event, position })
  }
  return moves
}

/** What a move took, for people who read the story of a run. */
export interface TakenMove {
  readonly actor: string
  /** `delivery of Pod`, `delivery`, or what the component was about to do. */
  readonly what: string
  /** Who was due before and had to wait. */
  readonly ahead: readonly string[]
}
