// The conditions of a Rollout.
// Port of argo-rollouts v1.8.3 utils/conditions, rollout/sync.go calculateRolloutConditions.

import { goQuote } from '../../kube/go-text.ts'
import { formatTime, parseTime } from '../../kube/time.ts'
import { hasDeadline, isSaturated, revisionOf } from './annotations.ts'
import { isHealthy } from './health.ts'
import { setWithHash, statusSum } from './replica-sets.ts'
import { currentStep } from './steps.ts'
import type { Sync } from './sync.ts'
import { replicasOf, type Rollout, type RolloutCondition, type RolloutStatus } from './types.ts'

/** progressDeadlineSeconds when not given. */
const deadlineSeconds = 600

export type NewCondition = Pick<RolloutCondition, 'type' | 'status' | 'reason' | 'message'>
type Conditions = readonly RolloutCondition[]

export function findCondition(
  status: RolloutStatus | undefined,
  type: string,
): RolloutCondition | undefined {
  return status?.conditions?.find(each => each.type === type)
}

function without(conditions: Conditions, type: string): Conditions {
  return conditions.filter(each => each.type !== type)
}

/** SetRolloutCondition: with the same status and reason nothing changes. */
export function withCondition(
  conditions: Conditions,
  condition: NewCondition,
  nowMs: number,
): Conditions {
  const current = conditions.find(({ type }) => type === condition.type)
  const isSameStatus = current?.status === condition.status
  if (isSameStatus && current.reason === condition.reason) return conditions
  const now = formatTime(nowMs)
  const lastTransitionTime = isSameStatus ? current.lastTransitionTime : now
  const others = without(conditions, condition.type)
  return [...others, { ...condition, lastTransitionTime, lastUpdateTime: now }]
}

const unavailableMessage = 'Rollout does not have minimum availability'

/** The status with the conditions that it calls for; may abort an update that takes too long. */
export function withConditions(status: RolloutStatus, sync: Sync): RolloutStatus {
  const { rollout, pauses, nowMs } = sync
  const draft = new ConditionsDraft(status, nowMs)
  const paused = (sync.version.conditionsLast ? status : rollout.status)?.pauseConditions ?? []
  const isPaused = paused.length > 0 || sync.spec.paused === true
  const isWell = !isPaused && isHealthy(rollout, status)
  let becameUnhealthy = false
  if (isWell) draft.set('Healthy', 'True', 'RolloutHealthy', 'Rollout is healthy')
  else if (findCondition(rollout.status, 'Healthy') !== undefined) {
    becameUnhealthy = draft.set('Healthy', 'False', 'RolloutHealthy', 'Rollout is not healthy')
  }
  if (pauses.isAborted) {
    const why = pauses.abortMessage === '' ? '' : `: ${pauses.abortMessage}`
    const message = `Rollout aborted update to revision ${revisionOf(rollout)}${why}`
    if (draft.set('Progressing', 'False', 'RolloutAborted', message)) {
      sync.tell('Warning', 'RolloutAborted', message)
    }
  } else setProgress(draft, sync, becameUnhealthy)
  if (isServing(status, sync)) {
    draft.set('Available', 'True', 'AvailableReason', 'Rollout has minimum availability')
  } else draft.set('Available', 'False', 'AvailableReason', unavailableMessage)
  setFailure(draft, sync)
  setCompleted(draft, sync)
  return draft.status
}

class ConditionsDraft {
  status: RolloutStatus
  private readonly nowMs: number

  constructor(status: RolloutStatus, nowMs: number) {
    this.status = status
    this.nowMs = nowMs
  }

  /** Whether that changed anything. */
  set(type: string, status: string, reason: string, message: string): boolean {
    const before = this.status.conditions ?? []
    const conditions = withCondition(before, { type, status, reason, message }, this.nowMs)
    this.status = { ...this.status, conditions }
    return conditions !== before
  }

  remove(type: string): void {
    this.status = { ...this.status, conditions: without(this.status.conditions ?? [], type) }
  }

  add(condition: RolloutCondition): void {
    this.remove(condition.type)
    this.status = { ...this.status, conditions: [...(this.status.conditions ?? []), condition] }
  }
}

function progressText(sync: Sync, what: string): string {
  const { newSet, rollout } = sync
  const [kind, object] = newSet === undefined ? ['Rollout', rollout] : ['ReplicaSet', newSet]
  return `${kind} ${goQuote(object.metadata.name ?? '')} ${what}.`
}

function setProgress(draft: ConditionsDraft, sync: Sync, becameUnhealthy: boolean): void {
  const { rollout, nowMs } = sync
  const { status } = draft
  if (isHealthy(rollout, status)) {
    const name = goQuote(sync.newSet?.metadata.name ?? '')
    const message = `ReplicaSet ${name} has successfully progressed.`
    draft.set('Progressing', 'True', 'NewReplicaSetAvailable', message)
  } else if (hasProgressed(rollout, status) || becameUnhealthy) {
    const isLost = status.stableRS === status.currentPodHash && becameUnhealthy
    const now = formatTime(nowMs)
    const current = findCondition(rollout.status, 'Progressing')
    draft.add({
      type: 'Progressing',
      status: 'True',
      reason: isLost ? 'ReplicaSetNotAvailable' : 'ReplicaSetUpdated',
      message: isLost ? unavailableMessage : progressText(sync, 'is progressing'),
      lastTransitionTime: current?.status === 'True' ? current.lastTransitionTime : now,
      lastUpdateTime: now,
    })
  } else if (isLate(sync, status)) {
    const message = progressText(sync, 'has timed out progressing')
    draft.set('Progressing', 'False', 'ProgressDeadlineExceeded', message)
    if (sync.version.conditionsLast || sync.spec.progressDeadlineAbort !== true) return
    abortLate(sync, message)
  }
}

function abortLate(sync: Sync, message: string): void {
  if (sync.pauses.isAborted) return
  sync.pauses.abort(message)
  sync.tell('Warning', 'RolloutAborted', message)
}

/** evaluateProgressDeadlineAbort of v1.10: the abort shows in the status of the same sync. */
export function abortWhenLate(sync: Sync, status: RolloutStatus): void {
  if (sync.spec.progressDeadlineAbort !== true || isCompleted(status)) return
  if (hasProgressed(sync.rollout, status) || !isLate(sync, sync.status)) return
  abortLate(sync, progressText(sync, 'has timed out progressing'))
}

function isLate(sync: Sync, status: RolloutStatus): boolean {
  if (isIndefiniteStep(sync)) return false
  if (sync.version.waitsForScaleDown && sync.others.some(hasDeadline)) return false
  return isTimedOut(sync, status)
}

/** Steps that take as long as they take. */
export function isIndefiniteStep({ rollout, version }: Sync): boolean {
  const { step } = currentStep(rollout)
  if (['experiment', 'analysis', 'pause'].some(kind => step?.[kind] !== undefined)) return true
  return version.pauseStopsDeadline && findCondition(rollout.status, 'Paused')?.status === 'True'
}

/** RolloutProgressing: anything that counts as progress since the last status. */
function hasProgressed({ spec, status: old = {} }: Rollout, status: RolloutStatus): boolean {
  const count = (of: RolloutStatus, name: 'replicas' | 'updatedReplicas' | 'readyReplicas') =>
    of[name] ?? 0
  const older = (of: RolloutStatus): number => count(of, 'replicas') - count(of, 'updatedReplicas')
  const text = (value: string | undefined): string => value ?? ''
  const isSwitched =
    spec?.strategy?.blueGreen !== undefined &&
    (text(old.blueGreen?.activeSelector) !== text(status.blueGreen?.activeSelector) ||
      text(old.blueGreen?.previewSelector) !== text(status.blueGreen?.previewSelector))
  const isStepped =
    spec?.strategy?.canary !== undefined &&
    (text(old.stableRS) !== text(status.stableRS) ||
      text(old.currentStepHash) !== text(status.currentStepHash) ||
      (old.currentStepIndex !== undefined &&
        status.currentStepIndex !== undefined &&
        old.currentStepIndex !== status.currentStepIndex))
  return (
    count(status, 'updatedReplicas') !== count(old, 'updatedReplicas') ||
    older(status) < older(old) ||
    count(status, 'readyReplicas') > count(old, 'readyReplicas') ||
    (status.availableReplicas ?? 0) > (old.availableReplicas ?? 0) ||
    isSwitched ||
    isStepped
  )
}

/** When the deadline for progress is over, counted from the last progress. */
export function deadlineMs({ spec }: Rollout, { lastUpdateTime }: RolloutCondition): number {
  return parseTime(lastUpdateTime) + (spec?.progressDeadlineSeconds ?? deadlineSeconds) * 1000
}

function isTimedOut({ rollout, version, nowMs }: Sync, status: RolloutStatus): boolean {
  const condition = findCondition(status, 'Progressing')
  if (condition === undefined || condition.reason === 'RolloutAborted') return false
  if (version.pauseStopsDeadline && condition.reason === 'RolloutPaused') return false
  if (condition.reason === 'ProgressDeadlineExceeded') return true
  return deadlineMs(rollout, condition) < nowMs
}

function isServing(status: RolloutStatus, { rollout, all, blueGreen }: Sync): boolean {
  if (blueGreen === undefined) return statusSum(all, 'availableReplicas') >= replicasOf(rollout)
  return isSaturated(rollout, setWithHash(all, status.blueGreen?.activeSelector))
}

/** Failures of ReplicaSets, first of the new one. */
function setFailure(draft: ConditionsDraft, { newSet, all }: Sync): void {
  const failures = [newSet, ...all].flatMap(set =>
    (set?.status?.conditions ?? []).filter(({ type }) => type === 'ReplicaFailure'),
  )
  const [failure] = failures
  const before = findCondition(draft.status, 'ReplicaFailure')
  if (failure === undefined) draft.remove('ReplicaFailure')
  else if (before?.status !== failure.status || before.reason !== failure.reason) {
    const { type, status, reason = '', message = '', lastTransitionTime = '' } = failure
    const isSame = before?.status === status
    const since = isSame ? before.lastTransitionTime : lastTransitionTime
    const times = { lastUpdateTime: lastTransitionTime, lastTransitionTime: since }
    draft.add({ type, status, reason, message, ...times })
  }
}

/** RolloutCompleted. */
export function isCompleted({ stableRS = '', currentPodHash = '' }: RolloutStatus): boolean {
  return stableRS !== '' && stableRS === currentPodHash
}

function setCompleted(draft: ConditionsDraft, sync: Sync): void {
  const reason = 'RolloutCompleted'
  if (isCompleted(draft.status)) draft.set('Completed', 'True', reason, reason)
  else if (draft.set('Completed', 'False', reason, reason)) {
    const hash = draft.status.currentPodHash ?? ''
    const revision = revisionOf(sync.rollout) + (sync.version.createsFirst ? 0 : 1)
    const message = `Rollout not completed, started update to revision ${revision} (${hash})`
    sync.tell('Normal', 'RolloutNotCompleted', message)
  }
}
