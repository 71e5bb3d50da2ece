// How full a node becomes with the pod: least, most, or a configured curve of it.
// Upstream: noderesources/{least_allocated,most_allocated,requested_to_capacity_ratio}.go and
// plugins/helper/shape_score.go, v1.36.3.

import type { Pod } from '../../../kube/generated/types.ts'
import {
  type CycleState,
  maxNodeScore,
  type NodeInfo,
  type Status,
  stateKey,
  success,
} from '../../framework.ts'
import type { ScoringStrategy, ShapePoint } from '../../plugin-args.ts'
import {
  amountIn,
  defaultedAllocation,
  defaultedRequests,
  type ScoredResource,
} from '../../resource-scoring.ts'

interface ScoringState {
  readonly resources: readonly ScoredResource[]
  readonly scoreOf: (requested: number, capacity: number) => number
  /** The curve leaves resources with score 0 out of the average, and rounds it. */
  readonly isCurve: boolean
}

const preScoreState = stateKey<ScoringState>('PreScoreNodeResourcesFit')

export function preScore(cycle: CycleState, pod: Pod): Status {
  cycle.write(preScoreState, stateOf(cycle, pod))
  return success
}

function stateOf(cycle: CycleState, pod: Pod): ScoringState {
  const { scoringStrategy } = cycle.handle.args.nodeResourcesFit
  return {
    resources: defaultedRequests(pod, scoringStrategy.resources),
    scoreOf: scorerOf(scoringStrategy),
    isCurve: scoringStrategy.type === 'RequestedToCapacityRatio',
  }
}

export function score(cycle: CycleState, pod: Pod, node: NodeInfo): number {
  // Where PreScore is disabled, each node computes what it would have left.
  const { resources, scoreOf, isCurve } = cycle.read(preScoreState) ?? stateOf(cycle, pod)
  let sum = 0
  let weights = 0
  for (const { name, weight, request, isIrrelevant } of resources) {
    if (isIrrelevant) continue
    const capacity = amountIn(node.allocatable, name)
    if (capacity === 0) continue
    const resourceScore = scoreOf(defaultedAllocation(node, name) + request, capacity)
    if (isCurve && resourceScore <= 0) continue
    sum += resourceScore * weight
    weights += weight
  }
  if (weights === 0) return 0
  return isCurve ? Math.round(sum / weights) : Math.trunc(sum / weights)
}

function scorerOf(strategy: ScoringStrategy): (requested: number, capacity: number) => number {
  if (strategy.type === 'LeastAllocated') return leastAllocated
  if (strategy.type === 'MostAllocated') return mostAllocated
  const shape = strategy.shape.map(({ utilization, score: points }) => ({
    utilization,
    score: points * 10,
  }))
  return (requested, capacity) =>
    scoreOnCurve(shape, requested > capacity ? 100 : Math.trunc((requested * 100) / capacity))
}

/** 30 of 100 requested: 70. */
function leastAllocated(requested: number, capacity: number): number {
  if (requested > capacity) return 0
  return Math.trunc(((capacity - requested) * maxNodeScore) / capacity)
}

/** 30 of 100 requested: 30. */
function mostAllocated(requested: number, capacity: number): number {
  return Math.trunc((Math.min(requested, capacity) * maxNodeScore) / capacity)
}

/** A line through the points, in integers: between (0, 0) and (100, 50), 30 gives 15. */
function scoreOnCurve(shape: readonly ShapePoint[], utilization: number): number {
  let before: ShapePoint | undefined
  for (const point of shape) {
    if (utilization <= point.utilization) {
      if (before === undefined) return point.score
      const rise = (point.score - before.score) * (utilization - before.utilization)
      return before.score + Math.trunc(rise / (point.utilization - before.utilization))
    }
    before = point
  }
  return before?.score ?? 0
}
