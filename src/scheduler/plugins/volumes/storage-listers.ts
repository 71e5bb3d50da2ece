// What the volume plugins read of the scheduler's informers.

import type {
  CSIDriver,
  CSINode,
  CSIStorageCapacity,
  PersistentVolume,
  PersistentVolumeClaim,
  StorageClass,
  VolumeAttachment,
} from '../../../kube/generated/types.ts'
import type { SchedulerListers } from '../../framework.ts'
import { volumeClass } from './claims.ts'

export interface StorageListers {
  readonly claim: (namespace: string, name: string) => PersistentVolumeClaim | undefined
  readonly volume: (name: string) => PersistentVolume | undefined
  readonly volumesOfClass: (className: string) => readonly PersistentVolume[]
  readonly storageClass: (name: string) => StorageClass | undefined
  readonly csiNode: (name: string) => CSINode | undefined
  readonly csiDriver: (name: string) => CSIDriver | undefined
  readonly storageCapacities: () => readonly CSIStorageCapacity[]
  readonly attachmentsOnNode: (nodeName: string) => readonly VolumeAttachment[]
}

/** The lookups of one attempt; lists that every node asks for are made once. */
export function storageListers(listers: SchedulerListers): StorageListers {
  let capacities: readonly CSIStorageCapacity[] | undefined
  let attachments: ReadonlyMap<string, readonly VolumeAttachment[]> | undefined
  return {
    claim: (namespace, name) => listers.get('PersistentVolumeClaim', `${namespace}/${name}`),
    volume: name => listers.get('PersistentVolume', name),
    volumesOfClass: className =>
      listers.list('PersistentVolume').filter(volume => volumeClass(volume) === className),
    storageClass: name => listers.get('StorageClass', name),
    csiNode: name => listers.get('CSINode', name),
    csiDriver: name => listers.get('CSIDriver', name),
    storageCapacities: () => {
      capacities ??= listers.list('CSIStorageCapacity')
      return capacities
    },
    attachmentsOnNode: nodeName => {
      attachments ??= byNode(listers.list('VolumeAttachment'))
      return attachments.get(nodeName) ?? []
    },
  }
}

function byNode(
  attachments: readonly VolumeAttachment[],
): ReadonlyMap<string, readonly VolumeAttachment[]> {
  const result = new Map<string, VolumeAttachment[]>()
  for (const attachment of attachments) {
    const { nodeName } = attachment.spec
    const known = result.get(nodeName)
    if (known === undefined) result.set(nodeName, [attachment])
    else known.push(attachment)
  }
  return result
}
