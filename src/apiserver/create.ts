// POST: a new object goes through defaults, admission, its strategy and validation.
// Upstream: apiserver pkg/endpoints/handlers/create.go and pkg/registry/rest/create.go, v0.36.3.

import { applyDefaults } from '../kube/defaults/registry.ts'
import type { Pod } from '../kube/generated/types.ts'
import { kindKeyOf } from '../kube/kinds.ts'
import { type KubeObject, keyOf, type ObjectMeta } from '../kube/object.ts'
import type { ApiStatus } from '../kube/status.ts'
import { formatTime } from '../kube/time.ts'
import { validateCreate, validatePodMeta } from '../kube/validation/registry.ts'
import { admit, commit, type ObjectRequest, validate } from './admission.ts'
import { allocate } from './allocation.ts'
import { customErrors } from './custom-validity.ts'
import { decode, type FieldValidation } from './decoding.ts'
import { generateName } from './names.ts'
import { isKnownValid, rememberValid } from './pod-validity.ts'
import type { ApiContext, ApiResponse } from './request.ts'
import { type Resource, resourceOf } from './resource.ts'
import {
  accepted,
  alreadyExists,
  invalidObject,
  isStatus,
  plainFailure,
  refused,
} from './responses.ts'
import {
  admissionRequest,
  goneOn,
  put,
  type Server,
  viaOf,
  withoutManagedFields,
} from './stored.ts'
import { strategyOf } from './strategies.ts'
import { prepareForCreate } from './strategy.ts'

const generatedNameTriesMax = 8

export interface CreateOptions {
  readonly dryRun?: boolean | undefined
  readonly fieldValidation?: FieldValidation | undefined
  /** Who owns the fields, when the object is applied. */
  readonly managedFields?: ObjectMeta['managedFields']
}

const versionGiven = plainFailure(500, 'resourceVersion should not be set on objects to be created')

/** Creates the object; without a namespace it goes to `default`, as clients send it. */
export function create(
  server: Server,
  given: KubeObject,
  { dryRun = false, fieldValidation = 'Ignore', managedFields }: CreateOptions = {},
): ApiResponse {
  const { context, plugins } = server
  const resource = resourceOf(context, kindKeyOf(given), given.metadata?.namespace !== undefined)
  const { trusted } = context
  const body = decode(given, resource, { validation: fieldValidation, trusted })
  if (isStatus(body)) return refused(body)
  const object = applyDefaults(resource.key, received(body, resource))
  const request = admissionRequest(resource, {
    operation: 'create',
    object,
    old: undefined,
    dryRun,
  })
  const admitted = admit(plugins, request as ObjectRequest, context)
  if (isStatus(admitted)) return refused(admitted)
  const named = withSystemMetadata(context, resource, admitted)
  const prepared = prepare(context, resource, { object: named, requested: object['spec'] })
  if (isStatus(prepared)) return refused(prepared)
  const final = goneOn(request, prepared)
  const refusal = validate(plugins, final, context) ?? exists(context, resource, prepared)
  if (refusal !== undefined) return refused(refusal)
  if (dryRun) return accepted(prepared, 201)
  if ((body.metadata.resourceVersion ?? '') !== '') return refused(versionGiven)
  commit(plugins, final, context)
  const stored =
    managedFields === undefined
      ? prepared
      : { ...prepared, metadata: { ...prepared.metadata, managedFields } }
  // Components create what they own whole; what users ask for may be told apart later.
  const via = trusted === true ? viaOf(server, '') : { ...viaOf(server, ''), requested: object }
  return accepted(put(context, resource, stored, via), 201)
}

interface Admitted {
  readonly object: KubeObject
  /** The spec before admission, the same for all pods of one template. */
  readonly requested: unknown
}

/** Everything between admission and the store: strategy, allocation, validation. */
function prepare(
  context: ApiContext,
  resource: Resource,
  { object, requested }: Admitted,
): KubeObject | ApiStatus {
  const now = formatTime(context.nowMs)
  const prepared = prepareForCreate(strategyOf(resource), named(context, resource, object), now)
  const allocated = allocate(context, resource, prepared, undefined)
  if (isStatus(allocated)) return allocated
  if (resource.key === 'Pod') return preparePod(resource, allocated, requested)
  const meta = validateCreate(resource.key, allocated, resource.namespaced)
  const errors = customErrors(resource, { object: allocated, meta })
  return errors.length === 0
    ? applyDefaults(resource.key, allocated)
    : invalidObject(resource, allocated.metadata.name ?? '', errors)
}

/** A LimitRange that nobody has named gets a name. */
function named(context: ApiContext, { key }: Resource, object: KubeObject): KubeObject {
  if (key !== 'LimitRange' || (object.metadata.name ?? '') !== '') return object
  return { ...object, metadata: { ...object.metadata, name: context.newUid(object) } }
}

/** As for other objects, but what the pods of one template share is looked at once. */
function preparePod(
  resource: Resource,
  object: KubeObject,
  requested: unknown,
): KubeObject | ApiStatus {
  const spec = (object as Pod).spec
  const known = spec !== undefined && isKnownValid(requested, spec)
  const errors = known ? validatePodMeta(object) : validateCreate('Pod', object, true)
  if (errors.length > 0) return invalidObject(resource, object.metadata.name ?? '', errors)
  if (known) return object
  const defaulted = applyDefaults('Pod', object)
  if (defaulted === object && spec !== undefined) rememberValid(requested, spec)
  return defaulted
}

/** The object as the request carries it: in its namespace, without fields the server sets. */
function received(object: KubeObject, resource: Resource): KubeObject {
  const metadata = withoutManagedFields(object.metadata)
  const { namespace } = metadata
  if (resource.namespaced) {
    if (namespace !== undefined && namespace !== '') {
      return metadata === object.metadata ? object : { ...object, metadata }
    }
    return { ...object, metadata: { ...metadata, namespace: 'default' } }
  }
  const { namespace: _scope, ...rest } = metadata
  return { ...object, metadata: namespace === undefined ? metadata : rest }
}

function withSystemMetadata(
  context: ApiContext,
  resource: Resource,
  object: KubeObject,
): KubeObject {
  const {
    deletionTimestamp: _deletion,
    deletionGracePeriodSeconds: _grace,
    resourceVersion: _version,
    ...rest
  } = object.metadata
  const metadata: ObjectMeta = {
    ...rest,
    ...nameOf(context, resource, rest),
    uid: context.newUid(object),
    creationTimestamp: formatTime(context.nowMs),
  }
  return { ...object, metadata }
}

function nameOf(
  context: ApiContext,
  resource: Resource,
  { name = '', generateName: base = '', namespace, ownerReferences }: ObjectMeta,
): { name?: string } {
  if (name !== '' || base === '') return {}
  const of = ownerReferences?.[0]?.uid ?? base
  let generated = ''
  for (let tries = 0; tries < generatedNameTriesMax; tries += 1) {
    generated = generateName(base, bound => context.randomBelow(bound, of))
    const metadata = namespace === undefined ? { name: generated } : { name: generated, namespace }
    if (context.get(resource.key, keyOf(metadata)) === undefined) break
  }
  return { name: generated }
}

function exists(
  context: ApiContext,
  resource: Resource,
  { metadata }: KubeObject,
): ApiStatus | undefined {
  const before = context.get(resource.key, keyOf(metadata))
  if (before === undefined) return undefined
  const deleting = before.metadata.deletionTimestamp !== undefined
  return alreadyExists(resource, metadata.name ?? '', deleting ? 'object is being deleted: ' : '')
}
