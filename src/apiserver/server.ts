// The API server as a function: one request in, one answer out, changes through the context.
// Upstream: apiserver pkg/endpoints/handlers, v0.36.3.

import { assertNever } from '../base/assert.ts'
import { misaddressed, ofAnotherKind } from './addressed.ts'
import { servedForm } from '../kube/conversion/registry.ts'
import type { AdmissionPlugin } from './admission.ts'
import { apply } from './apply.ts'
import { bind } from './bind.ts'
import { create } from './create.ts'
import { lacks } from './custom-validity.ts'
import { deleteTarget } from './delete.ts'
import { evict } from './evict.ts'
import { patch } from './patch.ts'
import { kindKeyOf } from '../kube/kinds.ts'
import type { ApiStatus } from '../kube/status.ts'
import { decode } from './decoding.ts'
import type { Address, ApiContext, ApiRequest, ApiResponse } from './request.ts'
import { resourceOf } from './resource.ts'
import { accepted, isStatus, notFound, refused } from './responses.ts'
import { readScale, scale } from './scale.ts'
import { find, type Server } from './stored.ts'
import { update } from './update.ts'

/** Serves one request atomically. */
export function handle(
  context: ApiContext,
  request: ApiRequest,
  plugins: readonly AdmissionPlugin[],
): ApiResponse {
  const isUnasked = 'unasked' in request && request.unasked === true
  const server: Server = {
    context,
    plugins: isUnasked ? [] : plugins,
    manager: managerOf(request),
  }
  switch (request.verb) {
    case 'get':
      return get(server, request)
    case 'create':
      return served(request, () => create(server, request.object, request))
    case 'update':
      return served(request, () =>
        update(server, request.object, {
          subresource: request.subresource ?? '',
          fieldValidation: request.fieldValidation,
        }),
      )
    case 'patch':
      return request.patchType === 'apply' ? apply(server, request) : patch(server, request)
    case 'delete':
      return deleteTarget(server, request.target, request.options)
    case 'scale':
      return scale(server, request.target, request.replicas)
    case 'bind':
      return bind(server, request.target, request.node)
    case 'evict':
      return evict(server, request.target, request.options)
    default:
      return assertNever(request)
  }
}

function managerOf(request: ApiRequest): string | undefined {
  return 'fieldManager' in request ? request.fieldManager : undefined
}

/** A write at its address; the answer is in the version of the request. */
function served(
  request: Extract<ApiRequest, { verb: 'create' | 'update' }>,
  write: () => ApiResponse,
): ApiResponse {
  const { object, address } = request
  const refusal = address && refusalOf(request, address)
  if (refusal !== undefined) return refused(refusal)
  const response = write()
  if (!response.ok || response.object.apiVersion === object.apiVersion) return response
  return { ...response, object: servedForm(response.object, object.apiVersion) }
}

/** Of a body that was sent to an address: it is decoded before its name is looked at. */
function refusalOf(
  { object, fieldValidation = 'Ignore' }: Extract<ApiRequest, { verb: 'create' | 'update' }>,
  address: Address,
): ApiStatus | undefined {
  const other = ofAnotherKind(object, address)
  if (other !== undefined) return other
  const resource = resourceOf({ list: () => [] }, kindKeyOf(object), true)
  const decoded = decode(object, resource, { validation: fieldValidation })
  return isStatus(decoded) ? decoded : misaddressed(object, address)
}

function get(
  server: Server,
  { target, subresource }: Extract<ApiRequest, { verb: 'get' }>,
): ApiResponse {
  if (subresource === 'scale') return readScale(server, target)
  const { resource, object } = find(server.context, target)
  const isMissing = object === undefined || lacks(resource, object, subresource ?? '')
  return isMissing ? refused(notFound(resource, target.name)) : accepted(object)
}
