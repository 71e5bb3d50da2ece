// What a DELETE asks for: preconditions, and finalizers for the garbage collector.
// Upstream: apiserver pkg/registry/rest/delete.go and pkg/registry/generic/registry/store.go,
// v0.36.3.

import type { KubeObject, ObjectMeta } from '../kube/object.ts'
import type { ApiStatus } from '../kube/status.ts'
import type { DeleteOptions } from './request.ts'
import type { Resource } from './resource.ts'
import { conflict } from './responses.ts'
import { strategyOf } from './strategies.ts'

export interface Deletion {
  readonly object: KubeObject
  readonly options: DeleteOptions
}

/** Refuses when the object is not the one that the client meant. */
export function unmetPrecondition(
  resource: Resource,
  { object, options }: Deletion,
): ApiStatus | undefined {
  const { uid, resourceVersion } = options.preconditions ?? {}
  const { name = '', uid: actualUid = '', resourceVersion: actual = '' } = object.metadata
  const named = { ...resource, plural: resource.kind, qualified: resource.groupKind }
  if (uid !== undefined && uid !== actualUid) {
    const why =
      `the UID in the precondition (${uid}) does not match the UID in record (${actualUid}). ` +
      'The object might have been deleted and then recreated'
    return conflict(named, name, why)
  }
  if (resourceVersion !== undefined && resourceVersion !== actual) {
    const why =
      `the ResourceVersion in the precondition (${resourceVersion}) does not match the ` +
      `ResourceVersion in record (${actual}). The object might have been modified`
    return conflict(named, name, why)
  }
  return undefined
}

const orphan = 'orphan'
const foreground = 'foregroundDeletion'

/** The finalizers with those for the garbage collector that the policy asks for. */
export function finalizersAfter(
  resource: Resource,
  { object, options }: Deletion,
): readonly string[] {
  const before = object.metadata.finalizers ?? []
  if (resource.key === 'Event') return before
  const policy = options.propagationPolicy
  const byDefault = strategyOf(resource).orphansByDefault === true
  const orphans = policy === undefined ? before.includes(orphan) || byDefault : policy === 'Orphan'
  const waits = policy === undefined ? before.includes(foreground) : policy === 'Foreground'
  if (before.includes(orphan) === orphans && before.includes(foreground) === waits) return before
  const others = before.filter(each => each !== orphan && each !== foreground)
  return [...others, ...(orphans ? [orphan] : []), ...(waits ? [foreground] : [])]
}

export function withMetadata(object: KubeObject, metadata: ObjectMeta): KubeObject {
  return { ...object, metadata }
}

export function withFinalizers(object: KubeObject, finalizers: readonly string[]): KubeObject {
  if (object.metadata.finalizers === finalizers) return object
  const { finalizers: _before, ...rest } = object.metadata
  return withMetadata(object, finalizers.length === 0 ? rest : { ...rest, finalizers })
}
