// Which slices to create, update and delete so that they hold exactly the desired endpoints.
// Upstream: k8s.io/endpointslice reconciler.go (reconcileByPortMapping), v0.36.3.

import { compareStrings } from '../../base/compare.ts'
import type { Endpoint, EndpointPort, EndpointSlice, Service } from '../../kube/generated/types.ts'
import { controllerRefOf, podNamePrefix } from '../pod-control.ts'
import { type AddressType, endpointIdentity, endpointsAgree } from './endpoints.ts'

export const serviceNameLabel = 'kubernetes.io/service-name'
export const managedByLabel = 'endpointslice.kubernetes.io/managed-by'
export const managedByValue = 'endpointslice-controller.k8s.io'
const headlessLabel = 'service.kubernetes.io/headless'
const reservedLabels = new Set([serviceNameLabel, managedByLabel, headlessLabel])

/** How many endpoints one slice holds at most (--max-endpoints-per-slice). */
export const endpointsPerSliceMax = 100

export interface SlicePlan {
  readonly create: readonly EndpointSlice[]
  readonly update: readonly EndpointSlice[]
  readonly remove: readonly EndpointSlice[]
}

/** A slice without a name: the API server will generate one. */
export function newSlice(
  service: Service,
  addressType: AddressType,
  ports: readonly EndpointPort[],
): EndpointSlice {
  const { name = '', namespace = '' } = service.metadata
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      generateName: podNamePrefix(name),
      namespace,
      labels: sliceLabels(service),
      ownerReferences: [controllerRefOf({ ...service, apiVersion: 'v1', kind: 'Service' })],
    },
    addressType,
    endpoints: [],
    ports,
  }
}

/** The labels of a service's slices: its own and the reserved ones. */
export function sliceLabels(service: Service): Record<string, string> {
  const { clusterIP = '' } = service.spec ?? {}
  return {
    ...unreserved(service.metadata.labels),
    ...((clusterIP === 'None' || clusterIP === '') && { [headlessLabel]: '' }),
    [serviceNameLabel]: service.metadata.name ?? '',
    [managedByLabel]: managedByValue,
  }
}

function unreserved(labels: Readonly<Record<string, string>> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(labels).filter(([key]) => !reservedLabels.has(key)))
}

function labelsChanged(slice: EndpointSlice, service: Service): boolean {
  const now = unreserved(slice.metadata.labels)
  const want = unreserved(service.metadata.labels)
  const keys = Object.keys(want)
  return keys.length !== Object.keys(now).length || keys.some(key => now[key] !== want[key])
}

interface Draft {
  readonly slice: EndpointSlice
  endpoints: readonly Endpoint[]
  fate: 'keep' | 'update' | 'remove'
}

/** Plans the slices of one set of ports. `desired` is in the order in which endpoints are placed. */
export function planSlices(options: {
  readonly service: Service
  readonly existing: readonly EndpointSlice[]
  readonly desired: readonly Endpoint[]
  readonly ports: readonly EndpointPort[]
  readonly addressType: AddressType
}): SlicePlan {
  const { service, existing, addressType, ports } = options
  const missing = new Map(options.desired.map(endpoint => [endpointIdentity(endpoint), endpoint]))
  const drafts = existing.map(slice => draftOf(slice, service, missing))
  fillUpdated(drafts, missing)
  const create: EndpointSlice[] = []
  while (missing.size > 0) {
    const draft = missing.size < endpointsPerSliceMax ? bestFit(drafts, missing.size) : undefined
    if (draft !== undefined) {
      draft.endpoints = [...draft.endpoints, ...take(missing, missing.size)]
      draft.fate = 'update'
      continue
    }
    const endpoints = take(missing, endpointsPerSliceMax)
    create.push({ ...newSlice(service, addressType, ports), endpoints })
  }
  const labels = sliceLabels(service)
  const update = drafts
    .filter(({ fate }) => fate === 'update')
    .map(({ slice, endpoints }) => ({
      ...slice,
      metadata: { ...slice.metadata, labels },
      endpoints,
    }))
  const remove = drafts.filter(({ fate }) => fate === 'remove').map(({ slice }) => slice)
  return { create, update, remove }
}

/** Keeps the endpoints that are still desired and takes them out of `missing`. */
function draftOf(slice: EndpointSlice, service: Service, missing: Map<string, Endpoint>): Draft {
  const before = slice.endpoints ?? []
  const endpoints: Endpoint[] = []
  let updated = false
  for (const endpoint of before) {
    const identity = endpointIdentity(endpoint)
    const want = missing.get(identity)
    if (want === undefined) continue
    missing.delete(identity)
    const agree = endpointsAgree(want, endpoint)
    if (!agree) updated = true
    endpoints.push(want)
  }
  if (!updated && endpoints.length === before.length) {
    return { slice, endpoints: before, fate: labelsChanged(slice, service) ? 'update' : 'keep' }
  }
  return { slice, endpoints, fate: endpoints.length === 0 ? 'remove' : 'update' }
}

/** Fills slices that are written anyway, the fullest first. */
function fillUpdated(drafts: readonly Draft[], missing: Map<string, Endpoint>): void {
  const updated = drafts.filter(({ fate }) => fate === 'update')
  updated.sort(
    (a, b) =>
      b.endpoints.length - a.endpoints.length ||
      compareStrings(a.slice.metadata.name ?? '', b.slice.metadata.name ?? ''),
  )
  for (const draft of updated) {
    const room = endpointsPerSliceMax - draft.endpoints.length
    if (room > 0 && missing.size > 0) draft.endpoints = [...draft.endpoints, ...take(missing, room)]
  }
}

/** The unchanged slice that `count` more endpoints would fill best. */
function bestFit(drafts: readonly Draft[], count: number): Draft | undefined {
  let best: Draft | undefined
  let bestRest = endpointsPerSliceMax
  for (const draft of drafts) {
    if (draft.fate !== 'keep') continue
    const rest = endpointsPerSliceMax - draft.endpoints.length - count
    if (rest >= 0 && rest < bestRest) {
      best = draft
      bestRest = rest
    }
  }
  return best
}

function take(missing: Map<string, Endpoint>, count: number): readonly Endpoint[] {
  const taken: Endpoint[] = []
  for (const [identity, endpoint] of missing) {
    if (taken.length >= count) break
    taken.push(endpoint)
    missing.delete(identity)
  }
  return taken
}
