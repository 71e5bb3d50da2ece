// POST pods/binding: the scheduler's decision becomes spec.nodeName.
// Upstream: pkg/registry/core/pod/storage/storage.go, v1.36.3.

import type { Pod } from '../kube/generated/types.ts'
import { withCondition } from './conditions.ts'
import type { ApiResponse, Target } from './request.ts'
import { accepted, conflict, notFound, refused } from './responses.ts'
import { find, put, type Server } from './stored.ts'

/** Assigns a pod that has no node yet. */
export function bind({ context }: Server, target: Target, node: string): ApiResponse {
  const { resource, object } = find(context, target)
  if (object === undefined) return refused(notFound(resource, target.name))
  const pod = object as Pod
  const why = unbindable(pod)
  if (why !== undefined) {
    const binding = { ...resource, plural: 'pods/binding', qualified: 'pods/binding' }
    return refused(conflict(binding, target.name, why))
  }
  const { nominatedNodeName: _nominated, ...status } = pod.status ?? {}
  const scheduled = { type: 'PodScheduled', status: 'True' }
  const conditions = withCondition(status.conditions, scheduled, context.nowMs)
  const bound: Pod = {
    ...pod,
    spec: { containers: [], ...pod.spec, nodeName: node },
    status: { ...status, conditions },
  }
  return accepted(put(context, resource, bound), 201)
}

function unbindable({ metadata, spec }: Pod): string | undefined {
  const name = metadata.name ?? ''
  if (metadata.deletionTimestamp !== undefined) {
    return `pod ${name} is being deleted, cannot be assigned to a host`
  }
  const node = spec?.nodeName ?? ''
  if (node !== '') return `pod ${name} is already assigned to node "${node}"`
  if ((spec?.schedulingGates?.length ?? 0) > 0) {
    return `pod ${name} has non-empty .spec.schedulingGates`
  }
  return undefined
}
