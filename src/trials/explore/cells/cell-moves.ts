// What may happen next in a state, by the rules of a World's moves (engine/open-moves.ts), and what
// time it is then.

import { assert } from '../../../base/assert.ts'
import type { Moment } from '../../../engine/fingerprint.ts'
import { deliverPayload, type Move } from '../../../engine/moves.ts'
import { cellEndMs } from '../../../engine/open-moves.ts'
import type { World } from '../../../engine/world.ts'
import { nameOf } from '../world-system.ts'
import { backlogIn } from './backlogs.ts'
import type { CellMove, CellState } from './cell-state.ts'
import type { Interning } from './interning.ts'
import type { Informer, Layout, Place } from './layout.ts'

interface Grid {
  readonly staleMax: number
  readonly crashesMax: number
}

export class CellMoves {
  private readonly world: World
  private readonly untilMs: number
  private readonly names: Interning
  private readonly layout: Layout
  private readonly grid: Grid
  private readonly byEvent: CellMove[] = []
  private readonly byInformer: readonly CellMove[]
  private readonly byStrike: readonly CellMove[]
  private readonly crashes: readonly CellMove[]

  constructor(world: World, untilMs: number, names: Interning, layout: Layout) {
    this.world = world
    this.untilMs = untilMs
    this.names = names
    this.layout = layout
    this.grid = world.options.schedule.grid ?? { staleMax: 0, crashesMax: 0 }
    this.byInformer = layout.informers.map(({ actor, position }, informer) =>
      moveOf(`deliver ${actor} ${position}`, { actor, informer }),
    )
    this.byStrike = world.inside().armed.map((_, strike) => moveOf(nameOf({ strike }), { strike }))
    const lags = Array.from({ length: this.grid.staleMax + 1 }, (_, lag) => lag)
    this.crashes = world.program.actors.flatMap(({ survives }, actor) =>
      survives === true ? [] : lags.map(lag => moveOf(nameOf({ crash: actor, lag }), { actor })),
    )
  }

  /** The moves of a state; `worldOf` gives a World in it where a name has to be found out. */
  of(state: CellState, worldOf: (state: CellState) => World): readonly CellMove[] {
    const firstMs = this.firstMs(state)
    if (firstMs > this.untilMs) return []
    const latestMs = Math.max(this.untilMs, firstMs)
    const dueMs = Math.min(this.cellEndMs(state, firstMs), latestMs)
    const moves: CellMove[] = []
    let previous = 0
    for (const event of state.events) {
      if (event !== previous && this.names.events.at(event).atMs <= dueMs) {
        moves.push(this.byEvent[event] ?? this.nameEvents(worldOf(state), event))
      }
      previous = event
    }
    const isTimeBound = moves.length > 0
    for (let at = 0; at < state.backlogs.length; at += 2) {
      const move = this.byInformer[state.backlogs[at] as number] as CellMove
      if (!this.isDown(state, move.actor)) moves.push(move)
    }
    if (!isTimeBound) this.addTick(moves, state, dueMs, latestMs)
    this.addCrashes(moves, state)
    this.addStrikes(moves, state)
    return moves
  }

  /** What time it is after a move, and what is left of the bounds. */
  momentAfter(state: CellState, move: CellMove): Moment {
    const { moment } = state
    const firstMs = this.firstMs(state)
    const cellMs = this.cellEndMs(state, firstMs)
    const ownMs = move.event < 0 ? firstMs : this.names.events.at(move.event).atMs
    const clockMs = Math.max(moment.clockMs, firstMs, ownMs)
    const { crashes, ticks, armed } = moment
    if (move.event >= 0 || move.informer >= 0) return { clockMs, cellMs, crashes, ticks, armed }
    const { tickToMs, strike } = move
    if (tickToMs >= 0) {
      const lateMs = tickToMs + (this.world.options.schedule.windowMs ?? 0)
      const laterMs = Math.max(clockMs, tickToMs)
      return { clockMs: laterMs, cellMs: lateMs, crashes, ticks: ticks + 1, armed }
    }
    if (strike < 0) return { clockMs, cellMs, crashes: crashes + 1, ticks, armed }
    const left = `${armed.slice(0, strike)}0${armed.slice(strike + 1)}`
    return { clockMs, cellMs, crashes, ticks, armed: left }
  }

  /** Whether the last changes of kinds matter in that moment. */
  tellsPast({ crashes }: Moment): boolean {
    const { staleMax, crashesMax } = this.grid
    return staleMax > 0 && crashes < crashesMax
  }

  /** So many of them. */
  get pastMax(): number {
    return this.grid.staleMax
  }

  private cellEndMs({ moment }: CellState, firstMs: number): number {
    return cellEndMs(this.world.options.schedule, moment.cellMs, firstMs)
  }

  private firstMs(state: CellState): number {
    let first = Number.POSITIVE_INFINITY
    for (const event of state.events) first = Math.min(first, this.names.events.at(event).atMs)
    const { clockMs } = state.moment
    if (first <= clockMs) return first
    for (let at = 0; at < state.backlogs.length; at += 2) {
      const { actor } = this.layout.informers[state.backlogs[at] as number] as Informer
      if (!this.isDown(state, actor)) return clockMs
    }
    return first
  }

  private isDown({ outages }: CellState, actor: number): boolean {
    return outages.length > 0 && (outages[(this.layout.places[actor] as Place).outage] ?? 0) !== 0
  }

  /** Time may pass when only deliveries are due, and none of them is too late for it. */
  private addTick(moves: CellMove[], state: CellState, dueMs: number, latestMs: number): void {
    const { staleMax } = this.grid
    if (moves.length === 0 || state.moment.ticks >= staleMax) return
    for (const { informer } of moves) {
      const { changes } = this.names.backlogs.at(backlogIn(state.backlogs, informer))
      if (changes.length > staleMax) return
    }
    let tickToMs = Number.POSITIVE_INFINITY
    for (const event of state.events) {
      const { atMs } = this.names.events.at(event)
      if (atMs > dueMs && atMs < tickToMs) tickToMs = atMs
    }
    if (tickToMs > latestMs) return
    moves.push(moveOf(nameOf({ tickToMs }), { tickToMs }))
  }

  private addCrashes(moves: CellMove[], state: CellState): void {
    if (state.moment.crashes >= this.grid.crashesMax) return
    for (const crash of this.crashes) if (!this.isDown(state, crash.actor)) moves.push(crash)
  }

  private addStrikes(moves: CellMove[], { moment }: CellState): void {
    for (const strike of this.byStrike) if (moment.armed[strike.strike] === '1') moves.push(strike)
  }

  /** Names are those of a World's moves: one that has the event tells its own. */
  private nameEvents(world: World, event: number): CellMove {
    for (const pending of world.inside().queue.all()) {
      if (pending.payload === deliverPayload) continue
      const number = this.names.event(pending)
      const move: Move = { event: pending }
      this.byEvent[number] = moveOf(nameOf(move), { actor: pending.actor, event: number })
    }
    const move = this.byEvent[event]
    assert(move !== undefined, 'a World has the events of its state')
    return move
  }
}

function moveOf(name: string, what: Partial<CellMove>): CellMove {
  const { actor = -1, event = -1, informer = -1, tickToMs = -1, strike = -1 } = what
  return { name, actor, event, informer, tickToMs, strike }
}
