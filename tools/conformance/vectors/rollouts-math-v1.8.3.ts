// Answers rollouts-math vectors with src/platforms/argo-rollouts/.

import type { ReplicaSet } from '../../../src/kube/generated/types.ts'
import { basicCanaryCounts } from '../../../src/platforms/argo-rollouts/basic-canary.ts'
import { podTemplateHash, stepHash } from '../../../src/platforms/argo-rollouts/hashes.ts'
import { isHealthy } from '../../../src/platforms/argo-rollouts/health.ts'
import {
  isAtDesiredCounts,
  newReplicas,
} from '../../../src/platforms/argo-rollouts/new-replicas.ts'
import {
  availableOf,
  isAvailable,
  maxSurge,
  maxUnavailable,
} from '../../../src/platforms/argo-rollouts/replica-sets.ts'
import { routedCanaryCounts } from '../../../src/platforms/argo-rollouts/routed-canary.ts'
import { canaryGoal, currentSetWeight } from '../../../src/platforms/argo-rollouts/steps.ts'
import type { Rollout, TrafficWeights } from '../../../src/platforms/argo-rollouts/types.ts'
import type { Topic } from './topic.ts'

interface Input {
  readonly rollout: Rollout
  readonly newRS: ReplicaSet | null
  readonly stableRS: ReplicaSet | null
  readonly olderRSs?: readonly ReplicaSet[]
  readonly weights?: TrafficWeights | null
}

export const answer: Topic = (family, given) => {
  const { rollout, newRS, stableRS, olderRSs = [], weights: recorded } = given as Input
  const newSet = newRS ?? undefined
  const stable = stableRS ?? undefined
  const weights = recorded ?? undefined
  const all = [...olderRSs, newSet, stable].filter(set => set !== undefined)
  const n = newReplicas(rollout, newSet as ReplicaSet, all, weights)
  const newRSNewReplicas = { n, error: null }
  if (family === 'bluegreen') {
    return {
      healthy: isHealthy(rollout, rollout.status ?? {}),
      newRSAvailable: isAvailable(newSet),
      newRSNewReplicas,
      newRSPartiallyAvailable: availableOf(newSet) > 0,
    }
  }
  const sets = { newSet, stable, older: olderRSs }
  const goal = canaryGoal(rollout)
  return {
    atDesired: isAtDesiredCounts(rollout, sets, weights),
    ...(rollout.spec?.strategy?.canary?.trafficRouting === undefined
      ? { basic: basicCanaryCounts(rollout, sets) }
      : { trafficRouted: routedCanaryCounts(rollout, weights) }),
    canaryReplicasOrWeight: { replicas: goal.replicas ?? null, weight: goal.weight },
    currentSetWeight: currentSetWeight(rollout),
    maxSurge: maxSurge(rollout),
    maxUnavailable: maxUnavailable(rollout),
    newRSNewReplicas,
    podHash: podTemplateHash(rollout),
    stepHash: stepHash(rollout),
  }
}
