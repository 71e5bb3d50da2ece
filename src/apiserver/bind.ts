// POST pods/binding: the scheduler's decision becomes spec.nodeName.
// Upstream: pkg/registry/core/pod/storage/storage.go, v1.36.3.

import type { Binding, Pod } from '../kube/generated/types.ts'
import type { ObjectMeta } from '../kube/object.ts'
import { admit, type ObjectRequest, validate } from './admission.ts'
import { withCondition } from './conditions.ts'
import type { ApiResponse, Target } from './request.ts'
import type { Resource } from './resource.ts'
import { accepted, conflict, isStatus, notFound, refused } from './responses.ts'
import { find, put, type Server } from './stored.ts'

/** Assigns a pod that has no node yet. */
export function bind({ context, plugins }: Server, target: Target, node: string): ApiResponse {
  const { resource, object } = find(context, target)
  if (object === undefined) return refused(notFound(resource, target.name))
  const pod = object as Pod
  const why = unbindable(pod)
  if (why !== undefined) {
    const binding = { ...resource, plural: 'pods/binding', qualified: 'pods/binding' }
    return refused(conflict(binding, target.name, why))
  }
  const request = bindingRequest(resource, pod, node)
  const admitted = admit(plugins, request, context)
  if (isStatus(admitted)) return refused(admitted)
  const refusal = validate(plugins, request, context)
  if (refusal !== undefined) return refused(refusal)
  const { labels } = admitted.metadata
  const { nominatedNodeName: _nominated, ...status } = pod.status ?? {}
  const scheduled = { type: 'PodScheduled', status: 'True' }
  const conditions = withCondition(status.conditions, scheduled, context.nowMs)
  const bound: Pod = {
    ...pod,
    metadata: withLabels(pod.metadata, labels),
    spec: { containers: [], ...pod.spec, nodeName: node },
    status: { ...status, conditions },
  }
  return accepted(put(context, resource, bound), 201)
}

function bindingRequest(resource: Resource, { metadata }: Pod, node: string): ObjectRequest {
  const { name = '', namespace = '' } = metadata
  const object: Binding = {
    apiVersion: 'v1',
    kind: 'Binding',
    metadata: { name, namespace },
    target: { kind: 'Node', name: node },
  }
  const facts = { operation: 'create', subresource: 'binding', dryRun: false } as const
  return { ...facts, resource, name, namespace, object, old: undefined }
}

/** Labels of the binding go over to the pod. */
function withLabels(metadata: ObjectMeta, labels: ObjectMeta['labels']): ObjectMeta {
  return labels === undefined
    ? metadata
    : { ...metadata, labels: { ...metadata.labels, ...labels } }
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
