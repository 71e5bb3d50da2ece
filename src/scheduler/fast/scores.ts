// Scores of the feasible nodes on columns: raw values, then normalised as upstream does, then the
// weighted sum. Upstream: the NormalizeScore methods of the default plugins, v1.36.3.

import { maxNodeScore } from '../framework.ts'
import type { PluginScores } from '../scoring.ts'
import type { WeightedCounter } from './affinity-plan.ts'
import { AffinityScores } from './affinity-scores.ts'
import { isEarlierInHeap } from './heap-order.ts'
import type { ImageClass } from './image-classes.ts'
import type { Program } from './program.ts'
import type { Search } from './search.ts'
import type { SoftConstraint } from './spread-plan.ts'
import { SpreadScores } from './spread-scores.ts'

export interface ScoreInput {
  readonly program: Program
  readonly images: ImageClass | undefined
  readonly scoresNodeAffinity: boolean
  readonly ignoresPreferences: boolean
}

const none: readonly never[] = []

export class Scores {
  private readonly search: Search
  readonly spread: SpreadScores
  readonly affinity: AffinityScores
  /** What every node has in common and the totals leave out. */
  base = 0
  private input!: ScoreInput
  private soft: readonly SoftConstraint[] = none
  private preferences: readonly WeightedCounter[] = none
  best = 0
  tieCount = 0
  /** The first position with the best total, and the root of upstream's heap. */
  firstBest = 0
  heapPick = 0

  constructor(search: Search) {
    this.search = search
    this.spread = new SpreadScores(search)
    this.affinity = new AffinityScores(search)
  }

  /** Weighted sums without `base`; starts as what resources are worth. */
  get totals(): Int32Array {
    this.search.writeOut()
    return this.search.values
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
    const { question } = this.search
    this.base = 0
    const { weights } = input.program
    this.soft = weights.spread > 0 ? question.spread.soft : none
    this.preferences = weights.affinity > 0 ? this.activePreferences() : none
    if (weights.taints > 0) this.addTaints(weights.taints)
    if (weights.nodeAffinity > 0 && input.scoresNodeAffinity) {
      this.addNodeAffinity(weights.nodeAffinity)
    }
    if (this.soft.length > 0) this.spread.add(this.soft, weights.spread, this.totals)
    if (this.preferences.length > 0) {
      this.affinity.add(this.preferences, weights.affinity, this.totals)
    }
    if (input.images !== undefined) this.addImages(input.images, weights.images)
  }

  private addTaints(weight: number): void {
    const { taints, nodesWithTaints } = this.search.question.nodeClass
    const highest = nodesWithTaints === 0 ? 0 : this.highest(taints)
    if (highest === 0) {
      this.base += maxNodeScore * weight
      return
    }
    const { totals, search } = this
    const { feasible, feasibleCount } = search
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
    this.search.writeOut()
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

  /** Preferences that any pod on a labelled node concerns; none means that the plugin skips. */
  private activePreferences(): readonly WeightedCounter[] {
    const { affinity } = this.search.question
    const own = affinity.preferences
    const { heldPreferences } = affinity
    if (own.length + heldPreferences.length === 0) return none
    if (this.input.ignoresPreferences && own.length === 0) return none
    const active: WeightedCounter[] = []
    for (const one of own) if (one.counter.total > 0) active.push(one)
    for (const one of heldPreferences) if (one.counter.total > 0) active.push(one)
    return active.length === 0 ? none : active
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
    const { plain, values: totals, feasibleCount } = this.search
    if (plain !== undefined) {
      this.best = plain.best
      this.tieCount = plain.tieCount
      this.firstBest = plain.firstBest
      this.heapPick = plain.heapPick
      return
    }
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
      if (pick !== 0 && isEarlierInHeap(index + 1, pick + 1)) pick = index
    }
    this.best = best
    this.tieCount = ties
    this.firstBest = first
    this.heapPick = pick
  }
}
