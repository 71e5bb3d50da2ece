// Composes YAML events into nodes with resolved tags, aliases being the anchored node itself.
// Upstream: PyYAML 6.0 composer.py, resolver.py.

import {
  EVENT_ID,
  type Event,
  getScalarValue,
  type MappingEvent,
  type ScalarEvent,
  type SequenceEvent,
} from 'js-yaml'
import { startOf } from '../../yaml/build.ts'
import type { Parsed } from '../../yaml/parse.ts'
import { YamlError } from './error.ts'
import { plainTag, yamlTag } from './scalars.ts'

/** Where a node begins, its anchor and tag included, as an offset of the text. */
interface Placed {
  readonly start: number
  readonly tag: string
}

export interface ScalarNode extends Placed {
  readonly kind: 'scalar'
  readonly text: string
}

export interface SequenceNode extends Placed {
  readonly kind: 'sequence'
  readonly items: readonly Node[]
}

export interface MappingNode extends Placed {
  readonly kind: 'mapping'
  /** Merge keys are taken apart in place when the mapping is constructed. */
  pairs: readonly Pair[]
}

export interface Pair {
  readonly key: Node
  readonly value: Node
}

export type Node = ScalarNode | SequenceNode | MappingNode

/** The only document of a text, undefined when it is empty; throws a YamlError. */
export function composeDocument(parsed: Parsed): Node | undefined {
  const { events } = parsed
  if (events.length === 0) return undefined
  const composer = new Composer(parsed)
  const node = composer.node()
  const next = events.findIndex((event, at) => at > 0 && event.type === EVENT_ID.DOCUMENT)
  if (next >= 0) {
    throw new YamlError({
      context: 'expected a single document in the stream',
      contextOffset: node.start,
      problem: 'but found another document',
      offset: composer.documentStart(next),
    })
  }
  return node
}

/** More levels than this are refused, as no inventory has them. */
const depthMax = 200

class Composer {
  readonly #parsed: Parsed
  readonly #anchors = new Map<string, Node>()
  #at = 1
  #depth = 0

  constructor(parsed: Parsed) {
    this.#parsed = parsed
  }

  node(): Node {
    const event = this.#parsed.events[this.#at]
    this.#at += 1
    switch (event?.type) {
      case EVENT_ID.ALIAS:
        return this.#alias(event.anchorStart, event.anchorEnd)
      case EVENT_ID.SCALAR:
        return this.#scalar(event)
      case EVENT_ID.SEQUENCE:
      case EVENT_ID.MAPPING:
        return this.#collection(event)
      default:
        return { kind: 'scalar', tag: yamlTag('null'), text: '', start: 0 }
    }
  }

  /** The offset of the `---` that begins a document. */
  documentStart(index: number): number {
    const { text, toSource, events } = this.#parsed
    const first = startOf(events[index + 1])
    const until = first > 0 ? first : text.length
    return toSource(Math.max(text.lastIndexOf('\n---', until) + 1, 0))
  }

  #alias(start: number, end: number): Node {
    const node = this.#anchors.get(this.#parsed.text.slice(start, end))
    if (node !== undefined) return node
    const offset = this.#parsed.toSource(start - 1)
    throw new YamlError({ problem: 'found undefined alias', offset })
  }

  #scalar(event: ScalarEvent): Node {
    const { text: source, toSource } = this.#parsed
    const raw = getScalarValue(source, event)
    const isPlain = event.style === 1
    const isCut = event.style > 3 && event.valueEnd === source.length && !source.endsWith('\n')
    const text = isCut ? raw.replace(/\n$/, '') : raw
    const written = this.#tag(event)
    const isResolved = written === '!' || (written === undefined && isPlain)
    const tag = isResolved ? plainTag(text) : (written ?? yamlTag('str'))
    const node: ScalarNode = { kind: 'scalar', tag, text, start: toSource(this.#start(event)) }
    this.#anchor(event, node)
    return node
  }

  #collection(event: MappingEvent | SequenceEvent): Node {
    const isMapping = event.type === EVENT_ID.MAPPING
    const start = this.#parsed.toSource(this.#start(event))
    const written = this.#tag(event)
    const tag =
      written === undefined || written === '!' ? yamlTag(isMapping ? 'map' : 'seq') : written
    this.#depth += 1
    if (this.#depth > depthMax) {
      throw new YamlError({ problem: `nests deeper than ${depthMax} levels`, offset: start })
    }
    const node = isMapping ? this.#mapping(event, tag, start) : this.#sequence(event, tag, start)
    this.#depth -= 1
    return node
  }

  // The anchor stands before the children, which may be aliases of their own parent.
  #sequence(event: Event & { type: typeof EVENT_ID.SEQUENCE }, tag: string, start: number): Node {
    const items: Node[] = []
    const node: SequenceNode = { kind: 'sequence', tag, items, start }
    this.#anchor(event, node)
    while (this.#parsed.events[this.#at]?.type !== EVENT_ID.POP) items.push(this.node())
    this.#at += 1
    return node
  }

  #mapping(event: Event & { type: typeof EVENT_ID.MAPPING }, tag: string, start: number): Node {
    const pairs: Pair[] = []
    const node: MappingNode = { kind: 'mapping', tag, pairs, start }
    this.#anchor(event, node)
    while (this.#parsed.events[this.#at]?.type !== EVENT_ID.POP) {
      const key = this.node()
      pairs.push({ key, value: this.node() })
    }
    this.#at += 1
    return node
  }

  #tag({ tagStart, tagEnd }: ScalarEvent | SequenceEvent | MappingEvent): string | undefined {
    if (tagStart < 0) return undefined
    const written = this.#parsed.text.slice(tagStart, tagEnd)
    if (written.startsWith('!<')) return decodeURIComponent(written.slice(2, -1))
    return written.startsWith('!!') ? yamlTag(written.slice(2)) : written
  }

  // A node begins with its anchor or tag, whichever comes first.
  #start(event: ScalarEvent | SequenceEvent | MappingEvent): number {
    const starts = [scalarStart(this.#parsed.text, event)]
    if (event.tagStart >= 0) starts.push(event.tagStart)
    if (event.anchorStart >= 0) starts.push(event.anchorStart - 1)
    return Math.min(...starts)
  }

  #anchor(event: { anchorStart: number; anchorEnd: number }, node: Node): void {
    if (event.anchorStart < 0) return
    const name = this.#parsed.text.slice(event.anchorStart, event.anchorEnd)
    const first = this.#anchors.get(name)
    if (first !== undefined) {
      throw new YamlError({
        context: 'found duplicate anchor; first occurrence',
        contextOffset: first.start,
        problem: 'second occurrence',
        offset: node.start,
      })
    }
    this.#anchors.set(name, node)
  }
}

function scalarStart(text: string, event: ScalarEvent | SequenceEvent | MappingEvent): number {
  const start = startOf(event)
  if (event.type !== EVENT_ID.SCALAR || event.style === 1) return start
  if (event.style <= 3) return start - 1
  // The header (`|-`) ends the line before the content.
  const lineEnd = Math.max(text.lastIndexOf('\n', start - 1), 0)
  const header = /[|>][-+0-9]*[ \t]*(?:#.*)?$/.exec(text.slice(0, lineEnd))
  return header === null ? start : header.index
}
