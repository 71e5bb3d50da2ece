// Which moves a World has: what is due in a window that slides along, or in a cell of the grid.

import type { Actor } from './actor.ts'
import type { Informers } from './deliveries.ts'
import type { EventQueue, PendingEvent } from './event-queue.ts'
import {
  type CrashMove,
  deliverPayload,
  type EventMove,
  type Move,
  movesOf,
  singleMovesOf,
  type StrikeMove,
  type TickMove,
} from './moves.ts'
import type { Outages } from './outage.ts'
import type { Schedule } from './schedule.ts'
import type { Store } from './store.ts'

export interface Opening {
  readonly moves: readonly Move[]
}

/** What the moves follow from. */
export interface Situation {
  readonly schedule: Schedule
  readonly clockMs: number
  /** The end of the last cell of time. */
  readonly cellMs: number
  readonly queue: EventQueue
  readonly seats: readonly Informers[]
  readonly actors: readonly Actor[]
  /** How long changes take to an actor. */
  readonly latencyOf: (actor: number) => number
  readonly outages: Outages | undefined
  readonly mayCrash: boolean
  readonly mayTick: boolean
  /** What may strike; undefined what has struck. */
  readonly armed: readonly unknown[]
  readonly store: Store
}

/**
 * Until when everything is due at once: the cell of time that is under way, or else the one that
 * begins with the first event and is as long as the window.
 */
export function cellEndMs({ windowMs = 0 }: Schedule, cellMs: number, firstMs: number): number {
  return firstMs > cellMs ? firstMs + windowMs : cellMs
}

/** The moves of a situation in which `first` is due; the first is what would happen anyway. */
export function openMoves(at: Situation, first: PendingEvent, untilMs: number): Opening {
  const { schedule, queue, seats } = at
  const { windowMs = 0, grid } = schedule
  const pendingKinds = ({ actor, payload }: PendingEvent): readonly number[] =>
    payload === deliverPayload ? (seats[actor] as Informers).pending : []
  const latest = Math.max(untilMs, first.atMs)
  const dueKinds = (event: PendingEvent): readonly number[] =>
    pendingKinds(event).filter(isDue(at, event, Math.max(at.clockMs, first.atMs, event.atMs)))
  if (grid === undefined) {
    const events = queue.upTo(Math.min(first.atMs + windowMs, untilMs))
    return { moves: movesOf(events, dueKinds) }
  }
  const events = queue.upTo(Math.min(cellEndMs(schedule, at.cellMs, first.atMs), latest))
  const moves = withoutEmpty(singleMovesOf(events, dueKinds), events)
  return { moves: [...moves, ...tick(at, events, latest), ...crashes(at), ...strikes(at)] }
}

/**
 * Whether a kind has a change that has been under way for long enough. One that has none would
 * deliver nothing, and be due again at once, for ever.
 */
function isDue(
  { seats, actors, store, latencyOf }: Situation,
  { actor }: PendingEvent,
  nowMs: number,
): (position: number) => boolean {
  const { cursors } = seats[actor] as Informers
  const { watches } = actors[actor] as Actor
  const writtenMs = nowMs - latencyOf(actor)
  return position => {
    const oldest = store.logOf(watches[position] as string).at(cursors[position] as number)
    return oldest.atMs <= writtenMs
  }
}

/** A delivery of nothing is still a step: its event has to go. */
function withoutEmpty(
  moves: readonly EventMove[],
  events: readonly PendingEvent[],
): readonly EventMove[] {
  return moves.length > 0 ? moves : events.slice(0, 1).map(event => ({ event }))
}

/**
 * Time may pass, up to `latest`, when all that is due are deliveries, and no informer is too far
 * behind; but only so often, as nobody lags for ever.
 */
function tick(
  { schedule, queue, seats, actors, store, mayTick }: Situation,
  due: readonly PendingEvent[],
  latest: number,
): readonly TickMove[] {
  if (!mayTick || due.some(({ payload }) => payload !== deliverPayload)) return []
  const staleMax = schedule.grid?.staleMax ?? 0
  const isTooStale = due.some(({ actor }) => {
    const { cursors, pending } = seats[actor] as Informers
    const { watches } = actors[actor] as Actor
    return pending.some(
      at => store.logLength(watches[at] as string) - (cursors[at] as number) > staleMax,
    )
  })
  if (isTooStale) return []
  const later = queue.upTo(latest).find(event => !due.includes(event))
  return later === undefined ? [] : [{ tickToMs: later.atMs }]
}

function crashes({ mayCrash, actors, schedule, outages }: Situation): readonly CrashMove[] {
  if (!mayCrash) return []
  const lags = Array.from({ length: (schedule.grid?.staleMax ?? 0) + 1 }, (_, lag) => lag)
  return actors.flatMap(({ name, survives }, crash) =>
    survives === true || outages?.has(name) === true ? [] : lags.map(lag => ({ crash, lag })),
  )
}

function strikes({ armed }: Situation): readonly StrikeMove[] {
  return armed.flatMap((strike, index) => (strike === undefined ? [] : [{ strike: index }]))
}
