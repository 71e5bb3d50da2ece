// The status of a Rollout: what all strategies have in common, and how it is written.
// Port of argo-rollouts v1.8.3 rollout/sync.go.

import type { Part } from '../../controllers/framework.ts'
import { goQuote } from '../../kube/go-text.ts'
import type { JsonObject } from '../../kube/patch/json.ts'
import { createMergePatch } from '../../kube/patch/merge-patch.ts'
import { workloadGenerationAnnotation } from './annotations.ts'
import {
  abortWhenLate,
  deadlineMs,
  findCondition,
  isCompleted,
  isIndefiniteStep,
  type NewCondition,
  withCondition,
  withConditions,
} from './conditions.ts'
import { podTemplateHash, stepHash } from './hashes.ts'
import { isHealthy } from './health.ts'
import { withPhase } from './phase.ts'
import { hashOf, statusSum } from './replica-sets.ts'
import { accepted, type Sync } from './sync.ts'
import type { RolloutCondition, RolloutStatus } from './types.ts'

/** calculateBaseStatus. */
export function baseStatus(sync: Sync): RolloutStatus {
  const { rollout, status: before, newSet, all } = sync
  const currentPodHash = newSet === undefined ? podTemplateHash(rollout) : hashOf(newSet)
  return {
    ...(sync.restartedAt !== undefined && { restartedAt: sync.restartedAt }),
    currentPodHash,
    replicas: statusSum(all, 'replicas'),
    updatedReplicas: statusSum([newSet], 'replicas'),
    readyReplicas: statusSum(all, 'readyReplicas'),
    ...(before.collisionCount !== undefined && { collisionCount: before.collisionCount }),
    conditions: (before.conditions ?? []).filter(({ type }) => type !== 'InvalidSpec'),
    promoteFull: before.promoteFull === true && currentPodHash !== '',
    stableRS: before.stableRS ?? '',
    blueGreen: { ...sync.runStatuses.blueGreen },
    canary: { ...sync.runStatuses.canary, ...(sync.weights && { weights: sync.weights }) },
  }
}

/** Whether the pod template is another one than that of the status. */
export function isTemplateNew({ rollout, newSet, status }: Sync): boolean {
  const { currentPodHash = '' } = status
  if (currentPodHash === '') return false
  return currentPodHash !== (newSet === undefined ? podTemplateHash(rollout) : hashOf(newSet))
}

/** Whether the steps of a canary are others than those of the status. */
export function areStepsNew({ rollout, status }: Sync): boolean {
  const { currentStepHash = '' } = status
  return currentStepHash === '' || currentStepHash !== stepHash(rollout)
}

/** resetRolloutStatus: a new update begins. */
export function reset(sync: Sync, status: RolloutStatus): RolloutStatus {
  sync.pauses.clear()
  sync.pauses.removeAbort()
  const { currentStepIndex: _index, ...rest } = status
  const hasSteps = (sync.canary?.steps ?? []).length > 0
  return { ...rest, promoteFull: false, ...(hasSteps && { currentStepIndex: 0 }) }
}

/** persistRolloutStatus: with its conditions, pauses and phase, where that differs. */
export function* persist(sync: Sync, calculated: RolloutStatus): Part<void> {
  yield* write(sync, { ...told(sync, calculated), ...observed(sync) })
}

/** The sync for the replica count leaves all conditions as they are, before v1.10. */
export function* persistCounts(sync: Sync, counts: RolloutStatus): Part<void> {
  if (sync.version.conditionsLast) return yield* persist(sync, counts)
  yield* write(sync, { ...counts, ...sync.pauses.result(sync.nowMs), ...observed(sync) })
}

function told(sync: Sync, status: RolloutStatus): RolloutStatus {
  const { nowMs, pauses } = sync
  if (!sync.version.conditionsLast) {
    return { ...withConditions(status, sync), ...pauses.result(nowMs) }
  }
  abortWhenLate(sync, status)
  return withConditions({ ...status, ...pauses.result(nowMs), ...observed(sync) }, sync)
}

function observed({ rollout, spec }: Sync): RolloutStatus {
  const observedGeneration = String(rollout.metadata.generation ?? 0)
  const workload = rollout.metadata.annotations?.[workloadGenerationAnnotation]
  if (spec.workloadRef === undefined || workload === undefined) return { observedGeneration }
  return { observedGeneration, workloadObservedGeneration: workload }
}

function* write(sync: Sync, status: RolloutStatus): Part<void> {
  const after = written(withPhase(sync.rollout, status))
  yield* sync.record()
  if (yield* patchStatus(sync, after)) return yield* tellPauses(sync, after)
  const before = findCondition(sync.status, 'Progressing')
  if (before !== undefined) requeueStuck(sync, status, before)
}

/** Whether there was anything to write. */
function* patchStatus(sync: Sync, after: RolloutStatus): Part<boolean> {
  const before = written(sync.status) as JsonObject
  const patch = createMergePatch(before, after as unknown as JsonObject)
  if (Object.keys(patch).length === 0) return false
  sync.written = accepted(yield* sync.api.patchStatus(sync.given, 'merge', { status: patch }))
  return true
}

const pointers: ReadonlySet<string> = new Set(['currentStepIndex', 'collisionCount'])

/** As Go writes it: without what is empty. */
function written(status: RolloutStatus): RolloutStatus {
  const entries = Object.entries({
    ...status,
    blueGreen: filled(status.blueGreen ?? {}),
    canary: filled(status.canary ?? {}),
  })
  return Object.fromEntries(entries.filter(([key, value]) => pointers.has(key) || !isEmpty(value)))
}

function filled(part: object): object {
  return Object.fromEntries(Object.entries(part).filter(([, value]) => !isEmpty(value)))
}

function isEmpty(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0
  return value === undefined || value === '' || value === false || value === 0
}

/** sendStateChangeEvents. */
function* tellPauses(sync: Sync, after: RolloutStatus): Part<void> {
  const [pause] = after.pauseConditions ?? []
  const wasPaused = (sync.status.pauseConditions ?? []).length > 0
  if (wasPaused === (pause !== undefined)) return
  if (pause !== undefined) {
    sync.tell('Normal', 'RolloutPaused', `Rollout is paused (${pause.reason})`)
  } else if (after.abortedAt === undefined) {
    sync.tell('Normal', 'RolloutResumed', 'Rollout is resumed')
  }
  yield* sync.record()
}

/** Looks again a second after the deadline for progress, unless nothing is to be waited for. */
function requeueStuck(sync: Sync, status: RolloutStatus, progressing: RolloutCondition): void {
  const { rollout, nowMs, spec } = sync
  const { pauseConditions = [], abort = false } = sync.status
  if (isHealthy(rollout, status) || progressing.reason === 'ProgressDeadlineExceeded') return
  if (pauseConditions.length > 0 || spec.paused === true || abort || isIndefiniteStep(sync)) return
  const leftMs = deadlineMs(rollout, progressing) - nowMs
  sync.requeueAfter(Math.max(0, leftMs) + 1000)
}

/** patchCondition: at once, before anything else of the sync. */
export function* patchConditions(
  sync: Sync,
  changes: readonly NewCondition[],
  before = sync.status.conditions ?? [],
): Part<void> {
  let conditions = before
  for (const change of changes) conditions = withCondition(conditions, change, sync.nowMs)
  const { observedGeneration } = observed(sync)
  const status = { ...sync.status, conditions, observedGeneration } as RolloutStatus
  yield* sync.record()
  yield* patchStatus(sync, written(withPhase(sync.rollout, status)))
}

/** createInvalidRolloutCondition: once for each reason. */
export function* tellInvalid(sync: Sync, error: string): Part<void> {
  const { rollout, status } = sync
  const message = `The Rollout ${goQuote(rollout.metadata.name ?? '')} is invalid: ${error}`
  const before = findCondition(status, 'InvalidSpec')
  const isSeen = status.observedGeneration === String(rollout.metadata.generation ?? 0)
  if (isSeen && before?.message === message) return
  const conditions = (status.conditions ?? []).filter(
    each => each !== before || each.message === message,
  )
  const condition = { type: 'InvalidSpec', status: 'True', reason: 'InvalidSpec', message }
  yield* patchConditions(sync, [condition], conditions)
}

/** checkPausedConditions: a pause that was long must not count as a lack of progress. */
export function* checkPauses(sync: Sync): Part<void> {
  const { status, spec } = sync
  const progressing = findCondition(status, 'Progressing')
  const isPaused = (status.pauseConditions ?? []).length > 0 || spec.paused === true
  const wasAborted = progressing?.reason === 'RolloutAborted'
  const isSilent = sync.version.pauseStopsDeadline && isCompleted(status)
  const changes: NewCondition[] = []
  const progress = (reason: string, message: string): void => {
    changes.push({ type: 'Progressing', status: 'Unknown', reason, message })
  }
  if (isPaused !== (progressing?.reason === 'RolloutPaused') && !wasAborted && !isSilent) {
    if (isPaused) progress('RolloutPaused', 'Rollout is paused')
    else progress('RolloutResumed', 'Rollout is resumed')
  }
  if (status.abort !== true && wasAborted) progress('RolloutRetry', 'Retrying Rollout after abort')
  const isTold = findCondition(status, 'Paused')?.status === 'True'
  if (isPaused !== isTold && !wasAborted) {
    const [reason, message] = ['RolloutPaused', 'Rollout is paused']
    changes.push({ type: 'Paused', status: isPaused ? 'True' : 'False', reason, message })
  }
  if (changes.length > 0) yield* patchConditions(sync, changes)
}
