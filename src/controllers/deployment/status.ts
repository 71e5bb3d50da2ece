// The status of a Deployment from its ReplicaSets, and what it says about a rollout.
// Upstream: pkg/controller/deployment/{sync,progress}.go, util/deployment_util.go, v1.36.3.

import type { Mutable } from '../../base/mutable.ts'
import type { Deployment, DeploymentStatus } from '../../kube/generated/types.ts'
import { parseTime } from '../../kube/time.ts'
import { desiredReplicas, maxUnavailable } from './budget.ts'
import {
  type Conditions,
  conditionOf,
  fromReplicaSet,
  newCondition,
  reasons,
  withCondition,
  withoutCondition,
} from './conditions.ts'
import type { Draft } from './draft.ts'
import { allOf, type ReplicaSets, sizeSum, statusSum, terminatingSum } from './replica-sets.ts'

const noDeadline = 0x7fffffff

/** True when the user wants to hear of a rollout that makes no progress. */
export function hasProgressDeadline(deployment: Deployment): boolean {
  const seconds = deployment.spec?.progressDeadlineSeconds
  return seconds !== undefined && seconds !== noDeadline
}

function availability(deployment: Deployment, available: number, nowMs: number) {
  const enough = available >= desiredReplicas(deployment) - maxUnavailable(deployment)
  return newCondition(
    enough
      ? {
          type: 'Available',
          status: 'True',
          reason: reasons.minimumAvailable,
          message: 'Deployment has minimum availability.',
        }
      : {
          type: 'Available',
          status: 'False',
          reason: reasons.minimumUnavailable,
          message: 'Deployment does not have minimum availability.',
        },
    nowMs,
  )
}

/** The counters of `sets` and the Available condition; zero counters are left out, as Go does. */
export function calculateStatus(
  { deployment, countsTerminating }: Draft,
  sets: ReplicaSets,
  nowMs: number,
): DeploymentStatus {
  const all = allOf(sets)
  const available = statusSum(all, 'availableReplicas')
  const terminating = countsTerminating ? terminatingSum(all) : undefined
  const collisionCount = deployment.status?.collisionCount
  const { generation = 0 } = deployment.metadata
  const replicas = statusSum(all, 'replicas')
  const updated = sets.newSet?.status?.replicas ?? 0
  const ready = statusSum(all, 'readyReplicas')
  const unavailable = Math.max(0, sizeSum(all) - available)
  const status: Mutable<DeploymentStatus> = {}
  if (generation !== 0) status.observedGeneration = generation
  if (replicas !== 0) status.replicas = replicas
  if (updated !== 0) status.updatedReplicas = updated
  if (ready !== 0) status.readyReplicas = ready
  if (available !== 0) status.availableReplicas = available
  if (unavailable !== 0) status.unavailableReplicas = unavailable
  if (terminating !== undefined) status.terminatingReplicas = terminating
  if (collisionCount !== undefined) status.collisionCount = collisionCount
  const availableNow = availability(deployment, available, nowMs)
  status.conditions = withCondition(deployment.status?.conditions, availableNow)
  return status
}

/** All wanted replicas are updated and available, and no others exist. */
export function isComplete(deployment: Deployment, status: DeploymentStatus | undefined): boolean {
  const desired = desiredReplicas(deployment)
  return (
    (status?.updatedReplicas ?? 0) === desired &&
    (status?.replicas ?? 0) === desired &&
    (status?.availableReplicas ?? 0) === desired &&
    (status?.observedGeneration ?? 0) >= (deployment.metadata.generation ?? 0)
  )
}

function oldReplicas(status: DeploymentStatus | undefined): number {
  return (status?.replicas ?? 0) - (status?.updatedReplicas ?? 0)
}

/** New pods appeared, became ready or available, or old ones went. */
export function isProgressing(deployment: Deployment, status: DeploymentStatus): boolean {
  const before = deployment.status
  return (
    (status.updatedReplicas ?? 0) > (before?.updatedReplicas ?? 0) ||
    oldReplicas(status) < oldReplicas(before) ||
    (status.readyReplicas ?? 0) > (before?.readyReplicas ?? 0) ||
    (status.availableReplicas ?? 0) > (before?.availableReplicas ?? 0)
  )
}

/** When the progress deadline runs out, counted from the last update of the condition. */
export function deadlineMs(deployment: Deployment, lastUpdateTime: string | undefined): number {
  const seconds = deployment.spec?.progressDeadlineSeconds ?? 0
  return (lastUpdateTime === undefined ? 0 : parseTime(lastUpdateTime)) + seconds * 1000
}

function hasTimedOut(deployment: Deployment, conditions: Conditions, nowMs: number): boolean {
  const condition = conditionOf(conditions, 'Progressing')
  if (condition === undefined) return false
  if (condition.reason === reasons.newReplicaSetAvailable) return false
  if (condition.reason === reasons.timedOut) return true
  return deadlineMs(deployment, condition.lastUpdateTime) < nowMs
}

type Progress = 'complete' | 'progressing' | 'timed-out' | 'unchanged'

function progressOf(deployment: Deployment, status: DeploymentStatus, nowMs: number): Progress {
  if (isComplete(deployment, status)) return 'complete'
  if (isProgressing(deployment, status)) return 'progressing'
  return hasTimedOut(deployment, status.conditions ?? [], nowMs) ? 'timed-out' : 'unchanged'
}

const progressTexts = {
  complete: 'has successfully progressed.',
  progressing: 'is progressing.',
  'timed-out': 'has timed out progressing.',
} as const

const progressReasons = {
  complete: reasons.newReplicaSetAvailable,
  progressing: reasons.replicaSetUpdated,
  'timed-out': reasons.timedOut,
} as const

function withProgress(
  deployment: Deployment,
  status: DeploymentStatus,
  sets: ReplicaSets,
  nowMs: number,
): Conditions {
  const progress = progressOf(deployment, status, nowMs)
  if (progress === 'unchanged') return status.conditions ?? []
  const newName = sets.newSet?.metadata.name
  const subject =
    newName === undefined ? `Deployment "${deployment.metadata.name}"` : `ReplicaSet "${newName}"`
  const condition = newCondition(
    {
      type: 'Progressing',
      status: progress === 'timed-out' ? 'False' : 'True',
      reason: progressReasons[progress],
      message: `${subject} ${progressTexts[progress]}`,
    },
    nowMs,
  )
  if (progress !== 'progressing') return withCondition(status.conditions, condition)
  // Progress renews lastUpdateTime even when status and reason stay the same.
  const current = conditionOf(deployment.status?.conditions, 'Progressing')
  const since = current?.status === 'True' ? current.lastTransitionTime : undefined
  const renewed = since === undefined ? condition : { ...condition, lastTransitionTime: since }
  const others = withoutCondition(status.conditions, 'Progressing')
  // Appended without regard to an entry with the same status and reason, which is gone.
  return current === undefined ? withCondition(status.conditions, renewed) : [...others, renewed]
}

function withReplicaFailure(conditions: Conditions, sets: ReplicaSets): Conditions {
  const candidates = sets.newSet === undefined ? sets.oldSets : [sets.newSet, ...sets.oldSets]
  for (const set of candidates) {
    const failure = set.status?.conditions?.find(({ type }) => type === 'ReplicaFailure')
    if (failure !== undefined) return withCondition(conditions, fromReplicaSet(failure))
  }
  return withoutCondition(conditions, 'ReplicaFailure')
}

/** The status during a rollout: counters, progress and failures of the ReplicaSets. */
export function rolloutStatus(draft: Draft, sets: ReplicaSets, nowMs: number): DeploymentStatus {
  const { deployment } = draft
  const status = calculateStatus(draft, sets, nowMs)
  const current = conditionOf(deployment.status?.conditions, 'Progressing')
  const wasComplete =
    (status.replicas ?? 0) === (status.updatedReplicas ?? 0) &&
    current?.reason === reasons.newReplicaSetAvailable
  let conditions: Conditions = status.conditions ?? []
  if (!hasProgressDeadline(deployment)) conditions = withoutCondition(conditions, 'Progressing')
  else if (!wasComplete) conditions = withProgress(deployment, status, sets, nowMs)
  return { ...status, conditions: withReplicaFailure(conditions, sets) }
}
