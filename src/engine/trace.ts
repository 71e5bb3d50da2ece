// What happened besides writes: Events that components recorded, notes for checks, choices made.

/** An Event as kubectl describe shows it; `revision` orders it among the writes. */
export interface RecordedEvent {
  readonly type: 'event'
  readonly atMs: number
  /** Revision of the last write before it. */
  readonly revision: number
  readonly kind: string
  readonly key: string
  readonly uid: string
  readonly eventType: 'Normal' | 'Warning'
  readonly reason: string
  readonly message: string
  readonly source: string
}

/** Something that only checks and explanations read: a placement with its reasons, a fault. */
export interface RecordedNote {
  readonly type: 'note'
  readonly atMs: number
  readonly revision: number
  readonly source: string
  readonly topic: string
  readonly data: unknown
}

/** A choice with more than one option. */
export interface RecordedChoice {
  readonly type: 'choice'
  readonly atMs: number
  readonly revision: number
  readonly index: number
  readonly point: string
  readonly count: number
  readonly option: number
}

export type TraceEntry = RecordedEvent | RecordedNote | RecordedChoice
