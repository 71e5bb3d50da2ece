// Makes values of YAML nodes the way ansible-core does: merge keys, duplicate keys, its own tags.
// Upstream: PyYAML 6.0 constructor.py; ansible-core 2.18 parsing/yaml/constructor.py, 2.19
// _internal/_yaml/_constructor.py.

import { reprOfText } from '../python/repr.ts'
import {
  type AnsibleVersion,
  isList,
  isMapping,
  PythonSet,
  sameKey,
  setItem,
  Tuple,
  UnsafeText,
  type Value,
  VaultText,
} from '../values.ts'
import { PythonError, YamlError } from './error.ts'
import type { MappingNode, Node, Pair, ScalarNode, SequenceNode } from './nodes.ts'
import { plainTag, scalarOf, yamlTag } from './scalars.ts'

/** Where the parts of a mapping or list stand, as offsets of the text. */
export interface Places {
  readonly start: number
  readonly keys: ReadonlyMap<Value, KeyPlace>
  readonly items: readonly number[]
}

/** A key that was written more than once counts where it was written last. */
export interface KeyPlace {
  readonly first: number
  readonly key: number
  readonly value: number
}

/** A key that was written before in the same mapping. */
export interface Duplicate {
  readonly key: Value
  /** Where the mapping begins. */
  readonly mapping: number
  /** Where the later key stands. */
  readonly offset: number
}

export interface Constructed {
  readonly value: Value
  /** By the mapping or list itself. */
  readonly places: ReadonlyMap<object, Places>
}

/**
 * The value of a document; throws a YamlError or PythonError. Keys that are set twice are added to
 * `duplicates` in the order in which the engine warns, up to where an error ends it.
 */
export function constructDocument(
  node: Node,
  version: AnsibleVersion,
  duplicates: Duplicate[] = [],
): Constructed {
  const constructor = new Constructor(version, duplicates)
  const value = constructor.object(node, false)
  constructor.finish()
  return { value, places: constructor.places }
}

interface Filling {
  readonly start: number
  readonly keys: Map<Value, KeyPlace>
  readonly items: number[]
}

class Constructor {
  readonly places = new Map<object, Places>()
  readonly #duplicates: Duplicate[]
  readonly #version: AnsibleVersion
  readonly #made = new Map<Node, Value>()
  // Containers are filled level by level, as the generators upstream are.
  #waiting: (() => void)[] = []
  #unsafeDepth = 0

  constructor(version: AnsibleVersion, duplicates: Duplicate[]) {
    this.#version = version
    this.#duplicates = duplicates
  }

  finish(): void {
    while (this.#waiting.length > 0) {
      const level = this.#waiting
      this.#waiting = []
      for (const fill of level) fill()
    }
  }

  object(node: Node, isDeep: boolean): Value {
    const known = this.#made.get(node)
    if (known !== undefined) return known
    const value = this.#construct(node, isDeep)
    this.#made.set(node, value)
    return value
  }

  #construct(node: Node, isDeep: boolean): Value {
    switch (node.tag) {
      case yamlTag('map'):
      case yamlTag('python/dict'):
        return this.#map(node, isDeep)
      case yamlTag('seq'):
        return this.#list(node, isDeep)
      case yamlTag('set'):
        return this.#set(node, isDeep)
      case yamlTag('omap'):
        return this.#pairs(node, 'an ordered map')
      case yamlTag('pairs'):
        return this.#pairs(node, 'pairs')
      case '!unsafe':
        return this.#version === '2.19' ? this.#untrusted(node) : this.#unsafe(node)
      case '!vault':
      case '!vault-encrypted':
        return this.#vault(node)
      default:
        return this.#scalar(node)
    }
  }

  #scalar(node: Node): Value {
    const tag = node.tag === yamlTag('python/unicode') ? yamlTag('str') : node.tag
    if (!isScalarTag(tag)) {
      const problem = `could not determine a constructor for the tag ${reprOfText(node.tag)}`
      throw new YamlError({ problem, offset: node.start })
    }
    const value = scalarOf(tag, textOfNode(node)) ?? null
    return typeof value === 'string' && this.#unsafeDepth > 0 ? new UnsafeText(value) : value
  }

  #map(node: Node, isDeep: boolean): Value {
    const mapping = new Map<Value, Value>()
    const filling: Filling = { start: node.start, keys: new Map(), items: [] }
    this.places.set(mapping, filling)
    this.#made.set(node, mapping)
    this.#later(isDeep, () => this.#fillMap(mappingNode(node), mapping, filling, isDeep))
    return mapping
  }

  #later(isDeep: boolean, fill: () => void): void {
    if (isDeep) fill()
    else this.#waiting.push(fill)
  }

  #fillMap(node: MappingNode, mapping: Map<Value, Value>, filling: Filling, isDeep: boolean): void {
    flatten(node)
    for (const { key: keyNode, value: valueNode } of node.pairs) {
      const key = plainKey(this.object(keyNode, isDeep))
      this.#assertHashable(key, node, keyNode)
      const same = sameKey(mapping, key)
      if (same !== undefined) {
        this.#duplicates.push({ key, mapping: node.start, offset: keyNode.start })
      }
      setItem(mapping, key, this.object(valueNode, isDeep))
      const first = filling.keys.get(same ?? key)?.first ?? keyNode.start
      filling.keys.set(same ?? key, { first, key: keyNode.start, value: valueNode.start })
    }
  }

  #assertHashable(key: Value, node: Node, keyNode: Node): void {
    const isUnhashable = isMapping(key) || isList(key) || key instanceof PythonSet
    if (!isUnhashable) return
    const type = isMapping(key) ? 'AnsibleMapping' : isList(key) ? 'AnsibleSequence' : 'set'
    throw new YamlError({
      context: 'while constructing a mapping',
      contextOffset: node.start,
      problem:
        this.#version === '2.19'
          ? 'found unhashable key'
          : `found unacceptable key (unhashable type: '${type}')`,
      offset: keyNode.start,
    })
  }

  #list(node: Node, isDeep: boolean): Value {
    const list: Value[] = []
    const filling: Filling = { start: node.start, keys: new Map(), items: [] }
    this.places.set(list, filling)
    this.#made.set(node, list)
    this.#later(isDeep, () => {
      for (const item of sequenceNode(node).items) {
        list.push(this.object(item, isDeep))
        filling.items.push(item.start)
      }
    })
    return list
  }

  #set(node: Node, isDeep: boolean): Value {
    const items: Value[] = []
    const set = new PythonSet(items)
    this.#made.set(node, set)
    const filling: Filling = { start: node.start, keys: new Map(), items: [] }
    this.#later(isDeep, () => {
      const members = new Map<Value, Value>()
      this.#fillMap(mappingNode(node), members, filling, isDeep)
      items.push(...members.keys())
    })
    return set
  }

  #pairs(node: Node, what: string): Value {
    const list: Value[] = []
    this.#made.set(node, list)
    const context = { context: `while constructing ${what}`, contextOffset: node.start }
    this.#waiting.push(() => {
      if (node.kind !== 'sequence') {
        const problem = `expected a sequence, but found ${node.kind}`
        throw new YamlError({ ...context, problem, offset: node.start })
      }
      for (const item of node.items) list.push(this.#pair(item, context))
    })
    return list
  }

  #pair(item: Node, context: { context: string; contextOffset: number }): Value {
    if (item.kind !== 'mapping') {
      const problem = `expected a mapping of length 1, but found ${item.kind}`
      throw new YamlError({ ...context, problem, offset: item.start })
    }
    const [pair] = item.pairs
    if (pair === undefined || item.pairs.length !== 1) {
      const problem = `expected a single mapping item, but found ${item.pairs.length} items`
      throw new YamlError({ ...context, problem, offset: item.start })
    }
    return new Tuple([this.object(pair.key, false), this.object(pair.value, false)])
  }

  // Up to 2.18 only the first level is kept: what is nested is not there yet when it is copied.
  #unsafe(node: Node): Value {
    if (node.kind === 'scalar') return new UnsafeText(node.text)
    const shallow = (value: Value): Value => {
      if (typeof value === 'string') return new UnsafeText(value)
      if (isMapping(value)) return new Map()
      return isList(value) ? [] : value
    }
    if (node.kind === 'sequence') return node.items.map(item => shallow(this.object(item, false)))
    const mapping = new Map<Value, Value>()
    const filling: Filling = { start: node.start, keys: new Map(), items: [] }
    this.#fillMap(node, mapping, filling, false)
    const copy = new Map([...mapping].map(([key, value]) => [key, shallow(value)]))
    this.places.set(copy, filling)
    return copy
  }

  // From 2.19 on the tag is resolved anew, and every text below it is no template.
  #untrusted(node: Node): Value {
    this.#unsafeDepth += 1
    try {
      return this.#construct({ ...node, tag: this.#implicitTag(node) }, true)
    } finally {
      this.#unsafeDepth -= 1
    }
  }

  #implicitTag(node: Node): string {
    if (node.kind === 'scalar') return plainTag(node.text)
    return yamlTag(node.kind === 'mapping' ? 'map' : 'seq')
  }

  #vault(node: Node): Value {
    if (this.#version !== '2.19') return new VaultText(textOfNode(node))
    const value = this.#construct({ ...node, tag: this.#implicitTag(node) }, true)
    if (typeof value === 'string') return new VaultText(value)
    const problem = `the ${reprOfText(node.tag)} tag requires a string value`
    throw new YamlError({ problem, offset: node.start, isOwn: true })
  }
}

function isScalarTag(tag: string): boolean {
  return ['str', 'null', 'bool', 'int', 'float', 'timestamp', 'binary'].some(
    name => tag === yamlTag(name),
  )
}

/** Keys are compared as plain texts; that one must not be templated does not matter. */
function plainKey(key: Value): Value {
  return key instanceof UnsafeText ? key.text : key
}

function textOfNode(node: Node): string {
  if (node.kind === 'scalar') return node.text
  const fallback = valueOfMapping(node)
  if (fallback !== undefined) return fallback.text
  const problem = `expected a scalar node, but found ${node.kind}`
  throw new YamlError({ problem, offset: node.start })
}

// YAML 1.1: the key `=` holds the value of a mapping that stands for a scalar.
function valueOfMapping(node: Node): ScalarNode | undefined {
  if (node.kind !== 'mapping') return undefined
  const pair = node.pairs.find(({ key }) => key.tag === yamlTag('value'))
  return pair?.value.kind === 'scalar' ? pair.value : undefined
}

function mappingNode(node: Node): MappingNode {
  if (node.kind === 'mapping') return node
  const problem = `expected a mapping node, but found ${node.kind}`
  throw new YamlError({ problem, offset: node.start })
}

function sequenceNode(node: Node): SequenceNode {
  if (node.kind === 'sequence') return node
  const problem = `expected a sequence node, but found ${node.kind}`
  throw new YamlError({ problem, offset: node.start })
}

/** A mapping that merges itself would be flattened for ever. */
const mergesMax = 1000

// Merged pairs come before the mapping's own, of several sources the first wins by coming last.
function flatten(node: MappingNode, depth = 0): void {
  if (depth > mergesMax) throw new PythonError('maximum recursion depth exceeded')
  const own: Pair[] = []
  const merged: Pair[] = []
  for (const pair of node.pairs) {
    if (pair.key.tag === yamlTag('merge')) merged.push(...mergedPairs(node, pair.value, depth))
    else if (pair.key.tag === yamlTag('value')) {
      own.push({ key: { ...pair.key, tag: yamlTag('str') }, value: pair.value })
    } else own.push(pair)
  }
  // The pairs stay as they are where nothing was merged.
  node.pairs = [...merged, ...own]
}

function mergedPairs(node: MappingNode, value: Node, depth: number): readonly Pair[] {
  if (value.kind === 'mapping') {
    flatten(value, depth + 1)
    return value.pairs
  }
  const context = { context: 'while constructing a mapping', contextOffset: node.start }
  if (value.kind === 'scalar') {
    const problem = 'expected a mapping or list of mappings for merging, but found scalar'
    throw new YamlError({ ...context, problem, offset: value.start })
  }
  const sources = value.items.map(item => {
    if (item.kind !== 'mapping') {
      const problem = `expected a mapping for merging, but found ${item.kind}`
      throw new YamlError({ ...context, problem, offset: item.start })
    }
    flatten(item, depth + 1)
    return item.pairs
  })
  return sources.reverse().flat()
}
