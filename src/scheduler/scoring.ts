// Scores the feasible nodes and finds the best. Upstream: pkg/scheduler/schedule_one.go
// prioritizeNodes and nodeScoreHeap, framework/runtime/framework.go RunScorePlugins, v1.36.3.

import type { AttemptState } from './cycle-state.ts'
import { maxNodeScore, type Pod } from './framework.ts'
import type { NodeInfo } from './node-info.ts'
import type { Profile, WeightedScorePlugin } from './profile.ts'
import { failed, messageOf, type Status } from './status.ts'

/** Scores of one plugin, aligned with the feasible nodes. */
export interface PluginScores {
  readonly plugin: string
  readonly weight: number
  /** Before normalisation; present when a trace was asked for. */
  readonly raw: readonly number[] | undefined
  readonly norm: readonly number[]
}

export interface Scoring {
  readonly scores: readonly PluginScores[]
  /** Plugins that skipped, in the order of the profile. */
  readonly skipped: readonly string[]
  readonly totals: readonly number[]
}

/** Runs PreScore, Score and NormalizeScore; an error status ends the attempt. */
export function scoreNodes(
  profile: Profile,
  cycle: AttemptState,
  pod: Pod,
  options: { readonly nodes: readonly NodeInfo[]; readonly keepRaw: boolean },
): Scoring | Status {
  const { nodes, keepRaw } = options
  for (const plugin of profile.preScore) {
    const status = plugin.preScore(cycle, pod, nodes)
    if (status.code === 'Skip') cycle.skipScore.add(plugin.name)
    else if (status.code !== 'Success') {
      return failed(`running PreScore plugin "${plugin.name}": ${messageOf(status)}`)
    }
  }
  const totals: number[] = nodes.map(() => 0)
  const scores: PluginScores[] = []
  const skipped: string[] = []
  for (const member of profile.score) {
    if (cycle.skipScore.has(member.plugin.name)) {
      skipped.push(member.plugin.name)
      continue
    }
    const result = scoreWith(member, { cycle, pod, nodes, keepRaw, totals })
    if ('code' in result) return result
    scores.push(result)
  }
  if (profile.score.length === 0) totals.fill(1)
  return { scores, skipped, totals }
}

interface ScoreInput {
  readonly cycle: AttemptState
  readonly pod: Pod
  readonly nodes: readonly NodeInfo[]
  readonly keepRaw: boolean
  readonly totals: number[]
}

function scoreWith(member: WeightedScorePlugin, input: ScoreInput): PluginScores | Status {
  const { plugin, weight } = member
  const { cycle, pod, nodes, totals } = input
  const norm: number[] = nodes.map(() => 0)
  for (let index = 0; index < nodes.length; index += 1) {
    const score = plugin.score(cycle, pod, nodes[index] as NodeInfo)
    if (typeof score !== 'number') {
      const message = `plugin "${plugin.name}" failed with: ${messageOf(score)}`
      return failed(`running Score plugins: ${message}`)
    }
    norm[index] = score
  }
  const raw = input.keepRaw ? norm.slice() : undefined
  if (plugin.normalizeScores !== undefined) {
    const status = plugin.normalizeScores(cycle, pod, nodes, norm)
    if (status.code !== 'Success') {
      const message = `plugin "${plugin.name}" failed with: ${messageOf(status)}`
      return failed(`running Normalize on Score plugins: ${message}`)
    }
  }
  for (let index = 0; index < norm.length; index += 1) {
    const score = norm[index] as number
    if (score > maxNodeScore || score < 0) {
      const range = `it should in the range of [0, ${maxNodeScore}] after normalizing`
      const message = `plugin "${plugin.name}" returns an invalid score ${score}, ${range}`
      return failed(`applying score defaultWeights on Score plugins: ${message}`)
    }
    totals[index] = (totals[index] as number) + score * weight
  }
  return { plugin: plugin.name, weight, raw, norm }
}

/** Indexes of the highest total, ascending. */
export function bestOf(totals: readonly number[]): number[] {
  let best = -1
  let ties: number[] = []
  totals.forEach((total, index) => {
    if (total > best) {
      best = total
      ties = [index]
    } else if (total === best) {
      ties.push(index)
    }
  })
  return ties
}

/**
 * The root of a binary heap over the totals, built as Go's container/heap does: what 1.35 and
 * later take among ties. Not always the first: [1, 2, 2] gives 1, [1, 1, 2, 2] gives 3.
 */
export function heapRoot(totals: readonly number[]): number {
  const heap = totals.map((_, index) => index)
  const isHigher = (a: number, b: number): boolean =>
    (totals[heap[a] as number] as number) > (totals[heap[b] as number] as number)
  const size = heap.length
  for (let start = (size >> 1) - 1; start >= 0; start -= 1) {
    let parent = start
    for (;;) {
      let child = 2 * parent + 1
      if (child >= size) break
      if (child + 1 < size && isHigher(child + 1, child)) child += 1
      if (!isHigher(child, parent)) break
      const moved = heap[parent] as number
      heap[parent] = heap[child] as number
      heap[child] = moved
      parent = child
    }
  }
  return heap[0] ?? 0
}
