// The states of a World as numbers. Steps that were seen before are taken from memory; a World is
// only made, by going the way to its state again, where something new has to be found out.

import { assert } from '../../../base/assert.ts'
import type { Digest } from '../../../base/hash.ts'
import type { Actor } from '../../../engine/actor.ts'
import { armedText, type Moment, partsOf, pastKinds, pastOf } from '../../../engine/fingerprint.ts'
import type { Footprint } from '../../../engine/footprint.ts'
import { deliverPayload } from '../../../engine/moves.ts'
import type { Seat } from '../../../engine/program.ts'
import type { World } from '../../../engine/world.ts'
import { keyOf } from '../../../kube/object.ts'
import type { Marks } from '../scenario.ts'
import type { Outcome, System } from '../system.ts'
import { movesOf, nameOf, type Stepped, stepOn } from '../world-system.ts'
import { backlogIn } from './backlogs.ts'
import { CellMoves } from './cell-moves.ts'
import type { CellMove, CellState, Effect, Places } from './cell-state.ts'
import { Effects } from './effects.ts'
import { Interning, Sums, taken } from './interning.ts'
import { type Layout, layoutOf, type Place } from './layout.ts'
import { Memo, ownThing, readsOf } from './memo.ts'
import { Succession } from './succession.ts'

export class CellSystem implements System<CellState> {
  /** Steps that had to be run, and those that were known. */
  misses = 0
  hits = 0
  /** Something came up that states of this kind do not tell: the visit says nothing. */
  isUnfit = false
  private readonly untilMs: number
  private readonly first: World
  private readonly names = new Interning()
  private readonly memo = new Memo(this.names)
  private readonly layout: Layout
  private readonly moves: CellMoves
  private readonly effects: Effects
  private readonly succession: Succession
  /** Numbers of the kinds of which the last changes matter. */
  private readonly pastKinds: ReadonlySet<number>

  constructor(world: World, untilMs: number, marks: Marks = () => false) {
    const { names } = this
    this.first = world
    this.untilMs = untilMs
    this.layout = layoutOf(world, names)
    this.moves = new CellMoves(world, untilMs, names, this.layout)
    this.effects = new Effects(names, this.layout, marks)
    this.succession = new Succession(names, new Sums(names), this.layout)
    this.pastKinds = new Set(pastKinds(world).map(kind => names.kind(kind)))
  }

  /** Whether states of this World can be told by numbers. */
  static fits(world: World): boolean {
    const { grid, windowMs = 0 } = world.options.schedule
    const { latencyMs, latencies = {} } = world.options
    const hasCalendar = world.inside().standing.first() !== undefined
    const slowestMs = Math.max(latencyMs, ...Object.values(latencies))
    return grid !== undefined && !hasCalendar && slowestMs <= windowMs
  }

  /** The state that the exploration begins in. */
  start(): CellState {
    const { names, first: world } = this
    const inside = world.inside()
    const { clockMs, cellMs, crashes, ticks, queue, seats } = inside
    const moment = { clockMs, cellMs, crashes, ticks, armed: armedText(inside) }
    const planned = queue.all().filter(({ payload }) => payload !== deliverPayload)
    const parts = world.program.actors.flatMap((actor, index) =>
      partsOf(actor, seats[index] as Seat).map(part => names.part(part)),
    )
    const effect = {
      objects: world.store.kinds().flatMap(kind =>
        world.store.list(kind).map(object => {
          const slot = names.slot(kind, keyOf(object.metadata))
          return [slot, names.version(kind, object)] as const
        }),
      ),
      parts: parts.map((part, index) => [index, part] as const),
      counts: [...inside.counters].map(([name, count]) => [names.counter(name), count] as const),
      outages: [...(inside.outages ?? [])].map(
        ([name, outage]) => [names.component(name), names.outage(name, outage)] as const,
      ),
      added: planned.map(event => names.event(event)),
      isMarked: false,
    }
    const past = pastKinds(world).map(kind => {
      const changes = pastOf(world, kind).map(each => names.change(each))
      return [names.kind(kind), names.backlog(changes)] as const
    })
    const backlogs = this.effects.backlogsOf(world, () => true)
    const rest = { backlogs, past, gone: [], moment, from: undefined, world }
    return this.succession.after(this.succession.empty(moment), { effect, ...rest })
  }

  steps(state: CellState): readonly string[] {
    return this.movesIn(state).map(({ name }) => name)
  }

  hash({ hash }: CellState): Digest {
    return hash
  }

  take(state: CellState, step: number): readonly Outcome<CellState>[] {
    const move = this.movesIn(state)[step] as CellMove
    const moment = this.moves.momentAfter(state, move)
    const effects = this.remembered(state, move, moment) ?? this.learnt(state, move, moment)
    return effects.map((effect, outcome) => ({
      state: this.after(state, { move, effect, outcome, moment }),
      footprint: effect.footprint,
    }))
  }

  /** A World in that state, made by going its way again from the nearest one that there is. */
  readonly worldOf = (state: CellState): World => {
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

  private movesIn(state: CellState): readonly CellMove[] {
    state.moves ??= this.moves.of(state, this.worldOf)
    return state.moves
  }

  /** What every step reads: the time, and of a delivery the change that it brings. */
  private firstValue(state: CellState, { informer }: CellMove, { clockMs }: Moment): Digest {
    const change = informer < 0 ? 0 : (this.backlogOf(state, informer)[0] ?? 0)
    return taken(taken({ high: 1, low: 2 }, clockMs | 0), change)
  }

  private backlogOf(state: CellState, informer: number): readonly number[] {
    return this.names.backlogs.at(backlogIn(state.backlogs, informer)).changes
  }

  private remembered(
    state: CellState,
    move: CellMove,
    moment: Moment,
  ): readonly Effect[] | undefined {
    const hit = this.memo.find(move.name, state, this.firstValue(state, move, moment))
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
    return [{ ...workOnly, parts, added, cancelled, footprint: found.footprint }]
  }

  /** Runs the step, and remembers what it did for all states that look the same to it. */
  private learnt(state: CellState, move: CellMove, moment: Moment): readonly Effect[] {
    this.misses += 1
    this.worldOf(state)
    const stepped = this.stepped(state, move.name)
    if (stepped.some(isBeyondNumbers)) this.isUnfit = true
    const effects = stepped.map(each => this.effects.of(state, move, each))
    const [only] = effects
    const footprints = stepped.map(each => each.footprint)
    const [footprint] = footprints
    if (only === undefined || footprint === undefined) return effects
    const first = this.firstValue(state, move, moment)
    if (effects.length === 1 && this.goesByParts(move, only)) {
      const reads = readsOf(footprints, this.names, this.layout, false)
      const touched = this.touchedParts(footprint, move.actor)
      const what = { touched, footprint: only.footprint }
      const value = this.memo.add(move.name, state, first, reads, what)
      for (const index of touched) this.learnPart(value, index, state, only)
      return effects
    }
    const reads = readsOf(footprints, this.names, this.layout, true)
    this.memo.add(move.name, state, first, reads, { outcomes: effects })
    return effects
  }

  /** A delivery that only gives work to parts of a component, each of them on its own. */
  private goesByParts({ actor, informer }: CellMove, effect: Effect): boolean {
    if (informer < 0 || (this.first.program.actors[actor] as Actor).tellsParts !== true)
      return false
    const { objects, counts, outages, added, cancelled } = effect
    if (objects.length + counts.length + outages.length > 0) return false
    return [...added, ...cancelled].every(event => this.effects.ownerOf(event) >= 0)
  }

  private learnPart(value: Digest, index: number, { parts }: CellState, effect: Effect): void {
    const before = parts[index] as number
    const part = effect.parts.find(([at]) => at === index)?.[1] ?? before
    const [, own] = this.layout.partOwners[index] as readonly [number, number]
    const isOwn = (event: number): boolean => this.effects.ownerOf(event) === own
    const added = effect.added.filter(isOwn)
    const cancelled = effect.cancelled.filter(isOwn)
    this.memo.addPartEffect(value, index, before, { part, added, cancelled })
  }

  private touchedParts({ writes }: Footprint, actor: number): readonly number[] {
    const { partsFrom } = this.layout.places[actor] as Place
    return [...writes]
      .flatMap(thing => {
        const own = ownThing(thing)
        return own?.head === 'state' ? [partsFrom + Number(own.rest)] : []
      })
      .sort((a, b) => a - b)
  }

  private after(state: CellState, { move, effect, outcome, moment }: Step): CellState {
    const { event } = move
    const gone = event < 0 ? effect.cancelled : [event, ...effect.cancelled]
    return this.succession.after(state, {
      effect,
      backlogs: this.backlogsAfter(state, move, effect),
      past: this.pastAfter(state, effect, moment),
      gone: effect.forgotten.length === 0 ? gone : this.withForgotten(state, gone, effect),
      moment,
      from: { state, move: move.name, outcome },
      world: undefined,
    })
  }

  private backlogsAfter(
    state: CellState,
    { informer: own }: CellMove,
    { changes, listed }: Effect,
  ): Places {
    const { names } = this
    const backlogs = new Map<number, number>()
    if (own >= 0) backlogs.set(own, names.backlogAfterFirst(backlogIn(state.backlogs, own)))
    for (const change of changes) {
      const { kind } = names.changes.at(change)
      for (const informer of this.layout.listeners.get(kind) ?? []) {
        const before = backlogs.get(informer) ?? backlogIn(state.backlogs, informer)
        backlogs.set(informer, names.backlogWith(before, change))
      }
    }
    for (const [informer, backlog] of listed) backlogs.set(informer, backlog)
    return [...backlogs]
  }

  private pastAfter(
    { past, moment: before }: CellState,
    { changes }: Effect,
    moment: Moment,
  ): Places {
    if (!this.moves.tellsPast(before)) return []
    if (!this.moves.tellsPast(moment)) return past.map((_, kind) => [kind, 0] as const)
    const after = new Map<number, number>()
    for (const change of changes) {
      const { kind } = this.names.changes.at(change)
      if (!this.pastKinds.has(kind)) continue
      const { changes: known } = this.names.backlogs.at(after.get(kind) ?? past[kind] ?? 0)
      after.set(kind, this.names.backlog([...known, change].slice(-this.moves.pastMax)))
    }
    return [...after]
  }

  /** What goes, and with it all that was planned for actors of which everything is taken back. */
  private withForgotten(
    { events }: CellState,
    gone: readonly number[],
    { forgotten }: Effect,
  ): readonly number[] {
    const left = gone.slice()
    return [
      ...gone,
      ...events.filter(event => {
        if (!forgotten.includes(this.names.events.at(event).actor)) return false
        const at = left.indexOf(event)
        if (at >= 0) left.splice(at, 1)
        return at < 0
      }),
    ]
  }
}

interface Step {
  readonly move: CellMove
  readonly effect: Effect
  readonly outcome: number
  readonly moment: Moment
}

/** Of an effect that gives work to parts of a component: all else is nothing. */
const workOnly = {
  objects: [],
  changes: [],
  counts: [],
  outages: [],
  forgotten: [],
  listed: [],
  isMarked: false,
}

/** It put something on the calendar, or read the way to its state: numbers tell neither. */
function isBeyondNumbers({ world, footprint }: Stepped): boolean {
  return footprint.isPathBound || world.inside().standing.first() !== undefined
}
