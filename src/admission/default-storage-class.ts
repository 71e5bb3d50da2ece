// DefaultStorageClass fills in the class of claims that name none.
// Upstream: plugin/pkg/admission/storage/storageclass/setdefault/admission.go, v1.36.3.

import type { AdmissionContext, AdmissionPlugin } from '../apiserver/admission.ts'
import { compareStrings } from '../base/compare.ts'
import type { PersistentVolumeClaim, StorageClass } from '../kube/generated/types.ts'

const betaClass = 'volume.beta.kubernetes.io/storage-class'
const marks = [
  'storageclass.kubernetes.io/is-default-class',
  'storageclass.beta.kubernetes.io/is-default-class',
]

/** The default class; of several, the newest, then the first by name. */
function defaultClassName(context: AdmissionContext): string | undefined {
  const classes = (context.list('StorageClass') as readonly StorageClass[]).filter(each =>
    marks.some(mark => each.metadata.annotations?.[mark] === 'true'),
  )
  const [first] = [...classes].sort((a, b) => {
    const newest = compareStrings(
      b.metadata.creationTimestamp ?? '',
      a.metadata.creationTimestamp ?? '',
    )
    return newest === 0 ? compareStrings(a.metadata.name ?? '', b.metadata.name ?? '') : newest
  })
  return first?.metadata.name
}

export const defaultStorageClass = {
  name: 'DefaultStorageClass',
  doc: 'Gives a PersistentVolumeClaim without a class the default StorageClass.',
  kinds: ['PersistentVolumeClaim'],
  operations: ['create'],
  admit: ({ object }, context) => {
    const claim = object as PersistentVolumeClaim
    const annotated = claim.metadata.annotations?.[betaClass] !== undefined
    if (annotated || claim.spec?.storageClassName !== undefined) return claim
    const storageClassName = defaultClassName(context)
    return storageClassName === undefined
      ? claim
      : { ...claim, spec: { ...claim.spec, storageClassName } }
  },
} satisfies AdmissionPlugin
