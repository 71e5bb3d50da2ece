// StorageObjectInUseProtection keeps claims and volumes until nobody uses them.
// Upstream: plugin/pkg/admission/storage/storageobjectinuseprotection/admission.go, v1.36.3.

import type { AdmissionPlugin } from '../apiserver/admission.ts'

const finalizers: Readonly<Record<string, string>> = {
  PersistentVolume: 'kubernetes.io/pv-protection',
  PersistentVolumeClaim: 'kubernetes.io/pvc-protection',
  VolumeAttributesClass: 'kubernetes.io/vac-protection',
}

export const storageObjectInUseProtection = {
  name: 'StorageObjectInUseProtection',
  doc: 'Adds the finalizer that protects volumes and claims in use.',
  kinds: Object.keys(finalizers),
  operations: ['create'],
  admit: ({ object, resource }) => {
    const finalizer = finalizers[resource.key] as string
    const before = object.metadata.finalizers ?? []
    if (before.includes(finalizer)) return object
    return { ...object, metadata: { ...object.metadata, finalizers: [...before, finalizer] } }
  },
} satisfies AdmissionPlugin
