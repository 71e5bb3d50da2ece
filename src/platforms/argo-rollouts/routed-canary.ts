// How many pods the new and the stable ReplicaSet of a canary with traffic routing get.
// Port of argo-rollouts v1.8.3 utils/replicaset/canary.go.

import type { CanaryCounts } from './basic-canary.ts'
import { canaryGoal, maxTrafficWeight } from './steps.ts'
import { replicasOf, type Rollout, type TrafficWeights } from './types.ts'

/** The stable one keeps all its pods unless dynamicStableScale lets it follow its traffic. */
export function routedCanaryCounts(
  rollout: Rollout,
  weights: TrafficWeights | undefined,
): CanaryCounts {
  const replicas = replicasOf(rollout)
  const all = maxTrafficWeight(rollout)
  const podsFor = (weight: number): number => Math.ceil((weight * replicas) / all)
  const { replicas: fixed, weight } = canaryGoal(rollout)
  const canary = fixed ?? atLeastMinimum(rollout, podsFor(weight))
  if (rollout.spec?.strategy?.canary?.dynamicStableScale !== true) {
    return { canary, stable: replicas }
  }
  const wanted = podsFor(all - weight)
  if (weights === undefined) {
    return { canary: atLeastMinimum(rollout, canary), stable: atLeastMinimum(rollout, wanted) }
  }
  const stable = Math.max(wanted, podsFor(weights.stable.weight))
  // While traffic still goes to an aborted canary, its pods stay.
  const isAborted = rollout.status?.abort === true
  const kept = isAborted ? Math.max(podsFor(weights.canary.weight), canary) : canary
  return { canary: atLeastMinimum(rollout, kept), stable: atLeastMinimum(rollout, stable) }
}

/** CheckMinPodsPerReplicaSet. */
function atLeastMinimum({ spec }: Rollout, count: number): number {
  return count === 0 ? 0 : Math.max(count, spec?.strategy?.canary?.minPodsPerReplicaSet ?? count)
}
