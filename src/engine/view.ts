// An informer cache without copies: the store as it was at the component's cursors.
// Where the cursor of a kind is at the end of its log the view is the store itself; where it lags,
// the first undelivered change of a key says what the cache still holds (`before`).

import type { KubeObject } from '../kube/object.ts'
import { keyOf } from '../kube/object.ts'
import type { Footprint } from './footprint.ts'
import type { Change, Store } from './store.ts'
import { compareStrings } from '../base/compare.ts'

/** Number of delivered changes for each watched kind, by position in the actor's watches. */
export type Cursors = number[]

/** How far the deliveries to one actor have come. */
export interface Deliveries {
  readonly cursors: Cursors
  /** Positions of the kinds of which some change was not delivered yet. */
  readonly pending: readonly number[]
}

/** Who is told what a view reads, where somebody keeps a footprint. */
export interface Readers {
  readonly footprint: Footprint | undefined
}

/** Undelivered changes of one kind by key, the first of each. */
interface Stale {
  readonly kind: string
  /** The first undelivered change and the end of the log when they were looked at. */
  readonly start: number
  readonly length: number
  readonly changes: ReadonlyMap<string, Change>
}

/** Reads as one component sees the cluster. Unwatched kinds are read from the store directly. */
export class View {
  private readonly store: Store
  private readonly watches: ReadonlyMap<string, number>
  private readonly deliveries: Deliveries
  private stale: Stale | undefined
  private readonly readers: Readers | undefined

  constructor(
    store: Store,
    watches: ReadonlyMap<string, number>,
    deliveries: Deliveries,
    readers?: Readers,
  ) {
    this.store = store
    this.readers = readers
    this.watches = watches
    this.deliveries = deliveries
    this.stale = undefined
  }

  get<T extends KubeObject = KubeObject>(kind: string, key: string): T | undefined {
    const start = this.undeliveredFrom(kind)
    if (start >= 0) {
      const log = this.store.logOf(kind)
      for (let index = start; index < log.length; index += 1) {
        const change = log.at(index)
        if (change.key === key) return change.before as T | undefined
      }
    }
    return this.store.get(kind, key) as T | undefined
  }

  /** Ordered by key. */
  list<T extends KubeObject = KubeObject>(kind: string, namespace?: string): readonly T[] {
    const live = this.store.list(kind, namespace)
    const stale = this.staleEntries(kind)
    if (stale === undefined) return live as readonly T[]
    const prefix = namespace === undefined ? '' : `${namespace}/`
    return this.overlay(live, stale, change => change.key.startsWith(prefix)) as readonly T[]
  }

  /** Objects that the index of that name files under `value`, ordered by key. */
  indexed<T extends KubeObject = KubeObject>(
    kind: string,
    index: IndexName,
    value: string,
  ): readonly T[] {
    const live = this.store.indexed(kind, index.name, value)
    const stale = this.staleEntries(kind)
    if (stale === undefined) return live as readonly T[]
    const concerns = (change: Change): boolean =>
      change.before !== undefined && index.values(change.before).includes(value)
    return this.overlay(live, stale, concerns) as readonly T[]
  }

  /** Whether every change of the kind up to `revision` has been delivered. */
  hasSeen(kind: string, revision: number): boolean {
    const start = this.undeliveredFrom(kind)
    return start < 0 || this.store.logAt(kind, start).revision > revision
  }

  /** Index in the kind's log of the first undelivered change, or -1 when the cache is current. */
  private undeliveredFrom(kind: string): number {
    const { pending, cursors } = this.deliveries
    const position = this.watches.get(kind)
    const footprint = this.readers?.footprint
    if (position === undefined) footprint?.read(kind)
    else footprint?.readOwn(`view/${kind}`)
    if (pending.length === 0) return -1
    if (position === undefined || !pending.includes(position)) return -1
    return cursors[position] as number
  }

  /** The first undelivered change of each key, or undefined when the cache is current. */
  private staleEntries(kind: string): ReadonlyMap<string, Change> | undefined {
    const start = this.undeliveredFrom(kind)
    if (start < 0) return undefined
    const log = this.store.logOf(kind)
    const { length } = log
    const known = this.stale
    if (known?.kind === kind && known.start === start && known.length === length) {
      return known.changes
    }
    const changes = new Map<string, Change>()
    for (let index = start; index < length; index += 1) {
      const change = log.at(index)
      if (!changes.has(change.key)) changes.set(change.key, change)
    }
    this.stale = { kind, start, length, changes }
    return changes
  }

  /** `live` with every stale object as it was: in its place, left out, or put back in order. */
  private overlay(
    live: readonly KubeObject[],
    stale: ReadonlyMap<string, Change>,
    concerns: (change: Change) => boolean,
  ): readonly KubeObject[] {
    let result: KubeObject[] | undefined
    const back: KubeObject[] = []
    for (const change of stale.values()) {
      const now = this.store.get(change.kind, change.key)
      const before = change.before !== undefined && concerns(change) ? change.before : undefined
      const at = now === undefined ? -1 : (result ?? live).indexOf(now)
      if (at < 0) {
        if (before !== undefined) back.push(before)
        continue
      }
      result ??= live.slice()
      if (before === undefined) result.splice(at, 1)
      else result[at] = before
    }
    if (back.length === 0) return result ?? live
    const unsorted = result ?? live.slice()
    unsorted.push(...back)
    return unsorted.sort((a, b) => compareStrings(keyOf(a.metadata), keyOf(b.metadata)))
  }
}

interface IndexName {
  readonly name: string
  readonly values: (object: KubeObject) => readonly string[]
}
