// Server-side apply: a manager says which fields it wants, and owns them from then on.
// Upstream: apiserver pkg/endpoints/handlers/patch.go (applyPatcher), v0.36.3.

import { sortedStrings } from '../base/compare.ts'
import type { KubeObject } from '../kube/object.ts'
import { keyOf } from '../kube/object.ts'
import { conflictCauses, conflictMessage, encodeOwners } from '../kube/ownership/managers.ts'
import { applyObject, type Applied } from '../kube/ownership/updater.ts'
import { isObject } from '../kube/patch/json.ts'
import { unstructuredError } from '../kube/patch/unstructured-error.ts'
import { schemaOf } from '../kube/schema.ts'
import type { ApiStatus } from '../kube/status.ts'
import { formatTime } from '../kube/time.ts'
import { required } from '../kube/validation/field-error.ts'
import { misaddressed } from './addressed.ts'
import { create } from './create.ts'
import { lacks } from './custom-validity.ts'
import { decode } from './decoding.ts'
import { managerOf, ownedSchema, ownersOf, resetOf } from './ownership.ts'
import type { ApiRequest, ApiResponse } from './request.ts'
import type { Resource } from './resource.ts'
import {
  badRequest,
  invalidObject,
  isStatus,
  notFound,
  plainFailure,
  refused,
} from './responses.ts'
import { find, type Server } from './stored.ts'
import { replace } from './update.ts'

type ApplyRequest = Extract<ApiRequest, { verb: 'patch' }>

const patchOptions = {
  group: 'meta.k8s.io',
  kind: 'PatchOptions',
  groupKind: 'PatchOptions.meta.k8s.io',
}

/** Applies the body, creating the object if there is none. */
export function apply(server: Server, request: ApplyRequest): ApiResponse {
  const { context } = server
  const { target, patch: body, fieldManager = '', force = false, subresource = '' } = request
  if (fieldManager === '') {
    const error = required('fieldManager', 'is required for apply patch')
    return refused(invalidObject(patchOptions, '', [error]))
  }
  const { resource, object: live } = find(context, target)
  const given = appliedObject(body)
  if (isStatus(given)) return refused(given)
  const isMissing = live === undefined ? subresource !== '' : lacks(resource, live, subresource)
  if (isMissing) return refused(notFound(resource, target.name))
  const { namespace, name } = target
  const address = { name, ...(namespace !== undefined && { namespace }) }
  const owners = live === undefined ? new Map() : ownersOf(context, resource, keyOf(live.metadata))
  const manager = { manager: fieldManager, subresource }
  const applied = applyObject(live, given, {
    owners,
    by: {
      name: managerOf(manager, 'Apply', given.apiVersion),
      time: formatTime(context.nowMs),
      reset: resetOf(resource, subresource),
      schema: ownedSchema(resource, given.apiVersion),
      force,
    },
  })
  if (!applied.ok) return refused(refusalOf(applied))
  // A name is looked at only when all fields fit and nobody objects; what is there has one.
  const { name: own = live?.metadata.name } = given.metadata
  const named = {
    ...given,
    metadata: { ...given.metadata, ...(own !== undefined && { name: own }) },
  }
  const misnamed = misaddressed(named, address)
  if (misnamed !== undefined) return refused(misnamed)
  const object = withLastApplied(applied.object, given, { live, manager: fieldManager })
  const managedFields = encodeOwners(applied.owners)
  const moved = applied.owners !== owners
  if (live === undefined) {
    const { resourceVersion: _version, ...metadata } = object.metadata
    const fresh = { ...object, metadata: { ...metadata, ...address } }
    return create(server, fresh, { managedFields })
  }
  const typed = retyped(server, resource, { object, given, live })
  if (isStatus(typed)) return refused(typed)
  return replace(server, {
    resource,
    old: live,
    given: typed,
    subresource: subresource === 'status' ? 'status' : '',
    ...(moved && { managedFields }),
  })
}

const lastAppliedKey = 'kubectl.kubernetes.io/last-applied-configuration'

/** An object that kubectl once applied itself keeps that annotation up to date. */
function withLastApplied(
  object: KubeObject,
  given: KubeObject,
  { live, manager }: { readonly live: KubeObject | undefined; readonly manager: string },
): KubeObject {
  const annotations = live?.metadata.annotations
  if (manager !== 'kubectl' || annotations?.[lastAppliedKey] === undefined) return object
  const text = `${JSON.stringify(sorted(given))}\n`
  const { metadata } = object
  const updated = { ...metadata.annotations, [lastAppliedKey]: text }
  return { ...object, metadata: { ...metadata, annotations: updated } }
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (!isObject(value)) return value
  const keys = sortedStrings(Object.keys(value))
  return Object.fromEntries(keys.map(key => [key, sorted(value[key])]))
}

/** The body as an object, whatever it holds. */
function appliedObject(body: unknown): KubeObject | ApiStatus {
  if (
    !isObject(body) ||
    typeof body['apiVersion'] !== 'string' ||
    typeof body['kind'] !== 'string'
  ) {
    return badRequest('error decoding YAML: apiVersion and kind must be set')
  }
  const metadata = body['metadata'] ?? {}
  if (isObject(metadata) && 'managedFields' in metadata) {
    return badRequest('metadata.managedFields must be nil')
  }
  return { ...body, metadata } as KubeObject
}

function refusalOf(applied: Extract<Applied, { ok: false }>): ApiStatus {
  if ('problem' in applied) return plainFailure(500, applied.problem)
  const { conflicts } = applied
  return {
    kind: 'Status',
    apiVersion: 'v1',
    status: 'Failure',
    code: 409,
    reason: 'Conflict',
    message: conflictMessage(conflicts),
    details: { causes: conflictCauses(conflicts) },
  }
}

interface Typing {
  readonly object: KubeObject
  readonly given: KubeObject
  readonly live: KubeObject
}

/** The merged object as Go reads it back; one that is the live one needs no reading. */
function retyped(
  { context }: Server,
  resource: Resource,
  { object, given, live }: Typing,
): KubeObject | ApiStatus {
  if (object === live) return object
  const { trusted } = context
  const decoded = decode(object, resource, { validation: 'Ignore', old: live, trusted })
  const type = isStatus(decoded) ? schemaOf(object.apiVersion, object.kind) : undefined
  const why = type === undefined ? undefined : unstructuredError(type, object)
  return why === undefined ? decoded : plainFailure(500, unconvertible(given, why))
}

function unconvertible({ apiVersion, kind, metadata }: KubeObject, why: string): string {
  const type = `${apiVersion.includes('/') ? '' : '/'}${apiVersion}, Kind=${kind}`
  const name = `${metadata.namespace ?? ''}/${metadata.name ?? ''}`
  const problem = `unable to convert unstructured object to ${type}: ${why}`
  return `failed to convert new object (${name}; ${type}) to proper version: ${problem}`
}
