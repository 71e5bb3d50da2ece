// The hash of a World's state: two 32-bit lanes over everything that decides what happens next. It
// is a sum over parts that change one by one, so that a step only touches what it changes.

import { compareStrings } from '../base/compare.ts'
import { absorb, type Digest, emptyDigest } from '../base/hash.ts'
import type { Actor } from './actor.ts'
import { digestOfValue, identityText } from './identity.ts'
import { deliverPayload } from './moves.ts'
import type { Outage } from './outage.ts'
import type { PendingEvent } from './event-queue.ts'
import type { Inside, Seat } from './program.ts'
import type { Change } from './store.ts'
import type { World } from './world.ts'

export class Fingerprint {
  readonly high: number
  readonly low: number
  readonly revision: number
  /** Sum over all objects that exist. */
  readonly objects: Digest
  /** Of every actor its parts. */
  readonly states: readonly (readonly Digest[])[]

  private constructor(world: World, previous: Fingerprint | undefined, moved: number | undefined) {
    this.revision = world.store.revision
    this.objects = objectsOf(world, previous)
    const inside = world.inside()
    const { actors } = world.program
    this.states = inside.seats.map((seat, index) => {
      const isSame = previous !== undefined && moved !== undefined && moved !== index
      return isSame ? (previous.states[index] ?? []) : partsOf(actors[index] as Actor, seat)
    })
    const { high, low } = this.total(world, inside)
    this.high = high
    this.low = low
  }

  /** Of a World about which nothing is known. */
  static of(world: World): Fingerprint {
    return new Fingerprint(world, undefined, undefined)
  }

  /** Of a World that comes from the one of this fingerprint; `moved` is whose state may differ. */
  after(world: World, moved: number | undefined): Fingerprint {
    return new Fingerprint(world, this, moved)
  }

  private total(world: World, inside: Inside): Digest {
    let sum = this.objects
    for (const event of inside.queue.all()) {
      if (isPlanned(event, inside)) sum = plus(sum, eventDigest(event))
    }
    for (const event of inside.standing.all()) sum = plus(sum, mixed(eventDigest(event), 7))
    for (const [actor, parts] of this.states.entries()) {
      for (const [part, state] of parts.entries()) sum = plus(sum, partDigest(state, actor, part))
    }
    for (const [actor, { pending }] of inside.seats.entries()) {
      for (const position of pending) {
        sum = plus(
          sum,
          backlogPart(backlogDigest(backlogOf(world, actor, position)), actor, position),
        )
      }
    }
    for (const [name, count] of inside.counters) sum = plus(sum, counterDigest(name, count))
    for (const [name, outage] of inside.outages ?? []) sum = plus(sum, outageDigest(name, outage))
    for (const kind of pastKinds(world)) {
      const past = pastOf(world, kind)
      if (past.length > 0) sum = plus(sum, pastPart(backlogDigest(past), kind))
    }
    const { clockMs, cellMs, crashes, ticks } = inside
    return finalDigest(sum, { clockMs, cellMs, crashes, ticks, armed: armedText(inside) })
  }
}

/** News that are due are told by what an informer has not heard yet. */
export function isPlanned({ payload, atMs }: PendingEvent, { clockMs, cellMs }: Inside): boolean {
  return payload !== deliverPayload || atMs > Math.max(clockMs, cellMs)
}

/** What a state has once: time, and how much of the bounds is used up. */
export interface Moment extends Pick<Inside, 'clockMs' | 'cellMs' | 'crashes' | 'ticks'> {
  /** For each strike 1 while it has not struck. */
  readonly armed: string
}

/** The sum of all parts, with what there is once. */
export function finalDigest(
  sum: Digest,
  { clockMs, cellMs, crashes, ticks, armed }: Moment,
): Digest {
  return absorb(sum, `${clockMs} ${cellMs} ${crashes} ${ticks} ${armed}`)
}

export function armedText({ armed }: Pick<Inside, 'armed'>): string {
  return armed.map(strike => (strike === undefined ? 0 : 1)).join('')
}

/** A component that is down; when it comes back is told by what is planned. */
export function outageDigest(name: string, { mode, missed, comesBack }: Outage): Digest {
  const isComing = comesBack !== undefined
  return absorb(emptyDigest, `outage ${name} ${identityText([mode, missed, isComing])}`)
}

/** Kinds of which the last changes matter still: a component that crashes may list what was. */
export function pastKinds(world: World): readonly string[] {
  const { staleMax = 0, crashesMax = 0 } = world.options.schedule.grid ?? {}
  if (staleMax === 0 || world.inside().crashes >= crashesMax) return []
  const mortals = world.program.actors.filter(({ survives }) => survives !== true)
  return [...new Set(mortals.flatMap(({ watches }) => watches))].sort(compareStrings)
}

/** The last changes of a kind, as many as a cache may be behind. */
export function pastOf(world: World, kind: string): readonly Change[] {
  const { staleMax = 0 } = world.options.schedule.grid ?? {}
  return changesFrom(world, kind, Math.max(0, world.store.logLength(kind) - staleMax))
}

export function pastPart(past: Digest, kind: string): Digest {
  return mixed(absorb(past, kind), 19)
}

export function plus(a: Digest, b: Digest): Digest {
  return { high: (a.high + b.high) | 0, low: (a.low + b.low) | 0 }
}

/** Makes equal parts in different places different. */
export function mixed({ high, low }: Digest, salt: number): Digest {
  const a = Math.imul(high ^ salt, 0x85ebca6b) ^ (low >>> 15)
  const b = Math.imul(low ^ salt, 0xc2b2ae35) ^ (high >>> 13)
  return { high: Math.imul(a, 0x9e3779b1), low: Math.imul(b, 0x27d4eb2f) }
}

function objectsOf(world: World, previous: Fingerprint | undefined): Digest {
  if (previous !== undefined) {
    let sum = previous.objects
    for (const { kind, before, after } of world.store.changesAfter(previous.revision)) {
      if (before !== undefined) {
        const { high, low } = objectDigest(kind, before)
        sum = { high: (sum.high - high) | 0, low: (sum.low - low) | 0 }
      }
      if (after !== undefined) sum = plus(sum, objectDigest(kind, after))
    }
    return sum
  }
  let sum: Digest = { high: 0, low: 0 }
  for (const kind of world.store.kinds()) {
    for (const object of world.store.list(kind)) sum = plus(sum, objectDigest(kind, object))
  }
  return sum
}

/** An object carries its name; the kind under which it is kept tells namesakes apart. */
export function objectDigest(kind: string, object: object): Digest {
  return mixed(digestOfValue(object), kind.length)
}

/** The digests of an actor's state, part by part. */
export function partsOf(actor: Actor, { state }: Seat): readonly Digest[] {
  const identity = actor.identity?.(state) ?? state
  const parts: readonly unknown[] =
    actor.tellsParts === true && Array.isArray(identity) ? identity : [identity]
  return parts.map(part => absorb(emptyDigest, identityText(part)))
}

export function partDigest(state: Digest, actor: number, part: number): Digest {
  return mixed(state, actor * 256 + part + 1)
}

/** What one informer of an actor has not heard yet. */
export function backlogOf(world: World, actor: number, position: number): readonly Change[] {
  const { watches } = world.program.actors[actor] as Actor
  const { cursors } = world.inside().seats[actor] as Seat
  return changesFrom(world, watches[position] as string, cursors[position] as number)
}

function changesFrom({ store }: World, kind: string, start: number): readonly Change[] {
  const log = store.logOf(kind)
  const changes: Change[] = []
  for (let at = start; at < log.length; at += 1) changes.push(log.at(at))
  return changes
}

const changeDigests = new WeakMap<Change, Digest>()

/** A change by what was before and is after it. */
export function changeDigest(change: Change): Digest {
  const found = changeDigests.get(change)
  if (found !== undefined) return found
  const { kind, key, before, after } = change
  const sides = [before, after].map(side => {
    const { high, low } = side === undefined ? emptyDigest : digestOfValue(side)
    return `${high}:${low}`
  })
  const digest = absorb(emptyDigest, `${kind} ${key} ${sides.join(' ')}`)
  changeDigests.set(change, digest)
  return digest
}

export function backlogDigest(changes: readonly Change[]): Digest {
  let digest = emptyDigest
  for (const change of changes) digest = withChange(digest, changeDigest(change))
  return digest
}

/** The digest of a backlog with one more change at its end. */
export function withChange(backlog: Digest, change: Digest): Digest {
  return mixed(plus(mixed(backlog, 11), change), 13)
}

export function backlogPart(backlog: Digest, actor: number, position: number): Digest {
  return mixed(backlog, actor * 256 + position + 100_001)
}

export function counterDigest(name: string, count: number): Digest {
  return absorb(emptyDigest, `${name} ${count}`)
}

const payloads = new WeakMap<object, Digest>()

/** Something planned, whatever the order in which it was. */
export function eventDigest({ atMs, actor, payload }: PendingEvent): Digest {
  const what = payloadDigest(payload)
  const when = { high: what.high ^ Math.imul(atMs | 0, 0x9e3779b1), low: what.low + (atMs | 0) }
  return mixed(when, actor * 2 + 200_001)
}

function payloadDigest(payload: unknown): Digest {
  if (typeof payload !== 'object' || payload === null) {
    return absorb(emptyDigest, String(payload))
  }
  const found = payloads.get(payload)
  if (found !== undefined) return found
  const digest = absorb(emptyDigest, identityText(payload))
  payloads.set(payload, digest)
  return digest
}
