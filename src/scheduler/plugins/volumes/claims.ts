// Which claim a volume of a pod uses, and what class claims and volumes belong to.
// Upstream: component-helpers storage/volume/helpers.go and storage/ephemeral, v0.36.3.

import { controllerOf } from '../../../kube/object.ts'
import type {
  PersistentVolume,
  PersistentVolumeClaim,
  Volume,
} from '../../../kube/generated/types.ts'
import type { Pod } from '../../framework.ts'

/** The annotation that named a class before the field existed. */
const betaStorageClassAnnotation = 'volume.beta.kubernetes.io/storage-class'

export const annotations = {
  bindCompleted: 'pv.kubernetes.io/bind-completed',
  boundByController: 'pv.kubernetes.io/bound-by-controller',
  selectedNode: 'volume.kubernetes.io/selected-node',
} as const

/** The class that a claim asks for; empty for none. */
export function claimClass(claim: PersistentVolumeClaim): string {
  const annotated = claim.metadata.annotations?.[betaStorageClassAnnotation]
  return annotated ?? claim.spec?.storageClassName ?? ''
}

/** The class that a volume belongs to; empty for none. */
export function volumeClass(volume: PersistentVolume): string {
  const annotated = volume.metadata.annotations?.[betaStorageClassAnnotation]
  return annotated ?? volume.spec?.storageClassName ?? ''
}

/** A volume of a pod that is backed by a claim. */
export interface ClaimUse {
  readonly claimName: string
  /** The claim is made for this pod and must be owned by it. */
  readonly ephemeral: boolean
}

/** The claim behind a volume of a pod; undefined when it has none. */
export function claimOf(pod: Pod, volume: Volume): ClaimUse | undefined {
  if (volume.persistentVolumeClaim !== undefined) {
    return { claimName: volume.persistentVolumeClaim.claimName, ephemeral: false }
  }
  if (volume.ephemeral === undefined) return undefined
  return { claimName: `${pod.metadata.name ?? ''}-${volume.name}`, ephemeral: true }
}

/** Whether the pod uses the claim in any volume. */
export function usesClaim(pod: Pod, claim: PersistentVolumeClaim): boolean {
  if ((claim.metadata.namespace ?? '') !== (pod.metadata.namespace ?? '')) return false
  return volumesOf(pod).some(volume => claimOf(pod, volume)?.claimName === claim.metadata.name)
}

/** Why an ephemeral volume cannot use a claim; undefined when the claim was made for the pod. */
export function notMadeForPod(pod: Pod, claim: PersistentVolumeClaim): string | undefined {
  const sameNamespace = claim.metadata.namespace === pod.metadata.namespace
  const owner = controllerOf(claim.metadata)
  if (sameNamespace && owner !== undefined && owner.uid === pod.metadata.uid) return undefined
  const claimName = `${claim.metadata.namespace ?? ''}/${claim.metadata.name ?? ''}`
  const podName = `${pod.metadata.namespace ?? ''}/${pod.metadata.name ?? ''}`
  return `PVC ${claimName} was not created for pod ${podName} (pod is not owner)`
}

/** Whether the volume controller has finished binding the claim. */
export function isFullyBound(claim: PersistentVolumeClaim): boolean {
  const bound = claim.metadata.annotations?.[annotations.bindCompleted] !== undefined
  return bound && (claim.spec?.volumeName ?? '') !== ''
}

export function volumesOf(pod: Pod): readonly Volume[] {
  return pod.spec?.volumes ?? []
}
