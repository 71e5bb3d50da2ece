// When a new ReplicaSet becomes the stable one.
// Port of argo-rollouts v1.8.3 rollout/sync.go (shouldFullPromote, promoteStable).

import type { Part } from '../../controllers/framework.ts'
import type { ReplicaSet } from '../../kube/generated/types.ts'
import { revisionOf } from './annotations.ts'
import { isProgressMet } from './new-replicas.ts'
import { availableOf, hashOf } from './replica-sets.ts'
import { currentStep } from './steps.ts'
import type { Sync } from './sync.ts'
import { replicasOf, type RolloutStatus } from './types.ts'
import { scaleWorkloadToZero } from './workload-ref.ts'

function isOlder(a: ReplicaSet, b: ReplicaSet): boolean {
  return (a.metadata.creationTimestamp ?? '') < (b.metadata.creationTimestamp ?? '')
}

/** isRollbackWithinWindow. */
export function isWithinWindow({ newSet, stable, all, spec }: Sync): boolean {
  if (newSet === undefined || stable === undefined || !isOlder(newSet, stable)) return false
  const between = all.filter(set => isOlder(set, stable) && isOlder(newSet, set))
  return between.length < (spec.rollbackWindow?.revisions ?? 0)
}

/** isFastRollback, since v1.10. */
export function isFastRollback(sync: Sync): boolean {
  const { newSet, stable, status, blueGreen } = sync
  if (newSet === undefined || stable === undefined) return false
  if (status.stableRS === hashOf(newSet)) return true
  if (!isOlder(newSet, stable)) return false
  return isWithinWindow(sync) || (sync.isNewWithinDelay && blueGreen !== undefined)
}

/** shouldFullPromote: undefined while an update is under way. */
export function promotionReason(sync: Sync, status: RolloutStatus): string | undefined {
  if (sync.stable === undefined) return 'Initial deploy'
  return sync.canary === undefined ? blueGreenReason(sync, status) : canaryReason(sync)
}

function canaryReason(sync: Sync): string | undefined {
  if (sync.pauses.isAborted || !hasEnough(sync)) return undefined
  if (sync.status.promoteFull === true) return 'Full promotion requested'
  const rollback = rollbackReason(sync)
  if (rollback !== undefined) return rollback
  const steps = sync.canary?.steps?.length ?? 0
  return steps === 0 || currentStep(sync.rollout).index === steps
    ? `Completed all ${steps} canary steps`
    : undefined
}

function hasEnough({ newSet, rollout, version, canary }: Sync): boolean {
  if (newSet === undefined) return false
  const [available, wanted] = [availableOf(newSet), replicasOf(rollout)]
  if (available === wanted) return true
  if (!version.promotesSurplus) return false
  return available > wanted || isProgressMet(canary, newSet, wanted)
}

function rollbackReason(sync: Sync): string | undefined {
  if (isWithinWindow(sync)) return 'Rollback within window'
  return sync.version.conditionsLast && isFastRollback(sync) ? 'Fast rollback' : undefined
}

function blueGreenReason(sync: Sync, status: RolloutStatus): string | undefined {
  const active = status.blueGreen?.activeSelector ?? ''
  if (active === '') return 'Initial deploy'
  if (active !== status.currentPodHash) return undefined
  if (sync.status.promoteFull === true) return 'Full promotion requested'
  const rollback = rollbackReason(sync)
  if (rollback !== undefined) return rollback
  return sync.pauses.isAborted ? undefined : 'Completed blue-green update'
}

/** promoteStable. */
export function* promote(sync: Sync, status: RolloutStatus, reason: string): Part<RolloutStatus> {
  const { rollout, pauses, canary } = sync
  pauses.clear()
  pauses.removeAbort()
  const { currentStepIndex: _index, ...rest } = status
  const steps = canary?.steps?.length ?? 0
  const { currentPodHash = '' } = status
  if (status.stableRS !== currentPodHash) {
    const what = `revision ${revisionOf(rollout)} (${currentPodHash}): ${reason}`
    sync.tell('Normal', 'RolloutCompleted', `Rollout completed update to ${what}`)
  }
  yield* scaleWorkloadToZero(sync)
  return {
    ...rest,
    promoteFull: false,
    blueGreen: { ...status.blueGreen, scaleUpPreviewCheckPoint: false },
    ...(steps > 0 && { currentStepIndex: steps }),
    stableRS: currentPodHash,
  }
}
