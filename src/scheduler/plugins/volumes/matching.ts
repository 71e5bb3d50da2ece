// The search for an existing volume that satisfies a claim on a node.
// Upstream: component-helpers storage/volume/pv_helpers.go FindMatchingVolume, v0.36.3.

import type {
  NodeSelector,
  PersistentVolume,
  PersistentVolumeClaim,
} from '../../../kube/generated/types.ts'
import type { Node } from '../../framework.ts'
import { compileSelector } from '../../label-selector.ts'
import { compileNodeSelector, type NodeMatcher } from '../../node-affinity.ts'
import { type Amount, amountOf, compareAmounts } from '../../quantity-value.ts'
import { claimClass, volumeClass } from './claims.ts'

const matchers = new WeakMap<NodeSelector, NodeMatcher>()

/** Whether the volume is bound to the claim or set aside for it. */
export function isBoundToClaim(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  const reference = volume.spec?.claimRef
  if (reference === undefined) return false
  if (reference.name !== claim.metadata.name) return false
  if ((reference.namespace ?? '') !== (claim.metadata.namespace ?? '')) return false
  const uid = reference.uid ?? ''
  return uid === '' || uid === claim.metadata.uid
}

/** Whether the node is one of those that can reach the volume. */
export function reachableFrom(volume: PersistentVolume, node: Node): boolean {
  const required = volume.spec?.nodeAffinity?.required
  if (required === undefined) return true
  let matches = matchers.get(required)
  if (matches === undefined) {
    matches = compileNodeSelector(required)
    matchers.set(required, matches)
  }
  return matches(node)
}

/**
 * The volume reserved for the claim, else the smallest one that fits; of equal ones the first.
 * `excluded` names volumes already chosen for other claims of the pod.
 */
export function findMatchingVolume(
  claim: PersistentVolumeClaim,
  volumes: readonly PersistentVolume[],
  node: Node,
  excluded: ReadonlySet<string>,
): PersistentVolume | undefined {
  let smallest: PersistentVolume | undefined
  for (const volume of volumes) {
    if (excluded.has(volume.metadata.name ?? '')) continue
    const bound = isBoundToClaim(volume, claim)
    if (volume.spec?.claimRef !== undefined && !bound) continue
    if (!fitsClaim(volume, claim)) continue
    if (bound) return reachableFrom(volume, node) ? volume : undefined
    if (!isAvailableFor(volume, claim) || !reachableFrom(volume, node)) continue
    if (smallest === undefined || compareAmounts(sizeOf(smallest), sizeOf(volume)) > 0) {
      smallest = volume
    }
  }
  return smallest
}

function fitsClaim(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  if (compareAmounts(sizeOf(volume), requestedSize(claim)) < 0) return false
  const mode = (spec: { readonly volumeMode?: string } | undefined): string =>
    spec?.volumeMode ?? 'Filesystem'
  if (mode(volume.spec) !== mode(claim.spec)) return false
  const attributes = volume.spec?.volumeAttributesClassName ?? ''
  if (attributes !== (claim.spec?.volumeAttributesClassName ?? '')) return false
  return volume.metadata.deletionTimestamp === undefined
}

function isAvailableFor(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  if (volume.status?.phase !== 'Available') return false
  const selector = claim.spec?.selector
  if (selector !== undefined) {
    const matches = compileSelector(selector)
    if (matches?.(volume.metadata.labels ?? {}) !== true) return false
  }
  if (volumeClass(volume) !== claimClass(claim)) return false
  const offered = volume.spec?.accessModes ?? []
  return (claim.spec?.accessModes ?? []).every(mode => offered.includes(mode))
}

/** The storage that a claim asks for; zero when it does not say. */
export function requestedSize(claim: PersistentVolumeClaim): Amount {
  return amountOf(claim.spec?.resources?.requests?.['storage'])
}

/** The size of a volume. */
export function sizeOf(volume: PersistentVolume): Amount {
  return amountOf(volume.spec?.capacity?.['storage'])
}
