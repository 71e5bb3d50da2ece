// Object metadata: names, labels, owners, finalizers; what an update may change.
// Upstream: apimachinery pkg/api/validation/objectmeta.go, v0.36.3; kubernetes
// pkg/apis/core/validation/validation.go, v1.36.3, for the finalizers of built-in kinds.

import { dns1123LabelErrors, labelKeyErrors } from '../formats.ts'
import { utf8Length } from '../go-text.ts'
import type { KubeObject, ObjectMeta, OwnerReference } from '../object.ts'
import {
  checkLabels,
  checkNonnegative,
  type Errors,
  immutableText,
  type NameCheck,
  prefixed,
  refuse,
} from './checks.ts'
import { forbidden, invalid, required, tooLong } from './field-error.ts'

const annotationBytesMax = 256 * 1024

/** The metadata of a new object of a built-in kind. */
export function checkMeta(
  errors: Errors,
  metadata: ObjectMeta,
  namespaced: boolean,
  nameCheck: NameCheck,
): void {
  checkCustomMeta(errors, metadata, namespaced, nameCheck)
  checkStandardFinalizers(errors, metadata)
}

/** The metadata of a new custom resource, whose finalizers may have any qualified name. */
export function checkCustomMeta(
  errors: Errors,
  metadata: ObjectMeta,
  namespaced: boolean,
  nameCheck: NameCheck,
): void {
  const { name = '', generateName = '', namespace = '' } = metadata
  if (generateName !== '') {
    refuse(errors, 'metadata.generateName', generateName, prefixed(nameCheck)(generateName))
  }
  if (name === '') {
    errors.push(required('metadata.name', 'name or generateName is required'))
  } else {
    refuse(errors, 'metadata.name', name, nameCheck(name))
  }
  if (!namespaced && namespace !== '') {
    errors.push(forbidden('metadata.namespace', 'not allowed on this type'))
  } else if (namespaced && namespace === '') {
    errors.push(required('metadata.namespace', ''))
  } else if (namespaced) {
    refuse(errors, 'metadata.namespace', namespace, dns1123LabelErrors(namespace))
  }
  checkCommonMeta(errors, metadata)
}

function checkCommonMeta(errors: Errors, metadata: ObjectMeta): void {
  checkNonnegative(errors, 'metadata.generation', metadata.generation)
  checkLists(errors, metadata)
  checkFinalizers(errors, metadata.finalizers ?? [])
}

function checkLists(errors: Errors, metadata: ObjectMeta): void {
  checkLabels(errors, 'metadata.labels', metadata.labels)
  checkAnnotations(errors, 'metadata.annotations', metadata.annotations)
  checkOwners(errors, metadata.ownerReferences ?? [])
}

export function checkAnnotations(
  errors: Errors,
  path: string,
  annotations: Readonly<Record<string, string>> | undefined,
): void {
  if (annotations === undefined || validAnnotations.has(annotations)) return
  const before = errors.length
  let units = 0
  for (const key in annotations) {
    refuse(errors, path, key, labelKeyErrors(key.toLowerCase()))
    units += key.length + (annotations[key] as string).length
  }
  // A unit is three bytes at most: few annotations are worth counting.
  if (units * 3 > annotationBytesMax && bytesOf(annotations) > annotationBytesMax)
    errors.push(tooLong(path, annotationBytesMax))
  if (errors.length === before) validAnnotations.add(annotations)
}

function bytesOf(annotations: Readonly<Record<string, string>>): number {
  let bytes = 0
  for (const key in annotations) bytes += utf8Length(key) + utf8Length(annotations[key] as string)
  return bytes
}

const validAnnotations = new WeakSet<object>()

function checkOwners(errors: Errors, owners: readonly OwnerReference[]): void {
  const path = 'metadata.ownerReferences'
  let controller = ''
  for (const owner of owners) {
    checkOwner(errors, path, owner)
    if (owner.controller !== true) continue
    const current = `${owner.kind}/${owner.name}`
    if (controller === '') controller = current
    else {
      const detail =
        'Only one reference can have Controller set to true. ' +
        `Found "true" in references for ${controller} and ${current}`
      errors.push(invalid(path, owners.map(inGoOrder), detail))
    }
  }
}

/** The fields as Go writes them into messages. */
function inGoOrder(owner: OwnerReference): unknown {
  const { apiVersion = '', kind = '', name = '', uid = '', controller, blockOwnerDeletion } = owner
  return { apiVersion, kind, name, uid, controller, blockOwnerDeletion }
}

function checkOwner(errors: Errors, path: string, owner: OwnerReference): void {
  const { apiVersion = '', kind = '', name = '', uid = '' } = owner
  const version = apiVersion.split('/').length > 2 ? '' : apiVersion.replace(/^.*\//, '')
  if (version === '') {
    errors.push(invalid(`${path}.apiVersion`, apiVersion, 'version must not be empty'))
  }
  if (kind === '') errors.push(invalid(`${path}.kind`, kind, 'must not be empty'))
  if (name === '') errors.push(invalid(`${path}.name`, name, 'must not be empty'))
  if (uid === '') errors.push(invalid(`${path}.uid`, uid, 'must not be empty'))
  if (apiVersion === 'v1' && kind === 'Event') {
    const detail = '/v1, Kind=Event is disallowed from being an owner'
    errors.push(invalid(path, inGoOrder(owner), detail))
  }
}

function checkFinalizers(errors: Errors, finalizers: readonly string[]): void {
  const path = 'metadata.finalizers'
  for (const finalizer of finalizers) refuse(errors, path, finalizer, labelKeyErrors(finalizer))
  if (finalizers.includes('orphan') && finalizers.includes('foregroundDeletion')) {
    const detail = 'finalizer orphan and foregroundDeletion cannot be both set'
    errors.push(invalid(path, finalizers, detail))
  }
}

const standardFinalizers = ['kubernetes', 'orphan', 'foregroundDeletion']

function checkStandardFinalizers(errors: Errors, { finalizers = [] }: ObjectMeta): void {
  finalizers.forEach((finalizer, index) => {
    if (finalizer.includes('/') || standardFinalizers.includes(finalizer)) return
    const detail = 'name is neither a standard finalizer name nor is it fully qualified'
    errors.push(invalid(`metadata.finalizers[${index}]`, finalizer, detail))
  })
}

/** Groups whose registries check finalizers as core does; all others take any qualified name. */
const standardGroups: ReadonlySet<string> = new Set([
  '',
  'apps',
  'autoscaling',
  'batch',
  'certificates.k8s.io',
  'discovery.k8s.io',
  'flowcontrol.apiserver.k8s.io',
  'networking.k8s.io',
  'policy',
  'rbac.authorization.k8s.io',
  'resource.k8s.io',
  'scheduling.k8s.io',
  'storage.k8s.io',
  'storagemigration.k8s.io',
])

/** Whether the finalizers of an object need a slash or a standard name. */
export function hasStandardFinalizers({ apiVersion }: KubeObject): boolean {
  const slash = apiVersion.lastIndexOf('/')
  return standardGroups.has(slash < 0 ? '' : apiVersion.slice(0, slash))
}

/** What the API server asks of the metadata of every update: once as of new, then as of changed. */
export function checkMetaUpdate(errors: Errors, object: KubeObject, old: KubeObject): void {
  checkCommonMeta(errors, object.metadata)
  checkMetaChange(errors, object, old)
  if (errors.length > 0) checkLists(errors, object.metadata)
}

/** What a registry with a check of its own asks again. */
export function checkOwnMetaUpdate(errors: Errors, object: KubeObject, old: KubeObject): void {
  if (errors.length > 0) {
    checkMetaChange(errors, object, old)
    checkLists(errors, object.metadata)
  }
  if (object.metadata.finalizers === undefined) return
  if (hasStandardFinalizers(object)) checkStandardFinalizers(errors, object.metadata)
}

/** What an update may not change. */
function checkMetaChange(errors: Errors, object: KubeObject, old: KubeObject): void {
  const metadata = object.metadata
  if (old.metadata.deletionTimestamp !== undefined) {
    const added = (metadata.finalizers ?? []).filter(
      each => old.metadata.finalizers?.includes(each) !== true,
    )
    if (added.length > 0) {
      const list = `[]string{${added.map(each => JSON.stringify(each)).join(', ')}}`
      const detail = `no new finalizers can be added if the object is being deleted, found new finalizers ${list}`
      errors.push(forbidden('metadata.finalizers', detail))
    }
  }
  for (const key of ['name', 'namespace', 'uid', 'creationTimestamp'] as const) {
    const value = metadata[key]
    if (value !== undefined && value !== old.metadata[key]) {
      errors.push(invalid(`metadata.${key}`, value, immutableText))
    }
  }
}
