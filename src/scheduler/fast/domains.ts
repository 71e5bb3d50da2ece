// Topology domains as numbers: the value of a label on each node, and counts by value.

import { grown } from './interning.ts'
import type { NodeInfo } from '../node-info.ts'

/** What a minimum over no domain at all is. */
export const noMinimum = 2 ** 31 - 1

/** The values of one topology key as numbers; all maps of the key share them. */
export class ValueSpace {
  readonly key: string
  private readonly ids = new Map<string, number>()
  /** The last question that met the value: how distinct values among nodes are counted. */
  marks = new Int32Array(8)

  constructor(key: string) {
    this.key = key
  }

  get size(): number {
    return this.ids.size
  }

  idOf(value: string): number {
    let id = this.ids.get(value)
    if (id === undefined) {
      id = this.ids.size
      this.ids.set(value, id)
      if (id >= this.marks.length) this.marks = grown(this.marks, this.marks.length * 2)
    }
    return id
  }
}

/** Which nodes count for a topology key. */
export interface DomainRule {
  readonly space: ValueSpace
  /** Nodes that count; absent means all. */
  readonly counts?: (node: NodeInfo) => boolean
  /** A node without the label is in the domain of the empty value. */
  readonly missingIsEmpty?: boolean
  /** Each node is its own domain, numbered by its slot; labels do not matter. */
  readonly perNode?: boolean
}

/** The domain of each node slot, or -1 for nodes that are not there or do not count. */
export class DomainMap {
  readonly rule: DomainRule
  domainOf: Int32Array
  /** Nodes in each domain. */
  nodesIn = new Int32Array(8)
  /** Domains that have a node. */
  size = 0
  /** Nodes that are in any domain. */
  numNodes = 0
  /** Counters that keep a minimum over the domains that have a node. */
  readonly trackers: Counter[] = []

  constructor(rule: DomainRule, capacity: number) {
    this.rule = rule
    this.domainOf = new Int32Array(capacity).fill(-1)
  }

  grow(capacity: number): void {
    this.domainOf = grown(this.domainOf, capacity, -1)
  }

  /** The node that is now at a slot; no pod may be counted there meanwhile. */
  setNode(slot: number, node: NodeInfo | undefined): void {
    const before = this.domainOf[slot] as number
    const after = node === undefined ? -1 : this.domainFor(slot, node)
    if (before === after) return
    this.domainOf[slot] = after
    if (before >= 0) this.count(before, -1)
    if (after >= 0) this.count(after, 1)
  }

  private domainFor(slot: number, node: NodeInfo): number {
    const { space, counts, missingIsEmpty, perNode } = this.rule
    if (perNode === true) return slot
    const value = node.labels[space.key] ?? (missingIsEmpty === true ? '' : undefined)
    if (value === undefined || counts?.(node) === false) return -1
    return space.idOf(value)
  }

  private count(domain: number, delta: 1 | -1): void {
    if (domain >= this.nodesIn.length) {
      this.nodesIn = grown(this.nodesIn, Math.max(domain + 1, this.nodesIn.length * 2))
    }
    const nodes = (this.nodesIn[domain] as number) + delta
    this.numNodes += delta
    this.nodesIn[domain] = nodes
    if (delta === 1 && nodes === 1) {
      this.size += 1
      for (const counter of this.trackers) counter.domainCame(domain)
    } else if (delta === -1 && nodes === 0) {
      this.size -= 1
      for (const counter of this.trackers) counter.domainWent(domain)
    }
  }
}

/** How many pods of a set are in each domain. */
export class Counter {
  readonly map: DomainMap
  counts: Int32Array
  /** Over all domains. */
  total = 0
  /** How many domains that have a node hold each count; present when a minimum is asked for. */
  private histogram: number[] | undefined
  private lowest = 0

  constructor(map: DomainMap) {
    this.map = map
    this.counts = new Int32Array(Math.max(8, map.rule.space.size))
  }

  /** Keeps the minimum from now on. */
  trackMinimum(): void {
    if (this.histogram !== undefined) return
    this.histogram = []
    this.map.trackers.push(this)
    const { nodesIn } = this.map
    for (let domain = 0; domain < nodesIn.length; domain += 1) {
      if ((nodesIn[domain] as number) > 0) this.domainCame(domain)
    }
  }

  /** The counts, long enough for every domain there is. */
  ready(): Int32Array {
    const { size } = this.map.rule.space
    if (this.map.rule.perNode === true) {
      if (this.counts.length < this.map.domainOf.length) this.lengthen(this.map.domainOf.length)
    } else if (this.counts.length < size) this.lengthen(size)
    return this.counts
  }

  countIn(domain: number): number {
    return domain < this.counts.length ? (this.counts[domain] as number) : 0
  }

  /** Pods came to (or left) a node that is in a domain. */
  add(slot: number, delta: number): void {
    const domain = this.map.domainOf[slot] as number
    if (domain < 0) return
    if (domain >= this.counts.length) this.lengthen(domain)
    const before = this.counts[domain] as number
    const after = before + delta
    this.counts[domain] = after
    this.total += delta
    const { histogram } = this
    if (histogram === undefined) return
    for (let gap = histogram.length; gap <= after; gap += 1) histogram[gap] = 0
    histogram[before] = (histogram[before] as number) - 1
    histogram[after] = (histogram[after] as number) + 1
    if (after < this.lowest) this.lowest = after
  }

  domainCame(domain: number): void {
    const { histogram } = this
    if (histogram === undefined) return
    const count = this.countIn(domain)
    for (let gap = histogram.length; gap <= count; gap += 1) histogram[gap] = 0
    histogram[count] = (histogram[count] as number) + 1
    if (count < this.lowest) this.lowest = count
  }

  domainWent(domain: number): void {
    const { histogram } = this
    if (histogram === undefined) return
    const count = this.countIn(domain)
    histogram[count] = (histogram[count] as number) - 1
  }

  /** The lowest count of all domains that have a node. */
  minimum(): number {
    const { histogram = [] } = this
    if (this.map.size === 0) return noMinimum
    while ((histogram[this.lowest] ?? 0) === 0) this.lowest += 1
    return this.lowest
  }

  /** The lowest count of the domains other than this one. */
  minimumBeside(domain: number): number {
    const { histogram = [] } = this
    let count = this.minimum()
    if (count === noMinimum || this.countIn(domain) !== count) return count
    if ((this.map.nodesIn[domain] ?? 0) === 0 || (histogram[count] as number) > 1) return count
    for (count += 1; count < histogram.length; count += 1) {
      if ((histogram[count] as number) > 0) return count
    }
    return noMinimum
  }

  private lengthen(domain: number): void {
    const length = Math.max(domain + 1, this.counts.length * 2, this.map.rule.space.size)
    this.counts = grown(this.counts, length)
  }
}
