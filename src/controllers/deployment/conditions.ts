// The conditions in a Deployment's status. Upstream: deployment/util/deployment_util.go, v1.36.3.

import type { DeploymentCondition, ReplicaSetCondition } from '../../kube/generated/types.ts'
import { formatTime } from '../../kube/time.ts'

export const reasons = {
  replicaSetUpdated: 'ReplicaSetUpdated',
  failedCreate: 'ReplicaSetCreateError',
  newReplicaSet: 'NewReplicaSetCreated',
  foundNewReplicaSet: 'FoundNewReplicaSet',
  newReplicaSetAvailable: 'NewReplicaSetAvailable',
  timedOut: 'ProgressDeadlineExceeded',
  paused: 'DeploymentPaused',
  resumed: 'DeploymentResumed',
  minimumAvailable: 'MinimumReplicasAvailable',
  minimumUnavailable: 'MinimumReplicasUnavailable',
} as const

export type Conditions = readonly DeploymentCondition[]

export interface ConditionFacts {
  readonly type: string
  readonly status: 'True' | 'False' | 'Unknown'
  readonly reason: string
  readonly message: string
}

/** A condition that holds since now. */
export function newCondition(facts: ConditionFacts, nowMs: number): DeploymentCondition {
  const now = formatTime(nowMs)
  return { ...facts, lastUpdateTime: now, lastTransitionTime: now }
}

export function conditionOf(
  conditions: Conditions | undefined,
  type: string,
): DeploymentCondition | undefined {
  return conditions?.find(condition => condition.type === type)
}

/** `conditions` with `condition`, unless one with the same status and reason stands already. */
export function withCondition(
  conditions: Conditions | undefined,
  condition: DeploymentCondition,
): Conditions {
  const current = conditionOf(conditions, condition.type)
  const sameStatus = current !== undefined && current.status === condition.status
  if (conditions !== undefined && sameStatus && current.reason === condition.reason) {
    return conditions
  }
  const since = sameStatus ? current.lastTransitionTime : undefined
  const next = since === undefined ? condition : { ...condition, lastTransitionTime: since }
  return [...withoutCondition(conditions, condition.type), next]
}

export function withoutCondition(conditions: Conditions | undefined, type: string): Conditions {
  return (conditions ?? []).filter(condition => condition.type !== type)
}

/** A ReplicaSet's failure as the Deployment repeats it. */
export function fromReplicaSet(condition: ReplicaSetCondition): DeploymentCondition {
  const time = condition.lastTransitionTime
  return {
    type: condition.type,
    status: condition.status,
    ...(time !== undefined && { lastUpdateTime: time, lastTransitionTime: time }),
    ...(condition.reason !== undefined && { reason: condition.reason }),
    ...(condition.message !== undefined && { message: condition.message }),
  }
}
