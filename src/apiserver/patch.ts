// PATCH: the patched object is an update of the version it was made from.
// Upstream: apiserver pkg/endpoints/handlers/patch.go, v0.36.3.

import type { KubeObject } from '../kube/object.ts'
import { goText, type JsonObject, type Patched } from '../kube/patch/json.ts'
import { applyJsonPatch } from '../kube/patch/json-patch.ts'
import { applyMergePatch } from '../kube/patch/merge-patch.ts'
import { applyStrategicMergePatch } from '../kube/patch/strategic-merge-patch.ts'
import { unstructuredError } from '../kube/patch/unstructured-error.ts'
import { schemaOf } from '../kube/schema.ts'
import type { ApiStatus } from '../kube/status.ts'
import { invalid } from '../kube/validation/field-error.ts'
import { misaddressed } from './addressed.ts'
import { lacks } from './custom-validity.ts'
import { decode } from './decoding.ts'
import type { ApiContext, ApiRequest, ApiResponse } from './request.ts'
import type { Resource } from './resource.ts'
import {
  badRequest,
  invalidObject,
  isStatus,
  notFound,
  plainFailure,
  refused,
} from './responses.ts'
import { scale } from './scale.ts'
import { find, type Server } from './stored.ts'
import { noResource, unreadable } from './unreadable-patch.ts'
import { replace } from './update.ts'

type PatchRequest = Extract<ApiRequest, { verb: 'patch' }>

/** Applies the patch to what is stored. */
export function patch(server: Server, request: PatchRequest): ApiResponse {
  const { target, subresource } = request
  const { resource, object: old } = find(server.context, target)
  if (old === undefined || lacks(resource, old, subresource ?? '')) {
    return refused(notFound(resource, target.name))
  }
  if (subresource === 'scale') {
    const replicas = (request.patch as { spec?: { replicas?: number } }).spec?.replicas
    return scale(server, target, replicas ?? 0)
  }
  const given = patched(server, { resource, old, request })
  if (isStatus(given)) return refused(given)
  const mismatch = misaddressed(given, old.metadata)
  if (mismatch !== undefined) return refused(mismatch)
  return replace(server, { resource, old, given, subresource: subresource ?? '' })
}

/** The API server does not pass on why a JSON patch does not apply. */
const unapplicable: ApiStatus = {
  kind: 'Status',
  apiVersion: 'v1',
  status: 'Failure',
  code: 422,
  reason: 'Invalid',
  message: 'the server rejected our request due to an error in our request',
  details: {},
}

interface Patching {
  readonly resource: Resource
  readonly old: KubeObject
  readonly request: PatchRequest
}

function patched({ context }: Server, patching: Patching): KubeObject | ApiStatus {
  const { resource, old, request } = patching
  const { patch: body, patchType } = request
  const result = applied(old, body, patchType)
  if (!result.ok) {
    if (patchType === 'json') return unapplicable
    return patchType === 'strategic' ? plainFailure(500, result.error) : badRequest(result.error)
  }
  const { trusted } = context
  const value = result.value as KubeObject
  const decoded = decode(value, resource, { validation: 'Ignore', old, trusted })
  if (!isStatus(decoded)) return decoded
  return unconvertible(old, value, request) ?? unreadablePatch(context, patching, decoded)
}

/** What follows the introduction of a text that says what cannot be read. */
const introduction = /^.* cannot be handled as a \S+: /

function unreadablePatch(
  context: ApiContext,
  { resource, old, request }: Patching,
  refusal: ApiStatus,
): ApiStatus {
  const { patch: body, patchType } = request
  if (patchType !== 'json' && patchType !== 'merge') return refusal
  const why = refusal.message.replace(introduction, '')
  const apply = (object: KubeObject): Patched => applied(object, body, patchType)
  return unreadable(context, resource, { old, patchType, body, apply, why })
}

/** A strategic merge is converted field by field, and refused with the patch as Go prints it. */
function unconvertible(
  { apiVersion, kind }: KubeObject,
  value: KubeObject,
  { patch: body, patchType }: PatchRequest,
): ApiStatus | undefined {
  const type = patchType === 'strategic' ? schemaOf(apiVersion, kind) : undefined
  const why = type === undefined ? undefined : unstructuredError(type, value)
  if (why === undefined) return undefined
  return invalidObject(noResource, '', [invalid('patch', goText(body), why)])
}

function applied(old: KubeObject, body: unknown, patchType: PatchRequest['patchType']): Patched {
  if (patchType === 'json') return applyJsonPatch(old, body as Parameters<typeof applyJsonPatch>[1])
  const type = patchType === 'strategic' ? schemaOf(old.apiVersion, old.kind) : undefined
  if (type === undefined) return { ok: true, value: applyMergePatch(old, body) }
  return applyStrategicMergePatch(old, body as JsonObject, type)
}
