// Brings the slices of one service in line with its pods.
// Upstream: k8s.io/endpointslice reconciler.go (Reconcile, finalize), v0.36.3.

import type {
  Endpoint,
  EndpointPort,
  EndpointSlice,
  Node,
  Pod,
  Service,
} from '../../kube/generated/types.ts'
import { aggregateText, errorText, isNamespaceTerminating } from '../failures.ts'
import type { Api, Part } from '../framework.ts'
import {
  type AddressType,
  addressTypesOf,
  belongsInEndpoints,
  endpointOf,
  endpointPorts,
  portMapKey,
} from './endpoints.ts'
import { distributionOf, needsHints, withHints } from './hints.ts'
import { newSlice, planSlices, sliceLabels } from './slices.ts'
import { type Tracked, trackerKey, withDeleted, withWritten } from './tracker.ts'
import { triggerTimeAnnotation } from './trigger-time.ts'

export interface Sync {
  readonly key: string
  readonly service: Service
  readonly pods: readonly Pod[]
  readonly slices: readonly EndpointSlice[]
  readonly time: string | undefined
  readonly tracked: Tracked
}

interface Plan {
  create: EndpointSlice[]
  update: EndpointSlice[]
  remove: EndpointSlice[]
}

/** Creates, updates and deletes slices; the error of what could not be done. */
export function* syncSlices(api: Api, sync: Sync): Part<string | undefined> {
  const types = addressTypesOf(sync.service)
  const errors: string[] = []
  let { tracked } = sync
  for (const addressType of types) {
    const { plan, skipped } = yield* planFor(api, sync, addressType)
    errors.push(...skipped)
    const written = yield* write(api, { ...sync, tracked }, plan)
    tracked = written.tracked
    if (written.error !== undefined) errors.push(written.error)
  }
  const unsupported = sync.slices.filter(
    ({ addressType }) => !types.some(type => type === addressType),
  )
  if (unsupported.length > 0) {
    const plan = { create: [], update: [], remove: unsupported }
    const written = yield* write(api, { ...sync, tracked }, plan)
    if (written.error !== undefined) errors.push(written.error)
  }
  return errors.length === 0 ? undefined : aggregateText(errors)
}

interface Desired {
  readonly ports: readonly EndpointPort[]
  readonly endpoints: Endpoint[]
}

function* planFor(
  api: Api,
  sync: Sync,
  addressType: AddressType,
): Part<{ readonly plan: Plan; readonly skipped: readonly string[] }> {
  const { service } = sync
  const existing = sync.slices.filter(slice => slice.addressType === addressType)
  const { desired, skipped } = yield* desiredEndpoints(api, sync, addressType)
  const owned = existing.filter(slice => isOwnedBy(slice, service))
  const plan: Plan = { create: [], update: [], remove: existing.filter(s => !owned.includes(s)) }
  const byPorts = new Map<string, EndpointSlice[]>()
  for (const slice of owned) {
    const ports = portMapKey(slice.ports)
    byPorts.set(ports, [...(byPorts.get(ports) ?? []), slice])
  }
  for (const [portsKey, { endpoints, ports }] of desired) {
    const slices = byPorts.get(portsKey) ?? []
    byPorts.delete(portsKey)
    const part = planSlices({ service, existing: slices, desired: endpoints, ports, addressType })
    plan.create.push(...part.create)
    plan.update.push(...part.update)
    plan.remove.push(...part.remove)
  }
  for (const slices of byPorts.values()) plan.remove.push(...slices)
  addPlaceholder(plan, existing, service, addressType)
  addHints(plan, existing, service)
  return { plan, skipped }
}

function* desiredEndpoints(
  api: Api,
  { service, pods }: Sync,
  addressType: AddressType,
): Part<{ readonly desired: ReadonlyMap<string, Desired>; readonly skipped: readonly string[] }> {
  const desired = new Map<string, Desired>()
  const skipped: string[] = []
  for (const pod of pods) {
    if (!belongsInEndpoints(pod)) continue
    const ports = endpointPorts(service, pod)
    const portsKey = portMapKey(ports)
    const group = desired.get(portsKey) ?? { ports, endpoints: [] }
    desired.set(portsKey, group)
    const nodeName = pod.spec?.nodeName ?? ''
    const node = yield* api.get<Node>('Node', nodeName)
    if (node === undefined && service.spec?.publishNotReadyAddresses !== true) {
      skipped.push(skipText(pod, service, nodeName))
      continue
    }
    const endpoint = endpointOf(pod, node, service, addressType)
    if (endpoint !== undefined) group.endpoints.push(endpoint)
  }
  return { desired, skipped }
}

function skipText(pod: Pod, service: Service, nodeName: string): string {
  const { namespace = '', name = '' } = service.metadata
  const podName = pod.metadata.name ?? ''
  return `skipping Pod ${podName} for Service ${namespace}/${name}: Node ${nodeName} Not Found`
}

function isOwnedBy(slice: EndpointSlice, service: Service): boolean {
  const owners = slice.metadata.ownerReferences ?? []
  return owners.some(owner => owner.uid === service.metadata.uid && owner.kind === 'Service')
}

/** A service without endpoints keeps one empty slice. */
function addPlaceholder(
  plan: Plan,
  existing: readonly EndpointSlice[],
  service: Service,
  addressType: AddressType,
): void {
  if (existing.length !== plan.remove.length || plan.create.length > 0) return
  const [only] = plan.remove
  if (plan.remove.length === 1 && only !== undefined && isPlaceholder(only, service)) {
    plan.remove = []
  } else plan.create.push(newSlice(service, addressType, []))
}

function isPlaceholder(slice: EndpointSlice, service: Service): boolean {
  if ((slice.endpoints ?? []).length > 0 || (slice.ports ?? []).length > 0) return false
  const labels = slice.metadata.labels ?? {}
  const want = sliceLabels(service)
  const keys = Object.keys(want)
  return Object.keys(labels).length === keys.length && keys.every(k => labels[k] === want[k])
}

function addHints(plan: Plan, existing: readonly EndpointSlice[], service: Service): void {
  const distribution = distributionOf(service)
  const changed = new Set([...plan.update, ...plan.remove].map(({ metadata }) => metadata.name))
  const unchanged = existing.filter(({ metadata }) => !changed.has(metadata.name))
  plan.update.push(...unchanged.filter(slice => needsHints(slice, distribution)))
  const hint = (slice: EndpointSlice): EndpointSlice =>
    needsHints(slice, distribution) ? withHints(slice, distribution) : slice
  plan.create = plan.create.map(hint)
  plan.update = plan.update.map(hint)
}

interface Written {
  readonly tracked: Tracked
  readonly error?: string
}

function* write(api: Api, sync: Sync, plan: Plan): Part<Written> {
  const { create, update, remove } = reused(plan, sync.service)
  let { tracked } = sync
  const finish = function* (error?: string): Part<Written> {
    yield* api.remember(trackerKey(sync.key), tracked)
    return error === undefined ? { tracked } : { tracked, error }
  }
  const { namespace = '', name = '', deletionTimestamp } = sync.service.metadata
  const id = `${namespace}/${name}`
  for (const slice of deletionTimestamp === undefined ? create : []) {
    const answer = yield* api.create(withTime(slice, sync.time))
    if (!answer.ok) {
      if (isNamespaceTerminating(answer)) return yield* finish()
      const why = errorText(answer)
      return yield* finish(`failed to create EndpointSlice for Service ${id}: ${why}`)
    }
    tracked = withWritten(tracked, answer.object as EndpointSlice)
  }
  for (const slice of update) {
    const answer = yield* api.update(withTime(slice, sync.time))
    if (!answer.ok) {
      const what = `failed to update ${slice.metadata.name ?? ''} EndpointSlice for Service ${id}`
      return yield* finish(`${what}: ${errorText(answer)}`)
    }
    tracked = withWritten(tracked, answer.object as EndpointSlice)
  }
  for (const slice of remove) {
    const answer = yield* api.delete(slice)
    if (!answer.ok) {
      const what = `failed to delete ${slice.metadata.name ?? ''} EndpointSlice for Service ${id}`
      return yield* finish(`${what}: ${errorText(answer)}`)
    }
    tracked = withDeleted(tracked, slice)
  }
  return yield* finish()
}

/** Where slices would be both created and deleted, the latter are updated instead. */
function reused(plan: Plan, service: Service): Plan {
  const create = plan.create.slice()
  const update = plan.update.slice()
  const remove = plan.remove.filter(old => {
    const fresh = create.at(-1)
    if (fresh === undefined || fresh.addressType !== old.addressType) return true
    if (!isOwnedBy(old, service)) return true
    create.pop()
    update.push({ ...fresh, metadata: { ...old.metadata, ...fresh.metadata } })
    return false
  })
  return { create, update, remove }
}

function withTime(slice: EndpointSlice, time: string | undefined): EndpointSlice {
  const { [triggerTimeAnnotation]: _before, ...rest } = slice.metadata.annotations ?? {}
  const annotations = time === undefined ? rest : { ...rest, [triggerTimeAnnotation]: time }
  return { ...slice, metadata: { ...slice.metadata, annotations } }
}
