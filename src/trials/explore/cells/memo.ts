// What steps did before. A step is a function of what it reads, so where all of that is as it was
// the step does the same again. What it reads is not declared: each step tells it as it runs, and a
// list of reads holds for every state in which they have the same values, as up to each read the
// step has gone the same way.

import type { Digest } from '../../../base/hash.ts'
import type { Footprint } from '../../../engine/footprint.ts'
import { backlogIn } from './backlogs.ts'
import type { CellState, Effect } from './cell-state.ts'
import { type Interning, taken } from './interning.ts'
import type { KnownFootprint } from './known-footprint.ts'
import type { Layout, Place } from './layout.ts'

/** One thing that steps read, as a place in a state. */
export type Read =
  | {
      readonly of: 'object' | 'kind' | 'part' | 'count' | 'past' | 'outage'
      readonly index: number
    }
  | { readonly of: 'view'; readonly kind: number; readonly informer: number }
  | { readonly of: 'everything' }

/** What a delivery does to one part of an actor. */
export interface PartEffect {
  readonly part: number
  readonly added: readonly number[]
  readonly cancelled: readonly number[]
}

/** Whole outcomes, or a delivery whose parts each go their own way. */
export type Remembered =
  | { readonly outcomes: readonly Effect[] }
  | { readonly touched: readonly number[]; readonly footprint: KnownFootprint }

interface Template {
  readonly reads: readonly Read[]
  readonly entries: Map<number, Map<number, Remembered>>
}

export class Memo {
  private readonly templates = new Map<string, Template[]>()
  private readonly partEffects = new Map<string, PartEffect>()
  private readonly names: Interning

  constructor(names: Interning) {
    this.names = names
  }

  /** What the step of that name does in a state, where it was seen to read the same. */
  find(
    step: string,
    state: CellState,
    first: Digest,
  ): { readonly found: Remembered; readonly value: Digest } | undefined {
    for (const { reads, entries } of this.templates.get(step) ?? []) {
      const value = this.valueOf(reads, state, first)
      const found = entries.get(value.high)?.get(value.low)
      if (found !== undefined) return { found, value }
    }
    return undefined
  }

  add(
    step: string,
    state: CellState,
    first: Digest,
    reads: readonly Read[],
    what: Remembered,
  ): Digest {
    const template = this.template(step, reads)
    const value = this.valueOf(template.reads, state, first)
    const lane = template.entries.get(value.high) ?? new Map<number, Remembered>()
    template.entries.set(value.high, lane.set(value.low, what))
    return value
  }

  partEffect(value: Digest, part: number, before: number): PartEffect | undefined {
    return this.partEffects.get(`${value.high} ${value.low} ${part} ${before}`)
  }

  addPartEffect(value: Digest, part: number, before: number, effect: PartEffect): void {
    this.partEffects.set(`${value.high} ${value.low} ${part} ${before}`, effect)
  }

  private template(step: string, reads: readonly Read[]): Template {
    const known = this.templates.get(step) ?? []
    const text = JSON.stringify(reads)
    const same = known.find(each => JSON.stringify(each.reads) === text)
    if (same !== undefined) return same
    const template: Template = { reads, entries: new Map() }
    this.templates.set(step, [...known, template])
    return template
  }

  private valueOf(reads: readonly Read[], state: CellState, first: Digest): Digest {
    let value = first
    for (const read of reads) value = this.withRead(value, read, state)
    return value
  }

  private withRead(value: Digest, read: Read, state: CellState): Digest {
    switch (read.of) {
      case 'object':
        return taken(value, state.objects[read.index] ?? 0)
      case 'part':
        return taken(value, state.parts[read.index] ?? 0)
      case 'count':
        return taken(value, state.counts[read.index] ?? 0)
      case 'past':
        return taken(value, state.past[read.index] ?? 0)
      case 'outage':
        return taken(value, state.outages[read.index] ?? 0)
      case 'kind':
        return withKind(value, state, read.index)
      case 'view':
        return taken(withKind(value, state, read.kind), backlogIn(state.backlogs, read.informer))
      default: {
        let all = value
        for (let kind = 1; kind < this.names.kinds.values.length; kind += 1) {
          all = withKind(all, state, kind)
        }
        return all
      }
    }
  }
}

function withKind(value: Digest, { kinds }: CellState, kind: number): Digest {
  return taken(taken(value, kinds[2 * kind] ?? 0), kinds[2 * kind + 1] ?? 0)
}

/**
 * What a step reads, whichever of its outcomes it has, as places in a fixed order; `parts` says
 * whether those count.
 */
export function readsOf(
  footprints: readonly Footprint[],
  names: Interning,
  layout: Layout,
  parts: boolean,
): readonly Read[] {
  const isRead = (thing: string): boolean => footprints.some(({ reads }) => reads.has(thing))
  const touched = footprints.flatMap(({ reads, writes }) => [...reads, ...writes])
  const found: Read[] = footprints.some(each => each.readsStore) ? [{ of: 'everything' }] : []
  for (const thing of [...new Set(touched)].sort()) {
    const own = ownThing(thing)
    if (own === undefined) {
      const read = sharedRead(thing, isRead(thing), names)
      if (read !== undefined) found.push(read)
      continue
    }
    const { actor, head, rest } = own
    const place = layout.places[actor] as Place
    const isAnew = footprints.every(({ anew }) => anew.has(actor))
    if (head === 'view') {
      const informer = place.informers.get(rest)
      if (informer === undefined || !isRead(thing)) continue
      const kind = names.kind(rest)
      found.push(isAnew ? { of: 'kind', index: kind } : { of: 'view', kind, informer })
    } else if (parts && !isAnew) found.push(...partReads(place, rest))
  }
  return found
}

/** A thing of an actor alone: `2:view/Pod`, `2:state/0`, `2:state`. */
export function ownThing(
  thing: string,
): { readonly actor: number; readonly head: string; readonly rest: string } | undefined {
  const colon = thing.search(/(?<=^\d+):/)
  if (colon < 0) return undefined
  const [head = '', rest = ''] = thing.slice(colon + 1).split('/')
  return { actor: Number(thing.slice(0, colon)), head, rest }
}

function partReads({ partsFrom, partCount }: Place, part: string): readonly Read[] {
  if (part !== '') return [{ of: 'part', index: partsFrom + Number(part) }]
  return Array.from({ length: partCount }, (_, at) => ({ of: 'part', index: partsFrom + at }))
}

/** What everybody may read; nothing where it is only written, and so no matter what it was. */
function sharedRead(thing: string, isRead: boolean, names: Interning): Read | undefined {
  const slash = thing.indexOf('/')
  if (slash < 0) return { of: 'kind', index: names.kind(thing) }
  const head = thing.slice(0, slash)
  const rest = thing.slice(slash + 1)
  switch (head) {
    case 'log':
      return undefined // What is there before does not decide what is added.
    case 'owned':
      return isRead ? { of: 'everything' } : undefined
    case 'past':
      return { of: 'past', index: names.kind(rest) }
    case 'outage':
      return { of: 'outage', index: names.component(rest) }
    case 'count':
      return { of: 'count', index: names.counter(rest) }
    default:
      return { of: 'object', index: names.slot(head, rest) }
  }
}
