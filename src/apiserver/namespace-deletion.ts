// Deleting a namespace only marks it: its content goes first, and the controller that empties it
// removes spec.finalizers. Upstream: pkg/registry/core/namespace/storage/storage.go, v1.36.3.

import type { Namespace } from '../kube/generated/types.ts'
import { formatTime } from '../kube/time.ts'
import { type Deletion, finalizersAfter, unmetPrecondition, withFinalizers } from './deletion.ts'
import type { ApiResponse } from './request.ts'
import type { Resource } from './resource.ts'
import { accepted, refused } from './responses.ts'
import { put, type Server } from './stored.ts'

/** Answers the request unless the namespace is empty and may go for good. */
export function deleteNamespace(
  { context }: Server,
  resource: Resource,
  deletion: Deletion,
): ApiResponse | undefined {
  const refusal = unmetPrecondition(resource, deletion)
  if (refusal !== undefined) return refused(refusal)
  const namespace = deletion.object as Namespace
  if (namespace.metadata.deletionTimestamp === undefined) {
    const marked: Namespace = {
      ...namespace,
      metadata: { ...namespace.metadata, deletionTimestamp: formatTime(context.nowMs) },
      status: { ...namespace.status, phase: 'Terminating' },
    }
    const finalizers = finalizersAfter(resource, deletion)
    return accepted(put(context, resource, withFinalizers(marked, finalizers)))
  }
  return (namespace.spec?.finalizers?.length ?? 0) > 0 ? accepted(namespace) : undefined
}
