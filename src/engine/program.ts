// What a World is made of, and what it answers: the types around it.

import type { Actor, Forkable, Turn } from './actor.ts'
import type { Informers } from './deliveries.ts'
import type { EventQueue } from './event-queue.ts'
import type { Outages } from './outage.ts'
import type { Schedule } from './schedule.ts'
import type { IndexSpec } from './store.ts'
import type { World } from './world.ts'

/** The code of a run: who takes part and how requests are served. Shared by all forks. */
export interface Program {
  readonly actors: readonly Actor[]
  readonly indexes: readonly IndexSpec[]
  /** Serves one API request of `writer` on the World, at once and atomically. */
  readonly serve: (world: World, request: unknown, writer: string) => unknown
}

export interface WorldOptions {
  /** Unix time of virtual time 0, in ms. */
  readonly epochMs: number
  readonly schedule: Schedule
  /** Watch delivery latency in ms by actor name; others take `latencyMs`. */
  readonly latencyMs: number
  readonly latencies?: Readonly<Record<string, number>>
}

/** Why `run` came back. `pending` names the actors that still had something to do. */
export interface RunOutcome {
  readonly reason: 'quiescent' | 'time' | 'steps'
  readonly steps: number
  readonly pending: readonly string[]
}

export interface RunBounds {
  /** Absolute virtual time (Unix ms) to which the clock may advance. */
  readonly untilMs: number
  readonly stepsMax?: number
  /**
   * Also goes on while only standing events are left, such as the next start of a schedule: they
   * keep no cluster from being at rest.
   */
  readonly standing?: boolean
}

export interface Seat extends Informers {
  state: Forkable
  /** False while the state is shared with a fork: copy before use. */
  owned: boolean
  /** Time of the delivery already queued, or -1. */
  deliveryAtMs: number
  /** What the actor may do in this World; made when it first acts in it. */
  turn?: Turn
}

export interface Inside {
  readonly clockMs: number
  readonly cellMs: number
  readonly seats: readonly Seat[]
  readonly queue: EventQueue
  readonly standing: EventQueue
  readonly outages: Outages | undefined
  /** How often each name was counted. */
  readonly counters: ReadonlyMap<string, number>
  readonly crashes: number
  readonly ticks: number
  readonly armed: readonly (Strike | undefined)[]
}

/** What somebody outside may do to a World at a moment that the schedule chooses. */
export interface Strike {
  readonly name: string
  readonly apply: (world: World) => void
}
