// How many pods a rollout may add or miss, and how a change of size spreads over ReplicaSets.
// Upstream: pkg/controller/deployment/util/deployment_util.go, v1.36.3.

import type { Deployment, ReplicaSet } from '../../kube/generated/types.ts'
import { resolveFenceposts, scaledValue } from '../../kube/int-or-percent.ts'

export function desiredReplicas(deployment: Deployment): number {
  return deployment.spec?.replicas ?? 1
}

export function isRollingUpdate(deployment: Deployment): boolean {
  return deployment.spec?.strategy?.type === 'RollingUpdate'
}

/** Validation has refused what cannot be resolved. */
function fenceposts(deployment: Deployment): { surge: number; unavailable: number } {
  const rolling = deployment.spec?.strategy?.rollingUpdate
  const desired = desiredReplicas(deployment)
  const resolved = resolveFenceposts(rolling?.maxSurge, rolling?.maxUnavailable, desired)
  return resolved.ok ? resolved : { surge: 0, unavailable: 0 }
}

/** Pods that may be missing during a rollout. */
export function maxUnavailable(deployment: Deployment): number {
  const desired = desiredReplicas(deployment)
  if (!isRollingUpdate(deployment) || desired === 0) return 0
  return Math.min(fenceposts(deployment).unavailable, desired)
}

/** Pods that may exist beyond the desired number during a rollout. */
export function maxSurge(deployment: Deployment): number {
  return isRollingUpdate(deployment) ? fenceposts(deployment).surge : 0
}

/** The size that the new ReplicaSet may have, given all pods that exist. */
export function newReplicaSetSize(
  deployment: Deployment,
  allPodsCount: number,
  currentSize: number,
): number {
  const desired = desiredReplicas(deployment)
  if (!isRollingUpdate(deployment)) return desired
  const surgeValue = deployment.spec?.strategy?.rollingUpdate?.maxSurge
  const podsMax = desired + scaledValue(surgeValue ?? 0, desired, true)
  if (allPodsCount >= podsMax) return currentSize
  return currentSize + Math.min(podsMax - allPodsCount, desired - currentSize)
}

/** Go's integer.RoundToInt32: half away from zero. */
function roundHalfAway(value: number): number {
  return value < 0 ? Math.trunc(value - 0.5) : Math.trunc(value + 0.5)
}

export interface Proportion {
  readonly deployment: Deployment
  readonly replicaSet: ReplicaSet
  /** Size of the whole Deployment with surge when the ReplicaSet was last sized. */
  readonly maxReplicasBefore: number | undefined
  readonly toAdd: number
  readonly added: number
}

function fraction({ deployment, replicaSet, maxReplicasBefore }: Proportion): number {
  const size = replicaSet.spec?.replicas ?? 1
  const desired = desiredReplicas(deployment)
  if (desired === 0) return -size
  // Without a usable annotation upstream falls back to what the status counts.
  const before = maxReplicasBefore || (deployment.status?.replicas ?? 0)
  if (before === 0) return 0
  return roundHalfAway((size * (desired + maxSurge(deployment))) / before) - size
}

/** How many of the pods still to be added (or, negative, removed) this ReplicaSet takes. */
export function proportionOf(proportion: Proportion): number {
  const { replicaSet, toAdd, added } = proportion
  if ((replicaSet.spec?.replicas ?? 1) === 0 || toAdd === 0 || toAdd === added) return 0
  const share = fraction(proportion)
  return toAdd > 0 ? Math.min(share, toAdd - added) : Math.max(share, toAdd - added)
}
