// Extended resources (`example.com/gpu: 1`) that a DeviceClass serves instead of a device plugin.
// Upstream: plugins/dynamicresources/extendeddynamicresources.go v1.36.3,
// dynamic-resource-allocation deviceclass/extendedresourcecache v0.36.3.

import { compareStrings, sortedStrings } from '../../../base/compare.ts'
import type {
  Container,
  ContainerExtendedResourceRequest,
  DeviceRequest,
  ResourceClaim,
} from '../../../kube/generated/types.ts'
import type { OwnerReference } from '../../../kube/object.ts'
import type { Pod, SchedulerListers } from '../../framework.ts'
import { deviceClassOf } from '../../device-classes.ts'
import { isExtendedResourceName } from '../../node-resource.ts'
import { podRequests } from '../../../kube/resources.ts'
import { amountOf, valueOf } from '../../quantity-value.ts'
import { extendedResourceAnnotation } from './pod-claims.ts'

/** Name of a claim that exists only during the attempt. */
export const claimNameInMemory = '<extended-resources>'

const classPrefix = 'deviceclass.resource.kubernetes.io/'

/** Whether a resource may be served by devices. */
export function isDeviceResourceName(name: string): boolean {
  return name.startsWith(classPrefix) || isExtendedResourceName(name)
}

/** The device resources that a pod requests, with whole amounts; empty when no class serves any. */
export function deviceResources(pod: Pod, listers: SchedulerListers): ReadonlyMap<string, number> {
  const wanted = new Map<string, number>()
  if (!requestsAny(pod)) return wanted
  let isServed = false
  for (const [name, amount] of podRequests(pod)) {
    const count = valueOf(amount)
    if (count === 0 || !isDeviceResourceName(name)) continue
    wanted.set(name, count)
    isServed ||= deviceClassOf(name, listers) !== undefined
  }
  return isServed ? wanted : new Map()
}

function requestsAny(pod: Pod): boolean {
  const { containers = [], initContainers = [] } = pod.spec ?? {}
  return [...initContainers, ...containers].some(({ resources }) =>
    Object.keys(resources?.requests ?? {}).some(name => name.includes('/')),
  )
}

/** The claim of an earlier attempt, or one in memory that each node completes. */
export function extendedClaim(pod: Pod, listers: SchedulerListers): ResourceClaim {
  const { name = '', uid = '' } = pod.metadata
  const owned = listers.list('ResourceClaim').find(({ metadata }) => {
    if (metadata.annotations?.[extendedResourceAnnotation] !== 'true') return false
    const owners = metadata.ownerReferences ?? []
    return owners.some(owner => owner.name === name && owner.uid === uid && owner.controller)
  })
  return owned ?? claimInMemory(pod)
}

function claimInMemory({ metadata }: Pod): ResourceClaim {
  const { namespace = '', name = '', uid = '' } = metadata
  const owner: OwnerReference = { apiVersion: 'v1', kind: 'Pod', name, uid, controller: true }
  return {
    apiVersion: 'resource.k8s.io/v1',
    kind: 'ResourceClaim',
    metadata: {
      namespace,
      name: claimNameInMemory,
      generateName: `${name}-extended-resources-`,
      ownerReferences: [owner],
      annotations: { [extendedResourceAnnotation]: 'true' },
    },
    spec: { devices: { requests: [] } },
  }
}

/** Requests for devices in place of resources, and which container gets which. */
export interface DeviceRequests {
  readonly requests: readonly DeviceRequest[]
  readonly mappings: readonly ContainerExtendedResourceRequest[]
}

/** Requests for those resources that a node does not serve itself. */
export function deviceRequests(
  pod: Pod,
  resourceNames: readonly string[],
  listers: SchedulerListers,
): DeviceRequests {
  const requests: DeviceRequest[] = []
  const mappings: ContainerExtendedResourceRequest[] = []
  for (const name of sortedStrings(resourceNames)) {
    const className = deviceClassOf(name, listers)?.metadata.name
    if (className === undefined) continue
    const made = requestsOfResource(pod, name, className)
    requests.push(...made.requests)
    mappings.push(...made.mappings)
  }
  requests.sort((a, b) => compareStrings(a.name, b.name))
  return { requests, mappings }
}

/** Init containers run before the others and so may use their devices first. */
function requestsOfResource(pod: Pod, resource: string, className: string): DeviceRequests {
  const initContainers = pod.spec?.initContainers ?? []
  const containers = [...initContainers, ...(pod.spec?.containers ?? [])]
  const isShortLived = (index: number): boolean =>
    index < initContainers.length && containers[index]?.restartPolicy !== 'Always'
  const longLived: (DeviceRequest | undefined)[] = containers.map(() => undefined)
  const mappings: ContainerExtendedResourceRequest[] = []
  for (const [index, container] of containers.entries()) {
    if (isShortLived(index)) continue
    const made = requestOf({ container, index, resource, className, reusable: [] })
    longLived[index] = made.request
    mappings.push(...made.mappings)
  }
  const short = shortLivedRequests(containers, isShortLived, { longLived, resource, className })
  return {
    requests: [...short.requests, ...longLived.flatMap(request => request ?? [])],
    mappings: [...mappings, ...short.mappings],
  }
}

/** Of all short-lived containers only the largest request counts; the others use its devices. */
function shortLivedRequests(
  containers: readonly Container[],
  isShortLived: (index: number) => boolean,
  context: {
    readonly longLived: readonly (DeviceRequest | undefined)[]
    readonly resource: string
    readonly className: string
  },
): DeviceRequests {
  const { longLived, resource, className } = context
  let largest: DeviceRequest | undefined
  const names = new Set<string>()
  const mappings: ContainerExtendedResourceRequest[] = []
  for (const [index, container] of containers.entries()) {
    if (!isShortLived(index)) continue
    const reusable = longLived.slice(index)
    const made = requestOf({ container, index, resource, className, reusable })
    mappings.push(...made.mappings)
    if (made.request === undefined) continue
    names.add(made.request.name)
    if (largest === undefined || countOf(largest) < countOf(made.request)) largest = made.request
  }
  if (largest === undefined) return { requests: [], mappings }
  const { name } = largest
  return {
    requests: [largest],
    mappings: mappings.map(mapping =>
      names.has(mapping.requestName) ? { ...mapping, requestName: name } : mapping,
    ),
  }
}

function countOf(request: DeviceRequest): number {
  return request.exactly?.count ?? 0
}

interface ContainerWish {
  readonly container: Container
  readonly index: number
  readonly resource: string
  readonly className: string
  /** Requests of containers that start later. */
  readonly reusable: readonly (DeviceRequest | undefined)[]
}

function requestOf({ container, index, resource, className, reusable }: ContainerWish): {
  readonly request?: DeviceRequest
  readonly mappings: readonly ContainerExtendedResourceRequest[]
} {
  const requests = container.resources?.requests ?? {}
  const count = requests[resource] === undefined ? 0 : valueOf(amountOf(requests[resource]))
  if (count === 0) return { mappings: [] }
  const mapping = (requestName: string): ContainerExtendedResourceRequest => ({
    containerName: container.name,
    resourceName: resource,
    requestName,
  })
  const mappings: ContainerExtendedResourceRequest[] = []
  let covered = 0
  for (const other of reusable) {
    if (other === undefined) continue
    covered += countOf(other)
    mappings.push(mapping(other.name))
    if (covered >= count) return { mappings }
  }
  const name = `container-${index}-request-${sortedStrings(Object.keys(requests)).indexOf(resource)}`
  mappings.push(mapping(name))
  const exactly = {
    deviceClassName: className,
    allocationMode: 'ExactCount',
    count: count - covered,
  }
  return { request: { name, exactly }, mappings }
}
