// The AnalysisRuns of a Rollout: which it has, which it starts and ends, and what they mean for it.
// Port of argo-rollouts v1.8.3 rollout/analysis.go.

import { errorText, isNotFound } from '../../../controllers/failures.ts'
import type { Api, Part } from '../../../controllers/framework.ts'
import { hasDeadline, isSaturated } from '../annotations.ts'
import { pauseCondition } from '../pause-changes.ts'
import { isWithinWindow } from '../rollback.ts'
import { availableOf, hashOf, sizeOf } from '../replica-sets.ts'
import { currentStep } from '../steps.ts'
import { isFullyPromoted, type Sync, SyncError } from '../sync.ts'
import type { Rollout, RolloutStatus } from '../types.ts'
import { createRun } from './templates.ts'
import { type AnalysisRun, isOver, type RolloutAnalysis, runKind, type RunStatus } from './types.ts'

/** The four runs that a Rollout may have at a time, by what they are for. */
export type Role = 'background' | 'postPromotion' | 'prePromotion' | 'step'

export type CurrentRuns = Readonly<Partial<Record<Role, AnalysisRun>>>

const labels: Readonly<Record<Role, string>> = {
  background: 'Background',
  postPromotion: 'PostPromotion',
  prePromotion: 'PrePromotion',
  step: 'Step',
}

const roles: readonly Role[] = ['postPromotion', 'prePromotion', 'step', 'background']
const typeLabel = 'rollout-type'
const stepLabel = 'step-index'

function recorded({
  canary = {},
  blueGreen = {},
}: RolloutStatus): Readonly<Partial<Record<Role, RunStatus | undefined>>> {
  return {
    background: canary.currentBackgroundAnalysisRunStatus,
    postPromotion: blueGreen.postPromotionAnalysisRunStatus,
    prePromotion: blueGreen.prePromotionAnalysisRunStatus,
    step: canary.currentStepAnalysisRunStatus,
  }
}

export interface Runs {
  readonly current: CurrentRuns
  readonly others: readonly AnalysisRun[]
}

/** The runs of a Rollout; one that its status names and the cache lacks is asked for. */
export function* runsOf(api: Api, { metadata, status = {} }: Rollout): Part<Runs> {
  const owned = [...(yield* api.ownedBy<AnalysisRun>(runKind, metadata.uid ?? ''))]
  const named = Object.entries(recorded(status))
  for (const [, known] of named) {
    if (known === undefined || owned.some(each => each.metadata.name === known.name)) continue
    const answer = yield* api.getLive(runKind, metadata.namespace, known.name)
    if (answer.ok) owned.push(answer.object as AnalysisRun)
  }
  const current = Object.fromEntries(
    named.flatMap(([role, known]) => {
      const run = owned.find(each => known !== undefined && each.metadata.name === known.name)
      return run === undefined ? [] : [[role, run]]
    }),
  )
  const taken = new Set(Object.values(current).map(({ metadata: own }) => own.name))
  return { current, others: owned.filter(each => !taken.has(each.metadata.name)) }
}

/** reconcileAnalysisRuns. */
export function* reconcileRuns(sync: Sync): Part<void> {
  const { current, others } = sync.runs
  const { promoteFull = false, stableRS = '' } = sync.status
  const isBack = hasDeadline(sync.newSet) || isWithinWindow(sync)
  if (sync.pauses.isAborted || promoteFull || isBack || stableRS === '') {
    setCurrent(sync, current)
    return yield* cancel(sync, [...inOrder(current), ...others])
  }
  const next: Partial<Record<Role, AnalysisRun>> = {}
  const chosen =
    sync.canary === undefined
      ? (['prePromotion', 'postPromotion'] as const)
      : (['step', 'background'] as const)
  for (const role of chosen) {
    const run = yield* reconcileRun(sync, role)
    if (run !== undefined) next[role] = run
  }
  setCurrent(sync, next)
  const kept = new Set(inOrder(next).map(({ metadata }) => metadata.name))
  yield* cancel(
    sync,
    others.filter(({ metadata }) => !kept.has(metadata.name)),
  )
  tellChanges(sync, next)
}

function inOrder(runs: CurrentRuns): readonly AnalysisRun[] {
  return roles.flatMap(role => runs[role] ?? [])
}

interface Plan {
  readonly analysis: RolloutAnalysis | undefined
  readonly infix: string
  /** What is asked for is over, or not due yet: a run goes, or is left as it is. */
  readonly otherwise?: 'cancel-and-forget' | 'cancel' | 'keep' | 'forget'
}

function planOf(sync: Sync, role: Role): Plan {
  const { blueGreen, canary, status, rollout } = sync
  const current = sync.runs.current[role]
  if (role === 'step') {
    const { step, index = 0 } = currentStep(rollout)
    const analysis = step?.['analysis'] as RolloutAnalysis | undefined
    const infix = String(index)
    const isHeld = (status.pauseConditions ?? []).length > 0 || status.abort === true
    if (isHeld) return { analysis, infix, otherwise: 'keep' }
    const isOld = current !== undefined && current.metadata.labels?.[stepLabel] !== infix
    return { analysis, infix, ...(isOld && { otherwise: 'cancel-and-forget' }) }
  }
  if (role === 'background') {
    const analysis = canary?.analysis as RolloutAnalysis | undefined
    const isNone = analysis === undefined || (analysis.templates ?? []).length === 0
    if (isNone) return { analysis: undefined, infix: '' }
    const { index } = currentStep(rollout)
    const isEarly = index !== undefined && index < (analysis.startingStep ?? 0)
    const isIdle = isFullyPromoted(rollout) || (status.currentPodHash ?? '') === '' || isEarly
    return { analysis, infix: '', ...(isIdle && { otherwise: 'forget' }) }
  }
  const isPre = role === 'prePromotion'
  const asked = isPre ? blueGreen?.prePromotionAnalysis : blueGreen?.postPromotionAnalysis
  const isSkipped = isPre ? skipsPrePromotion(sync) : skipsPostPromotion(sync)
  const analysis = asked as RolloutAnalysis | undefined
  return { analysis, infix: isPre ? 'pre' : 'post', ...(isSkipped && { otherwise: 'cancel' }) }
}

/** One of the runs: what there is of it after this sync. */
function* reconcileRun(sync: Sync, role: Role): Part<AnalysisRun | undefined> {
  const current = sync.runs.current[role]
  const { analysis, infix, otherwise } = planOf(sync, role)
  if (otherwise === 'keep') return current
  if (analysis === undefined || otherwise === 'cancel-and-forget') {
    yield* cancel(sync, current === undefined ? [] : [current])
    return undefined
  }
  if (otherwise === 'forget') return undefined
  if (otherwise === 'cancel') {
    yield* cancel(sync, current === undefined ? [] : [current])
    return judged(sync, role, current)
  }
  if (role !== 'step' && sync.isInconclusive) return judged(sync, role, current)
  if (needsNew(sync, current)) {
    const own = { [typeLabel]: labels[role], ...(role === 'step' && { [stepLabel]: infix }) }
    return judged(sync, role, yield* createRun(sync, { analysis, infix, labels: own }))
  }
  return judged(sync, role, current)
}

/** What the outcome of a run does to the Rollout: it is paused, or aborted. */
function judged(sync: Sync, role: Role, run: AnalysisRun | undefined): AnalysisRun | undefined {
  const isCanary = role === 'step' || role === 'background'
  if (isCanary && sync.isInconclusive) return run
  const { phase, message = '' } = run?.status ?? {}
  if (phase === 'Inconclusive') sync.pauses.add('InconclusiveAnalysisRun')
  else if (phase === 'Error' || phase === 'Failed') sync.pauses.abort(message)
  return run
}

/** needsNewAnalysisRun: none yet, or one that came to no end and somebody has resumed. */
function needsNew({ rollout, status }: Sync, current: AnalysisRun | undefined): boolean {
  if (current === undefined) return true
  const isStepped =
    pauseCondition(rollout, 'CanaryPauseStep') ?? pauseCondition(rollout, 'BlueGreenPause')
  if (status.controllerPause === true && isStepped === undefined) {
    return current.status?.phase === 'Inconclusive'
  }
  return status.abortedAt !== undefined
}

function skipsPrePromotion({ status, newSet, blueGreen, rollout }: Sync): boolean {
  const hash = hashOf(newSet)
  const active = status.blueGreen?.activeSelector ?? ''
  if (status.stableRS === hash || active === '' || active === hash || hash === '') return true
  const preview = blueGreen?.previewReplicaCount
  if (preview === undefined) return !isSaturated(rollout, newSet)
  return sizeOf(newSet) !== preview || availableOf(newSet) !== preview
}

export function skipsPostPromotion({ status, newSet, rollout }: Sync): boolean {
  const hash = hashOf(newSet)
  const isOther = status.stableRS === hash || status.blueGreen?.activeSelector !== hash
  return isOther || hash === '' || !isSaturated(rollout, newSet)
}

/** Asks runs that are not over to end. */
function* cancel({ api }: Sync, runs: readonly AnalysisRun[]): Part<void> {
  for (const run of runs) {
    if (run.spec?.terminate === true || isOver(run.status?.phase)) continue
    const answer = yield* api.patch(run, 'merge', { spec: { terminate: true } })
    if (!answer.ok && !isNotFound(answer)) throw new SyncError(errorText(answer))
  }
}

/** SetCurrentAnalysisRuns: what the status is to tell. */
function setCurrent(sync: Sync, current: CurrentRuns): void {
  sync.runs = { current, others: sync.runs.others }
  const told = (run: AnalysisRun | undefined): RunStatus | undefined =>
    run && {
      name: run.metadata.name ?? '',
      status: run.status?.phase ?? '',
      ...(run.status?.message !== undefined && { message: run.status.message }),
    }
  const [step, background] = [told(current.step), told(current.background)]
  const [pre, post] = [told(current.prePromotion), told(current.postPromotion)]
  sync.runStatuses = {
    canary: {
      ...(step && { currentStepAnalysisRunStatus: step }),
      ...(background && { currentBackgroundAnalysisRunStatus: background }),
    },
    blueGreen: {
      ...(pre && { prePromotionAnalysisRunStatus: pre }),
      ...(post && { postPromotionAnalysisRunStatus: post }),
    },
  }
}

function tellChanges(sync: Sync, current: CurrentRuns): void {
  const before = recorded(sync.status)
  for (const role of roles) {
    const run = current[role]
    const phase = run?.status?.phase
    const known = before[role]
    if (run === undefined || phase === undefined) continue
    const name = run.metadata.name ?? ''
    if (known !== undefined && (known.name !== name || known.status === phase)) continue
    const old = known === undefined ? 'NoPreviousStatus' : known.status
    const message = `${labels[role]} Analysis Run '${name}' Status New: '${phase}' Previous: '${old}'`
    const type = phase === 'Failed' || phase === 'Error' ? 'Warning' : 'Normal'
    sync.tell(type, `AnalysisRun${phase}`, message)
  }
}

/** Whether the run of that role has succeeded, where one is asked for. */
export function hasSucceeded({ runs }: Sync, role: Role, asked: unknown): boolean {
  return asked === undefined || runs.current[role]?.status?.phase === 'Successful'
}
