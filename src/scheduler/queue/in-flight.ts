// Pods that are being scheduled and the events that arrived since each of them was popped.
// Upstream: pkg/scheduler/backend/queue/active_queue.go, v1.36.3.

import type { ClusterEvent, EventObject } from '../framework.ts'

/** An event as it is kept for pods that are still in flight. */
export interface SeenEvent {
  readonly event: ClusterEvent
  readonly oldObject: EventObject | undefined
  readonly newObject: EventObject | undefined
}

type Entry =
  | { readonly kind: 'pod'; readonly uid: string }
  | { readonly kind: 'event'; readonly seen: SeenEvent }

/** One sequence of popped pods and events; entries before the oldest pod are dropped. */
export class InFlightLog {
  private entries: Entry[] = []
  private owned = true
  private pods = 0

  get podCount(): number {
    return this.pods
  }

  fork(): InFlightLog {
    const copy = new InFlightLog()
    copy.entries = this.entries
    copy.pods = this.pods
    copy.owned = false
    this.owned = false
    return copy
  }

  has(uid: string): boolean {
    return this.pods > 0 && this.indexOf(uid) >= 0
  }

  podUids(): string[] {
    const uids: string[] = []
    for (const entry of this.entries) if (entry.kind === 'pod') uids.push(entry.uid)
    return uids
  }

  begin(uid: string): void {
    this.takeOwnership()
    this.entries.push({ kind: 'pod', uid })
    this.pods += 1
  }

  /** Keeps the event when any pod is in flight. */
  record(seen: SeenEvent): void {
    if (this.pods === 0) return
    this.takeOwnership()
    this.entries.push({ kind: 'event', seen })
  }

  /** Events since the pod was popped; undefined when it is not in flight. */
  eventsSince(uid: string): SeenEvent[] | undefined {
    const start = this.indexOf(uid)
    if (start < 0) return undefined
    const events: SeenEvent[] = []
    for (let index = start + 1; index < this.entries.length; index += 1) {
      const entry = this.entries[index] as Entry
      if (entry.kind === 'event') events.push(entry.seen)
    }
    return events
  }

  end(uid: string): void {
    const index = this.indexOf(uid)
    if (index < 0) return
    this.takeOwnership()
    this.entries.splice(index, 1)
    this.pods -= 1
    let unneeded = 0
    while (this.entries[unneeded]?.kind === 'event') unneeded += 1
    if (unneeded > 0) this.entries.splice(0, unneeded)
  }

  private indexOf(uid: string): number {
    for (let index = 0; index < this.entries.length; index += 1) {
      const entry = this.entries[index] as Entry
      if (entry.kind === 'pod' && entry.uid === uid) return index
    }
    return -1
  }

  private takeOwnership(): void {
    if (this.owned) return
    this.entries = this.entries.slice()
    this.owned = true
  }
}
