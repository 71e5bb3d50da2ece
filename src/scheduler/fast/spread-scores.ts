// PodTopologySpread's scores of the feasible nodes. Constraints that every node has a label for,
// which is nearly all of them, take two looks at each node; the rest goes step by step.
// Upstream: podtopologyspread/scoring.go Score and NormalizeScore, v1.36.3.

import { maxNodeScore } from '../framework.ts'
import type { Search } from './search.ts'
import type { SoftConstraint } from './spread-plan.ts'

const ignored = -1

interface Range {
  readonly lowest: number
  readonly highest: number
}

export class SpreadScores {
  private readonly search: Search
  private soft: readonly SoftConstraint[] = []
  /** Sums not yet rounded, and rounded ones, by place among the feasible nodes. */
  private exact = new Float64Array(0)
  private rounded = new Int32Array(0)
  /** What one constraint gives a node of each domain. */
  private terms = new Float64Array(64)
  private mark = 0
  private table = new Int32Array(256)

  constructor(search: Search) {
    this.search = search
  }

  /** Adds the weighted scores to the totals of the feasible nodes. */
  add(soft: readonly SoftConstraint[], weight: number, totals: Int32Array): void {
    this.soft = soft
    const { feasible } = this.search
    if (this.exact.length < feasible.length) {
      this.exact = new Float64Array(feasible.length)
      this.rounded = new Int32Array(feasible.length)
    }
    const { lowest, highest } = this.fillPlain() ?? this.fillStepwise()
    const { rounded } = this
    const { feasibleCount } = this.search
    const table = this.tableOf(lowest, highest, weight)
    if (table === undefined) {
      const sum = highest + lowest
      for (let index = 0; index < feasibleCount; index += 1) {
        const raw = rounded[index] as number
        if (raw === ignored) continue
        const score = Math.trunc((maxNodeScore * (sum - raw)) / highest)
        totals[index] = (totals[index] as number) + score * weight
      }
      return
    }
    for (let index = 0; index < feasibleCount; index += 1) {
      const raw = rounded[index] as number
      if (raw === ignored) continue
      totals[index] = (totals[index] as number) + (table[raw - lowest] as number)
    }
  }

  /** What each raw score is worth, when there are fewer of them than nodes. */
  private tableOf(lowest: number, highest: number, weight: number): Int32Array | undefined {
    const size = Math.max(0, highest - lowest + 1)
    if (highest !== 0 && size > this.search.feasibleCount) return undefined
    if (this.table.length < size) this.table = new Int32Array(size * 2)
    const { table } = this
    if (highest === 0) {
      table[0] = maxNodeScore * weight
      return table
    }
    const sum = highest + lowest
    for (let raw = lowest; raw <= highest; raw += 1) {
      table[raw - lowest] = Math.trunc((maxNodeScore * (sum - raw)) / highest) * weight
    }
    return table
  }

  /** One host constraint and one of few domains, or either alone, and every node has the labels. */
  private fillPlain(): Range | undefined {
    const { soft, search } = this
    const [first, second] = soft
    if (first === undefined || soft.length > 2) return undefined
    for (const one of soft) if (!this.isWhole(one)) return undefined
    const host = first.isHost ? first : second
    const other = first.isHost ? second : first
    if (host !== undefined && !host.isHost) return undefined
    if (other?.isHost === true) return undefined
    if (other !== undefined && !this.fillTerms(other)) return undefined
    if (host === undefined) return this.roundTerms((other as SoftConstraint).labels.domainOf)
    const counts = host.counter.ready()
    const perPod = Math.log(search.feasibleCount + 2)
    const least = host.maxSkew - 1
    if (other !== undefined) {
      return this.roundBoth({ counts, perPod, least }, other.labels.domainOf)
    }
    const { rounded } = this
    const { feasible, feasibleCount } = search
    let lowest = Number.MAX_SAFE_INTEGER
    let highest = 0
    for (let index = 0; index < feasibleCount; index += 1) {
      const count = counts[feasible[index] as number] as number
      const raw = Math.round(count * perPod + least)
      rounded[index] = raw
      if (raw < lowest) lowest = raw
      if (raw > highest) highest = raw
    }
    return { lowest, highest }
  }

  /** Whether every node has the labels that the constraint wants. */
  private isWhole({ labels }: SoftConstraint): boolean {
    const { cluster, question } = this.search
    const numNodes = cluster.order.length
    const { softKeys } = question.spread
    for (const { numNodes: labelled } of softKeys) if (labelled !== numNodes) return false
    const present = softKeys.length > 0 ? labels : cluster.labelMap(labels.rule.space.key)
    return present.numNodes === numNodes
  }

  /** False when there are more domains than nodes to look at. */
  private fillTerms({ labels, counter, maxSkew }: SoftConstraint): boolean {
    const { size } = labels.rule.space
    if (size > this.search.feasibleCount) return false
    if (this.terms.length < size) this.terms = new Float64Array(size * 2)
    const counts = counter.ready()
    const perPod = Math.log(this.countDomains(labels, false) + 2)
    const least = maxSkew - 1
    for (let domain = 0; domain < size; domain += 1) {
      this.terms[domain] = (counts[domain] as number) * perPod + least
    }
    return true
  }

  private roundTerms(domainOf: Int32Array): Range {
    const { rounded, terms, search } = this
    const { feasible, feasibleCount } = search
    let lowest = Number.MAX_SAFE_INTEGER
    let highest = 0
    for (let index = 0; index < feasibleCount; index += 1) {
      const raw = Math.round(terms[domainOf[feasible[index] as number] as number] as number)
      rounded[index] = raw
      if (raw < lowest) lowest = raw
      if (raw > highest) highest = raw
    }
    return { lowest, highest }
  }

  private roundBoth(
    { counts, perPod, least }: { counts: Int32Array; perPod: number; least: number },
    domainOf: Int32Array,
  ): Range {
    const { rounded, terms, search } = this
    const { feasible, feasibleCount } = search
    let lowest = Number.MAX_SAFE_INTEGER
    let highest = 0
    for (let index = 0; index < feasibleCount; index += 1) {
      const slot = feasible[index] as number
      const ofHost = (counts[slot] as number) * perPod + least
      const raw = Math.round(ofHost + (terms[domainOf[slot] as number] as number))
      rounded[index] = raw
      if (raw < lowest) lowest = raw
      if (raw > highest) highest = raw
    }
    return { lowest, highest }
  }

  private fillStepwise(): Range {
    const { exact, rounded } = this
    const { feasibleCount } = this.search
    const hasIgnored = this.fillSums() > 0
    let lowest = Number.MAX_SAFE_INTEGER
    let highest = 0
    for (let index = 0; index < feasibleCount; index += 1) {
      const sum = exact[index] as number
      if (hasIgnored && sum === ignored) {
        rounded[index] = ignored
        continue
      }
      const raw = Math.round(sum)
      rounded[index] = raw
      if (raw < lowest) lowest = raw
      if (raw > highest) highest = raw
    }
    return { lowest, highest }
  }

  /**
   * The sum over constraints of matching pods * log(domains + 2) + maxSkew - 1, not yet rounded;
   * answers how many nodes are ignored.
   */
  private fillSums(): number {
    const { search, soft, exact } = this
    const { feasibleCount, question, cluster } = search
    const requiresKeys = question.spread.softKeys.length > 0
    exact.fill(0, 0, feasibleCount)
    const numIgnored = this.markIgnored()
    for (const constraint of soft) {
      const { labels, isHost } = constraint
      const domains = isHost
        ? feasibleCount - numIgnored
        : this.countDomains(labels, numIgnored > 0)
      // Nodes without the label are in the domain of the empty value, but score nothing for it.
      const present = isHost || requiresKeys ? labels : cluster.labelMap(labels.rule.space.key)
      this.addConstraint(constraint, Math.log(domains + 2), present.domainOf)
    }
    return numIgnored
  }

  private addConstraint(
    { labels, counter, isHost, maxSkew }: SoftConstraint,
    perPod: number,
    present: Int32Array,
  ): void {
    const { search, exact } = this
    const { feasible, feasibleCount } = search
    const counts = counter.ready()
    const { domainOf } = labels
    for (let index = 0; index < feasibleCount; index += 1) {
      const slot = feasible[index] as number
      if (exact[index] === ignored || (present[slot] as number) < 0) continue
      const count = counts[isHost ? slot : (domainOf[slot] as number)] as number
      exact[index] = (exact[index] as number) + (count * perPod + (maxSkew - 1))
    }
  }

  private markIgnored(): number {
    const { search, exact } = this
    const { feasible, feasibleCount, question } = search
    let numIgnored = 0
    for (const { domainOf } of question.spread.softKeys) {
      for (let index = 0; index < feasibleCount; index += 1) {
        if ((domainOf[feasible[index] as number] as number) >= 0 || exact[index] === ignored) {
          continue
        }
        exact[index] = ignored
        numIgnored += 1
      }
    }
    return numIgnored
  }

  /** Distinct values among the feasible nodes that are not ignored. */
  private countDomains(
    { rule, domainOf, size }: SoftConstraint['labels'],
    hasIgnored: boolean,
  ): number {
    const { search, exact } = this
    const { feasible, feasibleCount } = search
    const { marks } = rule.space
    this.mark += 1
    let domains = 0
    for (let index = 0; index < feasibleCount && domains < size; index += 1) {
      if (hasIgnored && exact[index] === ignored) continue
      const domain = domainOf[feasible[index] as number] as number
      if (marks[domain] === this.mark) continue
      marks[domain] = this.mark
      domains += 1
    }
    return domains
  }

  /** Raw scores, for reports. */
  raw(): readonly number[] {
    const { feasibleCount } = this.search
    return Array.from(this.rounded.subarray(0, feasibleCount), raw => (raw === ignored ? 0 : raw))
  }

  isIgnored(index: number): boolean {
    return this.rounded[index] === ignored
  }
}
