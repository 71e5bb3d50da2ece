// PATCH: the patched object is an update of the version it was made from.
// Upstream: apiserver pkg/endpoints/handlers/patch.go, v0.36.3.

import type { KubeObject } from '../kube/object.ts'
import type { ApiStatus } from '../kube/status.ts'
import type { ApiRequest, ApiResponse } from './request.ts'
import type { Resource } from './resource.ts'
import { badRequest, isStatus, notFound, refused } from './responses.ts'
import { scale } from './scale.ts'
import { find, type Server } from './stored.ts'
import { replace } from './update.ts'

type PatchRequest = Extract<ApiRequest, { verb: 'patch' }>

/** Applies the patch to what is stored. */
export function patch(server: Server, request: PatchRequest): ApiResponse {
  const { target, subresource } = request
  const { resource, object: old } = find(server.context, target)
  if (old === undefined) return refused(notFound(resource, target.name))
  if (subresource === 'scale') {
    const replicas = (request.patch as { spec?: { replicas?: number } }).spec?.replicas
    return scale(server, target, replicas ?? 0)
  }
  const given = patched(resource, old, request)
  if (isStatus(given)) return refused(given)
  return replace(server, { resource, old, given, subresource: subresource ?? '' })
}

function patched(
  _resource: Resource,
  old: KubeObject,
  { patch: body, patchType }: PatchRequest,
): KubeObject | ApiStatus {
  if (patchType === 'json') return badRequest('JSON patches are not served yet')
  return mergePatch(old, body) as KubeObject
}

type Fields = Readonly<Record<string, unknown>>

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** RFC 7386. */
function mergePatch(target: unknown, change: unknown): unknown {
  if (!isFields(change)) return change
  const merged: Record<string, unknown> = isFields(target) ? { ...target } : {}
  for (const key of Object.keys(change)) {
    if (change[key] === null) delete merged[key]
    else merged[key] = mergePatch(merged[key], change[key])
  }
  return merged
}
