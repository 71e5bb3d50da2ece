// An actor is a component of the cluster: it sees changes late, wakes at times, and makes requests.
// Its code is shared by all forks of a World; everything it knows is its state, which is forked.

import type { KubeObject } from '../kube/object.ts'
import type { Change } from './store.ts'
import type { View } from './view.ts'

/** State that a World can fork: the copy and the original never see each other's later writes. */
export interface Forkable {
  fork(): this
}

/** What an actor may do in one turn; valid only during the call. */
export interface Turn {
  readonly nowMs: number
  /** Names and numbers must not tell in which order things were made: orders are explored. */
  readonly isOrderFree: boolean
  /** The actor's own informer caches; lag behind the store by the actor's latency. */
  readonly view: View
  /**
   * Calls `wake` again at `nowMs + delayMs`; returns a number for `cancel`. A `standing` wake-up
   * keeps the World from being at rest no more than a date on a calendar.
   */
  wakeAfter(delayMs: number, payload: unknown, standing?: boolean): number
  cancel(sequence: number): void
  /** A named choice among `count` options; the default rule is option 0. */
  choose(point: string, count: number): number
  /** A deterministic integer in 0..bound-1 from the named stream. */
  randomBelow(bound: number, stream: string): number
  /** One request to the API server, served at once; `writer` defaults to the actor's name. */
  submit(request: unknown, writer?: string): unknown
  /** Records an Event object about `object`, as kubectl describe would show it. */
  emit(event: EmittedEvent): void
  /** Records what happened inside a component for checks and explanations; no cluster effect. */
  note(topic: string, data: unknown): void
  /** Tells which part of its state an actor uses, by number, if it `tellsParts`. */
  touch(part: number): void
}

export interface EmittedEvent {
  readonly object: KubeObject
  readonly type: 'Normal' | 'Warning'
  readonly reason: string
  readonly message: string
  /** Reporting component; defaults to the actor's name. */
  readonly source?: string
}

export interface Actor<S extends Forkable = Forkable> {
  readonly name: string
  /** Kinds whose changes are delivered, in revision order. */
  readonly watches: readonly string[]
  /** The state before anything happened; `turn` allows to set the first timers. */
  start(turn: Turn): S
  deliver(turn: Turn, state: S, changes: readonly Change[]): void
  wake(turn: Turn, state: S, payload: unknown): void
  /** No process that can be lost and start again, or one whose loss is a fault of its own. */
  readonly survives?: true
  /** Whether every turn says by `touch` which parts of the state it uses: else it is all of it. */
  readonly tellsParts?: true
  /**
   * What distinguishes two states of equal future, as plain data; the state itself when absent. Of
   * an actor that `tellsParts` a list with one item for each part, always the same number.
   */
  identity?(state: S): unknown
  /** What a wake is about, for people. */
  tell?(state: S, payload: unknown): string
}
