// An informer cache without copies: the store as it was at the component's cursors.
// Where the cursor of a kind is at the end of its log the view is the store itself; where it lags,
// the first undelivered change of a key says what the cache still holds (`before`).

import type { KubeObject } from '../kube/object.ts'
import { keyOf } from '../kube/object.ts'
import type { Change, Store } from './store.ts'
import { compareStrings } from '../base/compare.ts'

/** Number of delivered changes for each watched kind, by position in the actor's watches. */
export type Cursors = number[]

/** Reads as one component sees the cluster. Unwatched kinds are read from the store directly. */
export class View {
  private readonly store: Store
  private readonly watches: ReadonlyMap<string, number>
  private readonly cursors: Cursors

  constructor(store: Store, watches: ReadonlyMap<string, number>, cursors: Cursors) {
    this.store = store
    this.watches = watches
    this.cursors = cursors
  }

  get<T extends KubeObject = KubeObject>(kind: string, key: string): T | undefined {
    const start = this.undeliveredFrom(kind)
    if (start >= 0) {
      const end = this.store.logLength(kind)
      for (let index = start; index < end; index += 1) {
        const change = this.store.logAt(kind, index)
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
    const position = this.watches.get(kind)
    if (position === undefined) return -1
    const delivered = this.cursors[position] as number
    return delivered < this.store.logLength(kind) ? delivered : -1
  }

  /** The first undelivered change of each key, or undefined when the cache is current. */
  private staleEntries(kind: string): ReadonlyMap<string, Change> | undefined {
    const start = this.undeliveredFrom(kind)
    if (start < 0) return undefined
    const stale = new Map<string, Change>()
    const end = this.store.logLength(kind)
    for (let index = start; index < end; index += 1) {
      const change = this.store.logAt(kind, index)
      if (!stale.has(change.key)) stale.set(change.key, change)
    }
    return stale
  }

  /** `live` with every stale key taken out and its earlier version put back where it belongs. */
  private overlay(
    live: readonly KubeObject[],
    stale: ReadonlyMap<string, Change>,
    concerns: (change: Change) => boolean,
  ): readonly KubeObject[] {
    // By identity: comparing keys would build one string for each living object.
    const hidden = new Set<KubeObject>()
    const earlier: KubeObject[] = []
    for (const change of stale.values()) {
      const now = this.store.get(change.kind, change.key)
      if (now !== undefined) hidden.add(now)
      if (change.before !== undefined && concerns(change)) earlier.push(change.before)
    }
    const result = live.filter(object => !hidden.has(object))
    if (earlier.length === 0) return result
    result.push(...earlier)
    return result.sort((a, b) => compareStrings(keyOf(a.metadata), keyOf(b.metadata)))
  }
}

interface IndexName {
  readonly name: string
  readonly values: (object: KubeObject) => readonly string[]
}
