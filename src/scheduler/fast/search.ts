// The walk over the nodes for one pod on columns: which are feasible, in which order, and by which
// code each other one is rejected. Upstream: pkg/scheduler/schedule_one.go
// findNodesThatPassFilters, v1.36.3.

import type { AttemptState } from '../cycle-state.ts'
import type { FilterPlugin, Pod } from '../framework.ts'
import { type NodeInfo, type PodInfo, withPodInfo } from '../node-info.ts'
import { reasons as affinityReasons } from '../plugins/inter-pod-affinity/filtering.ts'
import { reasons as spreadReasons } from '../plugins/pod-topology-spread/filtering.ts'
import { isRejected, unresolvable, unschedulable, withPlugin } from '../status.ts'
import type { AffinityPlan } from './affinity-plan.ts'
import type { Cluster } from './cluster.ts'
import { type Counter, noMinimum } from './domains.ts'
import type { NodeClass } from './node-classes.ts'
import type { NodeColumns } from './node-columns.ts'
import { PlainWindow, type WindowBounds } from './plain-window.ts'
import type { RequestClass } from './request-classes.ts'
import type { HardConstraint, SpreadPlan } from './spread-plan.ts'
import type { StatusTable } from './status-table.ts'
import { type Blockers, noBlockers, type WorthColumn } from './worth-column.ts'

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

/** Pods that would come to a node and leave it. */
export interface PodChanges {
  readonly added: readonly PodInfo[]
  readonly removed: readonly PodInfo[]
}

/** A rejection that is an error: the specification has to tell the story. */
export const errorCode = -1

const noCounters: readonly Counter[] = []
const noHard: readonly HardConstraint[] = []

/** More domains than this are not looked through before a walk. */
const domainsMax = 64

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
  private hard: readonly HardConstraint[] = []
  private hardDomains: Int32Array[] = []
  private hardCounts: Int32Array[] = []
  private readonly hardLimits: number[] = []
  private affinity: readonly Counter[] = noCounters
  private anti: readonly Counter[] = noCounters
  private refusing: readonly Counter[] = noCounters
  /** Nobody meets the required terms, and the pod meets them itself. */
  private isFirstOfItsKind = false
  /** Whether InterPodAffinity has anything to say; decided before any node is looked at. */
  affinityFilters = false
  private hasTopology = false
  /** Whether spreading or affinity has to be looked at node by node during a walk. */
  private checksTopology = false
  /** Nothing but one hard spread constraint has to be, and every node has its label. */
  private checksOneSkew = false
  private readonly codes: {
    readonly skew: number
    readonly missingLabel: number
    readonly affinity: number
    readonly antiAffinity: number
    readonly existing: number
  }

  constructor(cluster: Cluster, statuses: StatusTable) {
    this.cluster = cluster
    this.statuses = statuses
    const spread = 'PodTopologySpread'
    const pods = 'InterPodAffinity'
    this.codes = {
      skew: statuses.codeOf(withPlugin(unschedulable(spreadReasons.skew), spread)),
      missingLabel: statuses.codeOf(withPlugin(unresolvable(spreadReasons.missingLabel), spread)),
      affinity: statuses.codeOf(withPlugin(unresolvable(affinityReasons.affinity), pods)),
      antiAffinity: statuses.codeOf(withPlugin(unschedulable(affinityReasons.antiAffinity), pods)),
      existing: statuses.codeOf(
        withPlugin(unschedulable(affinityReasons.existingAntiAffinity), pods),
      ),
    }
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
    this.plain = undefined
    this.rejections = undefined
    this.feasibleCount = 0
    this.rejectedCount = 0
    this.evaluated = 0
    question.request.fitTo(this.cluster.nodes)
    this.beginSpread(question)
    this.beginAffinity(question)
    this.hasTopology = this.hard.length > 0 || this.affinityFilters
    const mayRefuse = this.hasTopology && this.mayRefuse()
    this.checksTopology = mayRefuse || (this.hasTopology && this.mayBeSkewed())
    this.checksOneSkew =
      this.checksTopology &&
      !mayRefuse &&
      this.hard.length === 1 &&
      this.hard[0]?.labels.numNodes === length
  }

  private beginSpread({ spread, filtersSpread }: Question): void {
    this.hard = filtersSpread ? spread.hard : noHard
    if (this.hardDomains.length > 0) {
      this.hardDomains.length = 0
      this.hardCounts.length = 0
      this.hardLimits.length = 0
    }
    for (const { constraint, labels, counter, self } of this.hard) {
      const tooFew = counter.map.size < constraint.minDomains
      this.hardDomains.push(labels.domainOf)
      this.hardCounts.push(counter.ready())
      this.hardLimits.push(constraint.maxSkew - self + (tooFew ? 0 : counter.minimum()))
    }
  }

  private beginAffinity({ affinity, filtersAffinity }: Question): void {
    this.affinityFilters = false
    this.affinity = noCounters
    this.anti = noCounters
    this.refusing = noCounters
    if (!filtersAffinity) return
    const refusing = withPods(affinity.refusing)
    this.refusing = refusing
    this.affinity = affinity.affinity
    this.anti = affinity.antiAffinity
    for (const counter of this.affinity) counter.ready()
    for (const counter of this.anti) counter.ready()
    this.affinityFilters = this.affinity.length + this.anti.length + refusing.length > 0
    this.updateFirstOfItsKind()
  }

  private updateFirstOfItsKind(): void {
    const { affinity } = this.question
    this.isFirstOfItsKind =
      affinity.matchesItself && this.affinity.every(counter => counter.total === 0)
  }

  /** Whether spreading or affinity may reject a node. */
  get decidesByTopology(): boolean {
    return this.hasTopology
  }

  /** Whether nothing but resources decides, so that pods on the node matter by their sums only. */
  decidesBySums(slot: number): boolean {
    const { before, between, after, nodeClass } = this.question
    return (
      !this.hasTopology &&
      before.length + between.length + after.length === 0 &&
      nodeClass.codes[slot] === 0 &&
      !this.nominated.has(slot)
    )
  }

  /** Walks from a position of the order until one more than `wanted` fits; false on an error. */
  walk(order: Int32Array, start: number, wanted: number): boolean {
    const { before, between, after } = this.question
    const asks = before.length + between.length + after.length > 0
    if (asks || this.nominated.size > 0) return this.walkAsking(order, start, wanted)
    const column = this.followedColumn(this.cluster.nodes)
    const bounds = { order, start, wanted }
    if (!this.fitsNowhere(bounds, column) && !this.walkPlain(bounds, column)) {
      this.walkColumn(bounds, column)
      if (this.feasibleCount === 0 && !this.checksTopology) column.noteRejections(order)
    }
    return true
  }

  private fitsNowhere(bounds: WindowBounds, column: WorthColumn): boolean {
    const { order } = bounds
    this.rejections = this.checksTopology ? undefined : column.rejectionsIn(order)
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
    if (this.checksTopology || this.question.isScoredByOthers || wanted > order.length) return false
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
    const { cluster, statuses, checksTopology, checksOneSkew, feasible } = this
    const { nodes } = cluster
    const { values } = column
    const [domains = this.values] = this.hardDomains
    const [counts = this.values] = this.hardCounts
    const [limit = 0] = this.hardLimits
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
      if (checksOneSkew) {
        const isSkewed = (counts[domains[slot] as number] as number) > limit
        if (isSkewed && this.isOpenToTopology(value)) value = -this.codes.skew
      } else if (checksTopology && this.isOpenToTopology(value)) {
        const code = this.topologyCode(slot)
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

  /** Whether nothing that comes before spreading and affinity rejects. */
  private isOpenToTopology(value: number): boolean {
    return value >= 0 || -value === this.codes.antiAffinity || -value === this.codes.existing
  }

  private followedColumn(nodes: NodeColumns): WorthColumn {
    const { affinity, column, ownColumn } = this.question
    const blockers = this.affinityFilters ? this.blockersOf(affinity) : noBlockers
    const chosen = blockers.counters.length === 0 ? column : ownColumn
    chosen.follow(nodes, this.statuses, blockers)
    return chosen
  }

  /** What keeps the pod off single nodes, as long as each domain is a node of its own. */
  private blockersOf(affinity: AffinityPlan): Blockers {
    const { counters } = affinity.blockers
    let at = 0
    let isSame = true
    for (const list of [affinity.antiAffinity, affinity.refusing]) {
      for (let index = 0; index < list.length; index += 1) {
        const counter = list[index] as Counter
        if (!isSingle(counter)) continue
        if (counters[at] !== counter) isSame = false
        at += 1
      }
    }
    if (!isSame || at !== counters.length) affinity.blockers = this.newBlockers(affinity)
    return affinity.blockers
  }

  private newBlockers({ antiAffinity, refusing }: AffinityPlan): Blockers {
    const own = antiAffinity.filter(isSingle)
    const others = refusing.filter(isSingle)
    return {
      counters: [...own, ...others],
      codes: [...own.map(() => this.codes.antiAffinity), ...others.map(() => this.codes.existing)],
    }
  }

  /** Whether any node may break a hard spread constraint. */
  private mayBeSkewed(): boolean {
    const { hard, hardLimits, hardCounts } = this
    const numNodes = this.cluster.order.length
    for (let index = 0; index < hard.length; index += 1) {
      const { labels } = hard[index] as HardConstraint
      if (labels.numNodes !== numNodes || labels.rule.space.size > domainsMax) return true
      const counts = hardCounts[index] as Int32Array
      const limit = hardLimits[index] as number
      const { nodesIn } = labels
      for (let domain = 0; domain < labels.rule.space.size; domain += 1) {
        if ((counts[domain] as number) > limit && (nodesIn[domain] as number) > 0) return true
      }
    }
    return false
  }

  /** Whether affinity may reject a node for more than its own pods. */
  private mayRefuse(): boolean {
    if (!this.affinityFilters) return false
    const { affinity, anti, refusing, isFirstOfItsKind } = this
    for (const counter of anti) if (counter.total > 0 && !isSingle(counter)) return true
    for (const counter of refusing) if (!isSingle(counter)) return true
    const numNodes = this.cluster.order.length
    for (const { map, counts } of affinity) {
      if (map.numNodes !== numNodes || map.rule.space.size > domainsMax) return true
      if (isFirstOfItsKind) continue
      for (let domain = 0; domain < map.rule.space.size; domain += 1) {
        if ((counts[domain] as number) <= 0 && (map.nodesIn[domain] as number) > 0) return true
      }
    }
    return false
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
    const topology = this.hasTopology ? this.topologyCode(slot) : 0
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

  private topologyCode(slot: number): number {
    const { hardDomains, hardCounts, hardLimits } = this
    for (let index = 0; index < hardDomains.length; index += 1) {
      const domain = (hardDomains[index] as Int32Array)[slot] as number
      if (domain < 0) return this.codes.missingLabel
      const count = (hardCounts[index] as Int32Array)[domain] as number
      if (count > (hardLimits[index] as number)) return this.codes.skew
    }
    return this.affinityFilters ? this.affinityCode(slot) : 0
  }

  private affinityCode(slot: number): number {
    const { affinity, anti, refusing } = this
    let podsExist = true
    for (let index = 0; index < affinity.length; index += 1) {
      const counter = affinity[index] as Counter
      const domain = counter.map.domainOf[slot] as number
      if (domain < 0) return this.codes.affinity
      if ((counter.counts[domain] as number) <= 0) podsExist = false
    }
    if (!podsExist && !this.isFirstOfItsKind) return this.codes.affinity
    for (let index = 0; index < anti.length; index += 1) {
      const counter = anti[index] as Counter
      const domain = counter.map.domainOf[slot] as number
      if (domain >= 0 && (counter.counts[domain] as number) > 0) return this.codes.antiAffinity
    }
    for (let index = 0; index < refusing.length; index += 1) {
      const counter = refusing[index] as Counter
      const domain = counter.map.domainOf[slot] as number
      if (domain >= 0 && (counter.counts[domain] as number) > 0) return this.codes.existing
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
    const limits = this.hardLimits.slice()
    const { refusing } = this
    if (this.affinityFilters) this.refusing = this.question.affinity.refusing
    this.shiftLimits(slot, change)
    this.tryPods(slot, change, 1)
    const code = this.code(slot)
    this.tryPods(slot, change, -1)
    this.refusing = refusing
    limits.forEach((limit, index) => {
      this.hardLimits[index] = limit
    })
    nodes.endTrial(slot, before, generation)
    return code
  }

  private tryPods(slot: number, { added, removed }: PodChanges, sign: 1 | -1): void {
    if (!this.affinityFilters) return
    for (const pod of added) this.cluster.tryPod(slot, pod, sign)
    for (const pod of removed) this.cluster.tryPod(slot, pod, sign === 1 ? -1 : 1)
    for (const counter of this.affinity) counter.ready()
    this.updateFirstOfItsKind()
  }

  /** Only one domain of each constraint changes: the limit moves instead of its count. */
  private shiftLimits(slot: number, { added, removed }: PodChanges): void {
    const { namespace } = this.question.info
    this.hard.forEach(({ constraint, counter, self }, index) => {
      const domain = counter.map.domainOf[slot] as number
      if (domain < 0) return
      const matching = (pods: readonly PodInfo[]): number =>
        pods.reduce(
          (sum, pod) =>
            sum + (pod.namespace === namespace && constraint.selector(pod.labels) ? 1 : 0),
          0,
        )
      const delta = matching(added) - matching(removed)
      const count = counter.countIn(domain) + delta
      const tooFew = counter.map.size < constraint.minDomains
      const minimum = tooFew ? 0 : Math.min(counter.minimumBeside(domain), count, noMinimum)
      this.hardLimits[index] = constraint.maxSkew - self + minimum - delta
    })
  }
}

/** Those that count any pod. */
function withPods(counters: readonly Counter[]): readonly Counter[] {
  for (const { total } of counters) if (total === 0) return counters.filter(one => one.total > 0)
  return counters
}

/** Whether each domain of a counter is one node. */
function isSingle({ map }: Counter): boolean {
  return map.size === map.numNodes
}
