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

/** The lookups of the volume plugins over the scheduler's own. */
export function storageListers(listers: SchedulerListers): StorageListers {
  return {
    claim: (namespace, name) => listers.get('PersistentVolumeClaim', `${namespace}/${name}`),
    volume: name => listers.get('PersistentVolume', name),
    volumesOfClass: className =>
      listers.list('PersistentVolume').filter(volume => volumeClass(volume) === className),
    storageClass: name => listers.get('StorageClass', name),
    csiNode: name => listers.get('CSINode', name),
    csiDriver: name => listers.get('CSIDriver', name),
    storageCapacities: () => listers.list('CSIStorageCapacity'),
    attachmentsOnNode: nodeName =>
      listers.list('VolumeAttachment').filter(({ spec }) => spec?.nodeName === nodeName),
  }
}
