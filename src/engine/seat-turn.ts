// What an actor may do, in this turn and its later ones: each sees its own World as it then is.

import { assert } from '../base/assert.ts'
import type { EmittedEvent, Turn } from './actor.ts'
import type { Agenda } from './agenda.ts'
import type { View } from './view.ts'
import type { World } from './world.ts'

/** The actor whose turn it is. */
interface Taker {
  readonly index: number
  readonly name: string
  readonly view: View
}

export class SeatTurn implements Turn {
  readonly isOrderFree: boolean
  readonly view: View
  private readonly world: World
  private readonly agenda: Agenda
  private readonly index: number
  private readonly name: string

  constructor(world: World, agenda: Agenda, { index, name, view }: Taker) {
    this.isOrderFree = world.isOrderFree
    this.view = view
    this.world = world
    this.agenda = agenda
    this.index = index
    this.name = name
  }

  get nowMs(): number {
    return this.world.nowMs
  }

  wakeAfter(delayMs: number, payload: unknown, standing?: boolean): number {
    assert(delayMs >= 0 && Number.isInteger(delayMs), 'a delay is a whole number of ms')
    return this.agenda.plan(this.index, this.world.nowMs + delayMs, payload, standing)
  }

  cancel(sequence: number): void {
    this.agenda.cancel(sequence)
  }

  choose(point: string, count: number): number {
    return this.world.choose(point, count)
  }

  randomBelow(bound: number, stream: string): number {
    return this.world.randomBelow(bound, stream)
  }

  submit(request: unknown, writer: string = this.name): unknown {
    return this.world.submit(request, writer)
  }

  emit(event: EmittedEvent): void {
    this.world.emit(event, this.name)
  }

  note(topic: string, data: unknown): void {
    this.world.note(this.name, topic, data)
  }

  touch(part: number): void {
    this.world.footprint?.writeOwn(`state/${part}`)
  }
}
