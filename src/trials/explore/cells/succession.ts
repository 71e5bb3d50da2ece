// From one state to the next: its lists with some places replaced, and its hash kept up to date.

import { assert } from '../../../base/assert.ts'
import type { Digest } from '../../../base/hash.ts'
import { finalDigest, type Moment, plus } from '../../../engine/fingerprint.ts'
import type { World } from '../../../engine/world.ts'
import { backlogIn, withBacklogs } from './backlogs.ts'
import type { CellState, Effect, Places } from './cell-state.ts'
import type { Interning, Sums } from './interning.ts'
import type { Informer, Layout } from './layout.ts'

export interface StateChange {
  readonly effect: Pick<Effect, 'objects' | 'parts' | 'counts' | 'outages' | 'added' | 'isMarked'>
  readonly backlogs: Places
  readonly past: Places
  readonly gone: readonly number[]
  readonly moment: Moment
  readonly from: CellState['from']
  readonly world: World | undefined
}

export class Succession {
  private readonly names: Interning
  private readonly sums: Sums
  private readonly layout: Layout

  constructor(names: Interning, sums: Sums, layout: Layout) {
    this.names = names
    this.sums = sums
    this.layout = layout
  }

  /** The state in which nothing is, as far as it is told by lists. */
  empty(moment: Moment): CellState {
    const zero = { high: 0, low: 0 }
    const store = { objects: [], kinds: [], backlogs: [], past: [] }
    const actors = { parts: [], events: [], counts: [], outages: [] }
    const way = { from: undefined, isMarked: false, world: undefined, moves: undefined }
    return { ...store, ...actors, moment, sum: zero, hash: zero, ...way }
  }

  after(state: CellState, change: StateChange): CellState {
    const kinds = this.kindsAfter(state, change.effect)
    const sum = this.sumAfter(state, change)
    const { effect, moment, from, world } = change
    return {
      objects: replaced(state.objects, effect.objects),
      kinds,
      backlogs: withBacklogs(state.backlogs, change.backlogs),
      past: replaced(state.past, change.past),
      parts: replaced(state.parts, effect.parts),
      events: replanned(state.events, change.gone, effect.added),
      counts: replaced(state.counts, effect.counts),
      outages: replaced(state.outages, effect.outages),
      moment,
      sum,
      hash: finalDigest(sum, moment),
      from,
      isMarked: effect.isMarked,
      world,
      moves: undefined,
    }
  }

  private kindsAfter(state: CellState, { objects }: Pick<Effect, 'objects'>): readonly number[] {
    if (objects.length === 0) return state.kinds
    const kinds = state.kinds.slice()
    for (const [slot, version] of objects) {
      const delta = this.objectDelta(state, slot, version)
      addLanes(kinds, this.names.slots.at(slot), delta)
    }
    return kinds
  }

  private objectDelta(state: CellState, slot: number, version: number): Digest {
    const { versions } = this.names
    return minus(versions.at(version), versions.at(state.objects[slot] ?? 0))
  }

  private sumAfter(state: CellState, change: StateChange): Digest {
    const { names, sums, layout } = this
    const { effect } = change
    let { sum } = state
    const swap = (after: Digest, before: Digest): void => {
      sum = minus(plus(sum, after), before)
    }
    for (const [slot, version] of effect.objects) {
      sum = plus(sum, this.objectDelta(state, slot, version))
    }
    for (const [index, backlog] of change.backlogs) {
      const { actor, position } = layout.informers[index] as Informer
      const before = backlogIn(state.backlogs, index)
      swap(sums.backlog(actor, position, backlog), sums.backlog(actor, position, before))
    }
    for (const [kind, past] of change.past) {
      swap(sums.past(kind, past), sums.past(kind, state.past[kind] ?? 0))
    }
    for (const [index, part] of effect.parts) {
      const [actor, own] = layout.partOwners[index] as readonly [number, number]
      swap(sums.part(actor, own, part), sums.part(actor, own, state.parts[index] ?? 0))
    }
    for (const [counter, count] of effect.counts) {
      swap(sums.counter(counter, count), sums.counter(counter, state.counts[counter] ?? 0))
    }
    for (const [component, outage] of effect.outages) {
      swap(names.outages.at(outage), names.outages.at(state.outages[component] ?? 0))
    }
    for (const event of change.gone) sum = minus(sum, names.events.at(event).digest)
    for (const event of effect.added) sum = plus(sum, names.events.at(event).digest)
    return sum
  }
}

function minus(a: Digest, b: Digest): Digest {
  return { high: (a.high - b.high) | 0, low: (a.low - b.low) | 0 }
}

function addLanes(kinds: number[], kind: number, { high, low }: Digest): void {
  while (kinds.length < 2 * kind + 2) kinds.push(0)
  kinds[2 * kind] = ((kinds[2 * kind] as number) + high) | 0
  kinds[2 * kind + 1] = ((kinds[2 * kind + 1] as number) + low) | 0
}

/** The list with numbers at some places replaced; it grows where a place is beyond its end. */
function replaced(list: readonly number[], places: Places): readonly number[] {
  if (places.length === 0) return list
  const next = list.slice()
  for (const [index, value] of places) {
    while (next.length <= index) next.push(0)
    next[index] = value
  }
  return next
}

/** Events without one and with others, in ascending order. */
export function replanned(
  events: readonly number[],
  gone: readonly number[],
  added: readonly number[],
): readonly number[] {
  if (gone.length === 0 && added.length === 0) return events
  const next = events.slice()
  for (const event of gone) {
    const at = next.indexOf(event)
    assert(at >= 0, 'what goes was planned')
    next.splice(at, 1)
  }
  for (const event of added) {
    let at = next.length
    while (at > 0 && (next[at - 1] as number) > event) at -= 1
    next.splice(at, 0, event)
  }
  return next
}
