// Nodes of a YAML document: tags are resolved, aliases are the anchored node itself.
// Upstream: PyYAML 6.0 nodes.py, composer.py.

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

/** What stands before the content of a node. */
export interface Properties {
  readonly start: number
  readonly anchor?: string
  /** `!` alone is told as such. */
  readonly tag?: string
}

/** Makes nodes and knows the anchors of the document. */
export class Composer {
  readonly #anchors = new Map<string, Node>()

  alias(name: string, offset: number): Node {
    const node = this.#anchors.get(name)
    if (node === undefined) throw new YamlError({ problem: 'found undefined alias', offset })
    return node
  }

  /** A scalar whose tag follows from its text, or is the given one, or a text. */
  scalar(given: Properties, text: string, isResolved: boolean): Node {
    const written = given.tag === '!' ? undefined : given.tag
    const tag = isResolved ? plainTag(text) : (written ?? yamlTag('str'))
    return this.#anchored(given, { kind: 'scalar', tag, text, start: given.start })
  }

  /** A sequence whose items are added while it is read: they may be aliases of itself. */
  sequence(given: Properties, items: readonly Node[]): Node {
    const tag = given.tag === undefined || given.tag === '!' ? yamlTag('seq') : given.tag
    return this.#anchored(given, { kind: 'sequence', tag, items, start: given.start })
  }

  mapping(given: Properties, pairs: readonly Pair[]): Node {
    const tag = given.tag === undefined || given.tag === '!' ? yamlTag('map') : given.tag
    return this.#anchored(given, { kind: 'mapping', tag, pairs, start: given.start })
  }

  #anchored({ anchor, start }: Properties, node: Node): Node {
    if (anchor === undefined) return node
    const first = this.#anchors.get(anchor)
    if (first !== undefined) {
      throw new YamlError({
        context: 'found duplicate anchor; first occurrence',
        contextOffset: first.start,
        problem: 'second occurrence',
        offset: start,
      })
    }
    this.#anchors.set(anchor, node)
    return node
  }
}
