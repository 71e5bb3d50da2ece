// Defaults of volumes, claims and storage classes.
// Upstream: pkg/apis/core/v1/defaults.go and pkg/apis/storage/v1/defaults.go, v1.36.3.

import type {
  CSIDriver,
  PersistentVolume,
  PersistentVolumeClaim,
  PersistentVolumeSpec,
  StorageClass,
} from '../generated/types.ts'
import type { KubeObject } from '../object.ts'
import { milliRounded } from './resources.ts'
import { withAbsent, withChanged, withUnset } from './setting.ts'
import { claimSpecDefaults } from './volumes.ts'

export function claimDefaults(object: KubeObject): KubeObject {
  const claim = withAbsent(object as PersistentVolumeClaim, { status: {} })
  const pending = withChanged(claim, 'status', status => withUnset(status, { phase: 'Pending' }))
  return withChanged(pending, 'spec', claimSpecDefaults)
}

function volumeSpecDefaults(spec: PersistentVolumeSpec): PersistentVolumeSpec {
  let set = withUnset<PersistentVolumeSpec>(spec, { persistentVolumeReclaimPolicy: 'Retain' })
  set = withAbsent(set, { volumeMode: 'Filesystem' })
  set = withChanged(set, 'capacity', milliRounded)
  set = withChanged(set, 'hostPath', source => withAbsent(source, { type: '' }))
  set = withChanged(set, 'iscsi', source => withUnset(source, { iscsiInterface: 'default' }))
  set = withChanged(set, 'rbd', source =>
    withUnset(source, { pool: 'rbd', user: 'admin', keyring: '/etc/ceph/keyring' }),
  )
  set = withChanged(set, 'scaleIO', source =>
    withUnset(source, { storageMode: 'ThinProvisioned', fsType: 'xfs' }),
  )
  return withChanged(set, 'azureDisk', source =>
    withAbsent(source, {
      cachingMode: 'ReadWrite',
      fsType: 'ext4',
      readOnly: false,
      kind: 'Shared',
    }),
  )
}

export function volumeObjectDefaults(object: KubeObject): KubeObject {
  const volume = withAbsent(object as PersistentVolume, { status: {} })
  const pending = withChanged(volume, 'status', status => withUnset(status, { phase: 'Pending' }))
  return withChanged(pending, 'spec', volumeSpecDefaults)
}

export const storageClassDefaults = (object: KubeObject): KubeObject =>
  withAbsent(object as StorageClass, { reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' })

export function csiDriverDefaults(object: KubeObject): KubeObject {
  return withChanged(object as CSIDriver, 'spec', spec => {
    const set = withAbsent(spec, {
      attachRequired: true,
      podInfoOnMount: false,
      storageCapacity: false,
      fsGroupPolicy: 'ReadWriteOnceWithFSType',
      requiresRepublish: false,
      seLinuxMount: false,
    })
    return (set.volumeLifecycleModes?.length ?? 0) > 0
      ? set
      : { ...set, volumeLifecycleModes: ['Persistent'] }
  })
}
