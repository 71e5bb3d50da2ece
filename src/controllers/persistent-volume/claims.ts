// What claims and volumes say about each other, and which volume fits a claim.
// Upstream: component-helpers storage/volume/{helpers,pv_helpers}.go, v0.36.3.

import type {
  PersistentVolume,
  PersistentVolumeClaim,
  StorageClass,
} from '../../kube/generated/types.ts'
import { selectorMatches } from '../../kube/label-selector.ts'
import { compareQuantities } from '../../kube/quantity-math.ts'
import { type Quantity, quantityOf } from '../../kube/quantity.ts'

export const bindCompleted = 'pv.kubernetes.io/bind-completed'
export const boundByController = 'pv.kubernetes.io/bound-by-controller'
export const selectedNode = 'volume.kubernetes.io/selected-node'
export const storageProvisioner = 'volume.kubernetes.io/storage-provisioner'
export const storageProvisionerBeta = 'volume.beta.kubernetes.io/storage-provisioner'
export const provisionedBy = 'pv.kubernetes.io/provisioned-by'
const betaClass = 'volume.beta.kubernetes.io/storage-class'

export function hasAnnotation(
  { metadata }: PersistentVolume | PersistentVolumeClaim,
  key: string,
): boolean {
  return metadata.annotations?.[key] !== undefined
}

/** The class of a claim; empty when it asks for none. */
export function claimClass({ metadata, spec }: PersistentVolumeClaim): string {
  return metadata.annotations?.[betaClass] ?? spec?.storageClassName ?? ''
}

export function volumeClass({ metadata, spec }: PersistentVolume): string {
  return metadata.annotations?.[betaClass] ?? spec?.storageClassName ?? ''
}

/** True when the class waits for a pod to be scheduled before it binds. */
export function bindsLate(storageClass: StorageClass | undefined): boolean {
  return storageClass?.volumeBindingMode === 'WaitForFirstConsumer'
}

/** Bound to the claim, or set aside for it by name. */
export function isBoundTo(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  const reference = volume.spec?.claimRef
  if (reference === undefined || reference.name !== claim.metadata.name) return false
  if (reference.namespace !== claim.metadata.namespace) return false
  const { uid = '' } = reference
  return uid === '' || uid === claim.metadata.uid
}

function requested({ spec }: PersistentVolumeClaim): Quantity {
  return quantityOf(spec?.resources?.requests?.['storage'])
}

function capacity({ spec }: PersistentVolume): Quantity {
  return quantityOf(spec?.capacity?.['storage'])
}

function offersModes(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  const offered = volume.spec?.accessModes ?? []
  return (claim.spec?.accessModes ?? []).every(mode => offered.includes(mode))
}

/** Why the volume that a claim names cannot be its own. */
export function misfit(volume: PersistentVolume, claim: PersistentVolumeClaim): string | undefined {
  if (volume.metadata.deletionTimestamp !== undefined) {
    return `the volume is marked for deletion "${volume.metadata.name}"`
  }
  if (compareQuantities(capacity(volume), requested(claim)) < 0) return 'requested PV is too small'
  if (volumeClass(volume) !== claimClass(claim)) return 'storageClassName does not match'
  const wanted = claim.spec?.volumeAttributesClassName ?? ''
  if (wanted !== (volume.spec?.volumeAttributesClassName ?? '')) {
    return 'volumeAttributesClassName does not match'
  }
  if (!sameMode(volume, claim)) return 'incompatible volumeMode'
  return offersModes(volume, claim) ? undefined : 'incompatible accessMode'
}

function sameMode(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  return (volume.spec?.volumeMode ?? 'Filesystem') === (claim.spec?.volumeMode ?? 'Filesystem')
}

function isAvailableFor(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  const { selector } = claim.spec ?? {}
  return (
    volume.status?.phase === 'Available' &&
    (selector === undefined || selectorMatches(selector, volume.metadata.labels)) &&
    volumeClass(volume) === claimClass(claim) &&
    offersModes(volume, claim)
  )
}

/**
 * The volume set aside for the claim, else the smallest one that fits. A claim that binds late only
 * gets a volume that is set aside: the scheduler chooses among the others.
 */
export function bestMatch(
  claim: PersistentVolumeClaim,
  volumes: readonly PersistentVolume[],
  late: boolean,
): PersistentVolume | undefined {
  let smallest: PersistentVolume | undefined
  for (const volume of volumes) {
    const bound = isBoundTo(volume, claim)
    if (volume.spec?.claimRef !== undefined && !bound) continue
    if (volume.metadata.deletionTimestamp !== undefined || !sameMode(volume, claim)) continue
    if (compareQuantities(capacity(volume), requested(claim)) < 0) continue
    if (bound) return volume
    if (late || !isAvailableFor(volume, claim)) continue
    if (smallest === undefined || compareQuantities(capacity(smallest), capacity(volume)) > 0) {
      smallest = volume
    }
  }
  return smallest
}
