// PodTopologySpread's scores of the feasible nodes. Constraints that every node has a label for,
// which is nearly all of them, take two looks at each node; the rest goes step by step.
// Upstream: podtopologyspread/scoring.go Score and NormalizeScore, v1.36.3.

import { maxNodeScore } from '../framework.ts'
import type { Search } from './search.ts'
import type { SoftConstraint } from './spread-plan.ts'

const ignored = -1
const domainsMax = 64
/** Nodes with more matching pods than this are rare. */
const countsMax = 16

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
  private readonly terms = new Float64Array(domainsMax)
  /** Rounded sums by domain and number of pods on the node; -1 where none is known. */
  private kinds = new Int32Array(256)
  private zeros = new Int32Array(0)
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

  /**
   * One host constraint and one of few domains, or either alone, and every node has the labels:
   * few different sums occur, and each is computed when it is met first.
   */
  private fillPlain(): Range | undefined {
    const { soft } = this
    const [first, second] = soft
    if (first === undefined || soft.length > 2) return undefined
    for (const one of soft) if (!this.isWhole(one)) return undefined
    const host = first.isHost ? first : second
    const other = first.isHost ? second : first
    if ((host !== undefined && !host.isHost) || other?.isHost === true) return undefined
    const { capacity } = this.search.cluster.nodes
    if (this.zeros.length < capacity) this.zeros = new Int32Array(capacity)
    if (other === undefined) this.terms[0] = 0
    else if (!this.fillTerms(other)) return undefined
    return this.fillByKind(host, other)
  }

  private fillByKind(
    host: SoftConstraint | undefined,
    other: SoftConstraint | undefined,
  ): Range | undefined {
    const { rounded, terms, search, zeros } = this
    const { feasible, feasibleCount } = search
    const counts = host?.counter.ready() ?? zeros
    const domainOf = other?.labels.domainOf ?? zeros
    const kinds = this.emptyKinds(other?.labels.rule.space.size ?? 1)
    const perPod = host === undefined ? 0 : Math.log(feasibleCount + 2)
    const least = host === undefined ? 0 : host.maxSkew - 1
    let lowest = Number.MAX_SAFE_INTEGER
    let highest = 0
    for (let index = 0; index < feasibleCount; index += 1) {
      const slot = feasible[index] as number
      const count = counts[slot] as number
      if (count >= countsMax) return undefined
      const domain = domainOf[slot] as number
      const kind = domain * countsMax + count
      let raw = kinds[kind] as number
      if (raw < 0) {
        raw = Math.round(count * perPod + least + (terms[domain] as number))
        kinds[kind] = raw
        if (raw < lowest) lowest = raw
        if (raw > highest) highest = raw
      }
      rounded[index] = raw
    }
    return { lowest, highest }
  }

  private emptyKinds(domains: number): Int32Array {
    const size = domains * countsMax
    if (this.kinds.length < size) this.kinds = new Int32Array(size * 2)
    this.kinds.fill(-1, 0, size)
    return this.kinds
  }

  /** Whether every node has the labels that the constraint wants. */
  private isWhole({ present }: SoftConstraint): boolean {
    const { cluster, question } = this.search
    const numNodes = cluster.order.length
    if (present.numNodes !== numNodes) return false
    for (const { numNodes: labelled } of question.spread.softKeys) {
      if (labelled !== numNodes) return false
    }
    return true
  }

  /** False when there are too many domains for a table. */
  private fillTerms({ labels, counter, maxSkew }: SoftConstraint): boolean {
    const { size } = labels.rule.space
    if (size > domainsMax) return false
    const counts = counter.ready()
    const perPod = Math.log(this.countDomains(labels, false) + 2)
    const least = maxSkew - 1
    for (let domain = 0; domain < size; domain += 1) {
      this.terms[domain] = (counts[domain] as number) * perPod + least
    }
    return true
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
    const { feasibleCount } = search
    exact.fill(0, 0, feasibleCount)
    const numIgnored = this.markIgnored()
    for (const constraint of soft) {
      const { labels, present, isHost } = constraint
      const domains = isHost
        ? feasibleCount - numIgnored
        : this.countDomains(labels, numIgnored > 0)
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
