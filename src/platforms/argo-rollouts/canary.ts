// A sync of a canary. Port of argo-rollouts v1.8.3 rollout/canary.go.

import type { Part } from '../../controllers/framework.ts'
import { parseDuration } from '../../kube/duration.ts'
import type { IntOrString } from '../../kube/generated/types.ts'
import { formatLabelSelector } from '../../kube/label-selector-text.ts'
import { parseTime } from '../../kube/time.ts'
import { hasSucceeded, reconcileRuns } from './analysis/rollout-runs.ts'
import { basicCanaryCounts } from './basic-canary.ts'
import { stepHash } from './hashes.ts'
import { isAtDesiredCounts } from './new-replicas.ts'
import { pauseCondition } from './pause-changes.ts'
import { promote, promotionReason } from './promotion.ts'
import { isWithinWindow } from './rollback.ts'
import { hashOf, setWithHash, sizeOf, statusSum } from './replica-sets.ts'
import { scale } from './replica-set-writes.ts'
import { restartPods } from './restart.ts'
import { createNewSet, syncRevision } from './revision.ts'
import { routedCanaryCounts } from './routed-canary.ts'
import { keepUsed, scaleNew, scaleOthers, trimHistory } from './scaling.ts'
import { switchCanaryServices } from './services.ts'
import { areStepsNew, baseStatus, isTemplateNew, persist, reset } from './status.ts'
import { currentStep, stepText } from './steps.ts'
import { type Sync, within } from './sync.ts'
import { routeTraffic } from './traffic.ts'
import type { RolloutStatus } from './types.ts'

/** rolloutCanary. */
export function* syncCanary(sync: Sync): Part<void> {
  const revision = 'failed to getAllReplicaSetsAndSyncRevision in rolloutCanary'
  if (areStepsNew(sync) || isTemplateNew(sync)) {
    yield* within(`${revision} with PodTemplateOrStepsChanged`, syncRevision(sync))
    return yield* syncStatus(sync)
  }
  const made = sync.newSet === undefined ? createNewSet(sync) : syncRevision(sync)
  yield* within(`${revision} create true`, made)
  const restarted = yield* restartPods(sync)
  // Counts of available pods do not tell yet of those that were just restarted.
  if (restarted > 0 && sync.version.restartEndsSync) return
  yield* trimHistory(sync)
  yield* switchCanaryServices(sync)
  yield* routeTraffic(sync)
  yield* reconcileRuns(sync)
  if (sync.pauses.hasAdded) return yield* syncStatus(sync)
  const isScaling = yield* scaleCanary(sync)
  if (!isScaling) pause(sync)
  yield* syncStatus(sync)
}

/** reconcileCanaryReplicaSets: one ReplicaSet at a time; whether any was scaled. */
export function* scaleCanary(sync: Sync): Part<boolean> {
  if (sync.isHalted) return false
  const { status, all, version } = sync
  // Where the replica count and the template change together the last new ReplicaSet is scaled.
  if (!version.createsFirst && version.scalingStatus === 'counts' && !sync.newSet) {
    const { currentPodHash, stableRS } = status
    if (currentPodHash !== stableRS) sync.newSet = setWithHash(all, currentPodHash)
  }
  yield* keepUsed(sync)
  if (yield* scaleStable(sync)) return true
  if (yield* scaleNew(sync)) return true
  return yield* scaleOthers(sync)
}

function* scaleStable(sync: Sync): Part<boolean> {
  const { rollout, newSet, stable, others, canary } = sync
  if (stable === undefined || newSet?.metadata.name === stable.metadata.name) return false
  const counts =
    canary?.trafficRouting === undefined
      ? basicCanaryCounts(rollout, { newSet, stable, older: others })
      : routedCanaryCounts(rollout, rollout.status?.canary?.weights)
  const doing = 'failed to scaleReplicaSetAndRecordEvent in reconcileCanaryStableReplicaSet'
  return yield* within(doing, scale(sync, stable, counts.stable))
}

/** Milliseconds of a pause: seconds, or a duration. */
function pauseMs(duration: IntOrString): number {
  if (typeof duration === 'number') return duration * 1000
  if (/^[+-]?\d+$/.test(duration)) return Number(duration) * 1000
  return parseDuration(duration) ?? -1000
}

/** reconcileCanaryPause. */
function pause(sync: Sync): void {
  const { spec, status, rollout, pauses } = sync
  const { step } = currentStep(rollout)
  if (spec.paused === true || status.promoteFull === true || !step?.pause) return
  const condition = pauseCondition(rollout, 'CanaryPauseStep')
  const { duration } = step.pause
  if (condition === undefined) {
    if (status.controllerPause !== true) pauses.add('CanaryPauseStep')
  } else if (duration !== undefined) {
    sync.requeueAt(parseTime(condition.startTime) + pauseMs(duration))
  }
}

/** completedCurrentCanaryStep. */
function isStepDone(sync: Sync): boolean {
  const { rollout, newSet, stable, others, weights, spec } = sync
  const { step } = currentStep(rollout)
  if (spec.paused === true || step === undefined) return false
  if (step.pause !== undefined) return isPauseOver(sync, step.pause.duration)
  if (step.setCanaryScale !== undefined || step.setWeight !== undefined) {
    return isAtDesiredCounts(rollout, { newSet, stable, older: others }, weights)
  }
  if (step['analysis'] !== undefined) return hasSucceeded(sync, 'step', step['analysis'])
  return step['setHeaderRoute'] !== undefined || step['setMirrorRoute'] !== undefined
}

/** CompletedCanaryPauseStep: somebody has resumed it, or its time is over. */
function isPauseOver({ rollout, status, nowMs }: Sync, duration?: IntOrString): boolean {
  const condition = pauseCondition(rollout, 'CanaryPauseStep')
  if (condition === undefined) return status.controllerPause === true
  return duration !== undefined && parseTime(condition.startTime) + pauseMs(duration) < nowMs
}

/** syncRolloutStatusCanary. */
function* syncStatus(sync: Sync): Part<void> {
  const { all, rollout, status: before, pauses } = sync
  const steps = sync.canary?.steps?.length ?? 0
  const status: RolloutStatus = {
    ...baseStatus(sync),
    availableReplicas: statusSum(all, 'availableReplicas'),
    HPAReplicas: statusSum(all, 'replicas'),
    selector: formatLabelSelector(rollout.spec?.selector),
    currentStepHash: stepHash(rollout),
  }
  if (areStepsNew(sync) || isTemplateNew(sync)) {
    return yield* persist(sync, skipped(sync, reset(sync, status)))
  }
  const isFast = before.promoteFull === true || isWithinWindow(sync)
  if (isFast) {
    pauses.clear()
    pauses.removeAbort()
  }
  const reason = promotionReason(sync, status)
  if (reason !== undefined) return yield* persist(sync, yield* promote(sync, status, reason))
  if (pauses.isAborted) {
    const isBack = status.stableRS === status.currentPodHash
    const currentStepIndex = isBack ? steps : 0
    return yield* persist(sync, { ...status, ...(steps > 0 && { currentStepIndex }) })
  }
  const next = isFast && steps > 0 ? steps : nextIndex(sync)
  const { currentStepAnalysisRunStatus: _done, ...canary } = status.canary ?? {}
  const isOver = next !== currentStep(rollout).index
  yield* persist(sync, {
    ...status,
    ...(isOver && { canary }),
    ...(next !== undefined && { currentStepIndex: next }),
  })
}

/** The step that follows, where the current one is done. */
function nextIndex(sync: Sync): number | undefined {
  const { step, index } = currentStep(sync.rollout)
  if (index === undefined || step === undefined || !isStepDone(sync)) return index
  const next = index + 1
  const steps = sync.canary?.steps?.length ?? 0
  const message = `Rollout step ${next}/${steps} completed (${stepText(step)})`
  sync.tell('Normal', 'RolloutStepCompleted', message)
  sync.pauses.remove('CanaryPauseStep')
  return next
}

/** Back at a ReplicaSet that has served: the steps are not taken again. */
function skipped(sync: Sync, status: RolloutStatus): RolloutStatus {
  const { newSet } = sync
  const steps = sync.canary?.steps?.length ?? 0
  if (newSet === undefined || steps === 0) return status
  const isStable = sync.status.stableRS === hashOf(newSet)
  if (!isStable && !(isWithinWindow(sync) && sizeOf(newSet) > 0)) return status
  const which = isStable ? 'stable ReplicaSets' : 'active ReplicaSets within RollbackWindow'
  sync.tell('Normal', 'SkipSteps', `Rollback to ${which}`)
  return { ...status, currentStepIndex: steps }
}
