// Makes the writes of PreBind: one after the other, each on top of what the last one returned.
// Upstream: plugins/volumebinding/binder.go bindAPIUpdate and
// plugins/dynamicresources/dynamicresources.go bindClaim, v1.36.3.

import type { ApiResponse } from '../apiserver/request.ts'
import { type KubeObject, keyOf } from '../kube/object.ts'
import type { AssumedObjects } from './assumed-objects.ts'
import type { Pod, SchedulerWrite } from './framework.ts'

export interface WriteContext {
  readonly submit: (request: unknown) => unknown
  readonly assumed: AssumedObjects
  /** What the informer shows now. */
  readonly stored: (kind: string, key: string) => KubeObject | undefined
}

/** Returns the message of the first write that failed; what was written before it stays. */
export function submitWrites(
  context: WriteContext,
  writes: readonly SchedulerWrite[],
): string | undefined {
  const versions = new Map<string, string | undefined>()
  let created = ''
  for (const { verb, object, subresource } of writes) {
    const key = `${object.kind}/${keyOf(object.metadata)}`
    const current = withVersion(withClaimName(object, created), versions.get(key))
    const request = { verb, object: current, ...(subresource !== undefined && { subresource }) }
    const response = context.submit(request) as ApiResponse
    if (!response.ok) return response.status.message
    const answer = response.object
    versions.set(key, answer.metadata.resourceVersion)
    if (verb === 'create') created = answer.metadata.name ?? ''
    if (verb === 'delete') continue
    context.assumed.assume(answer, context.stored(answer.kind, keyOf(answer.metadata)))
  }
  return undefined
}

function withVersion(object: KubeObject, resourceVersion: string | undefined): KubeObject {
  if (resourceVersion === undefined) return object
  return { ...object, metadata: { ...object.metadata, resourceVersion } }
}

/** A pod's status names the claim that was created for its extended resources. */
function withClaimName(object: KubeObject, resourceClaimName: string): KubeObject {
  if (object.kind !== 'Pod') return object
  const { status } = object as Pod
  const { extendedResourceClaimStatus } = status ?? {}
  if (extendedResourceClaimStatus?.resourceClaimName !== '') return object
  const named = { ...extendedResourceClaimStatus, resourceClaimName }
  return { ...object, status: { ...status, extendedResourceClaimStatus: named } }
}
