// What a check says about a run. The vocabulary is the product's: every report uses these words.

import type { KubeObject, ObjectRef } from '../kube/object.ts'
import type { World } from '../engine/world.ts'

export const verdictNames = [
  'rejected',
  'install-stuck',
  'drain-stuck',
  'upgrade-stuck',
  'rollout-stuck',
  'loop',
  'diverged',
  'property-broken',
  'pending-forever',
  'quorum-lost',
  'down',
  'degraded',
  'terminating-forever',
  'churn',
  'noscale',
  'overscale',
  'pending-transient',
  'rollout-ok',
  'inconclusive',
] as const

export type VerdictName = (typeof verdictNames)[number]

/** One observation about one object in one run. */
export interface Verdict {
  readonly verdict: VerdictName
  readonly object: ObjectRef
  /** The workload that a pod belongs to. */
  readonly owner?: ObjectRef
  /** When it began, as Unix ms of virtual time. */
  readonly atMs: number
  /** How long it lasted, or has lasted when `open`. */
  readonly seconds?: number
  /** Still so at the end of the run. */
  readonly open?: boolean
  /** Serving (n) out of wanted (of). */
  readonly n?: number
  readonly of?: number
  readonly reason?: string
  /** The exact text of the component that said so. */
  readonly message?: string
  readonly node?: string
  /** What comes back again and again. */
  readonly field?: string
  /** Who writes it: a component first, then the mutators that take its writes back. */
  readonly writers?: readonly string[]
}

/** A finished run, as checks see it: they read, they change nothing. */
export interface Observation {
  readonly world: World
  /** Unix ms at which the trial did its first step. */
  readonly startMs: number
  /** Revision of the last write before that step. */
  readonly startRevision: number
  readonly endMs: number
  /** Whether nothing was left to happen at the end (or nothing that could change an object). */
  readonly quiet: boolean
  /** Requests of the trial that were refused, in order. */
  readonly refusals: readonly Refusal[]
}

export interface Refusal {
  readonly atMs: number
  readonly what: 'apply' | 'evict'
  /** An eviction that an upgrade of the nodes waits for. */
  readonly purpose?: 'upgrade'
  /** The node that was being drained. */
  readonly node?: string
  readonly object: ObjectRef
  readonly manifest?: KubeObject
  readonly code: number
  readonly reason: string
  readonly message: string
  /** Fields that the answer complains about. */
  readonly fields?: readonly string[]
  /** Attempts that ended like this; the last one counts. */
  readonly attempts: number
}

/** One thing that is watched for; `judge` is a pure function of the observation. */
export interface Check {
  readonly name: string
  readonly doc: string
  readonly verdicts: readonly VerdictName[]
  judge(observation: Observation, life: ClusterLife): readonly Verdict[]
}

/** The run as lives of pods and workloads; computed once per observation by `lifeOf`. */
export interface ClusterLife {
  readonly pods: readonly PodLife[]
  readonly workloads: readonly WorkloadLife[]
  /** Spans in which a node's kubelet was cut off. */
  readonly silences: ReadonlyMap<string, readonly Span[]>
}

/** Half open, in Unix ms; `toMs` is Infinity while it lasts. */
export interface Span {
  readonly fromMs: number
  readonly toMs: number
}

export interface PodLife {
  readonly key: string
  readonly uid: string
  /** The workload at the top of the owner chain; undefined for a bare pod. */
  readonly workload: ObjectRef | undefined
  readonly createdMs: number
  readonly boundMs: number | undefined
  readonly node: string | undefined
  /** When deletion was asked for. */
  readonly markedMs: number | undefined
  readonly goneMs: number | undefined
  /** Spans in which it served: Ready, not being deleted, on a node that is not silent. */
  readonly serving: readonly Span[]
  /** The scheduler's last refusal. */
  readonly unschedulable: { readonly message: string; readonly sinceMs: number } | undefined
  /** The last state of the object. */
  readonly pod: KubeObject
}

export interface WorkloadLife {
  readonly ref: ObjectRef
  readonly object: KubeObject
  /** How many pods it asks for at the end. */
  readonly wanted: number
  /** How many it asked for from each moment on, ascending in time. */
  readonly wants: readonly { readonly atMs: number; readonly wanted: number }[]
  readonly pods: readonly PodLife[]
  /** Number of serving pods from each moment on, ascending in time. */
  readonly steps: readonly { readonly atMs: number; readonly serving: number }[]
}
