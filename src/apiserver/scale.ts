// The scale subresource: one field of the spec by another name.
// Upstream: pkg/registry/apps/*/storage/storage.go and pkg/apis/autoscaling/validation, v1.36.3.

import type { KubeObject } from '../kube/object.ts'
import { invalid } from '../kube/validation/field-error.ts'
import type { ApiResponse, Target } from './request.ts'
import { invalidObject, notFound, refused } from './responses.ts'
import { find, type Server } from './stored.ts'
import { replace } from './update.ts'

const scaleKind = { group: 'autoscaling', kind: 'Scale', groupKind: 'Scale.autoscaling' }

/** Sets spec.replicas; the answer is the scaled object itself. */
export function scale(server: Server, target: Target, replicas: number): ApiResponse {
  const { resource, object: old } = find(server.context, target)
  if (old === undefined) return refused(notFound(resource, target.name))
  if (replicas < 0) {
    const error = invalid('spec.replicas', replicas, 'must be greater than or equal to 0')
    return refused(invalidObject(scaleKind, target.name, [error]))
  }
  const spec = { ...(old['spec'] as Readonly<Record<string, unknown>> | undefined), replicas }
  const given: KubeObject = { ...old, spec }
  return replace(server, { resource, old, given, subresource: 'scale' })
}
