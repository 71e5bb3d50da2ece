// Who owns which fields of a stored object. Nothing is kept for it while nobody applies on the
// server: ownership follows from the log of writes, and is computed when somebody asks.
// Upstream: apimachinery pkg/util/managedfields, v0.36.3.

import { type KubeObject, keyOf } from '../kube/object.ts'
import { formatTime } from '../kube/time.ts'
import {
  decodeOwners,
  encodeOwners,
  noOwners,
  type ManagerName,
  type Owners,
} from '../kube/ownership/managers.ts'
import type { FieldSet } from '../kube/ownership/field-set.ts'
import { ownersAfterUpdate, resetFields } from '../kube/ownership/updater.ts'
import type { Schema } from '../kube/custom/schema.ts'
import { versionOf } from './custom-validity.ts'
import type { ApiContext, Written } from './request.ts'
import type { Resource } from './resource.ts'
import { strategyOf } from './strategies.ts'

/** What a write through a subresource, or the object itself, cannot set. */
export function resetOf(resource: Resource, subresource: string): FieldSet {
  const { emptyStatus, statusUpdate } = strategyOf(resource)
  const hasStatus = emptyStatus !== undefined || statusUpdate !== undefined
  return resetFields(subresource, { hasStatus, isCustom: resource.definition !== undefined })
}

/** The schema of a custom resource; undefined for all others. */
export function ownedSchema(resource: Resource, apiVersion: string): Schema | undefined {
  return versionOf(resource, apiVersion)?.schema?.openAPIV3Schema as Schema | undefined
}

/** The identity of whoever wrote. */
export function managerOf(
  { manager, subresource = '' }: Pick<Written, 'manager' | 'subresource'>,
  operation: ManagerName['operation'],
  apiVersion: string,
): ManagerName {
  return { manager, operation, apiVersion, ...(subresource !== '' && { subresource }) }
}

/** The owners of the object as it is stored now. */
export function ownersOf(context: ApiContext, resource: Resource, key: string): Owners {
  const writes = context.history?.(resource.key, key) ?? []
  let owners: Owners = noOwners
  for (const write of writes) owners = afterWrite(owners, write, resource)
  return owners
}

/** The last state of an object that was removed by the very write that answers with it. */
function lastOwners(context: ApiContext, resource: Resource, object: KubeObject): Owners {
  const key = keyOf(object.metadata)
  const writes = context.history?.(resource.key, key) ?? []
  const last = writes.at(-1)
  if (last === undefined || last.after !== undefined) return ownersOf(context, resource, key)
  let owners: Owners = noOwners
  for (const write of writes.slice(0, -1)) owners = afterWrite(owners, write, resource)
  return afterWrite(owners, { ...last, after: object }, resource)
}

function afterWrite(owners: Owners, write: Written, resource: Resource): Owners {
  const { before } = write
  const after = write.requested ?? write.after
  if (after === undefined) return noOwners
  const entries = write.after?.metadata.managedFields
  if (entries !== undefined && entries !== before?.metadata.managedFields) {
    return decodeOwners(entries)
  }
  const name = managerOf(write, 'Update', after.apiVersion)
  const reset = resetOf(resource, write.subresource ?? '')
  // The scale subresource loses the time of its managers on the way to the object.
  const time = write.subresource === 'scale' ? '' : formatTime(write.atMs)
  const by = { name, time, reset, schema: ownedSchema(resource, after.apiVersion) }
  return ownersAfterUpdate(owners, { before, after }, by)
}

/** The object with metadata.managedFields, as a client of the API server reads it. */
export function withManagedFields(
  context: ApiContext,
  resource: Resource,
  object: KubeObject,
): KubeObject {
  const entries = encodeOwners(lastOwners(context, resource, object))
  const { managedFields: _stale, ...metadata } = object.metadata
  if (entries.length === 0) return { ...object, metadata }
  return { ...object, metadata: { ...metadata, managedFields: entries } }
}
