// The World: all state of one run. `fork()` shares every page until one side writes.
// Nothing outside a World remembers anything about a run, so a fork is a complete second run.

import { assert } from '../base/assert.ts'
import { absorb, type Digest, digestText, emptyDigest } from '../base/hash.ts'
import { PagedLog } from '../base/paged-log.ts'
import { drawBelow } from '../base/prng.ts'
import { keyOf, type KubeObject } from '../kube/object.ts'
import { kindKeyOf } from '../kube/kinds.ts'
import type { Actor, EmittedEvent, Forkable, Turn } from './actor.ts'
import { changedText } from './change-text.ts'
import { EventQueue, type PendingEvent } from './event-queue.ts'
import { type OutageMode, type Outages, relisted, type Return, withOutage } from './outage.ts'
import { type Move, movesOf, type TakenMove } from './moves.ts'
import { choiceAt, type Schedule, scheduleText } from './schedule.ts'
import { type Change, type IndexSpec, Store } from './store.ts'
import type { TraceEntry } from './trace.ts'
import { type Cursors, View } from './view.ts'
import { type Subscription, wire, type Wiring } from './wiring.ts'

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

const deliverPayload = 'deliver'
const comeBackPayload = 'come-back'
const stepsMaxDefault = 1_000_000

interface Seat {
  state: Forkable
  /** False while the state is shared with a fork: copy before use. */
  owned: boolean
  cursors: Cursors
  /** Positions in the watches whose kind has changes that were not delivered yet. */
  pending: number[]
  /** Time of the delivery already queued, or -1. */
  deliveryAtMs: number
  /** What the actor may do in this World; made when it first acts in it. */
  turn?: Turn
}

export class World {
  readonly program: Program
  readonly options: WorldOptions
  store: Store
  private readonly wiring: Wiring
  private seats: Seat[] = []
  private queue = new EventQueue()
  /** What stands on the calendar: due like anything else, but no reason to go on. */
  private standing = new EventQueue()
  private sequence = 0
  private clockMs: number
  private choices = 0
  private readonly counters: Map<string, number>
  /** Watch delivery latency in ms by actor; a fault may stretch it. */
  private readonly latencies: number[]
  private entries = new PagedLog<TraceEntry>()
  private digestCache: { revision: number; entries: number; digest: Digest } | undefined
  private stepCount = 0
  /** Components that are down; undefined while none is. */
  private outages: Outages | undefined

  private constructor(program: Program, options: WorldOptions, wiring: Wiring, parent?: World) {
    this.program = program
    this.options = options
    this.wiring = wiring
    this.store = parent === undefined ? new Store(program.indexes) : parent.store.fork()
    this.clockMs = parent === undefined ? options.epochMs : parent.clockMs
    this.counters = new Map(parent?.counters)
    this.latencies = (parent?.latencies ?? initialLatencies(program, options)).slice()
  }

  /** A World in which every actor has started and nothing else has happened. */
  static create(program: Program, options: WorldOptions): World {
    const world = new World(program, options, wire(program))
    for (let index = 0; index < program.actors.length; index += 1) {
      const { watches } = program.actors[index] as Actor
      const cursors = watches.map(() => 0)
      const pending = [...cursors.keys()].filter(
        position => world.store.logOf(watches[position] as string).length > 0,
      )
      const seat: Seat = { state: placeholder, owned: true, cursors, pending, deliveryAtMs: -1 }
      world.seats.push(seat)
      seat.state = (program.actors[index] as Actor).start(world.turn(index))
    }
    return world
  }

  /**
   * An independent continuation of this run, under another schedule if one is given: its choices
   * count from 0. O(actors), whatever the size of the cluster.
   */
  fork(schedule?: Schedule): World {
    const options = schedule === undefined ? this.options : { ...this.options, schedule }
    const copy = new World(this.program, options, this.wiring, this)
    copy.seats = this.seats.map(seat => ({
      state: seat.state,
      owned: false,
      cursors: seat.cursors.slice(),
      pending: seat.pending.slice(),
      deliveryAtMs: seat.deliveryAtMs,
    }))
    for (const seat of this.seats) seat.owned = false
    copy.queue = this.queue.fork()
    copy.standing = this.standing.fork()
    copy.sequence = this.sequence
    copy.choices = schedule === undefined ? this.choices : 0
    copy.entries = this.entries.fork()
    copy.digestCache = this.digestCache
    copy.stepCount = this.stepCount
    copy.outages = this.outages
    return copy
  }

  /** Virtual time as Unix ms. */
  get nowMs(): number {
    return this.clockMs
  }

  /** Virtual ms since the start of the run. */
  get elapsedMs(): number {
    return this.clockMs - this.options.epochMs
  }

  /** Steps taken since the World was created, including those of its ancestors. */
  get steps(): number {
    return this.stepCount
  }

  /** The state of an actor by name, for trials and checks; treat it as read-only. */
  stateOf(name: string): Forkable {
    return this.ownState(this.actorIndex(name))
  }

  /** Stretches or restores the watch latency of an actor: its caches grow stale by that much. */
  setLatency(name: string, latencyMs: number): void {
    this.latencies[this.actorIndex(name)] = latencyMs
  }

  /** Calls `wake` of an actor now, from outside: how trials and faults reach a component. */
  signal(name: string, payload: unknown): void {
    const index = this.actorIndex(name)
    if (this.isDown(name)) {
      this.miss(name, { atMs: this.clockMs, sequence: this.sequence, actor: index, payload })
      this.sequence += 1
      return
    }
    ;(this.program.actors[index] as Actor).wake(this.turn(index), this.ownState(index), payload)
  }

  /** Whether a component is down: it gets no deliveries and does not wake. */
  isDown(name: string): boolean {
    return this.outages?.has(name) === true
  }

  /** Whether a component is down and about to come back. */
  isComingBack(name: string): boolean {
    return this.outages?.get(name)?.comesBack !== undefined
  }

  /** Takes a component down; a name that belongs to no actor is only marked. */
  takeDown(name: string, mode: OutageMode): void {
    const { comesBack } = this.outages?.get(name) ?? {}
    assert(!this.isDown(name) || comesBack !== undefined, `${name} is up`)
    if (comesBack !== undefined) this.queue.remove(comesBack)
    this.outages = withOutage(this.outages, name, { mode, missed: [] })
    const index = this.program.actors.findIndex(actor => actor.name === name)
    if (index < 0) return // A delivery counts as planned, so that no further one is.
    ;(this.seats[index] as Seat).deliveryAtMs = this.clockMs
    if (mode === 'stopped') this.forgetWork(index)
  }

  private forgetWork(index: number): void {
    this.queue.removeActor(index)
    this.standing.removeActor(index)
  }

  /** Lets a component come back: it goes on where it was, or starts and lists everything again. */
  bringUp(name: string, { anew, afterMs = 0 }: Return = {}): void {
    const outage = this.outages?.get(name)
    assert(outage !== undefined, `${name} is down`)
    const index = this.program.actors.findIndex(actor => actor.name === name)
    const isNew = anew ?? outage.mode === 'stopped'
    if (index >= 0 && isNew) this.forgetWork(index)
    if (index >= 0 && afterMs > 0) {
      const comesBack = this.plan(index, this.clockMs + afterMs, comeBackPayload)
      const missed = isNew ? [] : outage.missed
      const mode = isNew ? 'stopped' : 'held'
      this.outages = withOutage(this.outages, name, { mode, missed, comesBack })
      return
    }
    this.outages = withOutage(this.outages, name, undefined)
    if (index < 0) return
    if (isNew) this.startAnew(index)
    else for (const event of outage.missed) this.queue.add({ ...event, atMs: this.clockMs })
    ;(this.seats[index] as Seat).deliveryAtMs = -1
    this.planDelivery(index, this.clockMs + (this.latencies[index] as number))
  }

  private startAnew(index: number): void {
    const actor = this.program.actors[index] as Actor
    const seat = this.seats[index] as Seat
    seat.cursors = actor.watches.map(kind => this.store.logLength(kind))
    seat.pending = []
    seat.state = actor.start(this.turn(index))
    seat.owned = true
    const changes = relisted(this.store, actor.watches, this.clockMs)
    if (changes.length > 0) actor.deliver(this.turn(index), seat.state, changes)
  }

  /** True when the event is for a component that is down: it is kept for later. */
  private isMissed(event: PendingEvent): boolean {
    const { name } = this.program.actors[event.actor] as Actor
    if (!this.isDown(name)) return false
    if (event.payload !== deliverPayload) this.miss(name, event)
    return true
  }

  private miss(name: string, event: PendingEvent): void {
    const outage = this.outages?.get(name)
    assert(outage !== undefined, `${name} is down`)
    const missed = [...outage.missed, event]
    this.outages = withOutage(this.outages, name, { ...outage, missed })
  }

  /** Serves a request on behalf of `writer` (a user, an installer, a fault). */
  submit(request: unknown, writer: string): unknown {
    return this.program.serve(this, request, writer)
  }

  /** Runs until nothing is left to do, the clock would pass the bound, or steps run out. */
  run(bounds: RunBounds): RunOutcome {
    const stepsMax = bounds.stepsMax ?? stepsMaxDefault
    assert(bounds.untilMs >= this.clockMs, 'time never runs backwards')
    let steps = 0
    for (;;) {
      const next = this.next(bounds.standing === true)
      if (next === undefined) return this.outcome('quiescent', steps)
      if (next.atMs > bounds.untilMs) {
        this.clockMs = bounds.untilMs
        return this.outcome(this.queue.first() === undefined ? 'quiescent' : 'time', steps)
      }
      if (steps >= stepsMax) return this.outcome('steps', steps)
      this.step(next, bounds.untilMs)
      steps += 1
    }
  }

  /** Lets exactly `durationMs` of virtual time pass, whether or not anything happens in it. */
  runFor(durationMs: number): RunOutcome {
    const untilMs = this.clockMs + durationMs
    const outcome = this.run({ untilMs, standing: true })
    if (outcome.reason === 'quiescent') this.clockMs = untilMs
    return outcome
  }

  /** Moves the clock forward to `atMs`; nothing may be due before. */
  advanceTo(atMs: number): void {
    const next = this.next(true)
    assert(next === undefined || next.atMs >= atMs, 'the clock does not skip a due event')
    assert(atMs >= this.clockMs, 'time never runs backwards')
    this.clockMs = atMs
  }

  /** Time of the next event, or undefined when the World is at rest. */
  nextEventMs(): number | undefined {
    return this.queue.first()?.atMs
  }

  /** Appends a write and lets the informers know. Called by the API server only. */
  write(
    kind: string,
    key: string,
    after: KubeObject | undefined,
    writer: string,
    via?: unknown,
  ): void {
    const before = this.store.get(kind, key)
    const revision = this.store.revision + 1
    const change: Change = { revision, atMs: this.clockMs, kind, key, before, after, writer, via }
    this.store.write(change)
    const subscribers = this.wiring.subscribers.get(kind)
    if (subscribers === undefined) return
    for (let index = 0; index < subscribers.length; index += 1) {
      const { actor, position } = subscribers[index] as Subscription
      const seat = this.seats[actor]
      if (seat === undefined) continue
      if (!seat.pending.includes(position)) seat.pending.push(position)
      if (seat.deliveryAtMs >= 0) continue
      this.planDelivery(actor, this.clockMs + (this.latencies[actor] as number))
    }
  }

  /** A deterministic integer in 0..bound-1; each stream has its own counter. */
  randomBelow(bound: number, stream: string): number {
    return drawBelow(bound, this.options.schedule.seed, stream, this.nextCount(stream))
  }

  /** Numbers 0, 1, 2 … per name: for uids and the like. */
  nextCount(name: string): number {
    const count = this.counters.get(name) ?? 0
    this.counters.set(name, count + 1)
    return count
  }

  /** Records what an outsider did or saw (a fault, a trial) for checks and explanations. */
  note(source: string, topic: string, data: unknown): void {
    const { clockMs: atMs } = this
    this.record({ type: 'note', atMs, revision: this.store.revision, source, topic, data })
  }

  private record(entry: TraceEntry): void {
    this.entries.append(entry)
  }

  /** Trace entries (events, notes, choices) from number `start` on. */
  traceFrom(start: number): readonly TraceEntry[] {
    return this.entries.from(start)
  }

  traceAt(index: number): TraceEntry {
    return this.entries.at(index)
  }

  get traceLength(): number {
    return this.entries.length
  }

  /** Sixteen hex digits over every write, event and choice so far; computed when asked. */
  digest(): string {
    const known = this.digestCache ?? { revision: 0, entries: 0, digest: emptyDigest }
    let digest = known.digest
    for (const change of this.store.changesAfter(known.revision)) {
      const { atMs, kind, key, writer } = change
      digest = absorb(digest, `${atMs} ${writer} ${kind} ${key} ${changedText(change)}`)
    }
    for (const entry of this.entries.from(known.entries)) {
      digest = absorb(digest, JSON.stringify(entry))
    }
    const { revision } = this.store
    this.digestCache = { revision, entries: this.entries.length, digest }
    return digestText(digest)
  }

  /** The string that makes `--replay` repeat this run. */
  scheduleText(): string {
    return scheduleText(this.options.schedule)
  }

  choose(point: string, count: number): number {
    if (count === 1) return 0
    const index = this.choices
    this.choices += 1
    const option = choiceAt(this.options.schedule, index, point, count)
    const { clockMs: atMs } = this
    const revision = this.store.revision
    this.record({ type: 'choice', atMs, revision, index, point, count, option })
    return option
  }

  private actorIndex(name: string): number {
    const index = this.program.actors.findIndex(actor => actor.name === name)
    assert(index >= 0, `an actor named ${name} takes part`)
    return index
  }

  /** The event whose turn it is; undefined when nothing but standing events is left. */
  private next(standing: boolean): PendingEvent | undefined {
    const first = this.queue.first()
    const other = this.standing.first()
    if (other === undefined || (first === undefined && !standing)) return first
    if (first === undefined || other.atMs < first.atMs) return other
    return other.atMs === first.atMs && other.sequence < first.sequence ? other : first
  }

  private step(first: PendingEvent, untilMs: number): void {
    this.clockMs = Math.max(this.clockMs, first.atMs)
    if (first === this.standing.first()) {
      this.standing.removeFirst()
      this.queue.add(first)
    }
    const { event, position } = this.nextMove(first, untilMs)
    if (event === first) this.queue.removeFirst()
    else this.queue.remove(event.sequence)
    this.clockMs = Math.max(this.clockMs, event.atMs)
    this.stepCount += 1
    if (event.payload === comeBackPayload) {
      this.bringUp((this.program.actors[event.actor] as Actor).name)
      return
    }
    if (this.outages !== undefined && this.isMissed(event)) return
    if (event.payload === deliverPayload) this.deliver(event.actor, position)
    else {
      const actor = this.program.actors[event.actor] as Actor
      actor.wake(this.turn(event.actor), this.ownState(event.actor), event.payload)
    }
  }

  /** What the schedule lets happen next: by default what is due first. */
  private nextMove(first: PendingEvent, untilMs: number): Move {
    const { mode, windowMs } = this.options.schedule
    if (windowMs !== undefined) {
      const events = this.queue.upTo(Math.min(first.atMs + windowMs, untilMs))
      const moves = movesOf(events, event => this.pendingKinds(event))
      const option = this.choose('next-move', moves.length)
      if (option > 0) this.noteMove(moves, option)
      return moves[option] as Move
    }
    if (mode !== 'random') return { event: first }
    const due = this.queue.due()
    return { event: due[this.choose('next-event', due.length)] as PendingEvent }
  }

  private pendingKinds({ actor, payload }: PendingEvent): readonly number[] {
    return payload === deliverPayload ? (this.seats[actor] as Seat).pending : []
  }

  private noteMove(moves: readonly Move[], option: number): void {
    const nameOf = ({ event }: Move): string => (this.program.actors[event.actor] as Actor).name
    const { event, position } = moves[option] as Move
    const { watches } = this.program.actors[event.actor] as Actor
    const kind = position === undefined ? '' : ` of ${watches[position]}`
    const what = event.payload === deliverPayload ? `delivery${kind}` : workText(event.payload)
    const ahead = [...new Set(moves.slice(0, option).map(nameOf))]
    const data: TakenMove = { actor: nameOf(moves[option] as Move), what, ahead }
    this.note('schedule', 'move', data)
  }

  /** Delivers what is due: of all kinds, or only of the one at a position of the watches. */
  private deliver(index: number, position?: number): void {
    const seat = this.seats[index] as Seat
    seat.deliveryAtMs = -1
    const latency = this.latencies[index] as number
    const due: Change[] = []
    const undelivered = this.takeDue(index, this.clockMs - latency, { due, only: position })
    const actor = this.program.actors[index] as Actor
    if (undelivered !== undefined) {
      this.planDelivery(index, Math.max(this.clockMs, undelivered.atMs + latency))
    }
    if (due.length > 0) actor.deliver(this.turn(index), this.ownState(index), due)
  }

  /**
   * Moves every undelivered change written at or before `writtenMs` to `due`, in revision order.
   * Gives the first change that is left.
   */
  private takeDue(
    index: number,
    writtenMs: number,
    { due, only }: { readonly due: Change[]; readonly only: number | undefined },
  ): Change | undefined {
    const { watches } = this.program.actors[index] as Actor
    const seat = this.seats[index] as Seat
    let left: Change | undefined
    const pending: number[] = []
    for (const position of seat.pending) {
      const log = this.store.logOf(watches[position] as string)
      let cursor = seat.cursors[position] as number
      for (; cursor < log.length; cursor += 1) {
        const change = log.at(cursor)
        if (change.atMs > writtenMs || (only !== undefined && only !== position)) {
          if (left === undefined || change.revision < left.revision) left = change
          pending.push(position)
          break
        }
        due.push(change)
      }
      seat.cursors[position] = cursor
    }
    seat.pending = pending
    if (due.length > 1) due.sort((a, b) => a.revision - b.revision)
    return left
  }

  private planDelivery(index: number, atMs: number): void {
    const seat = this.seats[index]
    if (seat === undefined || seat.deliveryAtMs >= 0) return
    seat.deliveryAtMs = atMs
    this.plan(index, atMs, deliverPayload)
  }

  private plan(actor: number, atMs: number, payload: unknown, standing = false): number {
    const sequence = this.sequence
    this.sequence += 1
    const event = { atMs, sequence, actor, payload }
    if (standing) this.standing.add(event)
    else this.queue.add(event)
    return sequence
  }

  private ownState(index: number): Forkable {
    const seat = this.seats[index] as Seat
    if (!seat.owned) {
      seat.state = seat.state.fork()
      seat.owned = true
    }
    return seat.state
  }

  private turn(index: number): Turn {
    const seat = this.seats[index] as Seat
    seat.turn ??= this.newTurn(index, seat)
    return seat.turn
  }

  /** What the actor may do, now and in its later turns: each sees its own World as it then is. */
  private newTurn(index: number, seat: Seat): Turn {
    const { name } = this.program.actors[index] as Actor
    const clockMs = (): number => this.clockMs
    return {
      get nowMs() {
        return clockMs()
      },
      view: new View(this.store, this.wiring.watches[index] as Map<string, number>, seat),
      wakeAfter: (delayMs, payload, standing) => {
        assert(delayMs >= 0 && Number.isInteger(delayMs), 'a delay is a whole number of ms')
        return this.plan(index, this.clockMs + delayMs, payload, standing)
      },
      cancel: sequence => {
        this.queue.remove(sequence)
        this.standing.remove(sequence)
      },
      choose: (point, count) => this.choose(point, count),
      randomBelow: (bound, stream) => this.randomBelow(bound, stream),
      submit: (request, writer = name) => this.program.serve(this, request, writer),
      emit: event => this.recordEvent(event, name),
      note: (topic, data) => this.note(name, topic, data),
    }
  }

  private recordEvent(event: EmittedEvent, actor: string): void {
    const { object, type, reason, message, source = actor } = event
    this.record({
      type: 'event',
      atMs: this.clockMs,
      revision: this.store.revision,
      kind: kindKeyOf(object),
      key: keyOf(object.metadata),
      uid: object.metadata.uid ?? '',
      eventType: type,
      reason,
      message,
      source,
    })
  }

  private outcome(reason: RunOutcome['reason'], steps: number): RunOutcome {
    const pending = new Set(
      this.queue.due().map(event => (this.program.actors[event.actor] as Actor).name),
    )
    return { reason, steps, pending: [...pending].sort() }
  }
}

/** What a wake is about, as far as its payload says: the key that a controller works on. */
function workText(payload: unknown): string {
  const { key, type } = (payload ?? {}) as { readonly key?: unknown; readonly type?: unknown }
  if (typeof key === 'string') return `work on ${key}`
  return typeof type === 'string' ? type : 'work'
}

const placeholder: Forkable = {
  fork() {
    return this
  },
}

function initialLatencies(program: Program, options: WorldOptions): number[] {
  return program.actors.map(actor => options.latencies?.[actor.name] ?? options.latencyMs)
}
