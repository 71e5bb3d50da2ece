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
import { ownersAfterUpdate, resetFields } from '../kube/ownership/updater.ts'
import type { ApiContext, Written } from './request.ts'
import type { Resource } from './resource.ts'
import { strategyOf } from './strategies.ts'

export function hasStatus(resource: Resource): boolean {
  return strategyOf(resource).emptyStatus !== undefined
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
  const withStatus = hasStatus(resource)
  let owners: Owners = noOwners
  for (const write of writes) owners = afterWrite(owners, write, withStatus)
  return owners
}

/** The last state of an object that was removed by the very write that answers with it. */
function lastOwners(context: ApiContext, resource: Resource, object: KubeObject): Owners {
  const key = keyOf(object.metadata)
  const writes = context.history?.(resource.key, key) ?? []
  const last = writes.at(-1)
  if (last === undefined || last.after !== undefined) return ownersOf(context, resource, key)
  const withStatus = hasStatus(resource)
  let owners: Owners = noOwners
  for (const write of writes.slice(0, -1)) owners = afterWrite(owners, write, withStatus)
  return afterWrite(owners, { ...last, after: object }, withStatus)
}

function afterWrite(owners: Owners, write: Written, withStatus: boolean): Owners {
  const { before } = write
  const after = write.requested ?? write.after
  if (after === undefined) return noOwners
  const entries = write.after?.metadata.managedFields
  if (entries !== undefined && entries !== before?.metadata.managedFields) {
    return decodeOwners(entries)
  }
  const name = managerOf(write, 'Update', after.apiVersion)
  const reset = resetFields(write.subresource ?? '', withStatus)
  // The scale subresource loses the time of its managers on the way to the object.
  const time = write.subresource === 'scale' ? '' : formatTime(write.atMs)
  const by = { name, time, reset }
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
