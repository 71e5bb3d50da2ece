// What a step that was run did, told in numbers: the same wherever it reads the same.

import type { Digest } from '../../../base/hash.ts'
import type { Actor } from '../../../engine/actor.ts'
import { backlogOf, partsOf } from '../../../engine/fingerprint.ts'
import type { Footprint } from '../../../engine/footprint.ts'
import { deliverPayload } from '../../../engine/moves.ts'
import type { Inside, Seat } from '../../../engine/program.ts'
import type { World } from '../../../engine/world.ts'
import type { Marks } from '../scenario.ts'
import type { Stepped } from '../world-system.ts'
import type { CellMove, CellState, Effect, Places } from './cell-state.ts'
import type { Interning } from './interning.ts'
import { Footprints } from './known-footprint.ts'
import type { Layout, Place } from './layout.ts'
import { replanned } from './succession.ts'

export class Effects {
  private readonly names: Interning
  private readonly layout: Layout
  private readonly marks: Marks
  private readonly footprints = new Footprints()
  /** The part of its actor that an event belongs to, by number, where its payload says so. */
  private readonly owners = new Map<number, number>()

  constructor(names: Interning, layout: Layout, marks: Marks) {
    this.names = names
    this.layout = layout
    this.marks = marks
  }

  /** What a move did to the World of a state. */
  of(state: CellState, move: CellMove, { world, footprint }: Stepped): Effect {
    const inside = world.inside()
    const changes = world.store.changesAfter((state.world as World).store.revision)
    const objects = changes.map(
      ({ kind, key, after }) =>
        [this.names.slot(kind, key), this.names.version(kind, after)] as const,
    )
    return {
      objects: [...new Map(objects)],
      changes: changes.map(change => this.names.change(change)),
      parts: this.partsAfter(state, world, footprint),
      ...this.eventsAfter(state, move, world, footprint),
      forgotten: [...footprint.forgotten],
      listed: this.backlogsOf(world, actor => footprint.anew.has(actor)),
      counts: this.countsAfter(state, inside),
      outages: this.outagesAfter(state, inside),
      isMarked: changes.some(this.marks),
      footprint: this.footprints.of(footprint),
    }
  }

  /** The part of an actor that an event belongs to; -1 when it does not say. */
  ownerOf(event: number): number {
    return this.owners.get(event) ?? -1
  }

  private partsAfter({ parts }: CellState, world: World, { actors, anew }: Footprint): Places {
    const { seats } = world.inside()
    return [...actors].flatMap(actor => {
      const { partsFrom } = this.layout.places[actor] as Place
      const own = partsOf(world.program.actors[actor] as Actor, seats[actor] as Seat)
      return own.flatMap((digest: Digest, part) => {
        const number = this.names.part(digest)
        const index = partsFrom + part
        return parts[index] === number && !anew.has(actor) ? [] : [[index, number] as const]
      })
    })
  }

  /** What the informers of these actors have not heard yet in a World. */
  backlogsOf(world: World, isMeant: (actor: number) => boolean): Places {
    return this.layout.informers.flatMap(({ actor, position }, informer) => {
      if (!isMeant(actor)) return []
      const changes = backlogOf(world, actor, position).map(each => this.names.change(each))
      return [[informer, this.names.backlog(changes)] as const]
    })
  }

  private countsAfter({ counts }: CellState, { counters }: Inside): Places {
    return [...counters].flatMap(([name, count]) => {
      const counter = this.names.counter(name)
      return (counts[counter] ?? 0) === count ? [] : [[counter, count] as const]
    })
  }

  private outagesAfter(state: CellState, { outages }: Inside): Places {
    const after = new Map<number, number>()
    state.outages.forEach((outage, component) => {
      if (outage !== 0) after.set(component, 0)
    })
    for (const [name, outage] of outages ?? []) {
      after.set(this.names.component(name), this.names.outage(name, outage))
    }
    return [...after].filter(([component, outage]) => state.outages[component] !== outage)
  }

  private eventsAfter(
    state: CellState,
    { event }: CellMove,
    world: World,
    { forgotten }: Footprint,
  ): Pick<Effect, 'added' | 'cancelled'> {
    const isForgotten = (number: number): boolean =>
      forgotten.has(this.names.events.at(number).actor)
    const own = event < 0 ? [] : [event]
    const left = replanned(state.events, own, []).filter(number => !isForgotten(number))
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
}
