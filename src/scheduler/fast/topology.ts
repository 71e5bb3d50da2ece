// What spreading and pod affinity say about nodes for one pod: limits and counters are taken up
// once, so that a walk asks node by node only where something may reject at all.
// Upstream: podtopologyspread and interpodaffinity Filter, v1.36.3.

import type { PodInfo } from '../node-info.ts'
import { reasons as affinityReasons } from '../plugins/inter-pod-affinity/filtering.ts'
import { reasons as spreadReasons } from '../plugins/pod-topology-spread/filtering.ts'
import { unresolvable, unschedulable, withPlugin } from '../status.ts'
import type { AffinityPlan } from './affinity-plan.ts'
import type { Cluster } from './cluster.ts'
import { type Counter, noMinimum } from './domains.ts'
import type { HardConstraint, SpreadPlan } from './spread-plan.ts'
import type { StatusTable } from './status-table.ts'
import { type Blockers, noBlockers } from './worth-column.ts'

/** What is read of a pod here. */
interface TopologyQuestion {
  readonly info: PodInfo
  readonly spread: SpreadPlan
  readonly affinity: AffinityPlan
  readonly filtersSpread: boolean
  readonly filtersAffinity: boolean
}

/** Pods that would come to a node and leave it. */
export interface PodChanges {
  readonly added: readonly PodInfo[]
  readonly removed: readonly PodInfo[]
}

/** A hard spread constraint that is all that has to be looked at. */
interface Skew {
  readonly domains: Int32Array
  readonly counts: Int32Array
  readonly limit: number
  readonly code: number
}

const noCounters: readonly Counter[] = []
const noHard: readonly HardConstraint[] = []

/** More domains than this are not looked through before a walk. */
const domainsMax = 64

export class Topology {
  private readonly cluster: Cluster
  private question!: TopologyQuestion
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
  private affinityFilters = false
  /** Whether spreading or affinity may reject a node. */
  decides = false
  /** Whether they have to be asked node by node during a walk. */
  checks = false
  /** Present when only this has to be looked at then, and every node has the label. */
  skew: Skew | undefined
  private readonly codes: {
    readonly skew: number
    readonly missingLabel: number
    readonly affinity: number
    readonly antiAffinity: number
    readonly existing: number
  }

  constructor(cluster: Cluster, statuses: StatusTable) {
    this.cluster = cluster
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
  begin(question: TopologyQuestion): void {
    this.question = question
    this.beginSpread(question)
    this.beginAffinity(question)
    this.decides = this.hard.length > 0 || this.affinityFilters
    const mayRefuse = this.decides && this.mayRefuse()
    this.checks = mayRefuse || (this.decides && this.mayBeSkewed())
    this.skew = this.checks && !mayRefuse ? this.onlySkew() : undefined
  }

  private onlySkew(): Skew | undefined {
    const [domains] = this.hardDomains
    const [counts] = this.hardCounts
    const [limit = 0] = this.hardLimits
    if (this.hard.length !== 1 || domains === undefined || counts === undefined) return undefined
    const isWhole = this.hard[0]?.labels.numNodes === this.cluster.order.length
    return isWhole ? { domains, counts, limit, code: this.codes.skew } : undefined
  }

  private beginSpread({ spread, filtersSpread }: TopologyQuestion): void {
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

  private beginAffinity({ affinity, filtersAffinity }: TopologyQuestion): void {
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

  /** Whether nothing that comes before spreading and affinity rejects. */
  isOpen(value: number): boolean {
    return value >= 0 || -value === this.codes.antiAffinity || -value === this.codes.existing
  }

  /** What keeps the pod off single nodes. */
  blockers(): Blockers {
    return this.affinityFilters ? this.blockersOf(this.question.affinity) : noBlockers
  }

  /** Those of its counters whose domains are nodes. */
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

  /** The code of a rejection, or 0. */
  code(slot: number): number {
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

  /** Answers `ask` as it is while pods come to a node and leave it. */
  changed(slot: number, change: PodChanges, ask: () => number): number {
    const limits = this.hardLimits.slice()
    const { refusing } = this
    if (this.affinityFilters) this.refusing = this.question.affinity.refusing
    this.shiftLimits(slot, change)
    this.tryPods(slot, change, 1)
    const code = ask()
    this.tryPods(slot, change, -1)
    this.refusing = refusing
    limits.forEach((limit, index) => {
      this.hardLimits[index] = limit
    })
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
