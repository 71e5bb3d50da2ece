// Scores of the feasible nodes on columns: raw values, then normalised as upstream does, then the
// weighted sum. Upstream: the NormalizeScore methods of the default plugins, v1.36.3.

import { maxNodeScore } from '../framework.ts'
import type { PluginScores } from '../scoring.ts'
import type { WeightedCounter } from './affinity-plan.ts'
import { isEarlierInHeap } from './heap-order.ts'
import type { ImageClass } from './image-classes.ts'
import type { Program } from './program.ts'
import type { Search } from './search.ts'
import type { SoftConstraint } from './spread-plan.ts'

export interface ScoreInput {
  readonly program: Program
  readonly images: ImageClass | undefined
  readonly scoresNodeAffinity: boolean
  readonly ignoresPreferences: boolean
}

const none: readonly never[] = []
const ignored = -1

export class Scores {
  private readonly search: Search
  /** Weighted sums without `base`, which every node has; starts as what resources are worth. */
  totals = new Int32Array(0)
  base = 0
  /** Raw scores of spreading and of pod affinity, by position among the feasible nodes. */
  private spread = new Float64Array(0)
  private rawSpread = new Int32Array(0)
  private affinity = new Float64Array(0)
  private input!: ScoreInput
  private soft: readonly SoftConstraint[] = none
  private preferences: readonly WeightedCounter[] = none
  private mark = 0
  private table = new Int32Array(256)
  best = 0
  tieCount = 0
  /** The first position with the best total, and the root of upstream's heap. */
  firstBest = 0
  heapPick = 0

  constructor(search: Search) {
    this.search = search
  }

  /** Whether a plugin that could skip does. */
  get skipsSpread(): boolean {
    return this.soft.length === 0
  }
  get skipsAffinity(): boolean {
    return this.preferences.length === 0
  }

  get usesImages(): boolean {
    return this.input.images !== undefined
  }

  /** Computes the totals of all feasible nodes. */
  compute(input: ScoreInput): void {
    this.input = input
    const { feasibleCount, question } = this.search
    this.totals = this.search.values
    this.base = 0
    if (this.spread.length < feasibleCount) {
      this.spread = new Float64Array(this.search.feasible.length)
      this.rawSpread = new Int32Array(this.search.feasible.length)
      this.affinity = new Float64Array(this.search.feasible.length)
    }
    const { weights } = input.program
    this.soft = weights.spread > 0 ? question.spread.soft : none
    this.preferences = weights.affinity > 0 ? this.activePreferences() : none
    if (weights.taints > 0) this.addTaints(weights.taints)
    if (weights.nodeAffinity > 0 && input.scoresNodeAffinity) {
      this.addNodeAffinity(weights.nodeAffinity)
    }
    if (this.soft.length > 0) this.addSpread(weights.spread)
    if (this.preferences.length > 0) this.addAffinity(weights.affinity)
    if (input.images !== undefined) this.addImages(input.images, weights.images)
  }

  private addTaints(weight: number): void {
    const { totals, search } = this
    const { feasible, feasibleCount, question } = search
    const { taints, nodesWithTaints } = question.nodeClass
    const highest = nodesWithTaints === 0 ? 0 : this.highest(taints)
    if (highest === 0) {
      this.base += maxNodeScore * weight
      return
    }
    for (let index = 0; index < feasibleCount; index += 1) {
      const raw = taints[feasible[index] as number] as number
      const score = maxNodeScore - Math.trunc((maxNodeScore * raw) / highest)
      totals[index] = (totals[index] as number) + score * weight
    }
  }

  private addNodeAffinity(weight: number): void {
    const { totals, search } = this
    const { feasible, feasibleCount, question } = search
    const { preferences } = question.nodeClass
    const highest = this.highest(preferences)
    if (highest === 0) return
    for (let index = 0; index < feasibleCount; index += 1) {
      const raw = preferences[feasible[index] as number] as number
      const score = Math.trunc((maxNodeScore * raw) / highest)
      totals[index] = (totals[index] as number) + score * weight
    }
  }

  private highest(column: Int32Array): number {
    const { feasible, feasibleCount } = this.search
    let highest = 0
    for (let index = 0; index < feasibleCount; index += 1) {
      const value = column[feasible[index] as number] as number
      if (value > highest) highest = value
    }
    return highest
  }

  private addImages(images: ImageClass, weight: number): void {
    const { totals, search } = this
    const { feasible, feasibleCount, cluster } = search
    for (let index = 0; index < feasibleCount; index += 1) {
      const score = images.score(feasible[index] as number, cluster.nodes)
      totals[index] = (totals[index] as number) + score * weight
    }
  }

  private addSpread(weight: number): void {
    const { totals, rawSpread } = this
    const { feasibleCount } = this.search
    const numIgnored = this.fillSpread()
    const { lowest, highest } = this.roundSpread(numIgnored > 0)
    const table = this.spreadTable(lowest, highest, weight)
    if (table === undefined) {
      const sum = highest + lowest
      for (let index = 0; index < feasibleCount; index += 1) {
        const raw = rawSpread[index] as number
        if (raw === ignored) continue
        const score = Math.trunc((maxNodeScore * (sum - raw)) / highest)
        totals[index] = (totals[index] as number) + score * weight
      }
      return
    }
    for (let index = 0; index < feasibleCount; index += 1) {
      const raw = rawSpread[index] as number
      if (raw === ignored) continue
      totals[index] = (totals[index] as number) + (table[raw - lowest] as number)
    }
  }

  /** What each raw score is worth, when there are fewer of them than nodes. */
  private spreadTable(lowest: number, highest: number, weight: number): Int32Array | undefined {
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

  private roundSpread(hasIgnored: boolean): { readonly lowest: number; readonly highest: number } {
    const { spread, rawSpread } = this
    const { feasibleCount } = this.search
    let lowest = Number.MAX_SAFE_INTEGER
    let highest = 0
    for (let index = 0; index < feasibleCount; index += 1) {
      const exact = spread[index] as number
      if (hasIgnored && exact === ignored) {
        rawSpread[index] = ignored
        continue
      }
      const raw = Math.round(exact)
      rawSpread[index] = raw
      if (raw < lowest) lowest = raw
      if (raw > highest) highest = raw
    }
    return { lowest, highest }
  }

  /**
   * The sum over constraints of matching pods * log(domains + 2) + maxSkew - 1, not yet rounded;
   * answers how many nodes are ignored.
   */
  private fillSpread(): number {
    const { search, soft, spread } = this
    const { feasibleCount, question, cluster } = search
    const requiresKeys = question.spread.softKeys.length > 0
    spread.fill(0, 0, feasibleCount)
    const numIgnored = this.markIgnored()
    for (let at = 0; at < soft.length; at += 1) {
      const constraint = soft[at] as SoftConstraint
      const { labels, isHost } = constraint
      const domains = isHost ? feasibleCount - numIgnored : this.countDomains(labels, numIgnored)
      const perPod = Math.log(domains + 2)
      // Nodes without the label are in the domain of the empty value, but score nothing for it.
      const present = isHost || requiresKeys ? labels : cluster.labelMap(labels.rule.space.key)
      const isWhole = numIgnored === 0 && present.numNodes === cluster.order.length
      if (isWhole) this.addConstraint(constraint, perPod)
      else this.addConstraintTo(constraint, perPod, present.domainOf)
    }
    return numIgnored
  }

  /** Every feasible node has the label. */
  private addConstraint(
    { labels, counter, isHost, maxSkew }: SoftConstraint,
    perPod: number,
  ): void {
    const { search, spread } = this
    const { feasible, feasibleCount } = search
    const counts = counter.ready()
    const { domainOf } = labels
    const least = maxSkew - 1
    if (isHost) {
      for (let index = 0; index < feasibleCount; index += 1) {
        const count = counts[feasible[index] as number] as number
        spread[index] = (spread[index] as number) + (count * perPod + least)
      }
      return
    }
    for (let index = 0; index < feasibleCount; index += 1) {
      const count = counts[domainOf[feasible[index] as number] as number] as number
      spread[index] = (spread[index] as number) + (count * perPod + least)
    }
  }

  private addConstraintTo(
    { labels, counter, isHost, maxSkew }: SoftConstraint,
    perPod: number,
    present: Int32Array,
  ): void {
    const { search, spread } = this
    const { feasible, feasibleCount } = search
    const counts = counter.ready()
    const { domainOf } = labels
    for (let index = 0; index < feasibleCount; index += 1) {
      const slot = feasible[index] as number
      if (spread[index] === ignored || (present[slot] as number) < 0) continue
      const count = counts[isHost ? slot : (domainOf[slot] as number)] as number
      spread[index] = (spread[index] as number) + (count * perPod + (maxSkew - 1))
    }
  }

  private markIgnored(): number {
    const { search, spread } = this
    const { feasible, feasibleCount, question } = search
    let numIgnored = 0
    for (const { domainOf } of question.spread.softKeys) {
      for (let index = 0; index < feasibleCount; index += 1) {
        if ((domainOf[feasible[index] as number] as number) >= 0 || spread[index] === ignored) {
          continue
        }
        spread[index] = ignored
        numIgnored += 1
      }
    }
    return numIgnored
  }

  /** Distinct values among the feasible nodes that are not ignored. */
  private countDomains(
    { rule, domainOf, size }: SoftConstraint['labels'],
    numIgnored: number,
  ): number {
    const { search, spread } = this
    const { feasible, feasibleCount } = search
    const { marks } = rule.space
    this.mark += 1
    let domains = 0
    for (let index = 0; index < feasibleCount && domains < size; index += 1) {
      if (numIgnored > 0 && spread[index] === ignored) continue
      const domain = domainOf[feasible[index] as number] as number
      if (marks[domain] === this.mark) continue
      marks[domain] = this.mark
      domains += 1
    }
    return domains
  }

  /** Preferences that any pod on a labelled node concerns; none means that the plugin skips. */
  private activePreferences(): readonly WeightedCounter[] {
    const { affinity } = this.search.question
    const own = affinity.preferences
    if (this.input.ignoresPreferences && own.length === 0) return none
    const active: WeightedCounter[] = []
    for (const one of own) if (one.counter.total > 0) active.push(one)
    for (const one of affinity.heldPreferences) if (one.counter.total > 0) active.push(one)
    return active.length === 0 ? none : active
  }

  private fillAffinity(): void {
    const { search, affinity, preferences } = this
    const { feasible, feasibleCount } = search
    affinity.fill(0, 0, feasibleCount)
    for (let at = 0; at < preferences.length; at += 1) {
      const { counter, weight } = preferences[at] as WeightedCounter
      const counts = counter.ready()
      const { domainOf } = counter.map
      for (let index = 0; index < feasibleCount; index += 1) {
        const domain = domainOf[feasible[index] as number] as number
        if (domain < 0) continue
        affinity[index] = (affinity[index] as number) + (counts[domain] as number) * weight
      }
    }
  }

  private addAffinity(weight: number): void {
    const { totals, affinity } = this
    const { feasibleCount } = this.search
    this.fillAffinity()
    let lowest = Number.POSITIVE_INFINITY
    let highest = Number.NEGATIVE_INFINITY
    for (let index = 0; index < feasibleCount; index += 1) {
      const raw = affinity[index] as number
      if (raw < lowest) lowest = raw
      if (raw > highest) highest = raw
    }
    const range = highest - lowest
    if (range <= 0) return
    for (let index = 0; index < feasibleCount; index += 1) {
      const share = ((affinity[index] as number) - lowest) / range
      totals[index] = (totals[index] as number) + Math.trunc(maxNodeScore * share) * weight
    }
  }

  /** Adds what a plugin without a fast form gives each node. */
  add(scores: PluginScores): void {
    const { totals } = this
    scores.norm.forEach((score, index) => {
      totals[index] = (totals[index] as number) + score * scores.weight
    })
  }

  /** Finds the highest total, how many nodes have it, and which of them upstream's heap yields. */
  rank(): void {
    const { totals } = this
    const { feasibleCount } = this.search
    let best = -1
    let ties = 0
    let first = 0
    let pick = 0
    for (let index = 0; index < feasibleCount; index += 1) {
      const total = totals[index] as number
      if (total < best) continue
      if (total > best) {
        best = total
        ties = 1
        first = index
        pick = index
        continue
      }
      ties += 1
      if (isEarlierInHeap(index + 1, pick + 1)) pick = index
    }
    this.best = best
    this.tieCount = ties
    this.firstBest = first
    this.heapPick = pick
  }

  /** Raw scores of spreading, for reports. */
  spreadScores(): readonly number[] {
    const { feasibleCount } = this.search
    return Array.from(this.rawSpread.subarray(0, feasibleCount), raw => (raw === ignored ? 0 : raw))
  }

  isIgnored(index: number): boolean {
    return this.rawSpread[index] === ignored
  }

  rawAffinity(): readonly number[] {
    return Array.from(this.affinity.subarray(0, this.search.feasibleCount))
  }
}
