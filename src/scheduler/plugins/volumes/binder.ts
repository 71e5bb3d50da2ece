// Decides per node which volumes a pod's claims get: bound ones must be reachable, the others need
// an existing volume or a provisioner with room.
// Upstream: plugins/volumebinding/binder.go, v1.36.3.

import type {
  CSIStorageCapacity,
  PersistentVolume,
  PersistentVolumeClaim,
  Quantity,
  StorageClass,
} from '../../../kube/generated/types.ts'
import type { Node, Pod } from '../../framework.ts'
import { compileSelector } from '../../label-selector.ts'
import { amountOf, compareAmounts, valueOf } from '../../quantity-value.ts'
import {
  annotations,
  claimClass,
  claimOf,
  isFullyBound,
  notMadeForPod,
  volumesOf,
} from './claims.ts'
import { findMatchingVolume, reachableFrom, requestedSize } from './matching.ts'
import type { StorageListers } from './storage-listers.ts'

export const bindingReasons = {
  bindConflict: "node(s) didn't find available persistent volumes to bind",
  nodeConflict: "node(s) didn't match PersistentVolume's node affinity",
  notEnoughSpace: 'node(s) did not have enough free storage',
  volumeMissing: 'node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)',
} as const

/** A pod's claims by what still has to happen to them. */
export interface PodClaims {
  readonly bound: readonly PersistentVolumeClaim[]
  /** Unbound, to be bound once a node is chosen. */
  readonly delayed: readonly PersistentVolumeClaim[]
  /** Unbound, but the volume controller binds them without a node. */
  readonly immediate: readonly PersistentVolumeClaim[]
  /** Volumes by the classes of the delayed claims. */
  readonly volumes: ReadonlyMap<string, readonly PersistentVolume[]>
}

export interface StaticBinding {
  readonly claim: PersistentVolumeClaim
  readonly volume: PersistentVolume
}

/** What binding the pod to one node means for its claims. */
export interface PodVolumes {
  readonly staticBindings: readonly StaticBinding[]
  readonly provisions: readonly PersistentVolumeClaim[]
}

/** A result, or the text of an error that ends the attempt. */
export type Attempt<T> = { readonly value: T } | { readonly error: string }

const noProvisioner = 'kubernetes.io/no-provisioner'

/** Sorts the claims of a pod. */
export function podClaims(pod: Pod, listers: StorageListers): Attempt<PodClaims> {
  const bound: PersistentVolumeClaim[] = []
  const delayed: PersistentVolumeClaim[] = []
  const immediate: PersistentVolumeClaim[] = []
  for (const volume of volumesOf(pod)) {
    const use = claimOf(pod, volume)
    if (use === undefined) continue
    const namespace = pod.metadata.namespace ?? ''
    const claim = listers.claim(namespace, use.claimName)
    if (claim === undefined) return { error: missingClaim(namespace, use.claimName) }
    const foreign = use.ephemeral ? notMadeForPod(pod, claim) : undefined
    if (foreign !== undefined) return { error: foreign }
    if (isFullyBound(claim)) {
      bound.push(claim)
      continue
    }
    const delays = bindsLate(claim, listers)
    if ('error' in delays) return delays
    const prebound = (claim.spec?.volumeName ?? '') !== ''
    if (delays.value && !prebound) delayed.push(claim)
    else immediate.push(claim)
  }
  const volumes = new Map<string, readonly PersistentVolume[]>()
  for (const claim of delayed) {
    const className = claimClass(claim)
    if (!volumes.has(className)) volumes.set(className, listers.volumesOfClass(className))
  }
  return { value: { bound, delayed, immediate, volumes } }
}

function missingClaim(namespace: string, name: string): string {
  const key = `${namespace}/${name}`
  return `error getting PVC "${key}": persistentvolumeclaims "${key}" not found`
}

function bindsLate(claim: PersistentVolumeClaim, listers: StorageListers): Attempt<boolean> {
  const className = claimClass(claim)
  const found = className === '' ? undefined : listers.storageClass(className)
  if (found === undefined) return { value: false }
  if (found.volumeBindingMode === undefined) {
    return { error: `VolumeBindingMode not set for StorageClass "${className}"` }
  }
  return { value: found.volumeBindingMode === 'WaitForFirstConsumer' }
}

/** What a node offers: the volumes of the pod, or why it cannot have them. */
export type NodeVolumes =
  | { readonly volumes: PodVolumes }
  | { readonly reasons: readonly string[] }
  | { readonly error: string }

/** Looks for the pod's volumes on one node. */
export function findPodVolumes(
  claims: PodClaims,
  node: Node,
  listers: StorageListers,
): NodeVolumes {
  const reasons: string[] = []
  const boundProblem = checkBoundClaims(claims.bound, node, listers)
  const found = findDelayed(claims, node, listers)
  if ('error' in found) return found
  if (boundProblem === bindingReasons.nodeConflict) reasons.push(boundProblem)
  if ('reasons' in found) reasons.push(...found.reasons)
  if (boundProblem === bindingReasons.volumeMissing) reasons.push(boundProblem)
  if (reasons.length > 0) return { reasons }
  return found
}

/** Whether all claims are bound, to volumes that every node reaches. */
export function isReachableEverywhere(claims: PodClaims, listers: StorageListers): boolean {
  return (
    claims.delayed.length === 0 &&
    claims.bound.every(({ spec }) => {
      const volume = listers.volume(spec?.volumeName ?? '')
      return volume !== undefined && volume.spec?.nodeAffinity === undefined
    })
  )
}

function checkBoundClaims(
  claims: readonly PersistentVolumeClaim[],
  node: Node,
  listers: StorageListers,
): string | undefined {
  for (const claim of claims) {
    const volume = listers.volume(claim.spec?.volumeName ?? '')
    if (volume === undefined) return bindingReasons.volumeMissing
    if (!reachableFrom(volume, node)) return bindingReasons.nodeConflict
  }
  return undefined
}

function findDelayed(claims: PodClaims, node: Node, listers: StorageListers): NodeVolumes {
  const toMatch: PersistentVolumeClaim[] = []
  const toProvision: PersistentVolumeClaim[] = []
  for (const claim of claims.delayed) {
    const selected = claim.metadata.annotations?.[annotations.selectedNode]
    if (selected === undefined) toMatch.push(claim)
    else if (selected === node.metadata.name) toProvision.push(claim)
    else return { reasons: [bindingReasons.bindConflict] }
  }
  const { staticBindings, unmatched } = matchExisting(toMatch, claims.volumes, node)
  toProvision.push(...unmatched)
  const provisioned = checkProvisions(toProvision, node, listers)
  if ('error' in provisioned || 'reasons' in provisioned) return provisioned
  return { volumes: { staticBindings, provisions: toProvision } }
}

/** Smallest claims first, so that each gets the smallest volume that fits. */
function matchExisting(
  claims: readonly PersistentVolumeClaim[],
  volumes: PodClaims['volumes'],
  node: Node,
): { staticBindings: StaticBinding[]; unmatched: PersistentVolumeClaim[] } {
  const sorted = [...claims].sort((a, b) => compareAmounts(requestedSize(a), requestedSize(b)))
  const chosen = new Set<string>()
  const staticBindings: StaticBinding[] = []
  const unmatched: PersistentVolumeClaim[] = []
  for (const claim of sorted) {
    const candidates = volumes.get(claimClass(claim)) ?? []
    const volume = findMatchingVolume(claim, candidates, node, chosen)
    if (volume === undefined) {
      unmatched.push(claim)
      continue
    }
    chosen.add(volume.metadata.name ?? '')
    staticBindings.push({ claim, volume })
  }
  return { staticBindings, unmatched }
}

function checkProvisions(
  claims: readonly PersistentVolumeClaim[],
  node: Node,
  listers: StorageListers,
): { readonly ok: true } | { readonly reasons: readonly string[] } | { readonly error: string } {
  for (const claim of claims) {
    const className = claimClass(claim)
    const key = `${claim.metadata.namespace ?? ''}/${claim.metadata.name ?? ''}`
    if (className === '') return { error: `no class for claim "${key}"` }
    const storageClass = listers.storageClass(className)
    if (storageClass === undefined) return { error: `failed to find storage class "${className}"` }
    const provisioner = storageClass.provisioner ?? ''
    if (provisioner === '' || provisioner === noProvisioner || !allowsNode(storageClass, node)) {
      return { reasons: [bindingReasons.bindConflict] }
    }
    if (!hasEnoughCapacity(claim, storageClass, node, listers)) {
      return { reasons: [bindingReasons.notEnoughSpace] }
    }
  }
  return { ok: true }
}

function allowsNode(storageClass: StorageClass, node: Node): boolean {
  const terms = storageClass.allowedTopologies ?? []
  if (terms.length === 0) return true
  const labels = node.metadata.labels ?? {}
  return terms.some(term => {
    const expressions = term.matchLabelExpressions ?? []
    return (
      expressions.length > 0 &&
      expressions.every(({ key, values }) => {
        const value = labels[key]
        return value !== undefined && (values ?? []).includes(value)
      })
    )
  })
}

/** Only drivers that publish their capacity are asked. */
function hasEnoughCapacity(
  claim: PersistentVolumeClaim,
  storageClass: StorageClass,
  node: Node,
  listers: StorageListers,
): boolean {
  const size = claim.spec?.resources?.requests?.['storage']
  if (size === undefined) return true
  const bytes = valueOf(amountOf(size))
  const driver = listers.csiDriver(storageClass.provisioner ?? '')
  if (driver?.spec?.storageCapacity !== true) return true
  for (const capacity of listers.storageCapacities()) {
    if (capacity.storageClassName !== storageClass.metadata.name) continue
    const limit = volumeLimit(capacity)
    if (limit === undefined || valueOf(amountOf(limit)) < bytes) continue
    const topology = capacity.nodeTopology
    if (topology === undefined) continue
    if (compileSelector(topology)?.(node.metadata.labels ?? {}) === true) return true
  }
  return false
}

/** The largest volume that a capacity object allows. */
export function volumeLimit(capacity: CSIStorageCapacity): Quantity | undefined {
  return capacity.maximumVolumeSize ?? capacity.capacity
}
