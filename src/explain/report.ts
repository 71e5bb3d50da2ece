// The report contract, `seatrial.dev/v1`: additive within v1. Every output format is made from it.

import type { Location } from '../base/problem.ts'
import type { Assumption, Unmodelled } from '../trials/spec.ts'

export type Severity = 'error' | 'warning' | 'info'

export type Outcome = 'holds' | 'findings' | 'inconclusive'

/** An object as reports name it; namespace is absent for cluster-scoped ones. */
export interface ReportObject {
  readonly apiVersion?: string
  readonly kind: string
  readonly namespace?: string
  readonly name: string
}

/** One reason with its numbers, the places that contribute, and who wrote them. */
export interface Cause {
  /** Stable: `replicas-exceed-domains`. */
  readonly code: string
  /** One sentence that can stand after "because". */
  readonly text: string
  readonly facts: Readonly<Record<string, string | number | boolean | readonly string[]>>
  readonly locations: readonly Location[]
  readonly writers: readonly string[]
}

export interface Edit {
  readonly file: string
  readonly start: number
  readonly end: number
  readonly text: string
}

export interface Remedy {
  readonly name: string
  readonly kind: 'fix' | 'suggestion'
  readonly applicability: 'proven' | 'likely' | 'manual'
  readonly summary: string
  readonly cost?: string
  readonly edits: readonly Edit[]
  readonly diff: string
  readonly proof?: string
}

export interface Finding {
  /** Stable within and across runs of the same platform. */
  readonly id: string
  /** `ST1001`: has a page under docs/rules. */
  readonly rule: string
  readonly verdict: string
  readonly severity: Severity
  readonly trial: string
  /** What was struck when it happened: `node workers-1`. */
  readonly subject?: string
  /** Virtual seconds since the trial's first step. */
  readonly at: number
  /** How long it lasted, in virtual seconds. */
  readonly seconds?: number
  /** It was still so at the end of the run. */
  readonly open?: true
  readonly object: ReportObject
  readonly workload?: ReportObject
  /** How many objects, nodes or runs show the same. */
  readonly count: number
  /** The exact text of the component, or the product's own sentence. */
  readonly message: string
  readonly location?: Location
  /** Assumptions without which it may not happen: for their sake it is no error. */
  readonly restsOn?: readonly string[]
  readonly causes: readonly Cause[]
  readonly remedies: readonly Remedy[]
  /** In how many windows of the scheduler it was found, and the schedule of the first. */
  readonly windows?: { readonly found: number; readonly of: number; readonly schedule: string }
}

export interface Bounds {
  readonly nodes: number
  readonly events: number
  readonly virtualSeconds: number
  readonly runs: number
  /** `default`: one schedule, the documented rule at every choice point. */
  readonly schedules: string
  /**
   * From 100 nodes up the scheduler's workers decide at which nodes it looks: how many windows were
   * tried, and in how many the trial holds. Absent where every node was looked at.
   */
  readonly windows?: { readonly tried: number; readonly held: number }
}

export interface TrialReport {
  readonly name: string
  readonly outcome: Outcome
  /** Why it is inconclusive: `pods of Cluster are missing`. */
  readonly why?: string
  /** One line for people: "rolls 8 workloads". */
  readonly summary: string
  readonly findings: readonly string[]
  readonly bounds: Bounds
  /** Gates of the installer in order, up to the one at which it gave up. */
  readonly gates?: readonly GateReport[]
}

export interface GateReport {
  readonly name: string
  readonly outcome: 'ready' | 'not-found' | 'not-ready'
  /** Virtual seconds since the install began. */
  readonly at: number
  /** What the installer says when it gives up. */
  readonly message?: string
}

/** A Problem as reports carry it: flat. */
export interface ReportProblem {
  readonly code: string
  readonly severity: 'error' | 'warning'
  readonly file?: string
  readonly line?: number
  readonly column?: number
  readonly text: string
  readonly why?: string
  readonly todo?: string
}

/** A finding or warning that is not told, and why. */
export interface Suppressed {
  readonly rule: string
  readonly object: ReportObject
  readonly reason: string
  readonly location: Location
}

/** What admission changed of one object; pods of one template are one row. */
export interface AdmissionRow {
  readonly object: ReportObject
  /** In the order in which they wrote: `Assign pool`, `MutatingAdmissionPolicy team`. */
  readonly mutators: readonly string[]
  readonly fields: readonly string[]
}

export interface NodeRow {
  readonly name: string
  readonly pool: string
  readonly zone?: string
}

export interface Report {
  readonly apiVersion: 'seatrial.dev/v1'
  readonly kind: 'Report'
  readonly seatrial: { readonly version: string }
  readonly kubernetes: string
  readonly run: {
    readonly seed: number
    readonly schedule: string
    readonly digest: string
    readonly virtualSeconds: number
    readonly wallMs: number
    readonly bounds: Bounds
  }
  readonly platform: {
    readonly nodes: readonly NodeRow[]
    readonly workloads: number
    readonly pods: number
    readonly sources: readonly string[]
  }
  readonly trials: readonly TrialReport[]
  readonly findings: readonly Finding[]
  readonly assumptions: readonly Assumption[]
  readonly unmodelled: readonly Unmodelled[]
  /** Of the trial `admission`; absent when nobody asked for it. */
  readonly admission?: readonly AdmissionRow[]
  /** What was found and its user chose to live with; absent when there is nothing. */
  readonly suppressed?: readonly Suppressed[]
  readonly problems: readonly ReportProblem[]
}
