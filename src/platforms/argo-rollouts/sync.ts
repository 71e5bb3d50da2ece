// One sync of a Rollout: what the controller has read at its beginning, and what it decides on the
// way. Port of argo-rollouts v1.8.3 rollout/context.go.

import type { ApiResponse } from '../../apiserver/request.ts'
import type { Api, Part } from '../../controllers/framework.ts'
import { errorText } from '../../controllers/failures.ts'
import type { ReplicaSet, Service } from '../../kube/generated/types.ts'
import type { KubeObject } from '../../kube/object.ts'
import { hasDeadline, remainingMs } from './annotations.ts'
import type { ControllerProcess } from './cache.ts'
import { PauseChanges, pauseCondition } from './pause-changes.ts'
import { otherReplicaSets, stableReplicaSet } from './replica-sets.ts'
import type {
  BlueGreenStrategy,
  CanaryStrategy,
  Rollout,
  RolloutStatus,
  TrafficWeights,
} from './types.ts'
import type { Runs } from './analysis/rollout-runs.ts'
import type { RolloutsVersion } from './version.ts'

/** Ends a sync: it is tried again, later each time. */
export class SyncError extends Error {}

/** Passes an error on, with what was being done. */
export function* within<T>(doing: string, part: Part<T>): Part<T> {
  try {
    return yield* part
  } catch (error) {
    throw error instanceof SyncError ? new SyncError(`${doing}: ${error.message}`) : error
  }
}

export interface SyncFacts {
  readonly api: Api
  readonly key: string
  readonly process: ControllerProcess
  readonly version: RolloutsVersion
  readonly nowMs: number
  readonly given: Rollout
  /** The same, with the pod template of the workload that it refers to. */
  readonly rollout: Rollout
  /** As the cache has them, oldest first. */
  readonly sets: readonly ReplicaSet[]
  readonly newSet: ReplicaSet | undefined
  readonly runs: Runs
  /** Those that the strategy names, by name. */
  readonly services: ReadonlyMap<string, Service>
}

interface ToldEvent {
  readonly type: 'Normal' | 'Warning'
  readonly reason: string
  readonly message: string
}

export class Sync {
  readonly api: Api
  readonly key: string
  readonly process: ControllerProcess
  readonly version: RolloutsVersion
  readonly nowMs: number
  readonly services: Map<string, Service>
  readonly pauses: PauseChanges
  /** The Rollout as its user wrote it. */
  readonly given: Rollout
  /** The Rollout as this sync has last read or written it. */
  rollout: Rollout
  /** What the Rollout became by a write of this sync. */
  written: KubeObject | undefined
  /** Made for the pod template as it is; undefined until it is created. */
  newSet: ReplicaSet | undefined
  /** Takes all traffic when an update is aborted; undefined until there was a first one. */
  stable: ReplicaSet | undefined
  all: readonly ReplicaSet[]
  /** All but the new one. */
  older: readonly ReplicaSet[]
  /** Neither new nor stable. */
  others: readonly ReplicaSet[]
  weights: TrafficWeights | undefined
  runs: Runs
  /** What the status is to tell of the runs. */
  runStatuses: Pick<RolloutStatus, 'blueGreen' | 'canary'> = {}
  restartedAt: string | undefined
  /** The new ReplicaSet was still waiting for its scale-down when the sync began. */
  readonly isNewWithinDelay: boolean
  private readonly told: ToldEvent[] = []
  private requeueMs: number | undefined

  constructor(facts: SyncFacts) {
    const { api, key, process, version, nowMs, rollout, services } = facts
    this.api = api
    this.key = key
    this.process = process
    this.version = version
    this.nowMs = nowMs
    this.given = facts.given
    this.rollout = rollout
    this.services = new Map(services)
    this.all = facts.sets
    this.newSet = facts.newSet
    this.older = facts.sets
    this.others = facts.sets
    this.split(facts.newSet)
    this.runs = facts.runs
    this.weights = rollout.status?.canary?.weights
    this.restartedAt = rollout.status?.restartedAt
    this.isNewWithinDelay =
      this.newSet !== undefined &&
      hasDeadline(this.newSet) &&
      remainingMs(this.newSet, nowMs) !== undefined
    this.pauses = new PauseChanges(() => this.rollout)
    if (isFullyPromoted(rollout) && this.pauses.isAborted) this.pauses.removeAbort()
  }

  /** Which ReplicaSet is which, once it is known which one is new. */
  split(newSet: ReplicaSet | undefined): void {
    this.newSet = newSet
    const uid = newSet?.metadata.uid
    this.older = this.all.filter(({ metadata }) => newSet === undefined || metadata.uid !== uid)
    this.stable = stableReplicaSet(this.rollout, newSet, this.older)
    this.others = otherReplicaSets(newSet, this.stable, this.all)
    if (newSet !== undefined && this.older.length === this.all.length) {
      this.all = [...this.all, newSet]
    }
  }

  get spec(): NonNullable<Rollout['spec']> {
    return this.rollout.spec ?? {}
  }

  get status(): NonNullable<Rollout['status']> {
    return this.rollout.status ?? {}
  }

  /** The strategy, where it is this one. */
  get canary(): CanaryStrategy | undefined {
    return this.spec.strategy?.canary
  }

  get blueGreen(): BlueGreenStrategy | undefined {
    return this.spec.strategy?.blueGreen
  }

  /** The user has paused it, or an analysis came to no end: nothing is scaled or switched. */
  get isHalted(): boolean {
    return this.spec.paused === true || this.isInconclusive
  }

  get isInconclusive(): boolean {
    return pauseCondition(this.rollout, 'InconclusiveAnalysisRun') !== undefined
  }

  /** Looks again after so long, or earlier if that was asked for. */
  requeueAfter(ms: number): void {
    this.requeueMs = Math.min(this.requeueMs ?? ms, ms)
  }

  /** Looks again a moment after a time to come: only then it is over. */
  requeueAt(atMs: number): void {
    if (atMs >= this.nowMs) this.requeueAfter(atMs - this.nowMs + 1)
  }

  get requeueAfterMs(): number | undefined {
    return this.requeueMs
  }

  /** An event of the Rollout, recorded with the next write of its status. */
  tell(type: ToldEvent['type'], reason: string, message: string): void {
    this.told.push({ type, reason, message })
  }

  *record(): Part<void> {
    for (const { type, reason, message } of this.told.splice(0)) {
      yield* this.api.event(this.rollout, type, reason, message)
    }
  }

  /** Takes over the Rollout as a write left it, with the pod template that this sync works with. */
  took(answer: KubeObject): void {
    const { template, selector } = this.spec
    this.written = answer
    const { spec } = answer as Rollout
    const lent = { ...(template && { template }), ...(selector && { selector }) }
    const isLent = spec?.workloadRef !== undefined
    this.rollout = isLent ? { ...answer, spec: { ...spec, ...lent } } : (answer as Rollout)
  }
}

/** IsFullyPromoted. */
export function isFullyPromoted({ status = {} }: Rollout): boolean {
  return (status.stableRS ?? '') === (status.currentPodHash ?? '')
}

/** The object of an accepted write; a refused one ends the sync. */
export function accepted(answer: ApiResponse): KubeObject {
  if (answer.ok) return answer.object
  throw new SyncError(errorText(answer))
}
