// Requests carry JSON: here it becomes an object of its kind, or the 400 that says why not.
// Upstream: apiserver pkg/endpoints/handlers/{create,update}.go, v0.36.3.

import { decodeObject, strictDecodingText } from '../kube/decode.ts'
import type { KubeObject } from '../kube/object.ts'
import type { ApiStatus } from '../kube/status.ts'
import type { Resource } from './resource.ts'
import { badRequest } from './responses.ts'

/** What becomes of unknown fields: refused, or dropped as clients without a preference see it. */
export type FieldValidation = 'Strict' | 'Ignore'

/** Specs that went through the decoder: templates come back in every pod made from them. */
const decodedSpecs = new WeakSet<object>()

export function decode(
  object: KubeObject,
  resource: Resource,
  validation: FieldValidation,
): KubeObject | ApiStatus {
  const unserved = unservedVersion(object, resource)
  if (unserved !== undefined) return badRequest(unserved)
  const spec = object['spec']
  const known = resource.key === 'Pod' && isObject(spec) && decodedSpecs.has(spec)
  const { spec: _known, ...rest } = object
  const { value, error, strictErrors } = decodeObject(known ? (rest as KubeObject) : object)
  if (error !== undefined) return badRequest(`${cannotHandle(object)}: ${error}`)
  if (strictErrors.length > 0 && validation === 'Strict') {
    return badRequest(`${cannotHandle(object)}: ${strictDecodingText(strictErrors)}`)
  }
  const decoded = known ? { ...value, spec } : value
  remember(decoded, resource)
  return decoded
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

interface Templated {
  readonly template?: { readonly spec?: object }
}

function remember(object: KubeObject, resource: Resource): void {
  const spec = object['spec']
  if (!isObject(spec)) return
  if (resource.key === 'Pod') decodedSpecs.add(spec)
  if (!templated.includes(resource.key)) return
  const podSpec = (spec as Templated).template?.spec
  if (isObject(podSpec)) decodedSpecs.add(podSpec)
}

const templated = ['DaemonSet', 'Deployment', 'Job', 'ReplicaSet', 'StatefulSet']

function cannotHandle({ apiVersion, kind }: KubeObject): string {
  const version = apiVersion.slice(apiVersion.indexOf('/') + 1)
  return `${kind} in version "${version}" cannot be handled as a ${kind}`
}

function unservedVersion(object: KubeObject, resource: Resource): string | undefined {
  const { apiVersion, kind } = object
  if (resource.key.includes('.') || resource.key === 'Event') return undefined
  const version = apiVersion.slice(apiVersion.indexOf('/') + 1)
  if (resource.versions.includes(version)) return undefined
  const why = `no kind "${kind}" is registered for version "${apiVersion}" in scheme "pkg/runtime/scheme.go:111"`
  return `${cannotHandle(object)}: ${why}`
}
