// Finds where the value of a field path stands in a document. Nothing is kept while reading: the
// document is parsed again when the first position is asked for, which only findings do.

import { EVENT_ID, type Event, type ScalarEvent } from 'js-yaml'
import { scalarKey, skipNode, startOf } from './build.ts'
import type { TextRange } from './chunks.ts'

/** Where a value and its key stand; offsets count in the parsed text. */
export interface NodeRange extends TextRange {
  readonly key?: TextRange
  readonly style: 'scalar' | 'block' | 'flow' | 'alias' | 'empty'
  /** How many parts of the path were found; fewer than asked means a parent's place. */
  readonly depth: number
}

/** The place of `path`, or of its nearest parent when the path itself is not written there. */
export function findNode(
  text: string,
  events: readonly Event[],
  path: readonly (string | number)[],
): NodeRange {
  const anchors = new Map<string, number>()
  let at = 1
  let key: ScalarEvent | undefined
  let depth = 0
  for (const part of path) {
    const child = findChild(text, events, resolveAlias(text, events, at, anchors), part, anchors)
    if (child === undefined) break
    at = child.value
    key = child.key
    depth++
  }
  const range = rangeOf(text, events, at)
  if (key === undefined) return { ...range, depth }
  const place = range.style === 'empty' ? emptyAfter(text, key) : range
  return { ...place, depth, key: scalarRange(text, key) }
}

interface Child {
  readonly value: number
  readonly key?: ScalarEvent
}

function findChild(
  text: string,
  events: readonly Event[],
  at: number,
  part: string | number,
  anchors: Map<string, number>,
): Child | undefined {
  const type = events[at]?.type
  if (type === EVENT_ID.SEQUENCE) return findItem(events, at + 1, Number(part))
  if (type !== EVENT_ID.MAPPING) return undefined
  let found: Child | undefined
  for (let index = at + 1; events[index]?.type !== EVENT_ID.POP; ) {
    const key = events[index]
    if (key === undefined) break
    const value = skipNode(events, index)
    if (key.type === EVENT_ID.SCALAR) {
      const name = scalarKey(text, key)
      if (name === String(part)) found = { value, key }
      else if (name === '<<') found = findMerged(text, events, value, part, anchors) ?? found
    }
    index = skipNode(events, value)
  }
  return found
}

function findItem(events: readonly Event[], first: number, wanted: number): Child | undefined {
  let index = first
  for (let item = 0; events[index] !== undefined; item++) {
    if (events[index]?.type === EVENT_ID.POP) return undefined
    if (item === wanted) return { value: index }
    index = skipNode(events, index)
  }
  return undefined
}

function findMerged(
  text: string,
  events: readonly Event[],
  value: number,
  part: string | number,
  anchors: Map<string, number>,
): Child | undefined {
  const source = resolveAlias(text, events, value, anchors)
  if (events[source]?.type === EVENT_ID.MAPPING) {
    return findChild(text, events, source, part, anchors)
  }
  if (events[source]?.type !== EVENT_ID.SEQUENCE) return undefined
  for (let index = source + 1; events[index]?.type !== EVENT_ID.POP; ) {
    if (events[index] === undefined) return undefined
    const found = findMerged(text, events, index, part, anchors)
    if (found !== undefined) return found
    index = skipNode(events, index)
  }
  return undefined
}

// An alias stands for the last node with its anchor before it.
function resolveAlias(
  text: string,
  events: readonly Event[],
  at: number,
  anchors: Map<string, number>,
): number {
  const event = events[at]
  if (event?.type !== EVENT_ID.ALIAS) return at
  const name = text.slice(event.anchorStart, event.anchorEnd)
  const known = anchors.get(name)
  if (known !== undefined && known < at) return known
  for (let index = at - 1; index > 0; index--) {
    const candidate = events[index]
    if (candidate === undefined || candidate.type === EVENT_ID.ALIAS) continue
    if (!('anchorStart' in candidate) || candidate.anchorStart < 0) continue
    if (text.slice(candidate.anchorStart, candidate.anchorEnd) !== name) continue
    anchors.set(name, index)
    return index
  }
  return at
}

type PlainRange = TextRange & { readonly style: NodeRange['style'] }

function rangeOf(text: string, events: readonly Event[], at: number): PlainRange {
  const event = events[at]
  switch (event?.type) {
    case EVENT_ID.SCALAR:
      return { ...scalarRange(text, event), style: event.valueStart < 0 ? 'empty' : 'scalar' }
    case EVENT_ID.ALIAS:
      return { start: event.anchorStart - 1, end: event.anchorEnd, style: 'alias' }
    case EVENT_ID.MAPPING:
    case EVENT_ID.SEQUENCE: {
      const isFlow = event.style === 2
      const end = isFlow ? flowEnd(text, events, at) : blockEnd(text, events, at)
      return { start: event.start, end, style: isFlow ? 'flow' : 'block' }
    }
    default:
      return { start: 0, end: 0, style: 'empty' }
  }
}

/** A scalar as written, quotes and block header included. */
function scalarRange(text: string, event: ScalarEvent): TextRange {
  const { valueStart, valueEnd } = event
  if (valueStart < 0) return { start: 0, end: 0 }
  if (event.style === 2 || event.style === 3) return { start: valueStart - 1, end: valueEnd + 1 }
  if (event.style === 1) return { start: valueStart, end: valueEnd }
  // The header (`|-`) ends the line before the content.
  const lineEnd = Math.max(text.lastIndexOf('\n', valueStart - 1), 0)
  const lineStart = text.lastIndexOf('\n', lineEnd - 1) + 1
  const header = text.slice(lineStart, lineEnd).search(/[|>][-+0-9]*\s*(?:#.*)?$/)
  return { start: header < 0 ? valueStart : lineStart + header, end: valueEnd }
}

// A key without a value: the place right after its colon.
function emptyAfter(text: string, key: ScalarEvent): PlainRange {
  const colon = text.indexOf(':', scalarRange(text, key).end)
  const place = colon < 0 ? key.valueEnd : colon + 1
  return { start: place, end: place, style: 'empty' }
}

// A block ends where its last value ends, or after the colon or dash of an empty one.
function blockEnd(text: string, events: readonly Event[], at: number): number {
  const isMapping = events[at]?.type === EVENT_ID.MAPPING
  let last = at + 1
  let key = -1
  for (let index = at + 1; events[index]?.type !== EVENT_ID.POP; ) {
    if (events[index] === undefined) break
    if (isMapping) {
      key = index
      index = skipNode(events, index)
    }
    last = index
    index = skipNode(events, index)
  }
  const range = rangeOf(text, events, last)
  if (range.style !== 'empty') return range.end
  const keyEvent = events[key]
  if (keyEvent?.type === EVENT_ID.SCALAR) return emptyAfter(text, keyEvent).end
  return startOf(events[at]) + 1
}

function flowEnd(text: string, events: readonly Event[], at: number): number {
  const event = events[at]
  const start = startOf(event)
  const stop = skipNode(events, at)
  let index = at + 1
  let position = start + 1
  // Step over the children; what is left up to the bracket are blanks, commas and comments.
  while (index < stop - 1) {
    const child = rangeOf(text, events, index)
    if (child.style !== 'empty') position = Math.max(position, child.end)
    index = skipNode(events, index)
  }
  const close = text.charCodeAt(start) === 91 ? ']' : '}'
  for (; position < text.length; position++) {
    const character = text[position]
    if (character === close) return position + 1
    if (character === '#') {
      const lineEnd = text.indexOf('\n', position)
      position = lineEnd < 0 ? text.length : lineEnd
    }
  }
  return text.length
}
