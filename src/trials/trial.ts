// The shape of a standard trial: what it rehearses, on which parts of the platform, as forks.

import type { Observation, Verdict } from '../checks/verdict.ts'
import type { World } from '../engine/world.ts'
import type { ObjectRef } from '../kube/object.ts'
import type { GateResult } from './gates.ts'
import type { Platform } from './platform.ts'

/** One run of a trial: a node that was lost, a workload that was restarted. */
export interface TrialRun {
  /** What it struck, for people: `node workers-1`; absent when there is only one run. */
  readonly subject?: string
  readonly node?: string
  readonly zone?: string
  readonly workload?: ObjectRef
  readonly observation: Observation
  readonly verdicts: readonly Verdict[]
  readonly gates: readonly GateResult[]
  /** The run ended at its bound on steps. */
  readonly exhausted: boolean
}

export interface TrialResult {
  readonly trial: string
  readonly runs: readonly TrialRun[]
  /** Why there is no run, when there is none. */
  readonly skipped?: string
}

/** What later trials build on: the World after install, and which workloads were well in it. */
export interface Base {
  readonly platform: Platform
  readonly world: World
  /** `Kind namespace/name` of workloads that were complete after install. */
  readonly healthy: ReadonlySet<string>
}

export interface Trial {
  readonly name: string
  readonly doc: string
  /** Whether it runs unless trials are named; absent: always. */
  readonly isDefault?: (platform: Platform) => boolean
  run(base: Base): TrialResult
}
