// The states of a World as numbers. Steps that were seen before are taken from memory; a World is
// only made, by going the way to its state again, where something new has to be found out.

import type { Digest } from '../../../base/hash.ts'
import { assert } from '../../../base/assert.ts'
import { backlogOf, finalDigest, partsOf, plus } from '../../../engine/fingerprint.ts'
import { deliverPayload } from '../../../engine/moves.ts'
import { cellEndMs } from '../../../engine/open-moves.ts'
import type { Actor } from '../../../engine/actor.ts'
import type { Seat } from '../../../engine/program.ts'
import type { World } from '../../../engine/world.ts'
import { keyOf } from '../../../kube/object.ts'
import type { Marks } from '../scenario.ts'
import type { Outcome, System } from '../system.ts'
import { movesOf, nameOf, type Stepped, stepOn } from '../world-system.ts'
import {
  type CellMove,
  type CellState,
  type Effect,
  minus,
  replaced,
  replanned,
} from './cell-state.ts'
import { Interning, Sums, taken } from './interning.ts'
import { Footprints } from './known-footprint.ts'
import { Memo, type Place, readsOf } from './memo.ts'

interface Informer {
  readonly actor: number
  readonly position: number
}

export class CellSystem implements System<CellState> {
  /** Steps that had to be run, and those that were known. */
  misses = 0
  hits = 0
  /** Something came up that states of this kind do not tell: the visit says nothing. */
  isUnfit = false
  private readonly untilMs: number
  private readonly first: World
  private readonly names = new Interning()
  private readonly sums = new Sums(this.names)
  private readonly memo = new Memo(this.names)
  private readonly footprints = new Footprints()
  private readonly places: readonly Place[]
  private readonly informers: readonly Informer[]
  /** Informers that hear of a kind, by its number. */
  private readonly listeners = new Map<number, readonly number[]>()
  /** Actor and part for each index of a state's parts. */
  private readonly partOwners: readonly (readonly [actor: number, part: number])[]

  private readonly marks: Marks

  constructor(world: World, untilMs: number, marks: Marks = () => false) {
    this.first = world
    this.marks = marks
    this.untilMs = untilMs
    const { actors } = world.program
    const { seats } = world.inside()
    const informers: Informer[] = []
    const owners: (readonly [number, number])[] = []
    this.places = actors.map((actor, index) => {
      const partsFrom = owners.length
      const partCount = partsOf(actor, seats[index] as Seat).length
      for (let part = 0; part < partCount; part += 1) owners.push([index, part])
      const byKind = new Map<string, number>()
      actor.watches.forEach((kind, position) => {
        byKind.set(kind, informers.push({ actor: index, position }) - 1)
        const number = this.names.kind(kind)
        this.listeners.set(number, [...(this.listeners.get(number) ?? []), informers.length - 1])
      })
      return { partsFrom, partCount, informers: byKind }
    })
    this.informers = informers
    this.partOwners = owners
  }

  /** Whether states of this World can be told by numbers. */
  static fits(world: World): boolean {
    const { standing, outages, armed } = world.inside()
    const { grid, windowMs = 0 } = world.options.schedule
    const { latencyMs, latencies = {} } = world.options
    const isPlain = standing.first() === undefined && outages === undefined && armed.length === 0
    const isBounded = grid?.staleMax === 0 && grid.crashesMax === 0
    return isPlain && isBounded && Math.max(latencyMs, ...Object.values(latencies)) <= windowMs
  }

  /** The state that the exploration begins in. */
  start(): CellState {
    const world = this.first
    const { clockMs, cellMs, queue, seats, counters } = world.inside()
    const objects: (readonly [number, number])[] = []
    for (const kind of world.store.kinds()) {
      for (const object of world.store.list(kind)) {
        const slot = this.names.slot(kind, keyOf(object.metadata))
        objects.push([slot, this.names.version(kind, object)])
      }
    }
    const planned = queue.all().filter(({ payload }) => payload !== deliverPayload)
    const backlogs = this.informers.map(({ actor, position }) =>
      this.names.backlog(backlogOf(world, actor, position).map(each => this.names.change(each))),
    )
    const parts = world.program.actors.flatMap((actor, index) =>
      partsOf(actor, seats[index] as Seat).map(part => this.names.part(part)),
    )
    const counts = [...counters].map(
      ([name, count]) => [this.names.counters.numberOf(name, () => name), count] as const,
    )
    const zero = { high: 0, low: 0 }
    const empty: CellState = {
      objects: [],
      kinds: [],
      backlogs: this.informers.map(() => 0),
      parts: [],
      events: [],
      counts: [],
      clockMs,
      cellMs,
      sum: zero,
      hash: zero,
      from: undefined,
      isMarked: false,
      world,
      moves: undefined,
    }
    return this.changed(empty, {
      objects,
      backlogs: backlogs.map((backlog, index) => [index, backlog] as const),
      parts: parts.map((part, index) => [index, part] as const),
      counts,
      gone: [],
      added: planned.map(event => this.names.event(event)),
      time: { clockMs, cellMs },
      isMarked: false,
      from: undefined,
      world,
    })
  }

  steps(state: CellState): readonly string[] {
    return this.movesIn(state).map(({ name }) => name)
  }

  hash({ hash }: CellState): Digest {
    return hash
  }

  take(state: CellState, step: number): readonly Outcome<CellState>[] {
    const move = this.movesIn(state)[step] as CellMove
    const time = this.timeAfter(state, move)
    const effects = this.remembered(state, move, time.clockMs) ?? this.learnt(state, move, time)
    return effects.map((effect, outcome) => ({
      state: this.after(state, { move, effect, outcome, time }),
      footprint: effect.footprint,
    }))
  }

  /** A World in that state, made by going its way again from the nearest one that there is. */
  worldOf(state: CellState): World {
    const way: CellState[] = []
    let at = state
    while (at.world === undefined) {
      way.push(at)
      assert(at.from !== undefined, 'the first state has its World')
      at = at.from.state
    }
    for (const next of way.reverse()) {
      const { state: before, move, outcome } = next.from as NonNullable<CellState['from']>
      next.world = this.stepped(before, move)[outcome]?.world
    }
    return state.world as World
  }

  private stepped(state: CellState, name: string): readonly Stepped[] {
    const world = state.world as World
    const step = movesOf(world, this.untilMs).findIndex(move => nameOf(move) === name)
    assert(step >= 0, 'a World has the moves of its state')
    return stepOn(world, this.untilMs, step)
  }

  private firstMs({ events, backlogs, clockMs }: CellState): number {
    let first = backlogs.some(backlog => backlog !== 0) ? clockMs : Number.POSITIVE_INFINITY
    for (const event of events) first = Math.min(first, this.names.events.at(event).atMs)
    return first
  }

  private timeAfter(
    state: CellState,
    { event }: CellMove,
  ): { readonly clockMs: number; readonly cellMs: number } {
    const firstMs = this.firstMs(state)
    const cellMs = cellEndMs(this.first.options.schedule, state.cellMs, firstMs)
    const ownMs = event === 0 ? firstMs : this.names.events.at(event).atMs
    return { clockMs: Math.max(state.clockMs, firstMs, ownMs), cellMs }
  }

  private movesIn(state: CellState): readonly CellMove[] {
    state.moves ??= this.findMoves(state)
    return state.moves
  }

  private readonly eventMoves: CellMove[] = []
  private readonly deliveryMoves: CellMove[] = []

  private findMoves(state: CellState): readonly CellMove[] {
    const firstMs = this.firstMs(state)
    if (firstMs > this.untilMs) return []
    const cellMs = cellEndMs(this.first.options.schedule, state.cellMs, firstMs)
    const dueMs = Math.min(cellMs, Math.max(this.untilMs, firstMs))
    const moves: CellMove[] = []
    let previous = 0
    for (const event of state.events) {
      if (event !== previous && this.names.events.at(event).atMs <= dueMs) {
        moves.push(this.eventMoves[event] ?? this.nameEvents(state, event))
      }
      previous = event
    }
    for (let informer = 0; informer < state.backlogs.length; informer += 1) {
      if (state.backlogs[informer] !== 0) moves.push(this.deliveryMove(informer))
    }
    return moves
  }

  private deliveryMove(informer: number): CellMove {
    const known = this.deliveryMoves[informer]
    if (known !== undefined) return known
    const { actor, position } = this.informers[informer] as Informer
    const move = { name: `deliver ${actor} ${position}`, actor, event: 0, informer }
    this.deliveryMoves[informer] = move
    return move
  }

  /** Names are those of a World's moves: one that has the event tells its own. */
  private nameEvents(state: CellState, event: number): CellMove {
    for (const pending of this.worldOf(state).inside().queue.all()) {
      if (pending.payload === deliverPayload) continue
      const number = this.names.event(pending)
      const name = nameOf({ event: pending })
      this.eventMoves[number] = { name, actor: pending.actor, event: number, informer: -1 }
    }
    const move = this.eventMoves[event]
    assert(move !== undefined, 'a World has the events of its state')
    return move
  }

  private firstValue(state: CellState, { informer }: CellMove, clockMs: number): Digest {
    const change = informer < 0 ? 0 : (this.backlogIn(state, informer)[0] ?? 0)
    return taken(taken({ high: 1, low: 2 }, clockMs | 0), change)
  }

  private backlogIn(state: CellState, informer: number): readonly number[] {
    return this.names.backlogs.at(state.backlogs[informer] as number).changes
  }

  private remembered(
    state: CellState,
    move: CellMove,
    clockMs: number,
  ): readonly Effect[] | undefined {
    const hit = this.memo.find(move.name, state, this.firstValue(state, move, clockMs))
    if (hit === undefined) return undefined
    const { found, value } = hit
    if ('outcomes' in found) {
      this.hits += 1
      return found.outcomes
    }
    const parts: (readonly [number, number])[] = []
    const added: number[] = []
    const cancelled: number[] = []
    for (const index of found.touched) {
      const effect = this.memo.partEffect(value, index, state.parts[index] as number)
      if (effect === undefined) return undefined
      parts.push([index, effect.part])
      for (const event of effect.added) added.push(event)
      for (const event of effect.cancelled) cancelled.push(event)
    }
    this.hits += 1
    const { footprint } = found
    const nothing = { objects: [], changes: [], counts: [], isMarked: false }
    return [{ ...nothing, parts, added, cancelled, footprint }]
  }

  /** Runs the step, and remembers what it did for all states that look the same to it. */
  private learnt(
    state: CellState,
    move: CellMove,
    { clockMs }: { readonly clockMs: number },
  ): readonly Effect[] {
    this.misses += 1
    this.worldOf(state)
    const stepped = this.stepped(state, move.name)
    const effects = stepped.map(each => this.effectOf(state, move, each))
    const actor = this.first.program.actors[move.actor] as Actor
    const first = this.firstValue(state, move, clockMs)
    const place = this.places[move.actor] as Place
    const [only] = effects
    const [footprint] = stepped.map(each => each.footprint)
    if (only === undefined || footprint === undefined) return effects
    if (actor.tellsParts === true && move.informer >= 0 && this.goesByParts(only, effects)) {
      const reads = readsOf(footprint, this.names, place, false)
      const touched = touchedParts(footprint.writes, place)
      const what = { touched, footprint: only.footprint }
      const value = this.memo.add(move.name, state, first, reads, what)
      for (const index of touched) {
        const before = state.parts[index] as number
        const part = only.parts.find(([at]) => at === index)?.[1] ?? before
        const isOwn = (event: number): boolean => this.ownerOf(event) === index - place.partsFrom
        const added = only.added.filter(isOwn)
        const cancelled = only.cancelled.filter(isOwn)
        this.memo.addPartEffect(value, index, before, { part, added, cancelled })
      }
      return effects
    }
    for (const each of stepped.slice(1)) {
      for (const thing of each.footprint.reads) footprint.reads.add(thing)
      for (const thing of each.footprint.writes) footprint.writes.add(thing)
    }
    const reads = readsOf(footprint, this.names, place, true)
    this.memo.add(move.name, state, first, reads, { outcomes: effects })
    return effects
  }

  private readonly owners = new Map<number, number>()

  /** The part of an actor that an event belongs to; -1 when it does not say. */
  private ownerOf(event: number): number {
    return this.owners.get(event) ?? -1
  }

  /** A delivery that only gives work to parts of a component, each of them on its own. */
  private goesByParts(
    { objects, counts, added, cancelled }: Effect,
    all: readonly Effect[],
  ): boolean {
    if (all.length > 1 || objects.length > 0 || counts.length > 0) return false
    return [...added, ...cancelled].every(event => this.ownerOf(event) >= 0)
  }

  private effectOf(state: CellState, move: CellMove, { world, footprint }: Stepped): Effect {
    const before = state.world as World
    const inside = world.inside()
    const isPlain = inside.standing.first() === undefined && inside.outages === undefined
    if (!isPlain || footprint.isPathBound) this.isUnfit = true
    const changes = world.store.changesAfter(before.store.revision)
    const objects = changes.map(
      ({ kind, key, after }) =>
        [this.names.slot(kind, key), this.names.version(kind, after)] as const,
    )
    const { partsFrom } = this.places[move.actor] as Place
    const actor = world.program.actors[move.actor] as Actor
    const parts = partsOf(actor, inside.seats[move.actor] as Seat).flatMap((digest, part) => {
      const number = this.names.part(digest)
      const index = partsFrom + part
      return state.parts[index] === number ? [] : [[index, number] as const]
    })
    const counts = [...inside.counters].flatMap(([name, count]) => {
      const counter = this.names.counters.numberOf(name, () => name)
      return (state.counts[counter] ?? 0) === count ? [] : [[counter, count] as const]
    })
    return {
      objects: [...new Map(objects)],
      changes: changes.map(change => this.names.change(change)),
      parts,
      ...this.eventsAfter(state, move, world),
      counts,
      isMarked: changes.some(this.marks),
      footprint: this.footprints.of(footprint),
    }
  }

  private eventsAfter(
    state: CellState,
    move: CellMove,
    world: World,
  ): Pick<Effect, 'added' | 'cancelled'> {
    const gone = move.event === 0 ? [] : [move.event]
    const left = replanned(state.events, gone, []).slice()
    const added: number[] = []
    for (const pending of world.inside().queue.all()) {
      if (pending.payload === deliverPayload) continue
      const number = this.names.event(pending)
      const { controller } = (pending.payload ?? {}) as { readonly controller?: unknown }
      if (typeof controller === 'number') this.owners.set(number, controller)
      const at = left.indexOf(number)
      if (at >= 0) left.splice(at, 1)
      else added.push(number)
    }
    return { added, cancelled: left }
  }

  private after(state: CellState, step: Step): CellState {
    const { move, effect, outcome, time } = step
    const backlogs = new Map<number, number>()
    const at = (informer: number): number =>
      backlogs.get(informer) ?? (state.backlogs[informer] as number)
    if (move.informer >= 0) {
      backlogs.set(move.informer, this.names.backlog(this.backlogIn(state, move.informer).slice(1)))
    }
    for (const change of effect.changes) {
      for (const informer of this.listeners.get(this.names.changes.at(change).kind) ?? []) {
        const { changes } = this.names.backlogs.at(at(informer))
        backlogs.set(informer, this.names.backlog([...changes, change]))
      }
    }
    const { objects, parts, counts, added, cancelled, isMarked } = effect
    const from = { state, move: move.name, outcome }
    return this.changed(state, {
      objects,
      backlogs: [...backlogs],
      parts,
      counts,
      gone: move.event === 0 ? cancelled : [move.event, ...cancelled],
      added,
      time,
      isMarked,
      from,
      world: undefined,
    })
  }

  private changed(state: CellState, change: StateChange): CellState {
    const { names, sums } = this
    let { sum } = state
    const kinds = change.objects.length === 0 ? state.kinds : state.kinds.slice()
    for (const [slot, version] of change.objects) {
      const delta = minus(names.versions.at(version), names.versions.at(state.objects[slot] ?? 0))
      addLanes(kinds as number[], names.slots.at(slot), delta)
      sum = plus(sum, delta)
    }
    for (const [index, backlog] of change.backlogs) {
      const { actor, position } = this.informers[index] as Informer
      sum = plus(sum, sums.backlog(actor, position, backlog))
      sum = minus(sum, sums.backlog(actor, position, state.backlogs[index] as number))
    }
    for (const [index, part] of change.parts) {
      const [actor, own] = this.partOwners[index] as readonly [number, number]
      const before = state.parts[index]
      sum = plus(sum, sums.part(actor, own, part))
      if (before !== undefined) sum = minus(sum, sums.part(actor, own, before))
    }
    for (const [counter, count] of change.counts) {
      sum = plus(sum, sums.counter(counter, count))
      sum = minus(sum, sums.counter(counter, state.counts[counter] ?? 0))
    }
    for (const event of change.gone) sum = minus(sum, names.events.at(event).digest)
    for (const event of change.added) sum = plus(sum, names.events.at(event).digest)
    const { clockMs, cellMs } = change.time
    const rest = { outages: undefined, crashes: 0, ticks: 0, armed: [] }
    return {
      objects: replaced(state.objects, change.objects),
      kinds,
      backlogs: replaced(state.backlogs, change.backlogs),
      parts: replaced(state.parts, change.parts),
      events: replanned(state.events, change.gone, change.added),
      counts: replaced(state.counts, change.counts),
      clockMs,
      cellMs,
      sum,
      hash: finalDigest(sum, { clockMs, cellMs, ...rest }),
      from: change.from,
      isMarked: change.isMarked,
      world: change.world,
      moves: undefined,
    }
  }
}

interface Step {
  readonly move: CellMove
  readonly effect: Effect
  readonly outcome: number
  readonly time: { readonly clockMs: number; readonly cellMs: number }
}

interface StateChange extends Pick<Effect, 'objects' | 'parts' | 'counts' | 'added' | 'isMarked'> {
  readonly backlogs: readonly (readonly [informer: number, backlog: number])[]
  readonly gone: readonly number[]
  readonly time: Step['time']
  readonly from: CellState['from']
  readonly world: World | undefined
}

function addLanes(kinds: number[], kind: number, { high, low }: Digest): void {
  while (kinds.length < 2 * kind + 2) kinds.push(0)
  kinds[2 * kind] = ((kinds[2 * kind] as number) + high) | 0
  kinds[2 * kind + 1] = ((kinds[2 * kind + 1] as number) + low) | 0
}

function touchedParts(writes: ReadonlySet<string>, { partsFrom }: Place): readonly number[] {
  return [...writes]
    .filter(thing => thing.startsWith('state/'))
    .map(thing => partsFrom + Number(thing.slice('state/'.length)))
    .sort((a, b) => a - b)
}
