// DefaultStorageClass fills in the class of claims that name none.
// Upstream: plugin/pkg/admission/storage/storageclass/setdefault/admission.go, v1.36.3.

import type { AdmissionPlugin } from '../apiserver/admission.ts'
import type { PersistentVolumeClaim } from '../kube/generated/types.ts'
import { defaultClassName } from './default-class.ts'

const betaClass = 'volume.beta.kubernetes.io/storage-class'
const marks = [
  'storageclass.kubernetes.io/is-default-class',
  'storageclass.beta.kubernetes.io/is-default-class',
]

export const defaultStorageClass = {
  name: 'DefaultStorageClass',
  doc: 'Gives a PersistentVolumeClaim without a class the default StorageClass.',
  kinds: ['PersistentVolumeClaim'],
  operations: ['create'],
  admit: ({ object }, context) => {
    const claim = object as PersistentVolumeClaim
    const annotated = claim.metadata.annotations?.[betaClass] !== undefined
    if (annotated || claim.spec?.storageClassName !== undefined) return claim
    const storageClassName = defaultClassName(context, 'StorageClass', marks)
    return storageClassName === undefined
      ? claim
      : { ...claim, spec: { ...claim.spec, storageClassName } }
  },
} satisfies AdmissionPlugin
