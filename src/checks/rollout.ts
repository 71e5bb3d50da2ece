// Rollouts that never complete, and those that did.
// Upstream: kubectl rollout status (polymorphichelpers/rollout_status.go), v0.36.3.

import { semanticEqual } from '../apiserver/equality.ts'
import type { KubeObject } from '../kube/object.ts'
import type { Check, ClusterLife, Observation, Verdict, WorkloadLife } from './verdict.ts'

type Rolling = KubeObject & {
  readonly spec?: {
    readonly replicas?: number
    readonly updateStrategy?: {
      readonly type?: string
      readonly rollingUpdate?: { readonly partition?: number }
    }
  }
  readonly status?: {
    readonly replicas?: number
    readonly readyReplicas?: number
    readonly updatedReplicas?: number
    readonly availableReplicas?: number
    readonly currentRevision?: string
    readonly updateRevision?: string
    readonly desiredNumberScheduled?: number
    readonly updatedNumberScheduled?: number
    readonly numberAvailable?: number
    readonly conditions?: readonly {
      readonly type: string
      readonly status: string
      readonly reason?: string
      readonly message?: string
    }[]
  }
}

/** Whether every pod is of the newest revision and available, and no older one is left. */
export function isComplete(object: KubeObject): boolean {
  const { spec, status = {} } = object as Rolling
  const wanted = spec?.replicas ?? 1
  const { replicas = 0, updatedReplicas = 0, availableReplicas = 0 } = status
  switch (object.kind) {
    case 'Deployment':
    case 'Rollout':
      return updatedReplicas === wanted && replicas === wanted && availableReplicas === wanted
    case 'StatefulSet':
      return isStatefulSetComplete(object as Rolling, wanted)
    case 'DaemonSet': {
      const { desiredNumberScheduled = 0, updatedNumberScheduled = 0, numberAvailable = 0 } = status
      return (
        updatedNumberScheduled === desiredNumberScheduled &&
        numberAvailable === desiredNumberScheduled
      )
    }
    default:
      return true
  }
}

function isStatefulSetComplete({ spec, status = {} }: Rolling, wanted: number): boolean {
  const { readyReplicas = 0, updatedReplicas = 0 } = status
  if (spec?.updateStrategy?.type === 'OnDelete') return true
  const partition = spec?.updateStrategy?.rollingUpdate?.partition ?? 0
  if (partition > 0) return readyReplicas === wanted && updatedReplicas >= wanted - partition
  return readyReplicas === wanted && status.currentRevision === status.updateRevision
}

/** What a Deployment says of its own progress, and whether it says that the deadline has passed. */
function progressOf(object: KubeObject): {
  readonly isOver: boolean
  readonly said: Pick<Verdict, 'reason' | 'message'>
} {
  const progressing = (object as Rolling).status?.conditions?.find(c => c.type === 'Progressing')
  if (progressing === undefined) return { isOver: false, said: {} }
  const { reason = '', message = '', status } = progressing
  return { isOver: status === 'False', said: { reason, message } }
}

/** Whether the pod template was changed by a step of this run. */
function revised(workload: WorkloadLife, { world, startRevision }: Observation): boolean {
  const { kind } = workload.ref
  const key = keyOfRef(workload)
  for (let index = world.store.logLength(kind) - 1; index >= 0; index -= 1) {
    const change = world.store.logAt(kind, index)
    if (change.revision <= startRevision) return false
    if (change.key !== key || change.before === undefined || change.after === undefined) continue
    // A write may bring the same template as another object.
    if (!semanticEqual(templateOf(change.before), templateOf(change.after))) return true
  }
  return false
}

function keyOfRef({ ref: { namespace, name } }: WorkloadLife): string {
  return namespace === undefined ? name : `${namespace}/${name}`
}

function templateOf(object: KubeObject): unknown {
  return (object as { spec?: { template?: unknown } }).spec?.template
}

function stuck(workload: WorkloadLife, observation: Observation): readonly Verdict[] {
  const { ref: object } = workload
  const { isOver, said } = progressOf(workload.object)
  const unfinished = !isComplete(workload.object) && revised(workload, observation)
  if (!isOver && !(unfinished && observation.quiet)) return []
  return [{ verdict: 'rollout-stuck', object, atMs: observation.startMs, open: true, ...said }]
}

function judgeAll(
  life: ClusterLife,
  judge: (workload: WorkloadLife) => readonly Verdict[],
): readonly Verdict[] {
  return life.workloads.flatMap(judge)
}

export const rolloutStuck = {
  name: 'rollout-stuck',
  doc: 'A new revision that never completes: its deadline passed, or all is at rest half-way.',
  verdicts: ['rollout-stuck'],
  judge: (observation, life) => judgeAll(life, workload => stuck(workload, observation)),
} satisfies Check

export const rolloutOk = {
  name: 'rollout-ok',
  doc: 'A new revision that was rolled out to the last pod.',
  verdicts: ['rollout-ok'],
  judge: (observation, life) =>
    judgeAll(life, workload =>
      isComplete(workload.object) && revised(workload, observation)
        ? [{ verdict: 'rollout-ok', object: workload.ref, atMs: observation.endMs }]
        : [],
    ),
} satisfies Check
