// When a new ReplicaSet becomes the stable one.
// Port of argo-rollouts v1.8.3 rollout/sync.go (shouldFullPromote, promoteStable).

import type { Part } from '../../controllers/framework.ts'
import { hasSucceeded } from './analysis/rollout-runs.ts'
import { hasDeadline, revisionOf } from './annotations.ts'
import { isProgressMet } from './new-replicas.ts'
import { availableOf } from './replica-sets.ts'
import { isFastRollback, isWithinWindow } from './rollback.ts'
import { currentStep } from './steps.ts'
import type { Sync } from './sync.ts'
import { replicasOf, type RolloutStatus } from './types.ts'
import { scaleWorkloadToZero } from './workload-ref.ts'

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
  if (sync.pauses.isAborted) return undefined
  const { postPromotionAnalysis } = sync.blueGreen ?? {}
  if (postPromotionAnalysis !== undefined && !sync.version.conditionsLast) {
    const name = sync.newSet?.metadata.name ?? ''
    if (hasDeadline(sync.newSet)) return `Rollback to '${name}' within scaleDownDelay`
  }
  const isProven = hasSucceeded(sync, 'postPromotion', postPromotionAnalysis)
  return isProven ? 'Completed blue-green update' : undefined
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
