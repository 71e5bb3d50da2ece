// The class that admission gives to objects without one, of ingresses and of storage alike.
// Upstream: plugin/pkg/admission/network/defaultingressclass/admission.go and
// pkg/volume/util/storageclass.go, v1.36.3.

import type { AdmissionContext } from '../apiserver/admission.ts'
import { compareStrings } from '../base/compare.ts'

/**
 * Name of the default class of a kind; of several, the newest, then the first by name.
 * A class is a default if one of the annotations in `marks` is "true" on it.
 */
export function defaultClassName(
  context: AdmissionContext,
  kind: 'IngressClass' | 'StorageClass',
  marks: readonly string[],
): string | undefined {
  const classes = context
    .list(kind)
    .filter(({ metadata }) => marks.some(mark => metadata.annotations?.[mark] === 'true'))
  const [first] = [...classes].sort((a, b) => {
    const newest = compareStrings(
      b.metadata.creationTimestamp ?? '',
      a.metadata.creationTimestamp ?? '',
    )
    return newest === 0 ? compareStrings(a.metadata.name ?? '', b.metadata.name ?? '') : newest
  })
  return first?.metadata.name
}
