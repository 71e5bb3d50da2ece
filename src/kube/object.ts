// The shape that all API objects share. Objects are immutable: change means a new object.
// Upstream: apimachinery pkg/apis/meta/v1/types.go, v0.36.3.

export interface OwnerReference {
  readonly apiVersion: string
  readonly kind: string
  readonly name: string
  readonly uid: string
  readonly controller?: boolean
  readonly blockOwnerDeletion?: boolean
}

export interface ObjectMeta {
  readonly name?: string
  readonly generateName?: string
  readonly namespace?: string
  readonly uid?: string
  readonly resourceVersion?: string
  readonly generation?: number
  /** RFC 3339 in UTC with whole seconds, as the API server writes it. */
  readonly creationTimestamp?: string
  readonly deletionTimestamp?: string
  readonly deletionGracePeriodSeconds?: number
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
  readonly ownerReferences?: readonly OwnerReference[]
  readonly finalizers?: readonly string[]
  /** Kept only for objects that were applied on the server; see src/apiserver/ownership.ts. */
  readonly managedFields?: readonly ManagedFieldsEntry[]
}

export interface ManagedFieldsEntry {
  readonly manager?: string
  readonly operation?: string
  readonly apiVersion?: string
  readonly time?: string
  readonly fieldsType?: string
  readonly fieldsV1?: unknown
  readonly subresource?: string
}

/** Any API object; the generated types narrow it. */
export interface KubeObject {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: ObjectMeta
  readonly [field: string]: unknown
}

/** Identifies an object for people: kind, namespace (none when cluster-scoped) and name. */
export interface ObjectRef {
  readonly kind: string
  readonly namespace?: string
  readonly name: string
}

/** `namespace/name`, or `name` when cluster-scoped: the key of work queues and stores. */
export function keyOf(metadata: ObjectMeta): string {
  const name = metadata.name ?? ''
  return metadata.namespace === undefined || metadata.namespace === ''
    ? name
    : `${metadata.namespace}/${name}`
}

/** The key of an object given by namespace and name. */
export function keyFrom(namespace: string | undefined, name: string): string {
  return namespace === undefined || namespace === '' ? name : `${namespace}/${name}`
}

/** Splits a key into namespace (undefined when cluster-scoped) and name. */
export function splitKey(key: string): { namespace: string | undefined; name: string } {
  const slash = key.indexOf('/')
  return slash < 0
    ? { namespace: undefined, name: key }
    : { namespace: key.slice(0, slash), name: key.slice(slash + 1) }
}

/** The owner reference marked `controller: true`, if any. */
export function controllerOf(metadata: ObjectMeta): OwnerReference | undefined {
  const { ownerReferences } = metadata
  if (ownerReferences === undefined) return undefined
  // Asked more often than anything else: most objects have one owner, which controls them.
  for (let index = 0; index < ownerReferences.length; index += 1) {
    const owner = ownerReferences[index] as OwnerReference
    if (owner.controller === true) return owner
  }
  return undefined
}
