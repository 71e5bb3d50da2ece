// Which volumes a controller attaches to nodes before their pods may start, and under which names.
// Upstream: pkg/volume/csi/{csi_attacher,csi_plugin}.go, pkg/volume/util/util.go, v1.36.3.

import { sha256 } from '../base/sha256.ts'
import type {
  ContainerStatus,
  CSIDriver,
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
} from './generated/types.ts'
import { keyFrom } from './object.ts'

/** Reads of a cache, as far as they are needed to find the volumes of a pod. */
export interface VolumeReader {
  readonly claim: (key: string) => PersistentVolumeClaim | undefined
  readonly volume: (name: string) => PersistentVolume | undefined
  readonly driver: (name: string) => CSIDriver | undefined
}

/** Keys of the claims that a pod mounts, also of those made for its ephemeral volumes. */
export function claimKeysOf({ metadata, spec }: Pod): readonly string[] {
  return (spec?.volumes ?? []).flatMap(({ name, persistentVolumeClaim, ephemeral }) => {
    if (persistentVolumeClaim !== undefined) {
      return [keyFrom(metadata.namespace, persistentVolumeClaim.claimName)]
    }
    return ephemeral === undefined ? [] : [keyFrom(metadata.namespace, `${metadata.name}-${name}`)]
  })
}

/** The volumes of a pod that must be attached to its node. */
export function attachableVolumesOf(pod: Pod, reader: VolumeReader): readonly PersistentVolume[] {
  return claimKeysOf(pod).flatMap(key => {
    const name = reader.claim(key)?.spec?.volumeName ?? ''
    const volume = name === '' ? undefined : reader.volume(name)
    return volume !== undefined && isAttachable(volume, reader.driver) ? [volume] : []
  })
}

/** Volumes of a driver that has not registered count as attachable. */
export function isAttachable(
  { spec }: PersistentVolume,
  driver: (name: string) => CSIDriver | undefined,
): boolean {
  return spec?.csi !== undefined && driver(spec.csi.driver)?.spec.attachRequired !== false
}

/** The kubelet of the node leaves attaching to the controller, as all do by default. */
export function isAttachedByController(node: Node): boolean {
  return node.metadata.annotations?.[controllerManaged] === 'true'
}

export const controllerManaged = 'volumes.kubernetes.io/controller-managed-attach-detach'

/** The name of a volume in the status of nodes. */
export function uniqueVolumeName({ spec }: PersistentVolume): string {
  return `kubernetes.io/csi/${spec?.csi?.driver ?? ''}^${spec?.csi?.volumeHandle ?? ''}`
}

/** The name of the VolumeAttachment of a volume to a node. */
export function attachmentName({ spec }: PersistentVolume, node: string): string {
  return `csi-${sha256(`${spec?.csi?.volumeHandle ?? ''}${spec?.csi?.driver ?? ''}${node}`)}`
}

/** Whether several nodes may hold the volume at the same time. */
export function isMultiAttachAllowed({ spec }: PersistentVolume): boolean {
  const modes = spec?.accessModes ?? []
  return modes.length === 0 || modes.some(mode => mode.endsWith('Many'))
}

/** True when no container of the pod can hold its volumes any more. */
export function isPodTerminated({ metadata, status = {} }: Pod): boolean {
  if (status.phase === 'Failed' || status.phase === 'Succeeded') return true
  if (metadata.deletionTimestamp === undefined) return false
  return [status.initContainerStatuses, status.containerStatuses].every(notRunning)
}

function notRunning(statuses: readonly ContainerStatus[] | undefined): boolean {
  return (statuses ?? []).every(({ state = {} }) => {
    return state.terminated !== undefined || state.waiting !== undefined
  })
}
