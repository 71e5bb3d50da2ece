// The conditions and the phase of a Rollout.
// Port of argo-rollouts v1.8.3 utils/conditions, rollout/sync.go calculateRolloutConditions.

import type { ReplicaSet } from '../../kube/generated/types.ts'
import { goQuote } from '../../kube/go-text.ts'
import { formatTime, parseTime } from '../../kube/time.ts'
import { isHealthy } from './health.ts'
import { availableOf, sizeOf } from './replica-sets.ts'
import { replicasOf, type Rollout, type RolloutCondition, type RolloutStatus } from './types.ts'

export const desiredReplicas = 'rollout.argoproj.io/desired-replicas'

/** progressDeadlineSeconds when not given. */
export const deadlineSeconds = 600

export interface ConditionsInput {
  readonly rollout: Rollout
  readonly replicaSet: ReplicaSet
  readonly nowMs: number
}

type NewCondition = Pick<RolloutCondition, 'type' | 'status' | 'reason' | 'message'>

function find(conditions: readonly RolloutCondition[], type: string): RolloutCondition | undefined {
  return conditions.find(each => each.type === type)
}

/** SetRolloutCondition: with the same status and reason nothing changes. */
function withCondition(
  conditions: readonly RolloutCondition[],
  condition: NewCondition,
  nowMs: number,
): readonly RolloutCondition[] {
  const current = find(conditions, condition.type)
  const isSameStatus = current?.status === condition.status
  if (isSameStatus && current.reason === condition.reason) return conditions
  const now = formatTime(nowMs)
  const lastTransitionTime = isSameStatus ? current.lastTransitionTime : now
  const others = conditions.filter(({ type }) => type !== condition.type)
  return [...others, { ...condition, lastTransitionTime, lastUpdateTime: now }]
}

/** For a Rollout that is neither paused nor aborted. */
export function withConditions(status: RolloutStatus, input: ConditionsInput): RolloutStatus {
  const { rollout, nowMs } = input
  const set = (conditions: readonly RolloutCondition[], condition: NewCondition) =>
    withCondition(conditions, condition, nowMs)
  const before = status.conditions ?? []
  const isWell = isHealthy(rollout, status)
  const healthy = find(rollout.status?.conditions ?? [], 'Healthy')
  let conditions = before
  if (isWell || healthy !== undefined) {
    const message = isWell ? 'Rollout is healthy' : 'Rollout is not healthy'
    const reason = 'RolloutHealthy'
    conditions = set(before, {
      type: 'Healthy',
      status: isWell ? 'True' : 'False',
      reason,
      message,
    })
  }
  const becameUnhealthy = !isWell && conditions !== before
  conditions = withProgress(conditions, { status, input, becameUnhealthy })
  const isAvailable = isServing(input)
  conditions = set(conditions, {
    type: 'Available',
    status: isAvailable ? 'True' : 'False',
    reason: 'AvailableReason',
    message: isAvailable ? 'Rollout has minimum availability' : notAvailable,
  })
  const isComplete = (status.stableRS ?? '') !== '' && status.stableRS === status.currentPodHash
  const reason = 'RolloutCompleted'
  const complete = isComplete ? 'True' : 'False'
  conditions = set(conditions, { type: 'Completed', status: complete, reason, message: reason })
  return { ...status, conditions }
}

const notAvailable = 'Rollout does not have minimum availability'

interface Progress {
  readonly status: RolloutStatus
  readonly input: ConditionsInput
  readonly becameUnhealthy: boolean
}

function withProgress(
  conditions: readonly RolloutCondition[],
  { status, input, becameUnhealthy }: Progress,
): readonly RolloutCondition[] {
  const { rollout, replicaSet, nowMs } = input
  const type = 'Progressing'
  const name = goQuote(replicaSet.metadata.name ?? '')
  if (isHealthy(rollout, status)) {
    const message = `ReplicaSet ${name} has successfully progressed.`
    const reason = 'NewReplicaSetAvailable'
    return withCondition(conditions, { type, status: 'True', reason, message }, nowMs)
  }
  if (hasProgressed(rollout, status) || becameUnhealthy) {
    const isPromoted = status.stableRS === status.currentPodHash
    const [reason, message] =
      isPromoted && becameUnhealthy
        ? ['ReplicaSetNotAvailable', notAvailable]
        : ['ReplicaSetUpdated', `ReplicaSet ${name} is progressing.`]
    const current = find(rollout.status?.conditions ?? [], type)
    const now = formatTime(nowMs)
    const since = current?.status === 'True' ? current.lastTransitionTime : now
    const others = conditions.filter(each => each.type !== type)
    const times = { lastTransitionTime: since, lastUpdateTime: now }
    return [
      ...others,
      { type, status: 'True', reason: reason as string, message: message as string, ...times },
    ]
  }
  if (!isTimedOut(rollout, conditions, nowMs)) return conditions
  const message = `ReplicaSet ${name} has timed out progressing.`
  const reason = 'ProgressDeadlineExceeded'
  return withCondition(conditions, { type, status: 'False', reason, message }, nowMs)
}

/** RolloutProgressing: anything that counts as progress since the last status. */
function hasProgressed({ spec, status: old = {} }: Rollout, status: RolloutStatus): boolean {
  const count = (of: RolloutStatus, name: 'replicas' | 'updatedReplicas' | 'readyReplicas') =>
    of[name] ?? 0
  const older = (of: RolloutStatus): number => count(of, 'replicas') - count(of, 'updatedReplicas')
  const isSwitched =
    spec?.strategy?.blueGreen !== undefined &&
    (old.blueGreen?.activeSelector !== status.blueGreen?.activeSelector ||
      old.blueGreen?.previewSelector !== status.blueGreen?.previewSelector)
  const isStepped =
    spec?.strategy?.canary !== undefined &&
    (old.stableRS !== status.stableRS ||
      old.currentStepHash !== status.currentStepHash ||
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

function isTimedOut(
  { spec }: Rollout,
  conditions: readonly RolloutCondition[],
  nowMs: number,
): boolean {
  const condition = find(conditions, 'Progressing')
  if (condition === undefined) return false
  if (['RolloutAborted', 'RolloutPaused'].includes(condition.reason)) return false
  if (condition.reason === 'ProgressDeadlineExceeded') return true
  const seconds = spec?.progressDeadlineSeconds ?? deadlineSeconds
  return parseTime(condition.lastUpdateTime) + seconds * 1000 < nowMs
}

function isServing({ rollout, replicaSet }: ConditionsInput): boolean {
  const replicas = replicasOf(rollout)
  if (rollout.spec?.strategy?.blueGreen === undefined) return availableOf(replicaSet) >= replicas
  return (
    sizeOf(replicaSet) === replicas &&
    replicaSet.metadata.annotations?.[desiredReplicas] === String(replicas) &&
    availableOf(replicaSet) === replicas
  )
}

/** CalculateRolloutPhase, of a Rollout that is not paused or restarting. */
export function withPhase(rollout: Rollout, status: RolloutStatus): RolloutStatus {
  const [phase, message] = phaseOf(rollout, status)
  const { message: _old, ...rest } = status
  return { ...rest, phase, ...(message !== '' && { message }) }
}

function phaseOf(rollout: Rollout, status: RolloutStatus): readonly [string, string] {
  const degraded = (status.conditions ?? []).find(({ reason }) =>
    ['RolloutAborted', 'ProgressDeadlineExceeded'].includes(reason),
  )
  if (degraded !== undefined) return ['Degraded', `${degraded.reason}: ${degraded.message}`]
  const { updatedReplicas = 0, availableReplicas = 0, replicas = 0 } = status
  const progressing = (why: string) => ['Progressing', why] as const
  if (updatedReplicas < replicasOf(rollout)) return progressing('more replicas need to be updated')
  if (availableReplicas < updatedReplicas) {
    return progressing('updated replicas are still becoming available')
  }
  const { canary } = rollout.spec?.strategy ?? {}
  const isBasic = canary !== undefined && canary.trafficRouting === undefined
  if (isBasic && replicas > updatedReplicas) {
    return progressing('old replicas are pending termination')
  }
  return ['Healthy', '']
}
