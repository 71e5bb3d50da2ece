// NodeResourcesBalancedAllocation prefers nodes whose resources the pod fills evenly.
// Upstream: pkg/scheduler/framework/plugins/noderesources/balanced_allocation.go, v1.36.3.

import {
  type CycleState,
  maxNodeScore,
  type NodeInfo,
  type Pod,
  type PreScorePlugin,
  type ScorePlugin,
  skip,
  stateKey,
  success,
} from '../framework.ts'
import { actualRequests, amountIn, type ScoredResource } from '../resource-scoring.ts'

const preScoreState = stateKey<readonly ScoredResource[]>('PreScoreBalancedAllocation')

export const nodeResourcesBalancedAllocation = {
  name: 'NodeResourcesBalancedAllocation',
  doc: 'Scores nodes higher when cpu, memory and the like become evenly used.',
  preScore: (cycle, pod) => {
    const requests = requestsOf(cycle, pod)
    if (isNothing(requests)) return skip
    cycle.write(preScoreState, requests)
    return success
  },
  score: (cycle, pod, node) => {
    // Where PreScore is disabled, each node computes what it would have left.
    const requests = cycle.read(preScoreState) ?? requestsOf(cycle, pod)
    if (isNothing(requests)) return 0
    if (!cycle.handle.features.scoresBalanceChange) return balance(node, requests, true)
    const change = balance(node, requests, true) - balance(node, requests, false)
    return maxNodeScore / 2 + Math.trunc((maxNodeScore / 2 + change) / 2)
  },
} satisfies PreScorePlugin & ScorePlugin

function requestsOf(cycle: CycleState, pod: Pod): readonly ScoredResource[] {
  return actualRequests(pod, cycle.handle.args.nodeResourcesBalancedAllocation.resources)
}

/** Pods that ask for nothing are not scored, so that they do not all land on one node. */
function isNothing(requests: readonly ScoredResource[]): boolean {
  return requests.every(({ request }) => request === 0)
}

/**
 * 100 minus the standard deviation of the used fractions, in percent. Half of the cpu and all of
 * the memory: |0.5 - 1| / 2 = 0.25, so 75. The operations keep upstream's order of floats.
 */
function balance(node: NodeInfo, resources: readonly ScoredResource[], withPod: boolean): number {
  const fractions: number[] = []
  let total = 0
  for (const { name, request, isIrrelevant } of resources) {
    if (isIrrelevant) continue
    const capacity = amountIn(node.allocatable, name)
    if (capacity === 0) continue
    const used = amountIn(node.requested, name) + (withPod ? request : 0)
    const fraction = Math.min(used / capacity, 1)
    total += fraction
    fractions.push(fraction)
  }
  return Math.trunc((1 - deviation(fractions, total)) * maxNodeScore)
}

function deviation(fractions: readonly number[], total: number): number {
  if (fractions.length < 2) return 0
  if (fractions.length === 2) {
    return Math.abs(((fractions[0] as number) - (fractions[1] as number)) / 2)
  }
  const mean = total / fractions.length
  let sum = 0
  for (const fraction of fractions) sum += (fraction - mean) * (fraction - mean)
  return Math.sqrt(sum / fractions.length)
}
