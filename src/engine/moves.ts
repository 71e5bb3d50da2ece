// What may happen next when the order is open: everything that is due within a window, and the
// deliveries to one component kind by kind, as its informers are independent of each other.

import type { Actor, Forkable } from './actor.ts'
import type { PendingEvent } from './event-queue.ts'

/** Something that is due: a wake or a delivery. */
export interface EventMove {
  readonly event: PendingEvent
  /** Of a delivery: only the changes of the kind at this position of the actor's watches. */
  readonly position?: number
  /** Of a delivery: only the oldest change. */
  readonly one?: true
}

/** A component loses its process and lists everything again, as it was so many changes ago. */
export interface CrashMove {
  readonly crash: number
  readonly lag: number
}

/** Somebody outside does what was armed under that number. */
export interface StrikeMove {
  readonly strike: number
}

/** Time passes although deliveries are due: caches stay behind. */
export interface TickMove {
  readonly tickToMs: number
}

/** One way to go on. */
export type Move = EventMove | CrashMove | StrikeMove | TickMove

export const deliverPayload = 'deliver'
/** A component that was down is up again. */
export const comeBackPayload = 'come-back'

/** The moves among events in the order of time; the first is what would happen anyway. */
export function movesOf(
  events: readonly PendingEvent[],
  pendingKinds: (event: PendingEvent) => readonly number[],
): readonly EventMove[] {
  const moves: EventMove[] = []
  for (const event of events) {
    moves.push({ event })
    const kinds = pendingKinds(event)
    if (kinds.length > 1) for (const position of kinds) moves.push({ event, position })
  }
  return moves
}

/** The same change by change: each informer may deliver its oldest one. */
export function singleMovesOf(
  events: readonly PendingEvent[],
  pendingKinds: (event: PendingEvent) => readonly number[],
): readonly EventMove[] {
  return events.flatMap((event): EventMove[] => {
    if (event.payload !== deliverPayload) return [{ event }]
    return pendingKinds(event).map(position => ({ event, position, one: true }))
  })
}

/** What a move took, for people who read the story of a run. */
export interface TakenMove {
  readonly actor: string
  /** `delivery of Pod`, `delivery`, or what the component was about to do. */
  readonly what: string
  /** Who was due before and had to wait. */
  readonly ahead: readonly string[]
}

/** The move at `option`, and whom it came before. */
export function takenMove(
  moves: readonly Move[],
  option: number,
  actors: readonly Actor[],
  stateOf: (actor: number) => Forkable,
): TakenMove {
  const nameOf = (move: Move): string => actorNameOf(move, actors)
  const move = moves[option] as Move
  const ahead = [...new Set(moves.slice(0, option).map(nameOf))]
  return { actor: nameOf(move), what: toldText(move, actors, stateOf), ahead }
}

function toldText(
  move: Move,
  actors: readonly Actor[],
  stateOf: (actor: number) => Forkable,
): string {
  if (!('event' in move)) return moveText(move, actors)
  const { actor, payload } = move.event
  // What the World planned itself no actor knows.
  if (payload === deliverPayload || payload === comeBackPayload) return moveText(move, actors)
  return actors[actor]?.tell?.(stateOf(actor), payload) ?? moveText(move, actors)
}

function actorNameOf(move: Move, actors: readonly Actor[]): string {
  if ('strike' in move) return 'fault'
  if ('tickToMs' in move) return 'time'
  return (actors['crash' in move ? move.crash : move.event.actor] as Actor).name
}

/** What happens in a move, in a few words. */
export function moveText(move: Move, actors: readonly Actor[]): string {
  if ('strike' in move) return `fault ${move.strike + 1} strikes`
  if ('tickToMs' in move) return 'time passes while deliveries wait'
  if ('crash' in move) {
    return `crashes and lists again${move.lag === 0 ? '' : `, ${move.lag} behind`}`
  }
  const { event, position } = move
  if (event.payload === comeBackPayload) return 'comes back'
  const { watches } = actors[event.actor] as Actor
  const kind = position === undefined ? '' : ` of ${watches[position]}`
  return event.payload === deliverPayload ? `delivery${kind}` : workText(event.payload)
}

/** What a wake is about, as far as its payload says: the key that a controller works on. */
function workText(payload: unknown): string {
  const { key, type } = (payload ?? {}) as { readonly key?: unknown; readonly type?: unknown }
  if (typeof key === 'string') return `work on ${key}`
  return typeof type === 'string' ? type : 'work'
}
