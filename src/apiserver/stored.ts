// Reads and writes of single objects with the metadata that the server owns.
// Upstream: apiserver pkg/registry/generic/registry/store.go, v0.36.3.

import { type KubeObject, keyFrom, keyOf, type ObjectMeta } from '../kube/object.ts'
import type { AdmissionPlugin, AdmissionRequest } from './admission.ts'
import { rememberTemplate } from './decoding.ts'
import type { ApiContext, Target, Via } from './request.ts'
import { type Resource, resourceOf } from './resource.ts'

/** What serves one request: the store and the admission plugins in their order. */
export interface Server {
  readonly context: ApiContext
  /** The field manager that the request names. */
  readonly manager?: string | undefined
  readonly plugins: readonly AdmissionPlugin[]
}

/** What a request names, found or not. */
export interface Found {
  readonly resource: Resource
  readonly key: string
  readonly object: KubeObject | undefined
}

export function find(context: ApiContext, target: Target): Found {
  const named = target.namespace !== undefined && target.namespace !== ''
  const resource = resourceOf(context, target.kind, named)
  const key = resource.namespaced ? keyFrom(target.namespace, target.name) : target.name
  return { resource, key, object: context.get(resource.key, key) }
}

/** Stores `object` under the next revision and gives it back with that resourceVersion. */
export function put(
  context: ApiContext,
  resource: Resource,
  object: KubeObject,
  via?: Via,
): KubeObject {
  const resourceVersion = String(context.nextRevision())
  const stored = { ...object, metadata: { ...object.metadata, resourceVersion } }
  context.put(resource.key, keyOf(object.metadata), stored, via)
  rememberTemplate(stored, resource.key)
  return stored
}

const viaSubresource: Readonly<Record<string, Via>> = {
  status: { subresource: 'status' },
  scale: { subresource: 'scale' },
}

/** How this write differs from one of its writer to the object itself. */
export function viaOf({ manager }: Server, subresource: string): Via | undefined {
  const plain = viaSubresource[subresource]
  return manager === undefined ? plain : { ...plain, manager }
}

/** Removes the object and gives its last state with the revision of the removal. */
export function remove(context: ApiContext, resource: Resource, object: KubeObject): KubeObject {
  const resourceVersion = String(context.nextRevision())
  context.remove(resource.key, keyOf(object.metadata), object)
  return { ...object, metadata: { ...object.metadata, resourceVersion } }
}

/** The facts of a request that admission sees. */
export function admissionRequest(
  resource: Resource,
  {
    operation,
    object,
    old,
    subresource = '',
    dryRun = false,
  }: Pick<AdmissionRequest, 'operation' | 'object' | 'old'> &
    Partial<Pick<AdmissionRequest, 'subresource' | 'dryRun'>>,
): AdmissionRequest {
  const { name = '', namespace = '' } = (object ?? old)?.metadata ?? {}
  return { resource, subresource, dryRun, name, namespace, operation, object, old }
}

/** The request as it goes on with what admission and preparation made of its object. */
export function goneOn(request: AdmissionRequest, object: KubeObject): AdmissionRequest {
  const { name = '', namespace = '' } = object.metadata
  return { ...request, object, name, namespace }
}

/** Metadata without the fields that the twin does not keep. */
export function withoutManagedFields(metadata: ObjectMeta): ObjectMeta {
  if (!('managedFields' in metadata) && !('selfLink' in metadata)) return metadata
  const {
    managedFields: _managed,
    selfLink: _link,
    ...rest
  } = metadata as ObjectMeta & {
    managedFields?: unknown
    selfLink?: unknown
  }
  return rest
}
