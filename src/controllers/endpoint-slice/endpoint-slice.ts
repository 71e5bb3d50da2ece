// EndpointSlice controller: the addresses behind each service with a selector.
// Upstream: pkg/controller/endpointslice/endpointslice_controller.go, v1.36.3.

import type { EndpointSlice, Pod, Service } from '../../kube/generated/types.ts'
import { containsLabels } from '../../kube/label-selector.ts'
import { isPodReady } from '../../kube/pod.ts'
import { keyFrom, keyOf, splitKey } from '../../kube/object.ts'
import {
  type Api,
  type Controller,
  done,
  type Lister,
  type ObjectChange,
  type Part,
  type ReconcileResult,
  type WatchContext,
} from '../framework.ts'
import { managedByLabel, managedByValue, serviceNameLabel } from './slices.ts'
import { syncSlices } from './sync.ts'
import { afterDeletion, isStale, shouldSync, type Tracked, trackerKey } from './tracker.ts'
import { triggerKey, triggerTime, type TriggerTimes } from './trigger-time.ts'

/** Slices changed by others are looked at this much later, to take several changes at once. */
const sliceChangeDelayMs = 1000
/** Failed syncs wait 1 s, 2 s, 4 s ... at most 1000 s, and are given up after 15 times. */
const backoffBaseMs = 1000
const backoffMaxMs = 1_000_000
const retriesMax = 15

export const endpointSlice = {
  name: 'endpoint-slice-controller',
  doc: 'Lists the addresses of the pods behind each service, with their readiness.',
  watches: [
    { kind: 'Service', keys: change => [change.key] },
    { kind: 'Pod', keys: servicesOfPodChange },
    { kind: 'EndpointSlice', keys: onSliceChange },
  ],
  *reconcile(key, api) {
    const service = yield* api.get<Service>('Service', key)
    if (service === undefined) {
      for (const memory of [trackerKey(key), triggerKey(key), failuresKey(key)]) {
        yield* api.remember(memory, undefined)
      }
      return done
    }
    const { type, selector } = service.spec ?? {}
    if (type === 'ExternalName' || selector === undefined) return done
    const error = yield* syncService(api, key, service, selector)
    return yield* settle(api, key, error)
  },
} satisfies Controller

function failuresKey(key: string): string {
  return `failures:${key}`
}

function* settle(api: Api, key: string, error: string | undefined): Part<ReconcileResult> {
  const failures = (yield* api.recall<number>(failuresKey(key))) ?? 0
  if (error === undefined || failures >= retriesMax) {
    if (failures > 0) yield* api.remember(failuresKey(key), undefined)
    return done
  }
  yield* api.remember(failuresKey(key), failures + 1)
  return { requeueAfterMs: Math.min(backoffBaseMs * 2 ** failures, backoffMaxMs) }
}

function* syncService(
  api: Api,
  key: string,
  service: Service,
  selector: Readonly<Record<string, string>>,
): Part<string | undefined> {
  const { namespace = '' } = service.metadata
  const pods = yield* api.read(lister => lister.labelled<Pod>('Pod', namespace, selector))
  const ofService = { [serviceNameLabel]: service.metadata.name ?? '' }
  const owned = yield* api.read(lister =>
    lister.labelled<EndpointSlice>('EndpointSlice', namespace, ofService),
  )
  const slices = owned.filter(
    slice => serviceKeyOf(slice) === key && slice.metadata.deletionTimestamp === undefined,
  )
  const tracked = yield* api.recall<Tracked>(trackerKey(key))
  if (isStale(tracked, slices)) return 'EndpointSlice informer cache is out of date'
  const before = yield* api.recall<TriggerTimes>(triggerKey(key))
  const { times, time } = triggerTime(before, service, pods)
  yield* api.remember(triggerKey(key), times)
  const error = yield* syncSlices(api, { key, service, pods, slices, time, tracked: tracked ?? {} })
  if (error !== undefined) {
    const message = `Error updating Endpoint Slices for Service ${key}: ${error}`
    yield* api.event(service, 'Warning', 'FailedToUpdateEndpointSlices', message)
  }
  return error
}

/** The service that a slice of this controller belongs to. */
function serviceKeyOf(slice: EndpointSlice): string | undefined {
  const labels = slice.metadata.labels ?? {}
  if (labels[managedByLabel] !== managedByValue) return undefined
  const name = labels[serviceNameLabel] ?? ''
  return name === '' ? undefined : keyFrom(slice.metadata.namespace, name)
}

function onSliceChange(change: ObjectChange, context: WatchContext): readonly string[] {
  const before = change.before as EndpointSlice | undefined
  const after = change.after as EndpointSlice | undefined
  const keys = [...new Set([before, after].flatMap(slice => (slice && serviceKeyOf(slice)) ?? []))]
  const later = (key: string): void => context.enqueueAfter(key, sliceChangeDelayMs)
  if (keys.length > 1) {
    keys.forEach(later)
    return []
  }
  const key = keys[0]
  if (key === undefined) return []
  const tracked = context.memory.get<Tracked>(trackerKey(key))
  const released =
    before !== undefined &&
    after !== undefined &&
    before !== after &&
    (serviceKeyOf(before) === undefined) !== (serviceKeyOf(after) === undefined)
  if (after !== undefined) {
    if (released || shouldSync(tracked, after)) later(key)
    return []
  }
  if (tracked === undefined || before === undefined) return []
  if (!((before.metadata.uid ?? '') in tracked)) return []
  const rest = afterDeletion(tracked, before)
  context.memory.set(trackerKey(key), rest.tracked)
  if (!rest.expected) later(key)
  return []
}

function servicesOfPodChange(change: ObjectChange, { lister }: WatchContext): readonly string[] {
  const before: Pod | undefined = change.before
  const after: Pod | undefined = change.after
  const { namespace = '' } = splitKey(change.key)
  const pod = after ?? before
  if (pod === undefined) return []
  if (before === undefined || after === undefined) return servicesOf(lister, namespace, pod)
  const changed = endpointChanged(before, after)
  if (!membershipChanged(before, after)) return changed ? servicesOf(lister, namespace, after) : []
  const old = servicesOf(lister, namespace, before)
  const now = servicesOf(lister, namespace, after)
  if (changed) return [...new Set([...now, ...old])]
  return [...now.filter(key => !old.includes(key)), ...old.filter(key => !now.includes(key))]
}

function servicesOf(lister: Lister, namespace: string, pod: Pod): readonly string[] {
  const labels = pod.metadata.labels ?? {}
  return lister
    .maySelect<Service>('Service', namespace, labels)
    .filter(({ spec }) => spec?.selector && containsLabels(labels, spec.selector))
    .map(service => keyOf(service.metadata))
}

/** Whether the endpoint of a pod may look different now. */
function endpointChanged(before: Pod, after: Pod): boolean {
  if ((before.metadata.deletionTimestamp ?? after.metadata.deletionTimestamp) !== undefined) {
    return true
  }
  if (isPodReady(before) !== isPodReady(after)) return true
  const old = before.status?.podIPs ?? []
  const now = after.status?.podIPs ?? []
  return old.length !== now.length || old.some(({ ip }, index) => ip !== now[index]?.ip)
}

/** Whether a pod may belong to other services now. */
function membershipChanged(before: Pod, after: Pod): boolean {
  const old = before.metadata.labels ?? {}
  const now = after.metadata.labels ?? {}
  if (old === now) return false
  const keys = Object.keys(now)
  if (keys.length !== Object.keys(old).length) return true
  if (keys.some(key => old[key] !== now[key])) return true
  return (
    before.spec?.hostname !== after.spec?.hostname ||
    before.spec?.subdomain !== after.spec?.subdomain
  )
}
