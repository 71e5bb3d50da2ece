// Answers deployment-math vectors with src/controllers/deployment/.

import { countIn, maxReplicasAnnotation } from '../../../src/controllers/deployment/annotations.ts'
import {
  desiredReplicas,
  isRollingUpdate,
  maxSurge,
  maxUnavailable,
  newReplicaSetSize,
  proportionOf,
} from '../../../src/controllers/deployment/budget.ts'
import {
  isSaturated,
  sizeOf,
  sizeSum,
  statusSum,
} from '../../../src/controllers/deployment/replica-sets.ts'
import type { Deployment, ReplicaSet } from '../../../src/kube/generated/types.ts'
import type { Topic } from './topic.ts'

interface Input {
  readonly deployment: Deployment
  readonly replicaSets: readonly ReplicaSet[]
  readonly toAdd: number
}

function proportions({ deployment, replicaSets, toAdd }: Input): readonly number[] {
  let added = 0
  return replicaSets.map(replicaSet => {
    const maxReplicasBefore = countIn(replicaSet, maxReplicasAnnotation)
    const part = proportionOf({ deployment, replicaSet, maxReplicasBefore, toAdd, added })
    added += part
    return part
  })
}

export const answer: Topic = (_family, given) => {
  const input = given as Input
  const { deployment, replicaSets } = input
  const replicaCount = sizeSum(replicaSets)
  const missing = maxUnavailable(deployment)
  return {
    actual: statusSum(replicaSets, 'replicas'),
    available: statusSum(replicaSets, 'availableReplicas'),
    maxSurge: maxSurge(deployment),
    maxUnavailable: missing,
    minAvailable: isRollingUpdate(deployment) ? desiredReplicas(deployment) - missing : 0,
    newReplicas: newReplicaSetSize(
      deployment,
      replicaCount,
      sizeOf(replicaSets[replicaSets.length - 1] as ReplicaSet),
    ),
    proportions: proportions(input),
    replicaCount,
    // Recorded for the first ReplicaSet.
    saturated: isSaturated(deployment, replicaSets[0]),
  }
}
