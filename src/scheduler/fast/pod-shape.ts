// Pods that the scheduler cannot tell apart share one shape: what filters and scores read of a pod,
// taken out once.

import { hasPodLevel } from '../../kube/resources.ts'
import { controllerOf } from '../../kube/object.ts'
import type { Container } from '../../kube/generated/types.ts'
import type { Pod } from '../framework.ts'
import { type PodInfo, podInfoOf, type Resource } from '../node-info.ts'
import { requiredFeatures } from '../plugins/node-declared-features.ts'
import { requestOf } from '../plugins/node-resources-fit/filtering.ts'
import type { PluginArgs } from '../plugin-args.ts'
import { actualRequests, defaultedRequests } from '../resource-scoring.ts'
import type { Cluster } from './cluster.ts'
import type { LabelClass } from './pod-sets.ts'
import type { Requests } from './request-classes.ts'

/** Numbers of the parts; equal numbers mean equal parts. */
export interface PodShape {
  readonly id: number
  /** A pod of the shape. */
  readonly pod: Pod
  readonly info: PodInfo
  readonly labelClass: LabelClass
  /** Tolerations, node affinity and node name together. */
  readonly nodeClassKey: string
  /** Node affinity (and selector) alone, and tolerations alone. */
  readonly nodeAffinityId: number
  readonly tolerationsId: number
  readonly requestKey: string
  readonly requests: Requests
  readonly imagesKey: string
  /** Plugins without a fast form that have something to say about the pod. */
  readonly needsPlugins: boolean
  readonly ownerKey: string
  /** The controller that owns the pod and whose selector default spreading may read. */
  readonly owner: OwnerName | undefined
}

const noKey = ''
/** Pods that differ in more than their containers are rarely of so many kinds. */
const sharedMax = 8

/** Finds the shape of a pod. */
export class PodShapes {
  private readonly cluster: Cluster
  private readonly args: PluginArgs
  /** By the resources of the first container: admission copies containers, but not their parts. */
  private readonly byPart = new WeakMap<object, PodShape[]>()
  private readonly byKey = new Map<string, PodShape>()
  private readonly requestKeys = new WeakMap<Resource, string>()
  private readonly requestsByKey = new Map<string, Requests>()

  constructor(cluster: Cluster, args: PluginArgs) {
    this.cluster = cluster
    this.args = args
  }

  shapeOf(pod: Pod): PodShape {
    const facts = this.cluster.factsOf(podInfoOf(pod))
    if (facts.shapeOwner !== this) {
      facts.shape = this.find(pod)
      facts.shapeOwner = this
    }
    return facts.shape as PodShape
  }

  /** Pods of one template share the parts of their specs: then nothing has to be read. */
  private find(pod: Pod): PodShape {
    const { containers } = pod.spec ?? {}
    const part = containers?.[0]?.resources ?? containers
    if (part === undefined) return this.read(pod)
    const known = this.byPart.get(part)
    const { labelClass } = this.cluster.factsOf(podInfoOf(pod))
    for (const shape of known ?? []) {
      if (shape.labelClass === labelClass && sharesParts(shape.pod, pod)) return shape
    }
    const shape = this.read(pod)
    if (!shape.needsPlugins && !isReported(pod)) {
      if (known === undefined) this.byPart.set(part, [shape])
      else if (known.length < sharedMax) known.push(shape)
    }
    return shape
  }

  private read(pod: Pod): PodShape {
    const info = podInfoOf(pod)
    const { labelClass } = this.cluster.factsOf(info)
    const { parts } = this.cluster
    const { spec } = pod
    const tolerationsId = parts.idOf(spec?.tolerations)
    const selectorId = parts.idOf(spec?.nodeSelector)
    const nodeAffinityId = parts.idOf(spec?.affinity?.nodeAffinity)
    const podAffinityId = parts.idOf(spec?.affinity?.podAffinity)
    const podAntiAffinityId = parts.idOf(spec?.affinity?.podAntiAffinity)
    const spreadId = parts.idOf(spec?.topologySpreadConstraints)
    const needsPlugins = needsPluginsOf(pod, info)
    const requestKey = this.requestKeyOf(pod, info)
    const imagesKey = imagesKeyOf(pod)
    const ownerKey = ownerKeyOf(pod)
    const nodeClassKey = `${tolerationsId} ${selectorId} ${nodeAffinityId} ${spec?.nodeName ?? ''}`
    const key =
      `${labelClass.id} ${nodeClassKey} ${podAffinityId} ${podAntiAffinityId} ${spreadId} ` +
      `${needsPlugins} ${requestKey}|${imagesKey}|${ownerKey}`
    const known = this.byKey.get(key)
    if (known !== undefined) return known
    const shape: PodShape = {
      id: this.byKey.size + 1,
      pod,
      info,
      labelClass,
      nodeClassKey,
      nodeAffinityId:
        selectorId === 0 && nodeAffinityId === 0
          ? 0
          : parts.idOfText(`affinity ${selectorId} ${nodeAffinityId}`),
      tolerationsId,
      requestKey,
      requests: this.requestsByKey.get(requestKey) as Requests,
      imagesKey,
      needsPlugins,
      ownerKey,
      owner: ownerNameOf(pod),
    }
    this.byKey.set(key, shape)
    return shape
  }

  /** Pods of one template share the object that holds their sums. */
  private requestKeyOf(pod: Pod, info: PodInfo): string {
    const { containerStatuses = [], initContainerStatuses = [] } = pod.status ?? {}
    const isShared =
      containerStatuses.length + initContainerStatuses.length === 0 && !hasPodLevel(pod, 'requests')
    const shared = isShared ? this.requestKeys.get(info.requested) : undefined
    if (shared !== undefined) return shared
    const key = this.newRequestKey(pod)
    if (isShared) this.requestKeys.set(info.requested, key)
    return key
  }

  private newRequestKey(pod: Pod): string {
    const { nodeResourcesFit, nodeResourcesBalancedAllocation } = this.args
    const wanted = requestOf(pod)
    const scored = defaultedRequests(pod, nodeResourcesFit.scoringStrategy.resources)
    const balanced = actualRequests(pod, nodeResourcesBalancedAllocation.resources)
    const { milliCpu, memory, ephemeralStorage, scalars } = wanted
    const key = JSON.stringify([
      [milliCpu, memory, ephemeralStorage, ...scalars],
      scored.map(({ request }) => request),
      balanced.map(({ request }) => request),
    ])
    if (!this.requestsByKey.has(key)) {
      this.requestsByKey.set(key, {
        wanted,
        scoredCpu: scored[0]?.request ?? 0,
        scoredMemory: scored[1]?.request ?? 0,
        balancedCpu: balanced[0]?.request ?? 0,
        balancedMemory: balanced[1]?.request ?? 0,
      })
    }
    return key
  }
}

/** Whether the kubelet has said anything about the pod: then its requests may differ. */
function isReported({ status }: Pod): boolean {
  return (
    status !== undefined &&
    (status.containerStatuses !== undefined ||
      status.initContainerStatuses !== undefined ||
      status.extendedResourceClaimStatus !== undefined)
  )
}

/** Whether all that a shape is made of is the same object in both pods. */
function sharesParts(known: Pod, pod: Pod): boolean {
  const { spec: a } = known
  const { spec: b } = pod
  return (
    a !== undefined &&
    b !== undefined &&
    (a === b ||
      (sameContainers(a.containers, b.containers) &&
        sameContainers(a.initContainers, b.initContainers) &&
        a.tolerations === b.tolerations &&
        a.nodeSelector === b.nodeSelector &&
        a.affinity === b.affinity &&
        a.topologySpreadConstraints === b.topologySpreadConstraints &&
        sameVolumes(a.volumes, b.volumes) &&
        a.overhead === b.overhead &&
        a.resources === b.resources &&
        a.resourceClaims === b.resourceClaims &&
        a.nodeName === b.nodeName &&
        a.hostNetwork === b.hostNetwork &&
        a.hostUsers === b.hostUsers)) &&
    !isReported(pod) &&
    !isReported(known) &&
    sameOwner(known, pod)
  )
}

type Spec = NonNullable<Pod['spec']>

/** Whether all that is read of containers is the same; where volumes are mounted is not. */
function sameContainers(a: Spec['initContainers'], b: Spec['initContainers']): boolean {
  if (a === b) return true
  if (a === undefined || b === undefined || a.length !== b.length) return false
  for (let index = 0; index < a.length; index += 1) {
    const left = a[index] as Container
    const right = b[index] as Container
    if (left === right) continue
    for (const key in left) {
      const field = key as keyof Container
      if (field !== 'volumeMounts' && left[field] !== right[field]) return false
    }
    for (const key in right) if (!(key in left)) return false
  }
  return true
}

/** Volumes that hold the same; the token of the service account has another name in each pod. */
function sameVolumes(a: Spec['volumes'], b: Spec['volumes']): boolean {
  if (a === b) return true
  if (a === undefined || b === undefined || a.length !== b.length) return false
  for (let index = 0; index < a.length; index += 1) {
    const left = a[index]
    const right = b[index]
    if (left === right) continue
    if (left?.projected === undefined || left.projected !== right?.projected) return false
  }
  return true
}

function sameOwner(a: Pod, b: Pod): boolean {
  if (a.metadata.ownerReferences === b.metadata.ownerReferences) return true
  const before = controllerOf(a.metadata)
  const after = controllerOf(b.metadata)
  return (
    before === after ||
    (before?.name === after?.name &&
      before?.kind === after?.kind &&
      before?.apiVersion === after?.apiVersion)
  )
}

function imagesKeyOf({ spec }: Pod): string {
  const { containers = [], initContainers = [], volumes = [] } = spec ?? {}
  let key = noKey
  for (const { image } of initContainers) key += `${image ?? ''} `
  for (const { image } of containers) key += `${image ?? ''} `
  key += '|'
  for (const { image } of volumes) if (image !== undefined) key += `${image.reference ?? ''} `
  return key
}

function ownerKeyOf({ metadata }: Pod): string {
  const owner = controllerOf(metadata)
  return owner === undefined ? noKey : `${owner.apiVersion}/${owner.kind}/${owner.name}`
}

/** Kind and key of an object that selects pods. */
export interface OwnerName {
  readonly kind: 'ReplicaSet' | 'StatefulSet' | 'ReplicationController'
  readonly key: string
}

const ownerKinds: Readonly<Record<string, OwnerName['kind']>> = {
  'apps/v1/ReplicaSet': 'ReplicaSet',
  'apps/v1/StatefulSet': 'StatefulSet',
  'v1/ReplicationController': 'ReplicationController',
}

function ownerNameOf({ metadata }: Pod): OwnerName | undefined {
  const owner = controllerOf(metadata)
  if (owner === undefined) return undefined
  const kind = ownerKinds[`${owner.apiVersion}/${owner.kind}`]
  return kind && { kind, key: `${metadata.namespace ?? ''}/${owner.name}` }
}

/** Volumes that any of the volume plugins looks at; others only the kubelet mounts. */
const plainVolumes: ReadonlySet<string> = new Set([
  'name',
  'configMap',
  'downwardAPI',
  'emptyDir',
  'hostPath',
  'image',
  'nfs',
  'projected',
  'secret',
])

/**
 * Host ports, volumes with limits or places, devices, declared features: plugins that have no fast
 * form are asked node by node about such pods.
 */
function needsPluginsOf(pod: Pod, info: PodInfo): boolean {
  const { spec, status } = pod
  if (info.hostPorts.length > 0 || info.requested.scalars.size > 0) return true
  if ((spec?.resourceClaims ?? []).length > 0) return true
  if (status?.extendedResourceClaimStatus !== undefined) return true
  if (requiredFeatures(pod).length > 0) return true
  return (spec?.volumes ?? []).some(volume =>
    Object.keys(volume).some(source => !plainVolumes.has(source)),
  )
}
