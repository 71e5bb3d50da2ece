// Components that are down: what reaches them meanwhile, and how they come back.

import type { KubeObject } from '../kube/object.ts'
import { keyOf } from '../kube/object.ts'
import type { PendingEvent } from './event-queue.ts'
import type { Change } from './store.ts'

/**
 * `held`: the component cannot act but remembers (a frozen process, a broken connection).
 * `stopped`: the process is gone; it starts with nothing and lists everything again.
 */
export type OutageMode = 'held' | 'stopped'

export interface Outage {
  readonly mode: OutageMode
  /** Wakes that came due meanwhile; a held component gets them when it comes back. */
  readonly missed: readonly PendingEvent[]
  /** The event by which it comes back, once that is planned. */
  readonly comesBack?: number
}

/** How a component comes back. */
export interface Return {
  /** Starts with nothing; unless said, as a stopped component does and a held one does not. */
  readonly anew?: boolean
  /** So much later; until then it is down. */
  readonly afterMs?: number
}

/** By name of the component; one that takes part as no actor (the API server) is only marked. */
export type Outages = ReadonlyMap<string, Outage>

/**
 * The outage that begins now. Of a component that was about to come back it goes on: what it missed
 * is still missed, and one that was about to start has nothing to remember.
 */
export function takenDown(known: Outage | undefined, mode: OutageMode): Outage {
  return { mode: known?.mode === 'stopped' ? 'stopped' : mode, missed: known?.missed ?? [] }
}

/** Nothing when no component is left: then a run pays nothing for the possibility. */
export function withOutage(
  outages: Outages | undefined,
  name: string,
  outage: Outage | undefined,
): Outages | undefined {
  const next = new Map(outages)
  if (outage === undefined) next.delete(name)
  else next.set(name, outage)
  return next.size === 0 ? undefined : next
}

/** What a component that lists `kinds` afresh is told: every object as if it were new. */
export function relisted(
  store: { readonly list: (kind: string) => readonly KubeObject[] },
  kinds: readonly string[],
  nowMs: number,
): Change[] {
  const changes = kinds.flatMap(kind =>
    store.list(kind).map((object): Change => {
      const { metadata } = object
      const revision = revisionOf(object)
      const key = keyOf(metadata)
      return { revision, atMs: nowMs, kind, key, before: undefined, after: object, writer: '' }
    }),
  )
  return changes.sort((a, b) => a.revision - b.revision)
}

function revisionOf({ metadata }: KubeObject): number {
  return Number(metadata.resourceVersion ?? 0)
}
