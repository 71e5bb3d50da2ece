// The scale subresource: one field of the spec by another name.
// Upstream: pkg/registry/apps/*/storage/storage.go and pkg/apis/autoscaling/validation, v1.36.3;
// k8s.io/apiextensions-apiserver v0.36.3 pkg/registry/customresource/etcd.go.

import { nestedInteger, nestedText, partsOf } from '../kube/custom/scale.ts'
import type { CustomResourceSubresourceScale } from '../kube/generated/types.ts'
import type { KubeObject } from '../kube/object.ts'
import { isObject } from '../kube/patch/json.ts'
import { invalid } from '../kube/validation/field-error.ts'
import { versionOf } from './custom-validity.ts'
import type { ApiResponse, Target } from './request.ts'
import { accepted, internalFailure, invalidObject, notFound, refused } from './responses.ts'
import type { Resource } from './resource.ts'
import { find, type Server } from './stored.ts'
import { replace } from './update.ts'

const scaleKind = { group: 'autoscaling', kind: 'Scale', groupKind: 'Scale.autoscaling' }

const replicasField = '.spec.replicas'

/** Where the fields are; undefined for custom resources that serve no scale. */
function fieldsOf(
  resource: Resource,
  object: KubeObject,
): CustomResourceSubresourceScale | undefined {
  if (resource.definition !== undefined) {
    return versionOf(resource, object.apiVersion)?.subresources?.scale
  }
  return { specReplicasPath: replicasField, statusReplicasPath: '.status.replicas' }
}

function withField(value: unknown, [name = '', ...rest]: readonly string[], set: unknown): unknown {
  const fields = isObject(value) ? value : {}
  return { ...fields, [name]: rest.length === 0 ? set : withField(fields[name], rest, set) }
}

/** Sets the replicas; the answer is the scaled object itself. */
export function scale(server: Server, target: Target, replicas: number): ApiResponse {
  const { resource, object: old } = find(server.context, target)
  const fields = old === undefined ? undefined : fieldsOf(resource, old)
  if (old === undefined || fields === undefined) return refused(notFound(resource, target.name))
  if (replicas < 0 && resource.definition === undefined) {
    const error = invalid('spec.replicas', replicas, 'must be greater than or equal to 0')
    return refused(invalidObject(scaleKind, target.name, [error]))
  }
  const given = withField(old, partsOf(fields.specReplicasPath), replicas) as KubeObject
  return replace(server, { resource, old, given, subresource: 'scale' })
}

/** The Scale of an object. */
export function readScale({ context }: Server, target: Target): ApiResponse {
  const { resource, object } = find(context, target)
  const fields = object === undefined ? undefined : fieldsOf(resource, object)
  if (object === undefined || fields === undefined) return refused(notFound(resource, target.name))
  const { specReplicasPath, statusReplicasPath, labelSelectorPath } = fields
  const wanted = nestedInteger(object, specReplicasPath)
  const present = nestedInteger(object, statusReplicasPath)
  const selected =
    labelSelectorPath === undefined ? undefined : nestedText(object, labelSelectorPath)
  for (const read of [wanted, present, selected]) {
    if (read !== undefined && 'error' in read) return refused(internalFailure(read.error))
  }
  const replicas = 'value' in wanted ? wanted.value : undefined
  if (replicas === undefined) {
    return refused(internalFailure(`the spec replicas field "${specReplicasPath}" does not exist`))
  }
  const selector = selected !== undefined && 'value' in selected ? selected.value : undefined
  const {
    name = '',
    namespace,
    uid = '',
    resourceVersion = '',
    creationTimestamp = '',
  } = object.metadata
  return accepted({
    apiVersion: 'autoscaling/v1',
    kind: 'Scale',
    metadata: {
      name,
      ...(namespace !== undefined && { namespace }),
      uid,
      resourceVersion,
      creationTimestamp,
    },
    spec: { replicas },
    status: {
      replicas: 'value' in present ? (present.value ?? 0) : 0,
      ...(selector !== undefined && selector !== '' && { selector }),
    },
  })
}
