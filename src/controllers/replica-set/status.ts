// The status of a ReplicaSet from its pods, and writing it.
// Upstream: pkg/controller/replicaset/replica_set_utils.go, v1.36.3.

import type { Mutable } from '../../base/mutable.ts'
import type {
  Pod,
  ReplicaSet,
  ReplicaSetCondition,
  ReplicaSetStatus,
} from '../../kube/generated/types.ts'
import { isPodAvailable, isPodReady } from '../../kube/pod.ts'
import { formatTime } from '../../kube/time.ts'
import { sameValue } from '../equality.ts'
import { errorText } from '../failures.ts'
import type { Api, Part } from '../framework.ts'
import { replicatedOf } from './replicated.ts'

export interface StatusInput {
  readonly replicaSet: ReplicaSet
  readonly activePods: readonly Pod[]
  /** Undefined before 1.35: nobody asked how many there are. */
  readonly terminatingPods: readonly Pod[] | undefined
  /** Why pods could not be created or deleted in this sync. */
  readonly error: string | undefined
  readonly nowMs: number
}

const failureType = 'ReplicaFailure'

function failureReason(diff: number): string | undefined {
  if (diff === 0) return undefined
  return diff < 0 ? 'FailedCreate' : 'FailedDelete'
}

function conditionsOf(input: StatusInput): readonly ReplicaSetCondition[] {
  const conditions = input.replicaSet.status?.conditions ?? []
  const hasFailure = conditions.some(({ type }) => type === failureType)
  if (input.error === undefined) {
    return hasFailure ? conditions.filter(({ type }) => type !== failureType) : conditions
  }
  // The first failure stays until a sync succeeds: later texts do not replace it.
  if (hasFailure) return conditions
  const diff = input.activePods.length - (input.replicaSet.spec?.replicas ?? 1)
  const reason = failureReason(diff)
  const failure: ReplicaSetCondition = {
    type: failureType,
    status: 'True',
    lastTransitionTime: formatTime(input.nowMs),
    ...(reason !== undefined && { reason }),
    message: input.error,
  }
  return [...conditions, failure]
}

function hasLabels(pod: Pod, labels: Readonly<Record<string, string>>): boolean {
  for (const key in labels) {
    if (pod.metadata.labels?.[key] !== labels[key]) return false
  }
  return true
}

/** Counts the pods; zero counters are left out except `replicas`, as Go encodes them. */
export function calculateStatus(input: StatusInput): ReplicaSetStatus {
  const { replicaSet, activePods, nowMs } = input
  const minReadySeconds = replicaSet.spec?.minReadySeconds ?? 0
  const labels = replicaSet.spec?.template?.metadata?.labels ?? {}
  let labeled = 0
  let ready = 0
  let available = 0
  for (let at = 0; at < activePods.length; at += 1) {
    const pod = activePods[at] as Pod
    if (hasLabels(pod, labels)) labeled++
    if (!isPodReady(pod)) continue
    ready++
    if (isPodAvailable(pod, minReadySeconds, nowMs)) available++
  }
  const observedGeneration = replicaSet.status?.observedGeneration ?? 0
  const conditions = conditionsOf(input)
  const status: Mutable<ReplicaSetStatus> = {
    replicas: activePods.length,
  }
  if (labeled !== 0) status.fullyLabeledReplicas = labeled
  if (ready !== 0) status.readyReplicas = ready
  if (available !== 0) status.availableReplicas = available
  if (input.terminatingPods) status.terminatingReplicas = input.terminatingPods.length
  if (observedGeneration !== 0) status.observedGeneration = observedGeneration
  if (conditions.length > 0) status.conditions = conditions
  return status
}

export interface StatusWritten {
  readonly replicaSet: ReplicaSet
  readonly error?: string
}

/** Writes the status when it changed; a refused write is tried once more on a fresh copy. */
export function* updateStatus(
  api: Api,
  replicaSet: ReplicaSet,
  status: ReplicaSetStatus,
): Part<StatusWritten> {
  const generation = replicaSet.metadata.generation ?? 0
  const observed = replicaSet.status?.observedGeneration ?? 0
  if (sameValue(withoutZeros(replicaSet.status), status) && generation === observed) {
    return { replicaSet }
  }
  const next = { ...status, observedGeneration: generation }
  const { kind, asSet, asStored } = replicatedOf(replicaSet)
  const first = yield* api.updateStatus(asStored({ ...replicaSet, status: next }))
  if (first.ok) return { replicaSet: asSet(first.object) }
  const { namespace, name = '' } = replicaSet.metadata
  const fresh = yield* api.getLive(kind, namespace, name)
  if (!fresh.ok) return { replicaSet, error: errorText(fresh) }
  const second = yield* api.updateStatus({ ...fresh.object, status: next })
  if (second.ok) return { replicaSet: asSet(second.object) }
  return { replicaSet, error: errorText(second) }
}

/** A status as this controller writes it, so that an untouched initial one compares equal. */
function withoutZeros(status: ReplicaSetStatus | undefined): ReplicaSetStatus {
  return { ...status, replicas: status?.replicas ?? 0 }
}
