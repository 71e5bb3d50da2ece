// The size of the new ReplicaSet, and whether a canary has all pods it wants now.
// Port of argo-rollouts v1.8.3 utils/replicaset NewRSNewReplicas, AtDesiredReplicaCountsForCanary.

import type { ReplicaSet } from '../../kube/generated/types.ts'
import { basicCanaryCounts, type CanaryCounts, type CanarySets } from './basic-canary.ts'
import {
  availableOf,
  hashOf,
  otherReplicaSets,
  sizeOf,
  stableReplicaSet,
  statusSum,
} from './replica-sets.ts'
import { routedCanaryCounts } from './routed-canary.ts'
import { type CanaryStrategy, replicasOf, type Rollout, type TrafficWeights } from './types.ts'

/** Pods of the new ReplicaSet; undefined for a Rollout without a strategy. */
export function newReplicas(
  rollout: Rollout,
  newSet: ReplicaSet,
  sets: readonly ReplicaSet[],
  weights?: TrafficWeights,
): number | undefined {
  const { blueGreen, canary } = rollout.spec?.strategy ?? {}
  if (blueGreen !== undefined) return blueGreenReplicas(rollout, newSet, sets)
  if (canary === undefined) return undefined
  const stable = stableReplicaSet(rollout, newSet, sets)
  const older = otherReplicaSets(newSet, stable, sets)
  return canaryCounts(rollout, { newSet, stable, older }, weights).canary
}

/** previewReplicaCount holds until the new ReplicaSet is about to become the active one. */
function blueGreenReplicas(
  rollout: Rollout,
  newSet: ReplicaSet,
  sets: readonly ReplicaSet[],
): number {
  const desired = replicasOf(rollout)
  const preview = rollout.spec?.strategy?.blueGreen?.previewReplicaCount
  if (preview === undefined) return desired
  const status = rollout.status ?? {}
  const active = status.blueGreen?.activeSelector ?? ''
  const activeSet = active === '' ? undefined : sets.find(set => hashOf(set) === active)
  if (activeSet === undefined || activeSet.metadata.name === newSet.metadata.name) return desired
  if (status.promoteFull === true) return desired
  if (hashOf(newSet) !== (status.currentPodHash ?? '')) return preview
  const isPaused = rollout.spec?.paused === true || (status.pauseConditions ?? []).length > 0
  return !isPaused && status.blueGreen?.scaleUpPreviewCheckPoint === true ? desired : preview
}

function canaryCounts(
  rollout: Rollout,
  sets: CanarySets,
  weights: TrafficWeights | undefined,
): CanaryCounts {
  return rollout.spec?.strategy?.canary?.trafficRouting === undefined
    ? basicCanaryCounts(rollout, sets)
    : routedCanaryCounts(rollout, weights)
}

/** ReplicaProgressThresholdMet, since v1.9: all that are wanted, or as many as suffice. */
export function isProgressMet(
  canary: CanaryStrategy | undefined,
  set: ReplicaSet,
  wanted: number,
): boolean {
  const { type, value } = canary?.replicaProgressThreshold ?? {}
  const available = availableOf(set)
  if (value === undefined || value < 0) return sizeOf(set) === wanted && available === wanted
  if (type !== 'Percent') return available >= value
  return wanted === 0 || available * 100 >= value * wanted
}

/** Whether the canary is as large and as available as the current step wants it. */
export function isAtDesiredCounts(
  rollout: Rollout,
  sets: CanarySets,
  weights?: TrafficWeights,
): boolean {
  const { newSet, stable, older } = sets
  const canary = rollout.spec?.strategy?.canary
  const wanted = canaryCounts(rollout, sets, weights)
  if (newSet === undefined || !isProgressMet(canary, newSet, wanted.canary)) return false
  const isRouted = canary?.trafficRouting !== undefined
  if (!isRouted || canary.dynamicStableScale !== true) {
    const isCreated = sizeOf(stable) === wanted.stable && stable?.status?.replicas === wanted.stable
    if (stable === undefined || !isCreated) return false
  }
  // Older pods still serve traffic where nothing routes it.
  return isRouted || statusSum(older, 'availableReplicas') === 0
}
