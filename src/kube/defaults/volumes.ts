// Defaults of volumes. Upstream: pkg/apis/core/v1/defaults.go and zz_generated.defaults.go,
// v1.36.3.

import type {
  DownwardAPIVolumeFile,
  PersistentVolumeClaimSpec,
  Volume,
  VolumeProjection,
} from '../generated/types.ts'
import { pullPolicyOf } from './containers.ts'
import { eachOf, withAbsent, withChanged, withUnset } from './setting.ts'

const mode = { defaultMode: 420 } as const

const files = eachOf<DownwardAPIVolumeFile>(file => {
  const field = withChanged(file, 'fieldRef', reference =>
    withUnset(reference, { apiVersion: 'v1' }),
  )
  return withChanged(field, 'resourceFieldRef', reference => withUnset(reference, { divisor: '0' }))
})

const projections = eachOf<VolumeProjection>(source => {
  const downward = withChanged(source, 'downwardAPI', api => withChanged(api, 'items', files))
  return withChanged(downward, 'serviceAccountToken', token =>
    withAbsent(token, { expirationSeconds: 3600 }),
  )
})

export const claimSpecDefaults = (spec: PersistentVolumeClaimSpec): PersistentVolumeClaimSpec =>
  withAbsent<PersistentVolumeClaimSpec>(spec, { volumeMode: 'Filesystem', resources: {} })

type Change = (volume: Volume) => Volume

const bySource: readonly (readonly [keyof Volume, Change])[] = [
  ['secret', each => withChanged(each, 'secret', source => withAbsent(source, mode))],
  ['configMap', each => withChanged(each, 'configMap', source => withAbsent(source, mode))],
  ['hostPath', each => withChanged(each, 'hostPath', source => withAbsent(source, { type: '' }))],
  [
    'downwardAPI',
    each =>
      withChanged(each, 'downwardAPI', source =>
        withChanged(withAbsent(source, mode), 'items', files),
      ),
  ],
  [
    'projected',
    each =>
      withChanged(each, 'projected', source =>
        withChanged(withAbsent(source, mode), 'sources', projections),
      ),
  ],
  [
    'azureDisk',
    each =>
      withChanged(each, 'azureDisk', source =>
        withAbsent(source, {
          cachingMode: 'ReadWrite',
          kind: 'Shared',
          fsType: 'ext4',
          readOnly: false,
        }),
      ),
  ],
  [
    'iscsi',
    each => withChanged(each, 'iscsi', disk => withUnset(disk, { iscsiInterface: 'default' })),
  ],
  [
    'rbd',
    each =>
      withChanged(each, 'rbd', source =>
        withUnset(source, { pool: 'rbd', user: 'admin', keyring: '/etc/ceph/keyring' }),
      ),
  ],
  [
    'scaleIO',
    each =>
      withChanged(each, 'scaleIO', source =>
        withUnset(source, { storageMode: 'ThinProvisioned', fsType: 'xfs' }),
      ),
  ],
  [
    'ephemeral',
    each =>
      withChanged(each, 'ephemeral', source =>
        withChanged(source, 'volumeClaimTemplate', template =>
          withChanged(withAbsent(template, { metadata: {} }), 'spec', claimSpecDefaults),
        ),
      ),
  ],
  [
    'image',
    each =>
      withChanged(each, 'image', source =>
        withUnset(source, { pullPolicy: pullPolicyOf(source.reference ?? '') }),
      ),
  ],
]

/** A volume without any source is an emptyDir. */
export function volumeDefaults(volume: Volume): Volume {
  for (const key in volume) {
    if (key === 'name' || volume[key as keyof Volume] === undefined) continue
    const change = bySource.find(([source]) => source === key)
    return change === undefined ? volume : change[1](volume)
  }
  return { ...volume, emptyDir: {} }
}
