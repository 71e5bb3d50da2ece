// A node with the sums over its pods, and a pod with what is computed once from it. Immutable: a
// change makes a new NodeInfo that shares everything else, so forks cost nothing.
// Upstream: pkg/scheduler/framework/types.go NodeInfo, PodInfo, Resource, v1.36.3.

import type { Node, Pod } from '../kube/generated/types.ts'
import { type HostPort, withHostPorts, withoutHostPorts } from './host-ports.ts'
import { addResources, emptyResource, type Resource, resourceOf } from './node-resource.ts'
import type { PodInfo } from './pod-info.ts'
import { changedPodInfo, podInfoOf } from './pod-info.ts'

export type { Resource } from './node-resource.ts'
export type { AffinityTerm, PodInfo, WeightedAffinityTerm } from './pod-info.ts'
export { placedPodInfo, podInfoOf } from './pod-info.ts'

export interface ImageState {
  readonly size: number
  /** Nodes that had the image when this NodeInfo last changed. */
  readonly numNodes: number
}

export interface NodeInfo {
  readonly name: string
  readonly node: Node
  readonly labels: Readonly<Record<string, string>>
  /** In upstream's order: added at the end; a removed pod is replaced by the last one. */
  readonly pods: readonly PodInfo[]
  readonly podsWithAffinity: readonly PodInfo[]
  readonly podsWithRequiredAntiAffinity: readonly PodInfo[]
  readonly requested: Resource
  /** cpu and memory only, with 100m and 200Mi for containers that request nothing. */
  readonly nonZeroRequested: { readonly milliCpu: number; readonly memory: number }
  readonly allocatable: Resource
  readonly usedPorts: readonly HostPort[]
  readonly imageStates: ReadonlyMap<string, ImageState>
  /** Pods by claim key `namespace/name`. */
  readonly pvcRefCounts: ReadonlyMap<string, number>
}

const noLabels: Readonly<Record<string, string>> = {}
const noPods: readonly PodInfo[] = []
const noImages: ReadonlyMap<string, ImageState> = new Map()
const noClaims: ReadonlyMap<string, number> = new Map()

/** A node without pods. */
export function newNodeInfo(node: Node): NodeInfo {
  return {
    name: node.metadata.name ?? '',
    node,
    labels: node.metadata.labels ?? noLabels,
    pods: noPods,
    podsWithAffinity: noPods,
    podsWithRequiredAntiAffinity: noPods,
    requested: emptyResource,
    nonZeroRequested: { milliCpu: 0, memory: 0 },
    allocatable: resourceOf(node.status?.allocatable),
    usedPorts: [],
    imageStates: noImages,
    pvcRefCounts: noClaims,
  }
}

/** The same pods on a changed node object. */
export function withNode(info: NodeInfo, node: Node): NodeInfo {
  return {
    ...info,
    node,
    labels: node.metadata.labels ?? noLabels,
    allocatable: resourceOf(node.status?.allocatable),
  }
}

/** The node after `pod` was added. */
export function withPod(info: NodeInfo, pod: Pod): NodeInfo {
  return withPodInfo(info, podInfoOf(pod))
}

/** The node after a pod was added. */
export function withPodInfo(info: NodeInfo, added: PodInfo): NodeInfo {
  const ports = added.hostPorts
  const { milliCpu, memory } = info.nonZeroRequested
  // Field by field: this runs once per pod that is placed.
  return {
    name: info.name,
    node: info.node,
    labels: info.labels,
    pods: withLast(info.pods, added),
    podsWithAffinity: added.hasAffinity
      ? withLast(info.podsWithAffinity, added)
      : info.podsWithAffinity,
    podsWithRequiredAntiAffinity: added.hasRequiredAntiAffinity
      ? withLast(info.podsWithRequiredAntiAffinity, added)
      : info.podsWithRequiredAntiAffinity,
    requested: addResources(info.requested, added.requested, 1),
    nonZeroRequested: {
      milliCpu: milliCpu + added.nonZeroMilliCpu,
      memory: memory + added.nonZeroMemory,
    },
    allocatable: info.allocatable,
    usedPorts: ports.length === 0 ? info.usedPorts : withHostPorts(info.usedPorts, ports),
    imageStates: info.imageStates,
    pvcRefCounts: countClaims(info.pvcRefCounts, added.claimKeys, 1),
  }
}

function withLast(pods: readonly PodInfo[], added: PodInfo): readonly PodInfo[] {
  // At once at its length: pushing to a copy would copy a second time.
  return pods.concat([added])
}

/** The node after the pod with `uid` was removed; undefined when it is not there. */
export function withoutPod(info: NodeInfo, uid: string): NodeInfo | undefined {
  const index = indexOf(info.pods, uid)
  if (index < 0) return undefined
  const removed = info.pods[index] as PodInfo
  const ports = removed.hostPorts
  // Field by field, as above: this runs once per pod that goes or might have to.
  return {
    name: info.name,
    node: info.node,
    labels: info.labels,
    pods: withoutPlace(info.pods, index),
    podsWithAffinity: removed.hasAffinity
      ? without(info.podsWithAffinity, uid)
      : info.podsWithAffinity,
    podsWithRequiredAntiAffinity: removed.hasRequiredAntiAffinity
      ? without(info.podsWithRequiredAntiAffinity, uid)
      : info.podsWithRequiredAntiAffinity,
    requested: addResources(info.requested, removed.requested, -1),
    nonZeroRequested: {
      milliCpu: info.nonZeroRequested.milliCpu - removed.nonZeroMilliCpu,
      memory: info.nonZeroRequested.memory - removed.nonZeroMemory,
    },
    allocatable: info.allocatable,
    usedPorts: ports.length === 0 ? info.usedPorts : withoutHostPorts(info.usedPorts, ports),
    imageStates: info.imageStates,
    pvcRefCounts: countClaims(info.pvcRefCounts, removed.claimKeys, -1),
  }
}

/**
 * The node after a pod was replaced by one whose spec has the same parts and that requests the
 * same; undefined when it is not there or requests something else. As if it was removed and added:
 * it comes last.
 */
export function withChangedPod(info: NodeInfo, pod: Pod): NodeInfo | undefined {
  const { uid } = pod.metadata
  const before = info.pods.find(known => known.uid === uid)
  if (before === undefined) return undefined
  const after = changedPodInfo(before, pod)
  if (after.requested !== before.requested) return undefined
  const replaced = (pods: readonly PodInfo[]): readonly PodInfo[] =>
    withLast(without(pods, before.uid), after)
  return {
    name: info.name,
    node: info.node,
    labels: info.labels,
    pods: replaced(info.pods),
    podsWithAffinity: after.hasAffinity ? replaced(info.podsWithAffinity) : info.podsWithAffinity,
    podsWithRequiredAntiAffinity: after.hasRequiredAntiAffinity
      ? replaced(info.podsWithRequiredAntiAffinity)
      : info.podsWithRequiredAntiAffinity,
    requested: info.requested,
    nonZeroRequested: info.nonZeroRequested,
    allocatable: info.allocatable,
    usedPorts: info.usedPorts,
    imageStates: info.imageStates,
    pvcRefCounts: info.pvcRefCounts,
  }
}

/** Swap-removes, as upstream does: the order of pods decides ties in preemption. */
function without(pods: readonly PodInfo[], uid: string): readonly PodInfo[] {
  const index = indexOf(pods, uid)
  return index < 0 ? pods : withoutPlace(pods, index)
}

function indexOf(pods: readonly PodInfo[], uid: string): number {
  for (let index = 0; index < pods.length; index += 1) {
    if ((pods[index] as PodInfo).uid === uid) return index
  }
  return -1
}

function withoutPlace(pods: readonly PodInfo[], index: number): readonly PodInfo[] {
  const result = pods.slice(0, -1)
  if (index < result.length) result[index] = pods[pods.length - 1] as PodInfo
  return result
}

function countClaims(
  counts: ReadonlyMap<string, number>,
  claimKeys: readonly string[],
  sign: 1 | -1,
): ReadonlyMap<string, number> {
  if (claimKeys.length === 0) return counts
  const result = new Map(counts)
  for (const key of claimKeys) {
    const count = (result.get(key) ?? 0) + sign
    if (count <= 0) result.delete(key)
    else result.set(key, count)
  }
  return result
}
