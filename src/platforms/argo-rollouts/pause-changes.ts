// What a sync does to the pauses and the abort of a Rollout.
// Port of argo-rollouts v1.8.3 rollout/pause.go (pauseContext).

import { formatTime } from '../../kube/time.ts'
import type { PauseCondition, Rollout, RolloutStatus } from './types.ts'

export type PauseReason = 'BlueGreenPause' | 'CanaryPauseStep' | 'InconclusiveAnalysisRun'

type PauseStatus = Pick<
  RolloutStatus,
  'abort' | 'abortedAt' | 'pauseConditions' | 'controllerPause'
>

export function pauseCondition(
  { status }: Rollout,
  reason: PauseReason,
): PauseCondition | undefined {
  return status?.pauseConditions?.find(each => each.reason === reason)
}

export class PauseChanges {
  private readonly rollout: () => Rollout
  private readonly added = new Set<PauseReason>()
  private readonly removed = new Set<string>()
  private isCleared = false
  private isAbortRemoved = false
  private newAbort: string | undefined

  constructor(rollout: () => Rollout) {
    this.rollout = rollout
  }

  get hasAdded(): boolean {
    return this.added.size > 0
  }

  get isAborted(): boolean {
    if (this.isAbortRemoved) return false
    return this.newAbort !== undefined || this.rollout().status?.abort === true
  }

  /** Why it is aborted now; empty when that happened before, or nobody said why. */
  get abortMessage(): string {
    return this.newAbort ?? ''
  }

  abort(message: string): void {
    this.newAbort = message
  }

  removeAbort(): void {
    this.isAbortRemoved = true
  }

  add(reason: PauseReason): void {
    this.added.add(reason)
  }

  remove(reason: PauseReason): void {
    this.removed.add(reason)
  }

  clear(): void {
    this.isCleared = true
  }

  /** CalculatePauseStatus: an aborted Rollout has no pauses. */
  result(nowMs: number): PauseStatus {
    const { status = {} } = this.rollout()
    const isKept = !this.isAbortRemoved && status.abort === true
    if (this.newAbort !== undefined || isKept) {
      return { abort: true, abortedAt: status.abortedAt ?? formatTime(nowMs) }
    }
    const unaborted = { abort: false, abortedAt: '' }
    if (this.isCleared) return unaborted
    const before = status.pauseConditions ?? []
    const kept = before.filter(({ reason }) => !this.removed.has(reason))
    const fresh = [...this.added].filter(reason => !before.some(each => each.reason === reason))
    const startTime = formatTime(nowMs)
    const pauseConditions = [...kept, ...fresh.map(reason => ({ reason, startTime }))]
    if (pauseConditions.length === 0) return unaborted
    const controllerPause = fresh.length > 0 || status.controllerPause === true
    return { ...unaborted, controllerPause, pauseConditions }
  }
}
