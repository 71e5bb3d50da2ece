// Numbers for all that the states of one exploration are made of: objects, changes, backlogs, parts
// of actors, events, counters. What is equal has one number: a state is a few lists of them.

import { type Digest, emptyDigest } from '../../../base/hash.ts'
import type { PendingEvent } from '../../../engine/event-queue.ts'
import {
  backlogPart,
  changeDigest,
  counterDigest,
  eventDigest,
  mixed,
  objectDigest,
  outageDigest,
  partDigest,
  pastPart,
  withChange,
} from '../../../engine/fingerprint.ts'
import type { Outage } from '../../../engine/outage.ts'
import type { Change } from '../../../engine/store.ts'

/** Values by number, and numbers by name; 0 is nothing. */
export class Names<T> {
  private readonly numbers = new Map<string, number>()
  readonly values: T[]

  constructor(nothing: T) {
    this.values = [nothing]
  }

  numberOf(name: string, make: () => T): number {
    const known = this.numbers.get(name)
    if (known !== undefined) return known
    const number = this.values.push(make()) - 1
    this.numbers.set(name, number)
    return number
  }

  at(number: number): T {
    return this.values[number] as T
  }
}

const zero: Digest = { high: 0, low: 0 }

function text({ high, low }: Digest): string {
  return `${high}:${low}`
}

export interface Backlog {
  readonly changes: readonly number[]
  readonly digest: Digest
  /** The backlog with one more change, by number of the change. */
  readonly longer: Map<number, number>
  /** The one without its oldest change, once it was asked for. */
  shorter?: number
}

export interface PlannedEvent {
  readonly actor: number
  readonly atMs: number
  readonly digest: Digest
}

export class Interning {
  readonly kinds = new Names<string>('')
  /** Places where an object may be: `Kind/key`; the value is the number of the kind. */
  readonly slots = new Names<number>(0)
  /** What an object adds to the sum of its kind. */
  readonly versions = new Names<Digest>(zero)
  readonly changes = new Names<{ readonly kind: number; readonly digest: Digest }>({
    kind: 0,
    digest: zero,
  })
  readonly backlogs = new Names<Backlog>({
    changes: [],
    digest: emptyDigest,
    longer: new Map(),
  })
  readonly parts = new Names<Digest>(zero)
  readonly events = new Names<PlannedEvent>({ actor: 0, atMs: 0, digest: zero })
  readonly counters = new Names<string>('')
  readonly components = new Names<string>('')
  readonly outages = new Names<Digest>(zero)

  kind(kind: string): number {
    return this.kinds.numberOf(kind, () => kind)
  }

  slot(kind: string, key: string): number {
    return this.slots.numberOf(`${kind}/${key}`, () => this.kind(kind))
  }

  version(kind: string, object: object | undefined): number {
    if (object === undefined) return 0
    const digest = objectDigest(kind, object)
    return this.versions.numberOf(`${kind} ${text(digest)}`, () => digest)
  }

  change(change: Change): number {
    const digest = changeDigest(change)
    return this.changes.numberOf(text(digest), () => ({ kind: this.kind(change.kind), digest }))
  }

  backlog(changes: readonly number[]): number {
    if (changes.length === 0) return 0
    return this.backlogs.numberOf(changes.join(), () => ({
      changes,
      digest: changes.reduce<Digest>(
        (digest, change) => withChange(digest, this.changes.at(change).digest),
        emptyDigest,
      ),
      longer: new Map(),
    }))
  }

  backlogWith(backlog: number, change: number): number {
    const { changes, longer } = this.backlogs.at(backlog)
    const known = longer.get(change)
    if (known !== undefined) return known
    const number = this.backlog([...changes, change])
    longer.set(change, number)
    return number
  }

  backlogAfterFirst(backlog: number): number {
    const known = this.backlogs.at(backlog)
    known.shorter ??= this.backlog(known.changes.slice(1))
    return known.shorter
  }

  counter(name: string): number {
    return this.counters.numberOf(name, () => name)
  }

  component(name: string): number {
    return this.components.numberOf(name, () => name)
  }

  outage(name: string, outage: Outage): number {
    const digest = outageDigest(name, outage)
    return this.outages.numberOf(text(digest), () => digest)
  }

  part(digest: Digest): number {
    return this.parts.numberOf(text(digest), () => digest)
  }

  event(event: PendingEvent): number {
    const digest = eventDigest(event)
    const { actor, atMs } = event
    return this.events.numberOf(`${actor} ${atMs} ${text(digest)}`, () => ({ actor, atMs, digest }))
  }
}

/** What parts of a state add to its hash, by number; computed once. */
export class Sums {
  private readonly names: Interning
  private readonly parts = new Map<number, Digest>()
  private readonly backlogs = new Map<number, Digest>()
  private readonly pasts = new Map<number, Digest>()
  private readonly counts = new Map<number, Digest>()

  constructor(names: Interning) {
    this.names = names
  }

  part(actor: number, part: number, number: number): Digest {
    return once(this.parts, number, actor * 256 + part, () =>
      partDigest(this.names.parts.at(number), actor, part),
    )
  }

  backlog(actor: number, position: number, number: number): Digest {
    return once(this.backlogs, number, actor * 256 + position, () =>
      backlogPart(this.names.backlogs.at(number).digest, actor, position),
    )
  }

  past(kind: number, number: number): Digest {
    return once(this.pasts, number, kind, () =>
      pastPart(this.names.backlogs.at(number).digest, this.names.kinds.at(kind)),
    )
  }

  counter(counter: number, count: number): Digest {
    return once(this.counts, count, counter, () =>
      counterDigest(this.names.counters.at(counter), count),
    )
  }
}

/** What a number adds at a place below 2^16; nothing adds nothing. */
function once(
  known: Map<number, Digest>,
  number: number,
  place: number,
  make: () => Digest,
): Digest {
  if (number === 0) return zero
  const key = number * 65_536 + place
  let digest = known.get(key)
  if (digest === undefined) known.set(key, (digest = make()))
  return digest
}

/** Takes one more number into a hash. */
export function taken(into: Digest, number: number): Digest {
  return mixed({ high: into.high ^ number, low: (into.low + number) | 0 }, 17)
}
