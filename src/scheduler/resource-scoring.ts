// What the resource scorers compare: the pod's request and the node's allocated and allocatable
// amount of one resource. Upstream: pkg/scheduler/framework/plugins/noderesources
// resource_allocation.go, v1.36.3.

import type { Pod } from '../kube/generated/types.ts'
import { hasPodLevel, podRequests } from '../kube/resources.ts'
import { type NodeInfo, podInfoOf, type Resource } from './node-info.ts'
import { isScalarResourceName, resourceOfAmounts } from './node-resource.ts'
import type { ResourceSpec } from './plugin-args.ts'
import { defaultRequests } from './pod-info.ts'

/** The request of the pod for one resource of a scoring strategy. */
export interface ScoredResource {
  readonly name: string
  readonly weight: number
  readonly request: number
  /** Extended resources that the pod does not request do not count. */
  readonly isIrrelevant: boolean
}

/** Requests as NodeResourcesFit scores them: defaults for containers without, no pod level. */
export function defaultedRequests(
  pod: Pod,
  resources: readonly ResourceSpec[],
): readonly ScoredResource[] {
  const info = podInfoOf(pod)
  const hasStatuses = (pod.status?.containerStatuses?.length ?? 0) > 0
  const { nonZeroMilliCpu, nonZeroMemory } = info
  const total =
    hasStatuses || hasPodLevel(pod, 'requests')
      ? resourceOfAmounts(podRequests(pod, { nonMissing: defaultRequests, skipPodLevel: true }))
      : { ...info.requested, milliCpu: nonZeroMilliCpu, memory: nonZeroMemory }
  return resources.map(resource => scoredResource(resource, total))
}

/** Requests as they are, as NodeResourcesBalancedAllocation scores them. */
export function actualRequests(
  pod: Pod,
  resources: readonly ResourceSpec[],
): readonly ScoredResource[] {
  const { requested } = podInfoOf(pod)
  return resources.map(resource => scoredResource(resource, requested))
}

function scoredResource({ name, weight }: ResourceSpec, total: Resource): ScoredResource {
  const request = amountIn(total, name)
  return { name, weight, request, isIrrelevant: request === 0 && isScalarResourceName(name) }
}

/** The amount of a resource by name; cpu in thousandths. */
export function amountIn(resource: Resource, name: string): number {
  if (name === 'cpu') return resource.milliCpu
  if (name === 'memory') return resource.memory
  if (name === 'ephemeral-storage') return resource.ephemeralStorage
  return resource.scalars.get(name) ?? 0
}

/** What pods on the node take, with defaults for containers that request nothing. */
export function defaultedAllocation(node: NodeInfo, name: string): number {
  if (name === 'cpu') return node.nonZeroRequested.milliCpu
  if (name === 'memory') return node.nonZeroRequested.memory
  return amountIn(node.requested, name)
}
