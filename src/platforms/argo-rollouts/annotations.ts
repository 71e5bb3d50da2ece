// What the controller writes into annotations. Port of argo-rollouts v1.8.3 utils/annotations.

import type { ReplicaSet } from '../../kube/generated/types.ts'
import { parseTime } from '../../kube/time.ts'
import { availableOf, sizeOf } from './replica-sets.ts'
import { replicasOf, type Rollout } from './types.ts'

export const desiredReplicas = 'rollout.argoproj.io/desired-replicas'
export const revisionAnnotation = 'rollout.argoproj.io/revision'
export const workloadGenerationAnnotation = 'rollout.argoproj.io/workload-generation'
const revisionHistory = 'rollout.argoproj.io/revision-history'
export const scaleDownDeadline = 'scale-down-deadline'

export type Annotations = Readonly<Record<string, string>>

/** Annotations of a Rollout that its ReplicaSets do not get. */
const ownAnnotations: ReadonlySet<string> = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  'notified.notifications.argoproj.io',
  revisionHistory,
  desiredReplicas,
  revisionAnnotation,
])

/** The revision of a Rollout or ReplicaSet; 0 when it has none. */
export function revisionOf(object: Rollout | ReplicaSet | undefined): number {
  return Number(object?.metadata.annotations?.[revisionAnnotation] ?? 0) || 0
}

export function maxRevision(sets: readonly ReplicaSet[]): number {
  return sets.reduce((max, set) => Math.max(max, revisionOf(set)), 0)
}

/** The annotations that the new ReplicaSet is to have; those it has when nothing changes. */
export function newSetAnnotations(
  { metadata }: Rollout,
  current: Annotations,
  revision: number,
): Annotations {
  const copied = Object.entries(metadata.annotations ?? {}).filter(
    ([key, value]) => !ownAnnotations.has(key) && current[key] !== value,
  )
  const old = current[revisionAnnotation]
  const isNewer = (Number(old ?? 0) || 0) < revision
  if (copied.length === 0 && !isNewer) return current
  const changed = { ...current, ...Object.fromEntries(copied) }
  if (isNewer) changed[revisionAnnotation] = String(revision)
  if (old === undefined) return changed
  const history = current[revisionHistory] ?? ''
  return { ...changed, [revisionHistory]: history === '' ? old : `${history},${old}` }
}

/** The replica count that the ReplicaSet was last sized for; undefined when it does not tell. */
export function desiredIn(set: ReplicaSet): number | undefined {
  const text = set.metadata.annotations?.[desiredReplicas]
  return text === undefined || !/^[+-]?\d+$/.test(text) ? undefined : Number(text)
}

export function needsDesired(set: ReplicaSet, rollout: Rollout): boolean {
  const { annotations } = set.metadata
  if (annotations?.[desiredReplicas] !== String(replicasOf(rollout))) return true
  return replicasOf(rollout) === 0 && hasDeadline(set)
}

/** IsSaturated: it is as large as the Rollout wants it, and all of it is available. */
export function isSaturated(rollout: Rollout, set: ReplicaSet | undefined): boolean {
  if (set === undefined) return false
  const replicas = replicasOf(rollout)
  return sizeOf(set) === replicas && availableOf(set) === replicas && desiredIn(set) === replicas
}

/** Whether it is to be scaled down later. */
export function hasDeadline(set: ReplicaSet | undefined): boolean {
  return (set?.metadata.annotations?.[scaleDownDeadline] ?? '') !== ''
}

/** How long a ReplicaSet stays, in ms; undefined when its time is over, or not told. */
export function remainingMs(set: ReplicaSet, nowMs: number): number | undefined {
  const deadlineMs = parseTime(set.metadata.annotations?.[scaleDownDeadline] ?? '')
  return deadlineMs > nowMs ? deadlineMs - nowMs : undefined
}
