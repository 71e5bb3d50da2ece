// DELETE: grace periods, finalizers, and what becomes of the dependents.
// Upstream: apiserver pkg/registry/rest/delete.go and pkg/registry/generic/registry/store.go,
// v0.36.3.

import type { Pod } from '../kube/generated/types.ts'
import type { KubeObject, ObjectMeta } from '../kube/object.ts'
import type { ApiStatus } from '../kube/status.ts'
import { formatTime, parseTime } from '../kube/time.ts'
import { notSupported } from '../kube/validation/field-error.ts'
import { validate } from './admission.ts'
import { sameStored } from './equality.ts'
import { deleteNamespace } from './namespace-deletion.ts'
import {
  type Deletion,
  finalizersAfter,
  unmetPrecondition,
  withFinalizers,
  withMetadata,
} from './deletion.ts'
import type { ApiResponse, DeleteOptions, Target } from './request.ts'
import type { Resource } from './resource.ts'
import { accepted, invalidObject, notFound, refused } from './responses.ts'
import { admissionRequest, find, put, remove, type Server } from './stored.ts'

const policies: readonly string[] = ['Foreground', 'Background', 'Orphan']

function badPolicy(policy: string): ApiStatus {
  const options = { group: 'meta.k8s.io', kind: 'DeleteOptions' }
  const error = notSupported('propagationPolicy', policy, [...policies, 'nil'])
  return invalidObject({ ...options, groupKind: 'DeleteOptions.meta.k8s.io' }, '', [error])
}

/** Deletes what `target` names, at once or by marking it. */
export function deleteTarget(
  server: Server,
  target: Target,
  options: DeleteOptions = {},
): ApiResponse {
  const { resource, object } = find(server.context, target)
  if (object === undefined) return refused(notFound(resource, target.name))
  const policy = options.propagationPolicy
  if (policy !== undefined && !policies.includes(policy)) return refused(badPolicy(policy))
  const request = admissionRequest(resource, {
    operation: 'delete',
    object: undefined,
    old: object,
  })
  const refusal = validate(server.plugins, request, server.context)
  if (refusal !== undefined) return refused(refusal)
  if (resource.key === 'Namespace') {
    const marked = deleteNamespace(server, resource, { object, options })
    if (marked !== undefined) return marked
  }
  return deleteObject(server, resource, { object, options })
}

/** Deletes a stored object. */
export function deleteObject(server: Server, resource: Resource, deletion: Deletion): ApiResponse {
  const { context } = server
  const { object, options } = deletion
  const refusal = unmetPrecondition(resource, deletion)
  if (refusal !== undefined) return refused(refusal)
  const grace = resource.key === 'Pod' ? gracefulMark(object, options, context.nowMs) : 'immediate'
  if (grace === 'pending') return accepted(object)
  const finalizers = finalizersAfter(resource, deletion)
  const graceful = grace === 'immediate' ? object : withMetadata(object, grace)
  if (grace === 'immediate' && finalizers.length === 0) {
    return accepted(remove(context, resource, object))
  }
  const marked = withFinalizers(
    grace === 'immediate' ? markedAsDeleting(graceful, context.nowMs) : graceful,
    finalizers,
  )
  const stored = sameStored(marked, object) ? object : put(context, resource, marked)
  const waits = finalizers.length > 0 || (marked.metadata.deletionGracePeriodSeconds ?? 0) > 0
  return accepted(waits ? stored : remove(context, resource, stored))
}

/** The metadata of a pod that is deleted with grace, `pending` when nothing new is asked. */
function gracefulMark(
  object: KubeObject,
  options: DeleteOptions,
  nowMs: number,
): ObjectMeta | 'pending' | 'immediate' {
  const { metadata } = object
  const asked = options.gracePeriodSeconds
  const wanted = asked !== undefined && asked < 0 ? 1 : asked
  if (metadata.deletionTimestamp !== undefined) return shortenedMark(metadata, wanted, nowMs)
  const period = podGraceSeconds(object as Pod, wanted)
  return {
    ...metadata,
    deletionTimestamp: formatTime(nowMs + period * 1000),
    deletionGracePeriodSeconds: period,
    ...(metadata.generation !== undefined && { generation: metadata.generation + 1 }),
  }
}

/** Only a shorter grace period may follow; a deletion without any is carried out now. */
function shortenedMark(
  metadata: ObjectMeta,
  wanted: number | undefined,
  nowMs: number,
): ObjectMeta | 'pending' | 'immediate' {
  const current = metadata.deletionGracePeriodSeconds ?? 0
  if (current === 0) return 'immediate'
  if (wanted === undefined || wanted >= current) return 'pending'
  const movedMs = parseTime(metadata.deletionTimestamp ?? '') - (current - wanted) * 1000
  const past = movedMs < nowMs
  return {
    ...metadata,
    deletionTimestamp: formatTime(past ? nowMs : movedMs),
    deletionGracePeriodSeconds: past && wanted !== 0 ? 1 : wanted,
  }
}

/** Pods that run nowhere, or no longer, need no grace. */
function podGraceSeconds(pod: Pod, wanted: number | undefined): number {
  if ((pod.spec?.nodeName ?? '') === '') return 0
  if (pod.status?.phase === 'Failed' || pod.status?.phase === 'Succeeded') return 0
  const period = wanted ?? pod.spec?.terminationGracePeriodSeconds ?? 0
  return period < 0 ? 1 : period
}

/** For kinds without grace that still have finalizers: marked as of now. */
function markedAsDeleting(object: KubeObject, nowMs: number): KubeObject {
  const { metadata } = object
  const first = metadata.deletionTimestamp === undefined
  const generation = metadata.generation
  const bumped = first && generation !== undefined && generation > 0 ? generation + 1 : generation
  return withMetadata(object, {
    ...metadata,
    ...(bumped !== undefined && { generation: bumped }),
    deletionTimestamp: first ? formatTime(nowMs) : (metadata.deletionTimestamp as string),
    deletionGracePeriodSeconds: 0,
  })
}
