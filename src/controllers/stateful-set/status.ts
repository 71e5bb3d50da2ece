// The counters of a StatefulSet's status and writing them.
// Upstream: pkg/controller/statefulset/stateful_set_{control,status_updater}.go, v1.36.3.

import type { Pod, StatefulSet, StatefulSetStatus } from '../../kube/generated/types.ts'
import { keyOf } from '../../kube/object.ts'
import { isPodAvailable, isPodReady } from '../../kube/pod.ts'
import { errorText, isConflict } from '../failures.ts'
import type { Api, Part } from '../framework.ts'
import { replicasOf, revisionOf } from './identity.ts'

export function isCreated(pod: Pod): boolean {
  return (pod.status?.phase ?? '') !== ''
}

export function isTerminating(pod: Pod): boolean {
  return pod.metadata.deletionTimestamp !== undefined
}

export function isRunningAndReady(pod: Pod): boolean {
  return pod.status?.phase === 'Running' && isPodReady(pod)
}

export interface Revisions {
  readonly current: string
  readonly update: string
}

export interface Counters {
  readonly replicas: number
  readonly readyReplicas: number
  readonly availableReplicas: number
  readonly currentReplicas: number
  readonly updatedReplicas: number
}

export interface Moment {
  readonly minReadySeconds: number
  readonly nowMs: number
}

/** Counts `pods`; those that are not created yet count nowhere. */
export function countPods(pods: readonly Pod[], revisions: Revisions, moment: Moment): Counters {
  let [replicas, readyReplicas, availableReplicas] = [0, 0, 0]
  let [currentReplicas, updatedReplicas] = [0, 0]
  for (const pod of pods) {
    if (isRunningAndReady(pod)) {
      readyReplicas++
      if (isPodAvailable(pod, moment.minReadySeconds, moment.nowMs)) availableReplicas++
    }
    if (!isCreated(pod)) continue
    replicas++
    if (isTerminating(pod)) continue
    const revision = revisionOf(pod)
    if (revision === revisions.current) currentReplicas++
    if (revision === revisions.update) updatedReplicas++
  }
  return { replicas, readyReplicas, availableReplicas, currentReplicas, updatedReplicas }
}

/** What one sync found out; becomes the status. */
export interface Outcome {
  readonly counters: Counters
  readonly revisions: Revisions
  readonly collisionCount: number
}

/** When all pods are updated and ready, the update revision becomes the current one. */
export function completed(set: StatefulSet, outcome: Outcome): Outcome {
  const { counters, revisions } = outcome
  const replicas = replicasOf(set)
  const complete =
    set.spec?.updateStrategy?.type === 'RollingUpdate' &&
    counters.updatedReplicas === replicas &&
    counters.readyReplicas === replicas &&
    counters.replicas === replicas
  if (!complete) return outcome
  return {
    ...outcome,
    counters: { ...counters, currentReplicas: counters.updatedReplicas },
    revisions: { ...revisions, current: revisions.update },
  }
}

function statusFor(set: StatefulSet, { counters, revisions, collisionCount }: Outcome) {
  const { generation = 0 } = set.metadata
  const status: StatefulSetStatus = {
    ...(generation !== 0 && { observedGeneration: generation }),
    replicas: counters.replicas,
    ...(counters.readyReplicas !== 0 && { readyReplicas: counters.readyReplicas }),
    ...(counters.currentReplicas !== 0 && { currentReplicas: counters.currentReplicas }),
    ...(counters.updatedReplicas !== 0 && { updatedReplicas: counters.updatedReplicas }),
    ...(revisions.current !== '' && { currentRevision: revisions.current }),
    ...(revisions.update !== '' && { updateRevision: revisions.update }),
    collisionCount,
    availableReplicas: counters.availableReplicas,
  }
  return status
}

const comparedCounters = [
  'replicas',
  'readyReplicas',
  'currentReplicas',
  'updatedReplicas',
  'availableReplicas',
] as const

function isInconsistent(old: StatefulSetStatus | undefined, next: StatefulSetStatus): boolean {
  return (
    (next.observedGeneration ?? 0) > (old?.observedGeneration ?? 0) ||
    comparedCounters.some(counter => (next[counter] ?? 0) !== (old?.[counter] ?? 0)) ||
    (next.currentRevision ?? '') !== (old?.currentRevision ?? '') ||
    (next.updateRevision ?? '') !== (old?.updateRevision ?? '')
  )
}

const conflictRetries = 5

/** Writes the status when it changed; a conflict is tried again on the cached copy. */
export function* updateStatus(
  api: Api,
  set: StatefulSet,
  outcome: Outcome,
): Part<string | undefined> {
  const status = statusFor(set, outcome)
  if (!isInconsistent(set.status, status)) return undefined
  let current = set
  for (let attempt = 1; ; attempt++) {
    const response = yield* api.updateStatus({ ...current, status })
    if (response.ok) return undefined
    if (!isConflict(response) || attempt === conflictRetries) return errorText(response)
    const cached = yield* api.get<StatefulSet>('StatefulSet', keyOf(set.metadata))
    if (cached !== undefined) current = cached
  }
}
