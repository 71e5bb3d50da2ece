// The annotations by which a Deployment numbers and sizes its ReplicaSets.
// Upstream: pkg/controller/deployment/util/deployment_util.go, v1.36.3.

import type { Deployment, ReplicaSet } from '../../kube/generated/types.ts'
import type { KubeObject } from '../../kube/object.ts'
import { desiredReplicas, maxSurge } from './budget.ts'

export const revisionAnnotation = 'deployment.kubernetes.io/revision'
export const revisionHistoryAnnotation = 'deployment.kubernetes.io/revision-history'
export const desiredReplicasAnnotation = 'deployment.kubernetes.io/desired-replicas'
export const maxReplicasAnnotation = 'deployment.kubernetes.io/max-replicas'

/** Never copied from the Deployment to its ReplicaSets. */
const notCopied: ReadonlySet<string> = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  revisionAnnotation,
  revisionHistoryAnnotation,
  desiredReplicasAnnotation,
  maxReplicasAnnotation,
  'deprecated.deployment.rollback.to',
])

const revisionHistoryCharsMax = 2000

export type Annotations = Readonly<Record<string, string>>

function annotation(object: KubeObject, key: string): string | undefined {
  return object.metadata.annotations?.[key]
}

/** A decimal integer as Go's ParseInt reads it; NaN when it is none. */
function parseInteger(text: string): number {
  return /^[+-]?\d+$/.test(text) ? Number(text) : Number.NaN
}

/** The highest revision among `replicaSets`; texts that are no number do not count. */
export function maxRevision(replicaSets: readonly ReplicaSet[]): number {
  let max = 0
  for (const replicaSet of replicaSets) {
    const revision = revisionOf(replicaSet)
    if (revision !== undefined && revision > max) max = revision
  }
  return max
}

/** The revision of a ReplicaSet: 0 without the annotation, undefined when it is no number. */
export function revisionOf(replicaSet: ReplicaSet): number | undefined {
  const revision = parseInteger(annotation(replicaSet, revisionAnnotation) ?? '0')
  return Number.isNaN(revision) ? undefined : revision
}

/** A count kept in an annotation; undefined when it is missing or not in 0..2^31-1. */
export function countIn(replicaSet: ReplicaSet, key: string): number | undefined {
  const text = annotation(replicaSet, key)
  if (text === undefined || !/^\d+$/.test(text)) return undefined
  const count = Number(text)
  return count > 0x7fffffff ? undefined : count
}

/** The annotations that say how large the Deployment wants to be now. */
export function replicasAnnotations(deployment: Deployment): Annotations {
  const desired = desiredReplicas(deployment)
  return {
    [desiredReplicasAnnotation]: String(desired),
    [maxReplicasAnnotation]: String(desired + maxSurge(deployment)),
  }
}

/** True when `replicaSet` does not carry what `replicasAnnotations` gives. */
export function replicasAnnotationsDiffer(replicaSet: ReplicaSet, deployment: Deployment): boolean {
  const wanted = replicasAnnotations(deployment)
  return Object.keys(wanted).some(key => annotation(replicaSet, key) !== wanted[key])
}

function copied(deployment: Deployment, current: Annotations): Annotations {
  const changes: Record<string, string> = {}
  for (const [key, value] of Object.entries(deployment.metadata.annotations ?? {})) {
    if (!notCopied.has(key) && current[key] !== value) changes[key] = value
  }
  return changes
}

/** The revision history with `oldRevision` appended; the oldest entries make room. */
function extendedHistory(history: string, oldRevision: string): string | undefined {
  const revisions = history.split(',')
  if (revisions[0] === '') return oldRevision
  let length = history.length + oldRevision.length + 1
  let start = 0
  while (length > revisionHistoryCharsMax && start < revisions.length) {
    length -= (revisions[start] ?? '').length + 1
    start++
  }
  if (length > revisionHistoryCharsMax) return undefined
  return [...revisions.slice(start), oldRevision].join(',')
}

/**
 * What changes in the annotations of the new ReplicaSet; empty when nothing does. A ReplicaSet
 * that gets a new number is one we roll back to, so its former numbers go into the history.
 */
export function newReplicaSetAnnotations(
  deployment: Deployment,
  current: Annotations,
  newRevision: number,
): Annotations {
  const changes: Record<string, string> = copied(deployment, current)
  const oldText = current[revisionAnnotation]
  const oldRevision = parseInteger(oldText === undefined || oldText === '' ? '0' : oldText)
  // Upstream reports "unchanged" here although it has copied annotations already.
  if (Number.isNaN(oldRevision)) return {}
  if (oldRevision >= newRevision) return changes
  changes[revisionAnnotation] = String(newRevision)
  if (oldText === undefined) return changes
  const history = extendedHistory(current[revisionHistoryAnnotation] ?? '', oldText)
  if (history !== undefined) changes[revisionHistoryAnnotation] = history
  return changes
}
