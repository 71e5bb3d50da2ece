// What a run has recorded besides its writes, and the digest over both.

import { absorb, type Digest, digestText, emptyDigest } from '../base/hash.ts'
import { PagedLog } from '../base/paged-log.ts'
import { changedText } from './change-text.ts'
import type { Store } from './store.ts'
import type { TraceEntry } from './trace.ts'

interface Known {
  readonly revision: number
  readonly entries: number
  readonly digest: Digest
}

/** The trace of a run; forks share its beginning. */
export class RunLog {
  private entries = new PagedLog<TraceEntry>()
  private known: Known = { revision: 0, entries: 0, digest: emptyDigest }

  fork(): RunLog {
    const copy = new RunLog()
    copy.entries = this.entries.fork()
    copy.known = this.known
    return copy
  }

  append(entry: TraceEntry): void {
    this.entries.append(entry)
  }

  /** Entries (events, notes, choices) from number `start` on. */
  from(start: number): readonly TraceEntry[] {
    return this.entries.from(start)
  }

  at(index: number): TraceEntry {
    return this.entries.at(index)
  }

  get length(): number {
    return this.entries.length
  }

  /** Sixteen hex digits over every write of the store and every entry; goes on where it was. */
  digest(store: Store): string {
    let { digest } = this.known
    for (const change of store.changesAfter(this.known.revision)) {
      const { atMs, kind, key, writer } = change
      digest = absorb(digest, `${atMs} ${writer} ${kind} ${key} ${changedText(change)}`)
    }
    for (const entry of this.entries.from(this.known.entries)) {
      digest = absorb(digest, JSON.stringify(entry))
    }
    this.known = { revision: store.revision, entries: this.entries.length, digest }
    return digestText(digest)
  }
}
