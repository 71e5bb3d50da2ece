// The World: all state of one run. `fork()` shares every page until one side writes.
// Nothing outside a World remembers anything about a run, so a fork is a complete second run.

import { assert } from '../base/assert.ts'
import { drawBelow } from '../base/prng.ts'
import type { KubeObject } from '../kube/object.ts'
import type { Actor, EmittedEvent, Forkable, Turn } from './actor.ts'
import { Agenda } from './agenda.ts'
import { takeDue } from './deliveries.ts'
import type { PendingEvent } from './event-queue.ts'
import type { Footprint } from './footprint.ts'
import {
  type Outage,
  type OutageMode,
  type Outages,
  relisted,
  type Return,
  takenDown,
  withOutage,
} from './outage.ts'
import { comeBackPayload, deliverPayload, type EventMove, type Move, takenMove } from './moves.ts'
import { cellEndMs, openMoves, type Opening } from './open-moves.ts'
import { Priorities } from './priorities.ts'
import type {
  Inside,
  Program,
  RunBounds,
  RunOutcome,
  Seat,
  Strike,
  WorldOptions,
} from './program.ts'
import { RunLog } from './run-log.ts'
import { choiceAt, type Schedule, scheduleText } from './schedule.ts'
import { type Change, Store } from './store.ts'
import { eventEntry, type TraceEntry } from './trace.ts'
import { View } from './view.ts'
import { SeatTurn } from './seat-turn.ts'
import { forkSeat, newSeat } from './seats.ts'
import { initialLatencies, type Subscription, type Wiring, wire } from './wiring.ts'

export type { Inside, Program, RunBounds, RunOutcome, Seat, Strike, WorldOptions }

const stepsMaxDefault = 1_000_000
/** Steps at one moment: when there are more, time stands still and will not go on. */
const momentStepsMax = 200_000

export class World {
  readonly program: Program
  readonly options: WorldOptions
  store: Store
  private readonly wiring: Wiring
  private seats: Seat[] = []
  private readonly agenda: Agenda
  private clockMs: number
  private choices = 0
  private readonly counters: Map<string, number>
  /** Watch delivery latency in ms by actor; a fault may stretch it. */
  private readonly latencies: number[]
  private entries = new RunLog()
  private stepCount = 0
  /** Components that are down; undefined while none is. */
  private outages: Outages | undefined
  /** Where orders are explored on cells of time: the end of the last one. */
  private cellMs = -1
  private crashCount = 0
  /** How often time passed although deliveries were due. */
  private tickCount = 0
  private priorities: Priorities | undefined
  /** What may strike at a moment of the schedule's choice, each once. */
  private armed: readonly (Strike | undefined)[] = []
  /** Options for the choices of the step at hand, set by who explores. */
  private script: readonly number[] = []
  private scriptAt = 0
  /** What the step at hand reads and writes; only kept where somebody asked for it. */
  footprint: Footprint | undefined

  private constructor(program: Program, options: WorldOptions, wiring: Wiring, parent?: World) {
    this.program = program
    this.options = options
    this.wiring = wiring
    this.store = parent === undefined ? new Store(program.indexes) : parent.store.fork()
    this.clockMs = parent === undefined ? options.epochMs : parent.clockMs
    this.agenda = new Agenda(parent?.agenda)
    this.counters = new Map(parent?.counters)
    this.latencies = (parent?.latencies ?? initialLatencies(program, options)).slice()
  }

  /** A World in which every actor has started and nothing else has happened. */
  static create(program: Program, options: WorldOptions): World {
    const world = new World(program, options, wire(program))
    for (let index = 0; index < program.actors.length; index += 1) {
      const actor = program.actors[index] as Actor
      const seat = newSeat(actor, world.store)
      world.seats.push(seat)
      seat.state = actor.start(world.turn(index))
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
    copy.seats = this.seats.map(forkSeat)
    copy.choices = schedule === undefined ? this.choices : 0
    copy.entries = this.entries.fork()
    copy.stepCount = this.stepCount
    copy.outages = this.outages
    copy.cellMs = this.cellMs
    copy.crashCount = this.crashCount
    copy.tickCount = this.tickCount
    copy.armed = this.armed
    if (schedule === undefined) copy.priorities = this.priorities?.fork()
    return copy
  }

  /** Virtual time as Unix ms. */
  get nowMs(): number {
    return this.clockMs
  }

  /** Whether orders are explored: then names and numbers must not tell the order. */
  get isOrderFree(): boolean {
    return this.options.schedule.grid !== undefined
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
    this.footprint?.begin(index, this.program.actors[index] as Actor)
    if (this.isDown(name)) {
      this.miss(name, this.agenda.event(index, this.clockMs, payload))
      return
    }
    ;(this.program.actors[index] as Actor).wake(this.turn(index), this.ownState(index), payload)
  }

  /** Whether a component is down: it gets no deliveries and does not wake. */
  isDown(name: string): boolean {
    this.footprint?.read(`outage/${name}`)
    return this.outages?.has(name) === true
  }

  /** Whether a component is down and about to come back. */
  isComingBack(name: string): boolean {
    return this.outages?.get(name)?.comesBack !== undefined
  }

  /** Takes a component down; a name that belongs to no actor is only marked. */
  takeDown(name: string, mode: OutageMode): void {
    const known = this.outages?.get(name)
    assert(known === undefined || known.comesBack !== undefined, `${name} is up`)
    this.stay(known)
    this.setOutage(name, takenDown(known, mode))
    const index = this.program.actors.findIndex(actor => actor.name === name)
    if (index < 0) return // A delivery counts as planned, so that no further one is.
    ;(this.seats[index] as Seat).deliveryAtMs = this.clockMs
    if (mode === 'stopped') this.forget(index)
    else this.agenda.forget(index, deliverPayload)
  }

  private setOutage(name: string, outage: Outage | undefined): void {
    this.footprint?.write(`outage/${name}`)
    this.outages = withOutage(this.outages, name, outage)
  }

  /** Whatever was planned for an actor no longer is. */
  private forget(index: number): void {
    this.footprint?.forgotten.add(index)
    this.agenda.forget(index)
  }

  /** What was about to come back no longer is. */
  private stay(outage: Outage | undefined): void {
    if (outage?.comesBack === undefined || !this.agenda.cancel(outage.comesBack)) return
    if (this.footprint !== undefined) this.footprint.isPathBound = true
  }

  /** Lets a component come back: it goes on where it was, or starts and lists everything again. */
  bringUp(name: string, { anew, afterMs = 0 }: Return = {}): void {
    const outage = this.outages?.get(name)
    assert(outage !== undefined, `${name} is down`)
    this.stay(outage)
    const index = this.program.actors.findIndex(actor => actor.name === name)
    const isNew = anew ?? outage.mode === 'stopped'
    if (index >= 0 && isNew) this.forget(index)
    if (index >= 0 && afterMs > 0) {
      const comesBack = this.agenda.plan(index, this.clockMs + afterMs, comeBackPayload)
      const missed = isNew ? [] : outage.missed
      const mode = isNew ? 'stopped' : 'held'
      this.setOutage(name, { mode, missed, comesBack })
      return
    }
    this.setOutage(name, undefined)
    if (index < 0) return
    const seat = this.seats[index] as Seat
    if (isNew) this.startAnew(index)
    else for (const event of outage.missed) this.agenda.queue.add({ ...event, atMs: this.clockMs })
    seat.deliveryAtMs = -1
    if (seat.pending.length > 0) this.planDelivery(index, this.clockMs + this.latencyOf(index))
  }

  /** Starts an actor with nothing; it lists everything as it was `lag` changes of a kind ago. */
  private startAnew(index: number, lag = 0): void {
    const actor = this.program.actors[index] as Actor
    const seat = this.seats[index] as Seat
    this.footprint?.begin(index, actor)
    this.footprint?.anew.add(index)
    if (lag > 0) for (const kind of actor.watches) this.footprint?.read(`past/${kind}`)
    const lengths = actor.watches.map(kind => this.store.logLength(kind))
    seat.cursors = lengths.map(length => Math.max(0, length - lag))
    seat.pending = lag === 0 ? [] : [...lengths.keys()].filter(at => (lengths[at] as number) > 0)
    seat.state = actor.start(this.turn(index))
    seat.owned = true
    const turn = this.turn(index)
    const changes = relisted(turn.view, actor.watches, this.clockMs)
    if (changes.length > 0) actor.deliver(turn, seat.state, changes)
  }

  /** The process of an actor dies and starts again at once. */
  private crash(index: number, lag: number): void {
    this.crashCount += 1
    this.forget(index)
    const seat = this.seats[index] as Seat
    seat.deliveryAtMs = this.clockMs // So that no delivery is planned before it has listed.
    this.startAnew(index, lag)
    seat.deliveryAtMs = -1
    if (seat.pending.length > 0) this.planDelivery(index, this.clockMs + this.latencyOf(index))
  }

  /** Gets ready what may strike at a moment that the schedule chooses, each once. */
  arm(strikes: readonly Strike[]): void {
    this.armed = strikes
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
    this.setOutage(name, { ...outage, missed })
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
    let moment = { atMs: this.clockMs, steps }
    for (;;) {
      const next = this.agenda.next(bounds.standing === true)
      if (next === undefined) return this.outcome('quiescent', steps)
      if (next.atMs > bounds.untilMs) {
        this.clockMs = bounds.untilMs
        return this.outcome(this.agenda.queue.first() === undefined ? 'quiescent' : 'time', steps)
      }
      if (this.clockMs !== moment.atMs) moment = { atMs: this.clockMs, steps }
      if (steps >= Math.min(stepsMax, moment.steps + momentStepsMax)) {
        return this.outcome('steps', steps)
      }
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
    const next = this.agenda.next(true)
    assert(next === undefined || next.atMs >= atMs, 'the clock does not skip a due event')
    assert(atMs >= this.clockMs, 'time never runs backwards')
    this.clockMs = atMs
  }

  /** Time of the next event, or undefined when the World is at rest. */
  nextEventMs(): number | undefined {
    return this.agenda.queue.first()?.atMs
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
    this.footprint?.writeObject(kind, key, before, after)
    const subscribers = this.wiring.subscribers.get(kind)
    if (subscribers === undefined) return
    for (let index = 0; index < subscribers.length; index += 1) {
      const { actor, position } = subscribers[index] as Subscription
      const seat = this.seats[actor]
      if (seat === undefined) continue
      if (!seat.pending.includes(position)) seat.pending.push(position)
      if (seat.deliveryAtMs >= 0) continue
      this.planDelivery(actor, this.clockMs + this.latencyOf(actor))
    }
  }

  /** A deterministic integer in 0..bound-1; each stream has its own counter. */
  randomBelow(bound: number, stream: string): number {
    return drawBelow(bound, this.options.schedule.seed, stream, this.nextCount(stream))
  }

  /** All that decides what happens from now on, besides the store; to be read only. */
  inside(): Inside {
    const { clockMs, cellMs, seats, outages, counters } = this
    const { queue, standing } = this.agenda
    const { crashCount: crashes, tickCount: ticks, armed } = this
    return { clockMs, cellMs, seats, queue, standing, outages, counters, crashes, ticks, armed }
  }

  /** Numbers 0, 1, 2 … per name: for uids and the like. */
  nextCount(name: string): number {
    this.footprint?.write(`count/${name}`)
    const count = this.counters.get(name) ?? 0
    this.counters.set(name, count + 1)
    return count
  }

  /** Records what an outsider did or saw (a fault, a trial) for checks and explanations. */
  note(source: string, topic: string, data: unknown): void {
    const { clockMs: atMs } = this
    this.record({ type: 'note', atMs, revision: this.store.revision, source, topic, data })
  }

  /** Records an Event that an actor sent. */
  emit(event: EmittedEvent, actor: string): void {
    this.record(eventEntry(event, { atMs: this.clockMs, revision: this.store.revision, actor }))
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
    return this.entries.digest(this.store)
  }

  /** The string that makes `--replay` repeat this run. */
  scheduleText(): string {
    return scheduleText(this.options.schedule)
  }

  choose(point: string, count: number, moves?: readonly Move[]): number {
    if (count === 1) return 0
    const index = this.choices
    this.choices += 1
    const option = this.optionAt(index, point, count, moves)
    const { clockMs: atMs } = this
    const revision = this.store.revision
    this.record({ type: 'choice', atMs, revision, index, point, count, option })
    return option
  }

  private optionAt(index: number, point: string, count: number, moves?: readonly Move[]): number {
    const { schedule } = this.options
    const scripted = this.script[this.scriptAt]
    this.scriptAt += 1
    if (scripted !== undefined) return scripted
    if (schedule.mode !== 'pct' || moves === undefined || schedule.overrides.has(index)) {
      return choiceAt(schedule, index, point, count)
    }
    this.priorities ??= new Priorities(schedule)
    return this.priorities.pick(moves, this.program.actors)
  }

  private actorIndex(name: string): number {
    const index = this.program.actors.findIndex(actor => actor.name === name)
    assert(index >= 0, `an actor named ${name} takes part`)
    return index
  }

  /** What may happen next, and when at the latest; nothing when the World is at rest until then. */
  opening(untilMs: number): Opening | undefined {
    const first = this.agenda.next(false)
    return first === undefined || first.atMs > untilMs ? undefined : this.openingAt(first, untilMs)
  }

  /**
   * Takes one step up to `untilMs` with these options at its choice points, the first of which is
   * the move where there are several; further ones get option 0.
   */
  take(options: readonly number[], untilMs: number): void {
    const first = this.agenda.next(false)
    assert(first !== undefined && first.atMs <= untilMs, 'something is due')
    this.script = options
    this.scriptAt = 0
    this.step(first, untilMs)
    this.script = []
  }

  private openingAt(first: PendingEvent, untilMs: number): Opening {
    const { schedule } = this.options
    return openMoves(
      {
        schedule,
        clockMs: this.clockMs,
        cellMs: this.cellMs,
        queue: this.agenda.queue,
        seats: this.seats,
        actors: this.program.actors,
        latencyOf: actor => this.latencyOf(actor),
        outages: this.outages,
        mayCrash: this.crashCount < (schedule.grid?.crashesMax ?? 0),
        mayTick: this.tickCount < (schedule.grid?.staleMax ?? 0),
        armed: this.armed,
        store: this.store,
      },
      first,
      untilMs,
    )
  }

  private step(first: PendingEvent, untilMs: number): void {
    const { schedule } = this.options
    const { atMs } = first
    if (schedule.grid !== undefined) this.cellMs = cellEndMs(schedule, this.cellMs, atMs)
    this.clockMs = Math.max(this.clockMs, atMs)
    this.agenda.begin(first)
    const move = this.nextMove(first, untilMs)
    this.stepCount += 1
    this.footprint?.take(move)
    if ('event' in move) this.happen(move, first)
    else if ('crash' in move) this.crash(move.crash, move.lag)
    else if ('tickToMs' in move) this.tick(move.tickToMs)
    else this.struck(move.strike)
  }

  private happen({ event, position, one }: EventMove, first: PendingEvent): void {
    if (event === first) this.agenda.queue.removeFirst()
    else this.agenda.queue.remove(event.sequence)
    this.clockMs = Math.max(this.clockMs, event.atMs)
    const actor = this.program.actors[event.actor] as Actor
    this.footprint?.begin(event.actor, actor)
    if (event.payload === comeBackPayload) this.bringUp(actor.name)
    else if (this.outages !== undefined && this.isMissed(event)) return
    else if (event.payload === deliverPayload) this.deliver(event.actor, position, one)
    else actor.wake(this.turn(event.actor), this.ownState(event.actor), event.payload)
  }

  private tick(atMs: number): void {
    this.tickCount += 1
    this.cellMs = atMs + (this.options.schedule.windowMs ?? 0)
    this.clockMs = Math.max(this.clockMs, atMs)
  }

  private struck(index: number): void {
    const strike = this.armed[index]
    assert(strike !== undefined, 'what strikes was armed')
    this.armed = this.armed.with(index, undefined)
    strike.apply(this)
  }

  /** What the schedule lets happen next: by default what is due first. */
  private nextMove(first: PendingEvent, untilMs: number): Move {
    const { mode, windowMs } = this.options.schedule
    if (windowMs !== undefined) {
      const { moves } = this.openingAt(first, untilMs)
      const option = this.choose('next-move', moves.length, moves)
      if (option > 0) {
        const stateOf = (actor: number): Forkable => (this.seats[actor] as Seat).state
        this.note('schedule', 'move', takenMove(moves, option, this.program.actors, stateOf))
      }
      return moves[option] as Move
    }
    if (mode !== 'random') return { event: first }
    const due = this.agenda.queue.due()
    return { event: due[this.choose('next-event', due.length)] as PendingEvent }
  }

  /** Delivers what is due: of all kinds, or only of the one at a position of the watches. */
  private deliver(index: number, only?: number, one = false): void {
    const seat = this.seats[index] as Seat
    seat.deliveryAtMs = -1
    const latency = this.latencyOf(index)
    const actor = this.program.actors[index] as Actor
    const due: Change[] = []
    const which = { writtenMs: this.clockMs - latency, only, one }
    const undelivered = takeDue(this.store, actor.watches, seat, which, due)
    for (const { kind } of due) this.footprint?.writeOwn(`view/${kind}`)
    if (undelivered !== undefined) {
      this.planDelivery(index, Math.max(this.clockMs, undelivered.atMs + latency))
    }
    if (due.length > 0) actor.deliver(this.turn(index), this.ownState(index), due)
  }

  /** On a grid of time news may come at once, as any moment of a cell is any other. */
  private latencyOf(index: number): number {
    const latency = this.latencies[index] as number
    const { grid, windowMs = 0 } = this.options.schedule
    return grid !== undefined && latency <= windowMs ? 0 : latency
  }

  private planDelivery(index: number, atMs: number): void {
    const seat = this.seats[index]
    if (seat === undefined || seat.deliveryAtMs >= 0) return
    seat.deliveryAtMs = atMs
    this.agenda.plan(index, atMs, deliverPayload)
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
    return (seat.turn ??= this.newTurn(index, seat))
  }

  private newTurn(index: number, seat: Seat): Turn {
    const { name } = this.program.actors[index] as Actor
    const watches = this.wiring.watches[index] as Map<string, number>
    const view = new View(this.store, watches, seat, this)
    return new SeatTurn(this, this.agenda, { index, name, view })
  }

  private outcome(reason: RunOutcome['reason'], steps: number): RunOutcome {
    const pending = new Set(
      this.agenda.queue.due().map(event => (this.program.actors[event.actor] as Actor).name),
    )
    return { reason, steps, pending: [...pending].sort() }
  }
}
