// What happened besides writes: Events that components recorded, notes for checks, choices made.

import { kindKeyOf } from '../kube/kinds.ts'
import { keyOf } from '../kube/object.ts'
import type { EmittedEvent } from './actor.ts'

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

/** The entry of an Event that a component sends. */
export function eventEntry(
  { object, type, reason, message, source }: EmittedEvent,
  at: { readonly atMs: number; readonly revision: number; readonly actor: string },
): RecordedEvent {
  return {
    type: 'event',
    atMs: at.atMs,
    revision: at.revision,
    kind: kindKeyOf(object),
    key: keyOf(object.metadata),
    uid: object.metadata.uid ?? '',
    eventType: type,
    reason,
    message,
    source: source ?? at.actor,
  }
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
