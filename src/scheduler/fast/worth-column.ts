// What each node is worth to pods that are alike, as far as nothing but the node itself decides:
// the walk reads one number per node. Entries of nodes that changed are marked when the column is
// asked again and computed when a walk meets them.

import type { Counter } from './domains.ts'
import { grown } from './interning.ts'
import type { NodeClass } from './node-classes.ts'
import { type NodeColumns, touchesKept } from './node-columns.ts'
import type { RequestClass } from './request-classes.ts'
import type { StatusTable } from './status-table.ts'

/** Below every code of a rejection. */
const stale = -(2 ** 20)

/** Counters of pods that keep others off their own node: one node in each domain. */
export interface Blockers {
  readonly counters: readonly Counter[]
  /** The code of the rejection by each. */
  readonly codes: readonly number[]
}

export const noBlockers: Blockers = { counters: [], codes: [] }

export class WorthColumn {
  private readonly nodeClass: NodeClass
  private readonly request: RequestClass
  private blockers = noBlockers
  private seen = 0
  /** While every node is known to be rejected: how many by each code, and among which nodes. */
  private rejections: Map<number, number> | undefined
  private rejectedOrder: Int32Array | undefined
  /** The weighted scores of resources, minus the code of a rejection, or not yet known. */
  values = new Int32Array(0)

  constructor(nodeClass: NodeClass, request: RequestClass) {
    this.nodeClass = nodeClass
    this.request = request
  }

  /** Marks what changed since the last time: O(changes), bounded by the number of nodes. */
  follow(nodes: NodeColumns, statuses: StatusTable, blockers: Blockers): void {
    const { touches, touched, capacity } = nodes
    if (this.values.length < capacity) this.values = grown(this.values, capacity, stale)
    const { values } = this
    if (!sameCounters(this.blockers, blockers) || touches - this.seen > touchesKept) {
      this.blockers = blockers
      this.rejections = undefined
      values.fill(stale)
    } else if (this.rejections !== undefined) {
      this.recount(nodes, statuses)
    } else {
      for (let at = this.seen; at < touches; at += 1) {
        values[touched[at % touchesKept] as number] = stale
      }
    }
    this.seen = touches
  }

  /** How many nodes each code rejects, when the last walk over them found that none fits. */
  rejectionsIn(order: Int32Array): ReadonlyMap<number, number> | undefined {
    if (this.rejectedOrder !== order) this.rejections = undefined
    return this.rejections
  }

  /** No node of the order fits: that is kept as long as it holds. */
  noteRejections(order: Int32Array): void {
    const counts = new Map<number, number>()
    let last = 0
    let run = 0
    for (let position = 0; position < order.length; position += 1) {
      const value = this.values[order[position] as number] as number
      if (value === last) run += 1
      else {
        if (run > 0) change(counts, -last, run)
        last = value
        run = 1
      }
    }
    if (run > 0) change(counts, -last, run)
    this.rejections = counts
    this.rejectedOrder = order
  }

  /** Looks at once at the nodes that changed; the counts are given up when one of them fits. */
  private recount(nodes: NodeColumns, statuses: StatusTable): void {
    const { values } = this
    for (let at = this.seen; at < nodes.touches; at += 1) {
      const slot = nodes.touched[at % touchesKept] as number
      const before = values[slot] as number
      values[slot] = stale
      if (this.rejections === undefined) continue
      if (before === stale || nodes.infos[slot] === undefined) {
        this.rejections = undefined
        continue
      }
      const after = this.refreshed(slot, nodes, statuses)
      if (after === before) continue
      change(this.rejections, -before, -1)
      if (after >= 0) this.rejections = undefined
      else change(this.rejections, -after, 1)
    }
  }

  /** The entry of a slot whose value is negative: computed if it is not known yet. */
  refreshed(slot: number, nodes: NodeColumns, statuses: StatusTable): number {
    const known = this.values[slot] as number
    if (known !== stale) return known
    const value = this.compute(slot, nodes, statuses)
    this.values[slot] = value
    return value
  }

  private compute(slot: number, nodes: NodeColumns, statuses: StatusTable): number {
    const code = this.nodeClass.codes[slot] as number
    if (code !== 0) return -code
    const { stamps, values } = this.request
    const worth =
      stamps[slot] === nodes.generation[slot]
        ? (values[slot] as number)
        : this.request.refresh(slot, nodes, statuses)
    if (worth < 0) return worth
    const { counters, codes } = this.blockers
    for (let at = 0; at < counters.length; at += 1) {
      const counter = counters[at] as Counter
      const domain = counter.map.domainOf[slot] as number
      if (domain >= 0 && counter.countIn(domain) > 0) return -(codes[at] as number)
    }
    return worth
  }
}

function change(counts: Map<number, number>, code: number, delta: number): void {
  const count = (counts.get(code) ?? 0) + delta
  if (count === 0) counts.delete(code)
  else counts.set(code, count)
}

function sameCounters({ counters: a }: Blockers, { counters: b }: Blockers): boolean {
  if (a.length !== b.length) return false
  for (let at = 0; at < a.length; at += 1) if (a[at] !== b[at]) return false
  return true
}
