// The walk over the nodes for one pod on columns: which are feasible, in which order, and by which
// code each other one is rejected. Upstream: pkg/scheduler/schedule_one.go
// findNodesThatPassFilters, v1.36.3.

import type { AttemptState } from '../cycle-state.ts'
import type { FilterPlugin, Pod } from '../framework.ts'
import { type NodeInfo, type PodInfo, withPodInfo } from '../node-info.ts'
import { isRejected, withPlugin } from '../status.ts'
import type { AffinityPlan } from './affinity-plan.ts'
import type { Cluster } from './cluster.ts'
import type { NodeClass } from './node-classes.ts'
import type { NodeColumns } from './node-columns.ts'
import { PlainWindow, type WindowBounds } from './plain-window.ts'
import type { RequestClass } from './request-classes.ts'
import type { SpreadPlan } from './spread-plan.ts'
import type { StatusTable } from './status-table.ts'
import { type PodChanges, Topology } from './topology.ts'
import type { WorthColumn } from './worth-column.ts'

/** Everything that decides where one pod may go. */
export interface Question {
  readonly pod: Pod
  readonly info: PodInfo
  readonly nodeClass: NodeClass
  readonly request: RequestClass
  readonly spread: SpreadPlan
  readonly affinity: AffinityPlan
  /** For pods that no other pod blocks from a node, and for those of the shape. */
  readonly column: WorthColumn
  readonly ownColumn: WorthColumn
  /** More than resources decides which node is best. */
  readonly isScoredByOthers: boolean
  readonly filtersSpread: boolean
  readonly filtersAffinity: boolean
  /** Asked node by node, around the fast forms. */
  readonly before: readonly FilterPlugin[]
  readonly between: readonly FilterPlugin[]
  readonly after: readonly FilterPlugin[]
  /** Present when any plugin is asked. */
  readonly cycle: AttemptState | undefined
}

/** A rejection that is an error: the specification has to tell the story. */
export const errorCode = -1

const noColumn = new Int32Array(0)
const noSkew = { domains: noColumn, counts: noColumn, limit: 0 }

export class Search {
  readonly cluster: Cluster
  readonly statuses: StatusTable
  /** Slots that fit, in the order of the walk; of a plain window once they are written out. */
  feasible = new Int32Array(0)
  /** What their resources are worth, weighted. */
  values = new Int32Array(0)
  /** The window, as long as every node in it fits and nobody wanted it written out. */
  plain: PlainWindow | undefined
  private readonly window = new PlainWindow()
  private rejectedBounds: WindowBounds | undefined
  private rejectedValues = new Int32Array(0)
  feasibleCount = 0
  /** How many nodes each code rejects, while no walk was needed to know that none fits. */
  rejections: ReadonlyMap<number, number> | undefined
  rejectedSlots = new Int32Array(0)
  rejectedCodes = new Uint16Array(0)
  rejectedCount = 0
  evaluated = 0
  question!: Question
  /** Pods nominated to a slot that this pod must leave room for. */
  nominated: ReadonlyMap<number, readonly PodInfo[]> = new Map()
  /** What spreading and affinity say. */
  readonly topology: Topology

  constructor(cluster: Cluster, statuses: StatusTable) {
    this.cluster = cluster
    this.statuses = statuses
    this.topology = new Topology(cluster, statuses)
  }

  /** Takes up a pod; what is counted now stays as it is during the walk. */
  begin(question: Question): void {
    this.question = question
    const { length } = this.cluster.order
    if (this.feasible.length < length) {
      this.feasible = new Int32Array(length)
      this.values = new Int32Array(length)
      this.rejectedSlots = new Int32Array(length)
      this.rejectedCodes = new Uint16Array(length)
    }
    this.forgetWalk()
    question.request.fitTo(this.cluster.nodes)
    this.topology.begin(question)
  }

  /** A pod may be walked for twice, and no way of walking writes all of this. */
  private forgetWalk(): void {
    this.plain = undefined
    this.rejections = undefined
    this.feasibleCount = 0
    this.rejectedCount = 0
    this.evaluated = 0
  }

  /** Whether nothing but resources decides, so that pods on the node matter by their sums only. */
  decidesBySums(slot: number): boolean {
    const { before, between, after, nodeClass } = this.question
    return (
      !this.topology.decides &&
      before.length + between.length + after.length === 0 &&
      nodeClass.codes[slot] === 0 &&
      !this.nominated.has(slot)
    )
  }

  /** Walks from a position of the order until one more than `wanted` fits; false on an error. */
  walk(order: Int32Array, start: number, wanted: number): boolean {
    this.forgetWalk()
    const { before, between, after } = this.question
    const asks = before.length + between.length + after.length > 0
    if (asks || this.nominated.size > 0) return this.walkAsking(order, start, wanted)
    const column = this.followedColumn(this.cluster.nodes)
    const bounds = { order, start, wanted }
    if (!this.fitsNowhere(bounds, column) && !this.walkPlain(bounds, column)) {
      this.walkColumn(bounds, column)
      if (this.feasibleCount === 0 && !this.topology.checks) column.noteRejections(order)
    }
    return true
  }

  private fitsNowhere(bounds: WindowBounds, column: WorthColumn): boolean {
    const { order } = bounds
    this.rejections = this.topology.checks ? undefined : column.rejectionsIn(order)
    if (this.rejections === undefined) return false
    this.rejectedCount = order.length
    this.evaluated = order.length
    this.rejectedBounds = bounds
    this.rejectedValues = column.values
    return true
  }

  /** Writes out which node was rejected by which code, as a walk would have. */
  writeRejections(): void {
    if (this.rejections === undefined) return
    this.rejections = undefined
    const { rejectedBounds, rejectedValues, rejectedSlots, rejectedCodes } = this
    const { order, start } = rejectedBounds as WindowBounds
    for (let step = 0; step < order.length; step += 1) {
      const position = start + step
      const slot = order[position < order.length ? position : position - order.length] as number
      rejectedSlots[step] = slot
      rejectedCodes[step] = -(rejectedValues[slot] as number)
    }
  }

  private walkPlain(bounds: WindowBounds, column: WorthColumn): boolean {
    const { cluster, statuses, window } = this
    const { order, wanted } = bounds
    if (this.topology.checks || this.question.isScoredByOthers) return false
    if (wanted > order.length) return false
    if (!window.scan(bounds, column, cluster.nodes, statuses)) return false
    this.plain = window
    this.feasibleCount = wanted
    this.evaluated = Math.min(wanted + 1, order.length)
    return true
  }

  /** Writes out a plain window for those who add to it or tell of it. */
  writeOut(): void {
    this.plain?.copyTo(this.feasible, this.values)
    this.plain = undefined
  }

  /** The node slot at a place among those that fit. */
  feasibleSlot(index: number): number {
    return this.plain === undefined ? (this.feasible[index] as number) : this.plain.slotAt(index)
  }

  /** One number per node says most; spreading and affinity are asked where they may reject. */
  private walkColumn({ order, start, wanted }: WindowBounds, column: WorthColumn): void {
    const { cluster, statuses, topology, feasible } = this
    const { nodes } = cluster
    const { values } = column
    const { checks, skew } = topology
    const { domains, counts, limit } = skew ?? noSkew
    const worth = this.values
    const { length } = order
    let position = start
    let found = 0
    let rejected = 0
    let evaluated = 0
    while (evaluated < length) {
      const slot = order[position] as number
      position += 1
      if (position === length) position = 0
      evaluated += 1
      let value = values[slot] as number
      if (value < 0) value = column.refreshed(slot, nodes, statuses)
      if (skew !== undefined) {
        const isSkewed = (counts[domains[slot] as number] as number) > limit
        if (isSkewed && topology.isOpen(value)) value = -skew.code
      } else if (checks && topology.isOpen(value)) {
        const code = topology.code(slot)
        if (code !== 0) value = -code
      }
      if (value < 0) {
        this.rejectedSlots[rejected] = slot
        this.rejectedCodes[rejected] = -value
        rejected += 1
      } else if (found === wanted) {
        break
      } else {
        feasible[found] = slot
        worth[found] = value
        found += 1
      }
    }
    this.feasibleCount = found
    this.rejectedCount = rejected
    this.evaluated = evaluated
  }

  private followedColumn(nodes: NodeColumns): WorthColumn {
    const { column, ownColumn } = this.question
    const blockers = this.topology.blockers()
    const chosen = blockers.counters.length === 0 ? column : ownColumn
    chosen.follow(nodes, this.statuses, blockers)
    return chosen
  }

  /** The same with plugins that are asked node by node, or with pods nominated to nodes. */
  private walkAsking(order: Int32Array, start: number, wanted: number): boolean {
    const { feasible, rejectedSlots, rejectedCodes } = this
    const worth = this.values
    const { length } = order
    let found = 0
    let rejected = 0
    let evaluated = 0
    while (evaluated < length) {
      const position = start + evaluated
      const slot = order[position < length ? position : position - length] as number
      evaluated += 1
      const code = this.fullCode(slot)
      if (code === errorCode) return false
      if (code !== 0) {
        rejectedSlots[rejected] = slot
        rejectedCodes[rejected] = code
        rejected += 1
      } else if (found === wanted) {
        break
      } else {
        feasible[found] = slot
        worth[found] = this.worthOf(slot)
        found += 1
      }
    }
    this.feasibleCount = found
    this.rejectedCount = rejected
    this.evaluated = evaluated
    return true
  }

  /** Whether one node more fitted than was wanted, so that the walk ended there. */
  isCut(numNodes: number, wanted: number): boolean {
    return (
      wanted < numNodes &&
      this.feasibleCount === wanted &&
      this.feasibleCount + this.rejectedCount < this.evaluated
    )
  }

  /** Filters with the pods nominated to the node, then without them. */
  fullCode(slot: number): number {
    const nominated = this.nominated.get(slot)
    if (nominated === undefined) return this.code(slot)
    const info = this.cluster.nodes.infos[slot] as NodeInfo
    const code = this.codeWith(slot, info, nominated)
    return code === 0 ? this.code(slot) : code
  }

  /** All filters on the node as the columns have it. */
  code(slot: number): number {
    const { question } = this
    const { nodeClass, before, between, after } = question
    const ofNode = nodeClass.codes[slot] as number
    if (ofNode !== 0) return ofNode
    const early = before.length === 0 ? 0 : this.ask(before, slot)
    if (early !== 0) return early
    const value = this.worthOf(slot)
    if (value < 0) return -value
    const middle = between.length === 0 ? 0 : this.ask(between, slot)
    if (middle !== 0) return middle
    const topology = this.topology.decides ? this.topology.code(slot) : 0
    if (topology !== 0) return topology
    return after.length === 0 ? 0 : this.ask(after, slot)
  }

  private worthOf(slot: number): number {
    const { nodes } = this.cluster
    const { stamps, values } = this.question.request
    if (stamps[slot] === nodes.generation[slot]) return values[slot] as number
    return this.question.request.refresh(slot, nodes, this.statuses)
  }

  private ask(plugins: readonly FilterPlugin[], slot: number): number {
    const { pod, cycle } = this.question
    const info = this.cluster.nodes.infos[slot] as NodeInfo
    for (const plugin of plugins) {
      const status = plugin.filter(cycle as AttemptState, pod, info)
      if (status.code === 'Success') continue
      if (!isRejected(status)) return errorCode
      return this.statuses.codeOf(withPlugin(status, plugin.name))
    }
    return 0
  }

  /** All filters on a node to which pods were added (or from which they were taken: `info`). */
  codeWith(slot: number, info: NodeInfo, added: readonly PodInfo[]): number {
    let after = info
    for (const pod of added) after = withPodInfo(after, pod)
    return this.codeChanged(slot, after, { added, removed: [] })
  }

  /** The same with the node as it is to be, and what came and went. */
  codeChanged(slot: number, after: NodeInfo, change: PodChanges): number {
    const { nodes } = this.cluster
    const before = nodes.infos[slot] as NodeInfo
    const generation = nodes.generation[slot] as number
    nodes.tryInfo(slot, after)
    const code = this.topology.changed(slot, change, () => this.code(slot))
    nodes.endTrial(slot, before, generation)
    return code
  }
}
