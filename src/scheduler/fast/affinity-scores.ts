// InterPodAffinity's scores of the feasible nodes.
// Upstream: interpodaffinity/scoring.go Score and NormalizeScore, v1.36.3.

import { maxNodeScore } from '../framework.ts'
import type { WeightedCounter } from './affinity-plan.ts'
import type { Search } from './search.ts'

export class AffinityScores {
  private readonly search: Search
  /** Raw scores by place among the feasible nodes. */
  private sums = new Float64Array(0)
  private table = new Int32Array(256)
  private lowest = 0
  private highest = 0

  constructor(search: Search) {
    this.search = search
  }

  /** Adds the weighted scores to the totals of the feasible nodes. */
  add(preferences: readonly WeightedCounter[], weight: number, totals: Int32Array): void {
    const { feasible, feasibleCount } = this.search
    if (this.sums.length < feasible.length) this.sums = new Float64Array(feasible.length)
    if (!this.fillPlain(preferences)) this.fillStepwise(preferences)
    const { sums, lowest, highest } = this
    const range = highest - lowest
    if (range <= 0) return
    if (range > feasibleCount) {
      for (let index = 0; index < feasibleCount; index += 1) {
        const share = ((sums[index] as number) - lowest) / range
        totals[index] = (totals[index] as number) + Math.trunc(maxNodeScore * share) * weight
      }
      return
    }
    const table = this.tableOf(range, weight)
    for (let index = 0; index < feasibleCount; index += 1) {
      const score = table[(sums[index] as number) - lowest] as number
      totals[index] = (totals[index] as number) + score
    }
  }

  /** What each raw score is worth; raw scores are integers. */
  private tableOf(range: number, weight: number): Int32Array {
    if (this.table.length <= range) this.table = new Int32Array(range * 2)
    const { table } = this
    for (let above = 0; above <= range; above += 1) {
      table[above] = Math.trunc(maxNodeScore * (above / range)) * weight
    }
    return table
  }

  /** One or two counters over the same domains: what pods of one kind want of each other. */
  private fillPlain(preferences: readonly WeightedCounter[]): boolean {
    const [first, second] = preferences
    if (first === undefined || preferences.length > 2) return false
    const { map } = first.counter
    if (second !== undefined && second.counter.map !== map) return false
    const { sums, search } = this
    const { feasible, feasibleCount } = search
    const { domainOf } = map
    const counts = first.counter.ready()
    const others = (second ?? first).counter.ready()
    const perPod = first.weight
    const perOther = second?.weight ?? 0
    let lowest = Number.POSITIVE_INFINITY
    let highest = Number.NEGATIVE_INFINITY
    // Beginning with 0, as a sum does: no pod times a negative weight is not -0.
    for (let index = 0; index < feasibleCount; index += 1) {
      const domain = domainOf[feasible[index] as number] as number
      const raw =
        domain < 0
          ? 0
          : 0 + (counts[domain] as number) * perPod + (others[domain] as number) * perOther
      sums[index] = raw
      if (raw < lowest) lowest = raw
      if (raw > highest) highest = raw
    }
    this.lowest = lowest
    this.highest = highest
    return true
  }

  private fillStepwise(preferences: readonly WeightedCounter[]): void {
    const { sums, search } = this
    const { feasible, feasibleCount } = search
    sums.fill(0, 0, feasibleCount)
    for (const { counter, weight } of preferences) {
      const counts = counter.ready()
      const { domainOf } = counter.map
      for (let index = 0; index < feasibleCount; index += 1) {
        const domain = domainOf[feasible[index] as number] as number
        if (domain < 0) continue
        sums[index] = (sums[index] as number) + (counts[domain] as number) * weight
      }
    }
    let lowest = Number.POSITIVE_INFINITY
    let highest = Number.NEGATIVE_INFINITY
    for (let index = 0; index < feasibleCount; index += 1) {
      const raw = sums[index] as number
      if (raw < lowest) lowest = raw
      if (raw > highest) highest = raw
    }
    this.lowest = lowest
    this.highest = highest
  }

  /** Raw scores, for reports. */
  raw(): readonly number[] {
    return Array.from(this.sums.subarray(0, this.search.feasibleCount))
  }
}
