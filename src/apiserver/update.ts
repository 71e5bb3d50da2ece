// PUT and everything that replaces a stored object: optimistic concurrency, strategy, validation.
// Upstream: apiserver pkg/registry/generic/registry/store.go and pkg/registry/rest/update.go,
// v0.36.3.

import { applyDefaults } from '../kube/defaults/registry.ts'
import { goQuote } from '../kube/go-text.ts'
import { kindKeyOf } from '../kube/kinds.ts'
import type { KubeObject, ObjectMeta } from '../kube/object.ts'
import type { ApiStatus } from '../kube/status.ts'
import { validateStatusUpdate, validateUpdate } from '../kube/validation/registry.ts'
import { admit, commit, type ObjectRequest, validate } from './admission.ts'
import { allocate } from './allocation.ts'
import { create } from './create.ts'
import { customErrors, lacks } from './custom-validity.ts'
import { decode, type FieldValidation } from './decoding.ts'
import { sameStored } from './equality.ts'
import type { ApiResponse, Via } from './request.ts'
import type { Resource } from './resource.ts'
import {
  accepted,
  conflict,
  invalidObject,
  isStatus,
  modifiedText,
  notFound,
  plainFailure,
  refused,
} from './responses.ts'
import {
  admissionRequest,
  find,
  goneOn,
  put,
  remove,
  type Server,
  viaOf,
  withoutManagedFields,
} from './stored.ts'
import { strategyOf } from './strategies.ts'
import { undonePaths, undoneTopic, type UndoneNote } from './undone.ts'
import { prepareForStatusUpdate, prepareForUpdate, type Strategy } from './strategy.ts'

export type Subresource = '' | 'status' | 'scale' | 'finalize'

export interface UpdateOptions {
  readonly subresource: Subresource
  readonly fieldValidation?: FieldValidation | undefined
}

/** Replaces the stored object by the given one. */
export function update(
  server: Server,
  given: KubeObject,
  { subresource, fieldValidation = 'Ignore' }: UpdateOptions,
): ApiResponse {
  const { name = '', namespace } = given.metadata
  const target = { kind: kindKeyOf(given), name, namespace }
  const { resource, object: old } = find(server.context, target)
  if (old === undefined) {
    const creates = strategyOf(resource).createOnUpdate === true && subresource === ''
    if (!creates) return refused(notFound(resource, name))
    const { uid = '' } = given.metadata
    return uid === '' ? create(server, given) : refused(otherUid(resource, given.metadata, ''))
  }
  if (lacks(resource, old, subresource)) return refused(notFound(resource, name))
  const { trusted } = server.context
  const decoded = decode(given, resource, { validation: fieldValidation, old, trusted })
  if (isStatus(decoded)) return refused(decoded)
  return replace(server, { resource, old, subresource, given: decoded, isPut: true })
}

export interface Replacement {
  readonly resource: Resource
  readonly old: KubeObject
  readonly given: KubeObject
  readonly subresource: Subresource
  /** A PUT names the object it means by its uid; a patch of the uid is merely refused. */
  readonly isPut?: boolean
  /** Who owns the fields from now on, when the object is applied. */
  readonly managedFields?: ObjectMeta['managedFields']
}

/** Stores `given` in the place of `old` unless admission, concurrency or validation object. */
export function replace(server: Server, replacement: Replacement): ApiResponse {
  const { context, plugins } = server
  const { resource, old, subresource } = replacement
  const strategy = strategyOf(resource)
  const body = received(replacement, strategy)
  // The rest of a status update is what is stored, and components write a status in full.
  const isWhole = subresource === 'status' && context.trusted === true
  const object = isWhole ? body : applyDefaults(resource.key, body)
  const refusal = staleness(replacement, object)
  if (refusal !== undefined) return refused(refusal)
  const request = admissionRequest(resource, { operation: 'update', object, old, subresource })
  const admitted = admit(plugins, request as ObjectRequest, context)
  if (isStatus(admitted)) return refused(admitted)
  const prepared = prepare(server, { ...replacement, given: admitted }, strategy)
  if (isStatus(prepared)) return refused(prepared)
  if (admitted !== object) noteUndone(server, resource, { sent: object, old, result: prepared })
  const final = goneOn(request, prepared)
  const denial = validate(plugins, final, context)
  if (denial !== undefined) return refused(denial)
  return store(server, resource, {
    object: withOwners(prepared, replacement.managedFields),
    old,
    via: viaOf(server, subresource),
    commits: () => commit(plugins, final, context),
  })
}

/** Tells of what admission took back from the writer. */
function noteUndone(
  { context }: Server,
  { key: kind }: Resource,
  write: { readonly sent: KubeObject; readonly old: KubeObject; readonly result: KubeObject },
): void {
  const paths = undonePaths(write.sent, write)
  if (paths.length === 0) return
  const { namespace, name = '' } = write.old.metadata
  context.note?.(undoneTopic, { kind, namespace, name, paths } satisfies UndoneNote)
}

function prepare(
  { context }: Server,
  { resource, old, given, subresource }: Replacement,
  strategy: Strategy,
): KubeObject | ApiStatus {
  const status = subresource === 'status'
  const changed = status
    ? prepareForStatusUpdate(strategy, given, old, context.nowMs)
    : subresource === 'finalize'
      ? { ...given, status: old['status'] }
      : prepareForUpdate(strategy, given, old)
  const kept = withKeptMetadata(changed, old)
  const allocated = status ? kept : allocate(context, resource, kept, old)
  if (isStatus(allocated)) return allocated
  if (sameStored(allocated, old)) return old
  if (status && context.trusted === true) return allocated
  const meta = status
    ? validateStatusUpdate(allocated, old)
    : validateUpdate(resource.key, allocated, old)
  const errors = customErrors(resource, { object: allocated, old, isStatus: status, meta })
  return errors.length === 0
    ? allocated
    : invalidObject(resource, allocated.metadata.name ?? '', errors)
}

/** The request's object; one without a resourceVersion overwrites where the kind allows it. */
function received({ given, old }: Replacement, strategy: Strategy): KubeObject {
  const metadata = withoutManagedFields(given.metadata)
  const version = metadata.resourceVersion ?? ''
  if (version !== '' || strategy.unconditionalUpdate === false) {
    return metadata === given.metadata ? given : { ...given, metadata }
  }
  return { ...given, metadata: { ...metadata, ...versionOf(old) } }
}

function versionOf({ metadata }: KubeObject): Pick<ObjectMeta, 'resourceVersion'> {
  const { resourceVersion } = metadata
  return resourceVersion === undefined ? {} : { resourceVersion }
}

function staleness(
  { resource, old, isPut = false }: Replacement,
  object: KubeObject,
): ApiStatus | undefined {
  const { uid = '', resourceVersion = '', name = '' } = object.metadata
  if (isPut && uid !== '' && uid !== old.metadata.uid) {
    return otherUid(resource, { ...old.metadata, uid }, old.metadata.uid ?? '')
  }
  if (resourceVersion === '') {
    const field = 'metadata.resourceVersion'
    const body = 'Invalid value: 0: must be specified for an update'
    return invalidObject(
      { ...resource, kind: resource.plural, groupKind: resource.qualified },
      name,
      [{ reason: 'FieldValueInvalid', field, body }],
    )
  }
  if (!/^\d+$/.test(resourceVersion)) {
    const parsing = `strconv.ParseUint: parsing ${goQuote(resourceVersion)}: invalid syntax`
    return plainFailure(500, parsing)
  }
  return resourceVersion === old.metadata.resourceVersion
    ? undefined
    : conflict(resource, name, modifiedText)
}

/** Where the store keeps objects, where that is not below the name of their resource. */
const storedBelow: Readonly<Record<string, string>> = {
  endpoints: 'services/endpoints',
  ingresses: 'ingress',
  nodes: 'minions',
  replicationcontrollers: 'controllers',
  services: 'services/specs',
}

/** The refusal of a PUT that means an object of another uid than the stored one. */
function otherUid(
  resource: Resource,
  { uid = '', namespace, name = '' }: ObjectMeta,
  stored: string,
): ApiStatus {
  const path = namespace === undefined ? name : `${namespace}/${name}`
  const folder = storedBelow[resource.plural] ?? resource.plural
  const why =
    `StorageError: invalid object, Code: 4, Key: /registry/${folder}/${path}, ` +
    'ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: ' +
    `UID in precondition: ${uid}, UID in object meta: ${stored}`
  return conflict(resource, name, why)
}

/** Identity, birth and deletion of an object are never changed by an update. */
function withKeptMetadata(object: KubeObject, old: KubeObject): KubeObject {
  if (keepsMetadata(object.metadata, old.metadata)) return object
  const { deletionTimestamp, deletionGracePeriodSeconds, creationTimestamp, uid, namespace } =
    old.metadata
  const { managedFields } = old.metadata
  const grace = object.metadata.deletionGracePeriodSeconds ?? deletionGracePeriodSeconds
  const metadata: ObjectMeta = {
    ...object.metadata,
    ...(uid !== undefined && (object.metadata.uid ?? '') === '' && { uid }),
    ...(namespace !== undefined && { namespace }),
    ...(creationTimestamp !== undefined && { creationTimestamp }),
    ...(deletionTimestamp !== undefined && { deletionTimestamp }),
    ...(grace !== undefined && { deletionGracePeriodSeconds: grace }),
    ...(managedFields !== undefined && { managedFields }),
  }
  return { ...object, metadata }
}

/** Whether the metadata says of identity, birth and deletion what is stored. */
function keepsMetadata(given: ObjectMeta, old: ObjectMeta): boolean {
  if (given === old) return true
  return (
    given.uid === old.uid &&
    given.namespace === old.namespace &&
    given.creationTimestamp === old.creationTimestamp &&
    given.deletionTimestamp === old.deletionTimestamp &&
    given.deletionGracePeriodSeconds === old.deletionGracePeriodSeconds &&
    given.managedFields === old.managedFields
  )
}

function withOwners(object: KubeObject, managedFields: ObjectMeta['managedFields']): KubeObject {
  if (managedFields === undefined) return object
  return { ...object, metadata: { ...object.metadata, managedFields } }
}

interface Write {
  readonly object: KubeObject
  readonly old: KubeObject
  readonly via: Via | undefined
  readonly commits: () => void
}

/** Writes the object, or removes it when its last finalizer has gone; equal objects stay as is. */
function store(
  { context }: Server,
  resource: Resource,
  { object, old, via, commits }: Write,
): ApiResponse {
  if (lastFinalizerGone(resource, object, old)) {
    remove(context, resource, old)
    return accepted(object)
  }
  if (object === old) return accepted(old)
  commits()
  return accepted(put(context, resource, object, via))
}

function lastFinalizerGone(resource: Resource, object: KubeObject, old: KubeObject): boolean {
  const { deletionTimestamp, deletionGracePeriodSeconds } = old.metadata
  if ((object.metadata.finalizers?.length ?? 0) > 0 || deletionTimestamp === undefined) return false
  if ((deletionGracePeriodSeconds ?? 0) !== 0) return false
  if (resource.key !== 'Namespace') return true
  const spec = object['spec'] as { readonly finalizers?: readonly string[] } | undefined
  return (spec?.finalizers?.length ?? 0) === 0
}
