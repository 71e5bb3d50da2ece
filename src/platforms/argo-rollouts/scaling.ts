// Sizes of the new ReplicaSet and of those that are neither new nor stable.
// Port of argo-rollouts v1.8.3 rollout/{replicaset,canary,bluegreen}.go.

import { byCreation } from '../../controllers/deployment/replica-sets.ts'
import type { Part } from '../../controllers/framework.ts'
import type { ReplicaSet } from '../../kube/generated/types.ts'
import {
  abortDelayMs,
  delaysScaleDownOnAbort,
  scaleDownDelayMs,
  scaleDownRevisionLimit,
} from './abort-delay.ts'
import { hasSucceeded, skipsPostPromotion } from './analysis/rollout-runs.ts'
import { hasDeadline, remainingMs, revisionOf } from './annotations.ts'
import { newReplicas } from './new-replicas.ts'
import { availableOf, maxUnavailable, sizeOf, sizeSum, statusSum } from './replica-sets.ts'
import { addDeadline, removeDeadline, scale } from './replica-set-writes.ts'
import { isReferenced } from './services.ts'
import { isFullyPromoted, type Sync, SyncError, within } from './sync.ts'
import { replicasOf } from './types.ts'
import { scaleWorkload } from './workload-ref.ts'

/** removeScaleDownDeadlines: what is in use again stays. */
export function* keepUsed(sync: Sync): Part<void> {
  const { newSet, stable } = sync
  const isKept = newSet !== undefined && !delaysScaleDownOnAbort(sync)
  if (isKept) yield* removeDeadline(sync, newSet)
  const isOther = !isKept || stable?.metadata.name !== newSet.metadata.name
  if (stable !== undefined && isOther) yield* removeDeadline(sync, stable)
}

/** reconcileNewReplicaSet: whether it was scaled. */
export function* scaleNew(sync: Sync): Part<boolean> {
  const { newSet, rollout, all, weights } = sync
  if (newSet === undefined) return false
  const wanted = newReplicas(rollout, newSet, all, weights) ?? 0
  const size = delaysScaleDownOnAbort(sync) ? yield* abortedSize(sync, newSet, wanted) : wanted
  if (size === undefined) return false
  const doing = 'failed to scaleReplicaSetAndRecordEvent in reconcileNewReplicaSet'
  const isScaled = yield* within(doing, scale(sync, newSet, size))
  yield* scaleWorkload(sync, newSet, size)
  return isScaled
}

/** After an abort the new pods stay for a while; undefined: leave them as they are. */
function* abortedSize(sync: Sync, newSet: ReplicaSet, wanted: number): Part<number | undefined> {
  if (hasDeadline(newSet)) {
    const leftMs = remainingMs(newSet, sync.nowMs)
    if (leftMs === undefined) return 0
    sync.requeueAfter(leftMs)
    return undefined
  }
  const delayMs = abortDelayMs(sync.rollout)
  if (delayMs === undefined) return wanted
  if (availableOf(sync.stable) === replicasOf(sync.rollout)) {
    yield* addDeadline(sync, newSet, delayMs)
  }
  return undefined
}

/** reconcileOtherReplicaSets: whether any was scaled; a failure waits for the next sync. */
export function* scaleOthers(sync: Sync): Part<boolean> {
  const others = sync.others.filter(set => sizeOf(set) > 0)
  if (sizeSum(others) === 0) return false
  try {
    const scaled =
      sync.canary === undefined ? scaleOldBlueGreen(sync, others) : scaleOldCanaries(sync, others)
    return yield* scaled
  } catch (error) {
    if (error instanceof SyncError) return false
    throw error
  }
}

function newestFirst(sets: readonly ReplicaSet[]): readonly ReplicaSet[] {
  return sets.toSorted((a, b) => revisionOf(b) - revisionOf(a) || byCreation(b, a))
}

/** scaleDownDelayHelper: annotates, waits, and gives the size for now. */
class Delays {
  private readonly sync: Sync
  private annotated = 0

  constructor(sync: Sync) {
    this.sync = sync
  }

  *size(set: ReplicaSet, kept: number): Part<number> {
    const { sync } = this
    const limit = scaleDownRevisionLimit(sync.rollout)
    if (hasDeadline(set)) {
      this.annotated += 1
      if (this.annotated > limit) return 0
      const leftMs = remainingMs(set, sync.nowMs)
      if (leftMs === undefined) return 0
      sync.requeueAfter(leftMs)
      return kept
    }
    if (this.annotated >= limit) return 0
    this.annotated += 1
    const delayMs = scaleDownDelayMs(sync.rollout)
    yield* addDeadline(sync, set, delayMs)
    // Without a delay upstream syncs again and again, and never scales it down.
    if (delayMs > 0) sync.requeueAfter(delayMs)
    return sizeOf(set)
  }
}

function* scaleOldBlueGreen(sync: Sync, others: readonly ReplicaSet[]): Part<boolean> {
  if (sync.isInconclusive || waitsForProof(sync)) return false
  const delays = new Delays(sync)
  let hasScaled = false
  for (const set of newestFirst(others)) {
    if (isReferenced(sync, set)) continue
    const size = yield* delays.size(set, replicasOf(sync.rollout))
    if (sizeOf(set) === size) continue
    yield* scale(sync, set, size)
    hasScaled = true
  }
  return hasScaled
}

/** Without a delay of its own the old ReplicaSet stays until the new one has been proven. */
function waitsForProof(sync: Sync): boolean {
  const { postPromotionAnalysis, scaleDownDelaySeconds } = sync.blueGreen ?? {}
  if (scaleDownDelaySeconds !== undefined || skipsPostPromotion(sync)) return false
  return !hasSucceeded(sync, 'postPromotion', postPromotionAnalysis)
}

/** Removes pods of old revisions as far as enough others are available. */
function* scaleOldCanaries(sync: Sync, given: readonly ReplicaSet[]): Part<boolean> {
  const { rollout, all } = sync
  const { sets: others, removed } = yield* removeUnavailable(sync, given)
  const least = replicasOf(rollout) - maxUnavailable(rollout)
  let removable = statusSum(all, 'availableReplicas') - least
  if (removable <= 0) return false
  const delays = new Delays(sync)
  let total = removed
  for (const set of newestFirst(others)) {
    const isRouted = sync.canary?.trafficRouting !== undefined
    if (isRouted && isReferenced(sync, set)) continue
    if (removable <= 0) break
    if (sizeOf(set) === 0) continue
    const size = isRouted
      ? yield* routedSize(sync, set, delays)
      : Math.max(0, sizeOf(set) - removable)
    if (sizeOf(set) === size) continue
    yield* scale(sync, set, size)
    removable -= sizeOf(set) - size
    total += sizeOf(set) - size
  }
  return total > 0
}

/** The stable ReplicaSet of before stays for a while; one that was never promoted does not. */
function* routedSize(sync: Sync, set: ReplicaSet, delays: Delays): Part<number> {
  if (!isFullyPromoted(sync.rollout) && !hasDeadline(set)) return 0
  if (sync.canary?.dynamicStableScale === true) return 0
  return yield* delays.size(set, sizeOf(set))
}

interface Cleaned {
  readonly sets: readonly ReplicaSet[]
  readonly removed: number
}

/** cleanupUnhealthyReplicas: pods of old revisions that are not available go first. */
function* removeUnavailable(sync: Sync, sets: readonly ReplicaSet[]): Part<Cleaned> {
  const cleaned: ReplicaSet[] = []
  let removed = 0
  for (const set of sets.toSorted(byCreation)) {
    const surplus = sizeOf(set) - availableOf(set)
    if (surplus <= 0) {
      cleaned.push(set)
      continue
    }
    yield* scale(sync, set, availableOf(set))
    removed += surplus
    const spec = { ...set.spec, replicas: availableOf(set) } as NonNullable<ReplicaSet['spec']>
    cleaned.push({ ...set, spec })
  }
  return { sets: cleaned, removed }
}

/** reconcileRevisionHistoryLimit: the oldest ReplicaSets without pods go. */
export function* trimHistory({ api, others, spec }: Sync): Part<void> {
  const limit = spec.revisionHistoryLimit ?? revisionsDefault
  const alive = others.filter(({ metadata }) => metadata.deletionTimestamp === undefined)
  const surplus = alive.toSorted(byCreation).slice(0, Math.max(0, alive.length - limit))
  for (const set of surplus) {
    const { generation = 0 } = set.metadata
    const isSeen = generation <= (set.status?.observedGeneration ?? 0)
    if (sizeOf(set) !== 0 || (set.status?.replicas ?? 0) !== 0 || !isSeen) continue
    yield* api.delete(set as never)
  }
}

const revisionsDefault = 10
