// Builds JSON values from YAML events the way kubectl does: its scalars, merge keys and limits.
// Upstream: go.yaml.in/yaml/v2 decode.go v2.4.2, sigs.k8s.io/yaml v1.6.0.

import {
  type AliasEvent,
  EVENT_ID,
  type Event,
  getScalarValue,
  type MappingEvent,
  type ScalarEvent,
  type SequenceEvent,
} from 'js-yaml'
import { assert } from '../../base/assert.ts'
import { plainKey, resolvePlain, resolveTagged } from './scalars.ts'

/** Something wrong in a document; `offset` counts in the text that was parsed. */
export interface Flaw {
  readonly kind: 'duplicate-key' | 'alias' | 'bomb' | 'value' | 'merge'
  readonly offset: number
  readonly text: string
  /** Where the first of two equal keys stands. */
  readonly first?: number
}

/** The documents of one chunk; `flaws` that are no duplicate keys end their document. */
export interface Built {
  readonly values: readonly { readonly value: unknown; readonly start: number }[]
  readonly flaws: readonly Flaw[]
}

interface Anchor {
  readonly value: unknown
  /** Nodes below it, aliases expanded; undefined while it is being read. */
  readonly size: number | undefined
  readonly isMapping: boolean
}

type Scalar = string | number | boolean | null
type Mapping = Record<string, unknown>

/** Ends one document; never leaves this file. */
class Unreadable extends Error {
  readonly flaw: Flaw

  constructor(flaw: Flaw) {
    super(flaw.text)
    this.flaw = flaw
  }
}

/** Reads the values of all documents in `events`, which came from parsing `text`. */
export function buildDocuments(text: string, events: readonly Event[]): Built {
  const flaws: Flaw[] = []
  const values: { value: unknown; start: number }[] = []
  let index = 0
  while (index < events.length) {
    assert(events[index]?.type === EVENT_ID.DOCUMENT, 'a document starts with its event')
    const builder = new Builder(text, events, index + 1, flaws)
    try {
      const start = startOf(events[index + 1])
      values.push({ value: builder.node(), start })
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error
      flaws.push(error.flaw)
    }
    index = nextDocument(events, builder.index)
  }
  return { values, flaws }
}

function nextDocument(events: readonly Event[], from: number): number {
  let index = from
  while (index < events.length && events[index]?.type !== EVENT_ID.DOCUMENT) index++
  return index
}

/** The offset where a node begins, its tag and anchor left out; 0 for an empty scalar. */
export function startOf(event: Event | undefined): number {
  if (event === undefined) return 0
  if (event.type === EVENT_ID.SCALAR) return Math.max(event.valueStart, 0)
  if (event.type === EVENT_ID.ALIAS) return event.anchorStart - 1
  return 'start' in event ? event.start : 0
}

class Builder {
  readonly #text: string
  readonly #events: readonly Event[]
  readonly #flaws: Flaw[]
  readonly #anchors = new Map<string, Anchor>()
  index: number
  // Nodes read so far with aliases expanded, and those among them that came from aliases.
  #nodes = 0
  #aliased = 0

  constructor(text: string, events: readonly Event[], index: number, flaws: Flaw[]) {
    this.#text = text
    this.#events = events
    this.#flaws = flaws
    this.index = index
  }

  node(): unknown {
    const event = this.#events[this.index++]
    assert(event !== undefined, 'events are balanced')
    this.#nodes++
    switch (event.type) {
      case EVENT_ID.SCALAR: {
        const value = this.#scalar(event)
        if (event.anchorStart >= 0) this.#anchor(event, { value, size: 1, isMapping: false })
        return value
      }
      case EVENT_ID.MAPPING:
        return this.#collection(event, {}, true)
      case EVENT_ID.SEQUENCE:
        return this.#collection(event, [], false)
      case EVENT_ID.ALIAS:
        return this.#alias(event).value
      default:
        throw new Unreadable({ kind: 'value', offset: 0, text: 'unexpected end of the document' })
    }
  }

  #collection(
    event: MappingEvent | SequenceEvent,
    value: Mapping | unknown[],
    isMapping: boolean,
  ): unknown {
    const before = this.#nodes
    if (event.anchorStart >= 0) this.#anchor(event, { value, size: undefined, isMapping })
    if (Array.isArray(value)) this.#items(value)
    else this.#pairs(value)
    if (event.anchorStart >= 0) {
      this.#anchor(event, { value, size: this.#nodes - before + 1, isMapping })
    }
    return value
  }

  #items(target: unknown[]): void {
    const events = this.#events
    while (events[this.index]?.type !== EVENT_ID.POP) target.push(this.node())
    this.index++
  }

  #pairs(target: Mapping): void {
    const events = this.#events
    const first = this.index
    let merged: Set<string> | undefined
    for (;;) {
      const keyEvent = events[this.index]
      assert(keyEvent !== undefined, 'events are balanced')
      if (keyEvent.type === EVENT_ID.POP) break
      if (this.#isMerge(keyEvent)) {
        this.index++
        merged = this.#merge(target, merged, startOf(keyEvent))
        continue
      }
      const key = this.#key(keyEvent)
      if (Object.hasOwn(target, key) && merged?.has(key) !== true) {
        this.#duplicate(first, key, startOf(keyEvent))
      }
      merged?.delete(key)
      put(target, key, this.node())
    }
    this.index++
  }

  #key(event: Event): string {
    const key = event.type === EVENT_ID.SCALAR ? this.#scalarKey(event) : this.#aliasKey(event)
    if (key !== undefined) return key
    const text = 'this key is not a text, number or boolean'
    throw new Unreadable({ kind: 'value', offset: startOf(event), text })
  }

  #scalarKey(event: ScalarEvent): string | undefined {
    if (event.anchorStart >= 0 || event.tagStart >= 0) return keyOfValue(this.node())
    this.index++
    this.#nodes++
    return scalarKey(this.#text, event)
  }

  #aliasKey(event: Event): string | undefined {
    return event.type === EVENT_ID.ALIAS ? keyOfValue(this.node()) : undefined
  }

  #scalar(event: ScalarEvent): Scalar {
    const raw = getScalarValue(this.#text, event)
    const text = event.style > 3 && this.#endsOpen(event) ? raw.replace(/\n$/, '') : raw
    if (event.tagStart >= 0) return this.#tagged(event, text)
    if (event.style !== 1) return text
    const value = resolvePlain(text)
    if (typeof value === 'number' && !Number.isFinite(value)) {
      const what = `JSON has no value for ${text}`
      throw new Unreadable({ kind: 'value', offset: startOf(event), text: what })
    }
    return value
  }

  // libyaml adds no line end to a block text that the end of the file cuts off.
  #endsOpen(event: ScalarEvent): boolean {
    return event.valueEnd === this.#text.length && !this.#text.endsWith('\n')
  }

  #tagged(event: ScalarEvent, text: string): Scalar {
    const result = resolveTagged(this.#text.slice(event.tagStart, event.tagEnd), text)
    if ('value' in result) return result.value
    throw new Unreadable({ kind: 'value', offset: event.tagStart, text: result.error })
  }

  #anchor(event: { anchorStart: number; anchorEnd: number }, anchor: Anchor): void {
    this.#anchors.set(this.#text.slice(event.anchorStart, event.anchorEnd), anchor)
  }

  #alias(event: AliasEvent): Anchor {
    const name = this.#text.slice(event.anchorStart, event.anchorEnd)
    const anchor = this.#anchors.get(name)
    const offset = event.anchorStart - 1
    if (anchor === undefined) {
      throw new Unreadable({ kind: 'alias', offset, text: `unknown anchor '${name}' referenced` })
    }
    if (anchor.size === undefined) {
      const text = `anchor '${name}' value contains itself`
      throw new Unreadable({ kind: 'alias', offset, text })
    }
    this.#nodes += anchor.size
    this.#aliased += anchor.size
    if (isExcessive(this.#aliased, this.#nodes)) {
      const text = 'document contains excessive aliasing'
      throw new Unreadable({ kind: 'bomb', offset, text })
    }
    return anchor
  }

  #isMerge(event: Event): boolean {
    if (event.type !== EVENT_ID.SCALAR || event.valueEnd - event.valueStart !== 2) return false
    if (!this.#text.startsWith('<<', event.valueStart)) return false
    return event.tagStart < 0 ? event.style === 1 : this.#isMergeTag(event)
  }

  #isMergeTag(event: ScalarEvent): boolean {
    const tag = this.#text.slice(event.tagStart, event.tagEnd)
    return tag === '!!merge' || tag === '!<tag:yaml.org,2002:merge>'
  }

  // Version 2 of go-yaml writes merged keys where `<<` stands: they replace what came before.
  #merge(target: Mapping, merged: Set<string> | undefined, offset: number): Set<string> {
    const value = this.node()
    const sources = Array.isArray(value) ? [...value].reverse() : [value]
    const keys = merged ?? new Set<string>()
    for (const source of sources) {
      if (typeof source !== 'object' || source === null || Array.isArray(source)) {
        const text = 'map merge requires map or sequence of maps as the value'
        throw new Unreadable({ kind: 'merge', offset, text })
      }
      for (const [key, item] of Object.entries(source)) {
        put(target, key, item)
        keys.add(key)
      }
    }
    return keys
  }

  #duplicate(first: number, key: string, offset: number): void {
    const text = `key "${key}" is set twice`
    const earlier = findKey(this.#text, this.#events, first, key)
    this.#flaws.push({ kind: 'duplicate-key', offset, text, first: earlier })
  }
}

function put(target: Mapping, key: string, value: unknown): void {
  if (key !== '__proto__') target[key] = value
  else Object.defineProperty(target, key, { value, enumerable: true, configurable: true })
}

function keyOfValue(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined
}

// The share of nodes that may come from aliases, by the number of nodes: 0.99 down to 0.10.
function isExcessive(aliased: number, nodes: number): boolean {
  if (aliased <= 100 || nodes <= 1000) return false
  const low = 400_000
  const high = 4_000_000
  const share = (high - Math.min(Math.max(nodes, low), high)) / (high - low)
  return aliased / nodes > 0.1 + 0.89 * share
}

// Offset of the first key of that text in the mapping whose first event is at `index`.
function findKey(text: string, events: readonly Event[], index: number, key: string): number {
  let at = index
  for (;;) {
    const event = events[at]
    if (event === undefined || event.type === EVENT_ID.POP) return 0
    if (event.type === EVENT_ID.SCALAR && scalarKey(text, event) === key) return startOf(event)
    at = skipNode(events, skipNode(events, at))
  }
}

/** The key that a scalar event stands for, or undefined. */
export function scalarKey(text: string, event: ScalarEvent): string | undefined {
  const raw = getScalarValue(text, event)
  return event.tagStart >= 0 || event.style !== 1 ? raw : plainKey(raw)
}

/** The index of the event after the node that starts at `index`. */
export function skipNode(events: readonly Event[], index: number): number {
  let depth = 0
  let at = index
  do {
    const type = events[at++]?.type
    if (type === EVENT_ID.MAPPING || type === EVENT_ID.SEQUENCE) depth++
    else if (type === EVENT_ID.POP || type === undefined) depth--
  } while (depth > 0)
  return at
}
