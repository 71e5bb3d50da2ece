// Requests carry JSON: here it becomes an object of its kind, or the 400 that says why not.
// Upstream: apiserver pkg/endpoints/handlers/{create,update}.go, v0.36.3.

import { storedForm } from '../kube/conversion/registry.ts'
import { shapedResource } from '../kube/custom-resource.ts'
import { decodeObject, strictDecodingText } from '../kube/decode.ts'
import { withoutGatedFields } from '../kube/gated-fields.ts'
import { type Kind, kindKeyOf, kinds } from '../kube/kinds.ts'
import type { KubeObject } from '../kube/object.ts'
import type { ApiStatus } from '../kube/status.ts'
import type { Resource } from './resource.ts'
import { badRequest, isStatus } from './responses.ts'

/** What becomes of unknown fields: refused, or dropped as clients without a preference see it. */
export type FieldValidation = 'Strict' | 'Ignore'

/** Pod specs of decoded templates: they come back, the very same, in each of the pods. */
const templateSpecs = new WeakSet<object>()

export interface DecodeOptions {
  readonly validation: FieldValidation
  /** What is stored: parts of it that the request carries unchanged need no decoding. */
  readonly old?: KubeObject | undefined
  /** A component of the twin wrote it: it is typed already. */
  readonly trusted?: boolean | undefined
}

export function decode(
  object: KubeObject,
  resource: Resource,
  options: DecodeOptions,
): KubeObject | ApiStatus {
  if (options.trusted === true) return object
  const fields = decodeFields(object, resource, options)
  const decoded = isStatus(fields) ? fields : withoutGatedFields(resource.key, fields)
  const { definition } = resource
  if (definition === undefined || isStatus(decoded)) return decoded
  return shaped(decoded, definition, options.validation)
}

/** A custom resource as the schema of its definition has it. */
function shaped(
  object: KubeObject,
  definition: KubeObject,
  validation: FieldValidation,
): KubeObject | ApiStatus {
  const { value, unknown, error } = shapedResource(object, definition)
  if (error !== undefined) return badRequest(`${cannotHandle(object)}: ${error}`)
  if (unknown.length === 0 || validation !== 'Strict') return value
  const errors = unknown.map(path => `unknown field "${path}"`)
  return badRequest(`${cannotHandle(object)}: ${strictDecodingText(errors)}`)
}

function decodeFields(
  object: KubeObject,
  resource: Resource,
  { validation, old }: DecodeOptions,
): KubeObject | ApiStatus {
  const unserved = unservedVersion(object, resource)
  if (unserved !== undefined) return badRequest(unserved)
  const fresh = withoutKnownParts(object, old)
  const { value: decoded, error, strictErrors } = decodeObject(fresh)
  if (error !== undefined) return badRequest(`${cannotHandle(object)}: ${error}`)
  if (strictErrors.length > 0 && validation === 'Strict') {
    return badRequest(`${cannotHandle(object)}: ${strictDecodingText(strictErrors)}`)
  }
  const value = decoded.apiVersion === old?.apiVersion ? decoded : storedForm(decoded)
  if (fresh === object || value !== decoded) {
    rememberTemplate(value, resource.key)
    return value
  }
  return value === fresh ? object : withParts(value, object, fresh)
}

/** The decoded rest with the parts that were left out put back over what the decoder filled in. */
function withParts(value: KubeObject, object: KubeObject, fresh: KubeObject): KubeObject {
  const whole: Record<string, unknown> = { ...value }
  for (const field in object) if (!(field in fresh)) whole[field] = object[field]
  return whole as KubeObject
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

/** The object without the parts that need no decoding; the object itself when there are none. */
function withoutKnownParts(object: KubeObject, old: KubeObject | undefined): KubeObject {
  let rest: Record<string, unknown> | undefined
  for (const field in object) {
    const part = object[field]
    if (!isObject(part) || (part !== old?.[field] && !templateSpecs.has(part))) continue
    rest ??= { ...object }
    delete rest[field]
  }
  return rest === undefined ? object : (rest as KubeObject)
}

interface Templated {
  readonly template?: { readonly spec?: object }
}

const templated = ['DaemonSet', 'Deployment', 'Job', 'ReplicaSet', 'StatefulSet']

/** Marks the pod spec of a template that is in order. */
export function rememberTemplate(object: KubeObject, key: string): void {
  const spec = object['spec']
  if (!templated.includes(key) || !isObject(spec)) return
  const podSpec = (spec as Templated).template?.spec
  if (isObject(podSpec)) templateSpecs.add(podSpec)
}

function cannotHandle({ apiVersion, kind }: KubeObject, expected = kind): string {
  const version = apiVersion.slice(apiVersion.indexOf('/') + 1)
  return `${kind} in version "${version}" cannot be handled as a ${expected}`
}

/** The refusal of another kind than the one that is expected. */
export function ofOtherKind(object: KubeObject, expected: Kind): ApiStatus {
  const { apiVersion, kind } = object
  const known = kinds.get(kindKeyOf(object))
  const version = apiVersion.slice(apiVersion.indexOf('/') + 1)
  if (known?.versions.includes(version) === true) {
    const types = `(${version}.${kind}) to (${internalPackage(expected.group)}.${expected.kind})`
    const why = `converting ${types}: unknown conversion`
    return badRequest(`${cannotHandle(object, expected.kind)}: ${why}`)
  }
  return unregistered(object, expected.kind)
}

/** Where upstream keeps the internal types of a group. */
function internalPackage(group: string): string {
  return group === '' ? 'core' : (group.split('.')[0] as string)
}

/** The refusal of a kind that the API server does not know where it expects another. */
function unregistered(object: KubeObject, expected: string): ApiStatus {
  const { apiVersion, kind } = object
  const why = `no kind "${kind}" is registered for version "${apiVersion}" in scheme "pkg/runtime/scheme.go:111"`
  return badRequest(`${cannotHandle(object, expected)}: ${why}`)
}

function unservedVersion(object: KubeObject, resource: Resource): string | undefined {
  const { apiVersion, kind } = object
  if (resource.key.includes('.') || resource.key === 'Event') return undefined
  const version = apiVersion.slice(apiVersion.indexOf('/') + 1)
  if (resource.versions.includes(version)) return undefined
  const why = `no kind "${kind}" is registered for version "${apiVersion}" in scheme "pkg/runtime/scheme.go:111"`
  return `${cannotHandle(object)}: ${why}`
}
