// How many pods a budget expects and how many must stay healthy.
// Upstream: pkg/controller/disruption/disruption.go (getExpectedPodCount and finders), v1.36.3.

import type {
  Deployment,
  Pod,
  PodDisruptionBudget,
  ReplicaSet,
} from '../../kube/generated/types.ts'
import { scaleIntOrPercent } from '../../kube/int-or-percent.ts'
import { groupOf, kindKey, kinds } from '../../kube/kinds.ts'
import { controllerOf, keyFrom, type KubeObject, type OwnerReference } from '../../kube/object.ts'
import type { Api, Part } from '../framework.ts'

export type Expected =
  | {
      readonly ok: true
      readonly expected: number
      readonly desiredHealthy: number
      readonly unmanaged: readonly string[]
    }
  | { readonly ok: false; readonly error: string }

/** Counts by whole numbers of pods, or by the scale of the pods' controllers for percentages. */
export function* expectedPods(
  api: Api,
  budget: PodDisruptionBudget,
  pods: readonly Pod[],
): Part<Expected> {
  const { maxUnavailable, minAvailable } = budget.spec ?? {}
  if (maxUnavailable === undefined && typeof minAvailable === 'number') {
    return { ok: true, expected: pods.length, desiredHealthy: minAvailable, unmanaged: [] }
  }
  const limit = maxUnavailable ?? minAvailable
  if (limit === undefined) return { ok: true, expected: 0, desiredHealthy: 0, unmanaged: [] }
  const scale = yield* expectedScale(api, pods)
  if (!scale.ok) return scale
  const { expected, unmanaged } = scale
  const share = scaleIntOrPercent(limit, expected, true)
  if (!share.ok) return share
  const { value } = share
  const desiredHealthy = maxUnavailable === undefined ? value : Math.max(0, expected - value)
  return { ok: true, expected, desiredHealthy, unmanaged }
}

type Scale =
  | { readonly ok: true; readonly expected: number; readonly unmanaged: readonly string[] }
  | { readonly ok: false; readonly error: string }

/** The sum of the scales of all controllers that the pods belong to. */
function* expectedScale(api: Api, pods: readonly Pod[]): Part<Scale> {
  const scales = new Map<string, number>()
  const unmanaged: string[] = []
  for (const pod of pods) {
    const owner = controllerOf(pod.metadata)
    if (owner === undefined) {
      unmanaged.push(pod.metadata.name ?? '')
      continue
    }
    if (scales.has(owner.uid)) continue
    const found = yield* findController(api, owner, pod.metadata.namespace)
    if (typeof found === 'string') return { ok: false, error: found }
    if (found === undefined) {
      return { ok: false, error: `found no controllers for pod "${pod.metadata.name ?? ''}"` }
    }
    scales.set(found.uid, found.scale)
  }
  let expected = 0
  for (const scale of scales.values()) expected += scale
  return { ok: true, expected, unmanaged }
}

interface Found {
  readonly uid: string
  readonly scale: number
}

/** The controller behind an owner reference: undefined when it is gone, a text when it fails. */
function* findController(
  api: Api,
  owner: OwnerReference,
  namespace: string | undefined,
): Part<Found | string | undefined> {
  const kind = kindKey(owner.apiVersion, owner.kind)
  const object = yield* api.get<Scalable>(kind, keyFrom(namespace, owner.name))
  if (kind === 'ReplicaSet') {
    if (object === undefined || object.metadata.uid !== owner.uid) return undefined
    return yield* findDeployment(api, object)
  }
  const unscalable = scaleObstacle(owner, kind)
  if (unscalable !== undefined) return unscalable
  if (object === undefined || object.metadata.uid !== owner.uid) return undefined
  return { uid: owner.uid, scale: object.spec?.replicas ?? 1 }
}

type Scalable = KubeObject & { readonly spec?: { readonly replicas?: number } }

/** Of a ReplicaSet that a Deployment controls, the Deployment counts. */
function* findDeployment(api: Api, replicaSet: ReplicaSet): Part<Found | undefined> {
  const owner = controllerOf(replicaSet.metadata)
  if (owner?.kind !== 'Deployment') {
    return { uid: replicaSet.metadata.uid ?? '', scale: replicaSet.spec?.replicas ?? 1 }
  }
  const key = keyFrom(replicaSet.metadata.namespace, owner.name)
  const deployment = yield* api.get<Deployment>('Deployment', key)
  if (deployment === undefined || deployment.metadata.uid !== owner.uid) return undefined
  return { uid: owner.uid, scale: deployment.spec?.replicas ?? 1 }
}

const scalableKinds = new Set(['ReplicationController', 'StatefulSet', 'Deployment'])

/** Built-in kinds without a scale subresource cannot back a percentage. */
function scaleObstacle(owner: OwnerReference, kind: string): string | undefined {
  if (scalableKinds.has(kind)) return undefined
  const known = kinds.get(kind)
  if (known === undefined) return undefined
  const group = groupOf(owner.apiVersion)
  const resource = group === '' ? known.plural : `${known.plural}.${group}`
  return `${resource} does not implement the scale subresource`
}
