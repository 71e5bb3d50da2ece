// A sync of a blue-green Rollout. Port of argo-rollouts v1.8.3 rollout/{bluegreen,pause,service}.go.

import type { Part } from '../../controllers/framework.ts'
import type { Service } from '../../kube/generated/types.ts'
import { formatLabelSelector } from '../../kube/label-selector-text.ts'
import { parseTime } from '../../kube/time.ts'
import { hasSucceeded, reconcileRuns } from './analysis/rollout-runs.ts'
import { hasDeadline, isSaturated } from './annotations.ts'
import { newReplicas } from './new-replicas.ts'
import { pauseCondition } from './pause-changes.ts'
import { promote, promotionReason } from './promotion.ts'
import { isFastRollback, isWithinWindow } from './rollback.ts'
import { availableOf, hashOf, setWithHash, sizeOf, statusSum } from './replica-sets.ts'
import { scale } from './replica-set-writes.ts'
import { restartPods } from './restart.ts'
import { createNewSet, syncRevision } from './revision.ts'
import { keepUsed, scaleNew, scaleOthers, trimHistory } from './scaling.ts'
import { selectedHash, switchSelector } from './services.ts'
import { baseStatus, isTemplateNew, persist, reset } from './status.ts'
import { type Sync, within } from './sync.ts'
import { replicasOf, type RolloutStatus } from './types.ts'

/** rolloutBlueGreen. */
export function* syncBlueGreen(sync: Sync): Part<void> {
  const doing = 'failed to getAllReplicaSetsAndSyncRevision in rolloutBlueGreen create true'
  yield* within(doing, sync.newSet === undefined ? createNewSet(sync) : syncRevision(sync))
  const preview = previewOf(sync)
  if (preview !== undefined && !sync.isHalted) {
    yield* switchSelector(sync, preview, hashOf(sync.newSet))
  }
  if (isTemplateNew(sync)) return yield* syncStatus(sync)
  yield* restartPods(sync)
  yield* scaleBlueGreen(sync)
  pause(sync)
  yield* switchActive(sync)
  yield* reconcileRuns(sync)
  yield* syncStatus(sync)
}

/** completedPrePromotionAnalysis. */
function isPreviewProven(sync: Sync): boolean {
  return hasSucceeded(sync, 'prePromotion', sync.blueGreen?.prePromotionAnalysis)
}

function activeOf({ blueGreen, services }: Sync): Service | undefined {
  return services.get(blueGreen?.activeService ?? '')
}

function previewOf({ blueGreen, services }: Sync): Service | undefined {
  return services.get(blueGreen?.previewService ?? '')
}

/** reconcileBlueGreenReplicaSets. */
export function* scaleBlueGreen(sync: Sync): Part<void> {
  yield* keepUsed(sync)
  const active = setWithHash(sync.all, selectedHash(activeOf(sync)))
  const kept = sync.version.keeps === 'active' ? active : sync.stable
  if (kept !== undefined) {
    const doing = 'failed to scaleReplicaSetAndRecordEvent in reconcileBlueGreenStableReplicaSet'
    yield* within(doing, scale(sync, kept, replicasOf(sync.rollout)))
  }
  yield* scaleNew(sync)
  yield* scaleOthers(sync)
  yield* trimHistory(sync)
}

/** ReadyForPause: the new pods that are wanted for now are available. */
function isReady({ rollout, newSet, all }: Sync): boolean {
  if (newSet === undefined) return false
  const wanted = newReplicas(rollout, newSet, all)
  return sizeOf(newSet) === wanted && availableOf(newSet) === wanted
}

function isFastTracked(sync: Sync): boolean {
  const { newSet, status, version } = sync
  const isBack = version.conditionsLast ? isFastRollback(sync) : hasDeadline(newSet)
  const active = selectedHash(activeOf(sync))
  return isBack || status.promoteFull === true || active === '' || active === hashOf(newSet)
}

function needsPause({ blueGreen }: Sync): boolean {
  return blueGreen?.autoPromotionEnabled === false || (blueGreen?.autoPromotionSeconds ?? 0) > 0
}

/** reconcileBlueGreenPause: pauses once, before the switch, until somebody or the time resumes. */
function pause(sync: Sync): void {
  const { status, pauses, rollout, blueGreen } = sync
  if (status.abort === true || !isReady(sync) || sync.isHalted) return
  const isPassed = status.blueGreen?.scaleUpPreviewCheckPoint === true
  if (isFastTracked(sync) || isPassed || !needsPause(sync)) {
    pauses.remove('BlueGreenPause')
    return
  }
  if (!isPreviewProven(sync)) return
  const condition = pauseCondition(rollout, 'BlueGreenPause')
  if (condition === undefined) {
    if (status.controllerPause !== true) pauses.add('BlueGreenPause')
  } else if (isPauseOver(sync)) pauses.remove('BlueGreenPause')
  else {
    const seconds = blueGreen?.autoPromotionSeconds ?? 0
    if (seconds > 0) sync.requeueAt(parseTime(condition.startTime) + seconds * 1000)
  }
}

/** CompletedBlueGreenPause. */
function isPauseOver(sync: Sync): boolean {
  const { pauses, status, blueGreen, rollout, nowMs } = sync
  if (pauses.hasAdded) return false
  if (status.blueGreen?.scaleUpPreviewCheckPoint === true || !needsPause(sync)) return true
  const condition = pauseCondition(rollout, 'BlueGreenPause')
  if (blueGreen?.autoPromotionEnabled === false) {
    return status.controllerPause === true && condition === undefined
  }
  const seconds = blueGreen?.autoPromotionSeconds ?? 0
  if (seconds === 0) return true
  return condition !== undefined && parseTime(condition.startTime) + seconds * 1000 < nowMs
}

/** reconcileActiveService. */
function* switchActive(sync: Sync): Part<void> {
  const active = activeOf(sync)
  const { rollout, newSet, status } = sync
  if (active === undefined || sync.isHalted) return
  if (!isReady(sync) || !isSaturated(rollout, newSet)) return
  const isDue = isFastTracked(sync) || (isPauseOver(sync) && isPreviewProven(sync))
  const hash = isDue ? hashOf(newSet) : selectedHash(active)
  yield* switchSelector(sync, active, status.abort === true ? (status.stableRS ?? '') : hash)
}

/** syncRolloutStatusBlueGreen. */
function* syncStatus(sync: Sync): Part<void> {
  const isNew = isTemplateNew(sync)
  const base = isNew ? reset(sync, baseStatus(sync)) : baseStatus(sync)
  if (sync.status.promoteFull === true || isWithinWindow(sync)) {
    sync.pauses.clear()
    sync.pauses.removeAbort()
  }
  const activeSelector = selectedHash(activeOf(sync))
  const selectors = { activeSelector, previewSelector: selectedHash(previewOf(sync)) }
  const status: RolloutStatus = { ...base, blueGreen: { ...base.blueGreen, ...selectors } }
  const reason = promotionReason(sync, status)
  const promoted =
    reason === undefined ? withCheckPoint(sync, status) : yield* promote(sync, status, reason)
  yield* persist(sync, { ...promoted, ...activeCounts(sync, activeSelector) })
}

/** The counts that autoscalers go by: of the ReplicaSet that serves. */
export function activeCounts({ all, rollout }: Sync, activeSelector: string): RolloutStatus {
  const active = setWithHash(all, activeSelector)
  const counted = active === undefined ? all : [active]
  return {
    HPAReplicas: statusSum(counted, 'replicas'),
    selector: formatLabelSelector((active ?? rollout).spec?.selector),
    availableReplicas: statusSum(counted, 'availableReplicas'),
    readyReplicas: statusSum(counted, 'readyReplicas'),
  }
}

/** calculateScaleUpPreviewCheckPoint: the preview was as large as it is to be, and may grow. */
function withCheckPoint(sync: Sync, status: RolloutStatus): RolloutStatus {
  const count = sync.blueGreen?.previewReplicaCount
  if (count === undefined) return status
  const isSet = sync.status.blueGreen?.scaleUpPreviewCheckPoint === true
  const scaleUpPreviewCheckPoint =
    isSet || (isPreviewProven(sync) && isPauseOver(sync) && availableOf(sync.newSet) === count)
  return { ...status, blueGreen: { ...status.blueGreen, scaleUpPreviewCheckPoint } }
}
