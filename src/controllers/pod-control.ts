// Creating and deleting pods for an owner, with the events that tell of it.
// Upstream: pkg/controller/controller_utils.go (RealPodControl), v1.36.3.

import type { ApiResponse } from '../apiserver/request.ts'
import type { Pod, PodTemplateSpec } from '../kube/generated/types.ts'
import type { KubeObject, ObjectMeta, OwnerReference } from '../kube/object.ts'
import { errorText, isNamespaceTerminating, isNotFound } from './failures.ts'
import type { Api, Part } from './framework.ts'

/** The reference by which `owner` controls its dependents. */
export function controllerRefOf(owner: KubeObject): OwnerReference {
  return {
    apiVersion: owner.apiVersion,
    kind: owner.kind,
    name: owner.metadata.name ?? '',
    uid: owner.metadata.uid ?? '',
    controller: true,
    blockOwnerDeletion: true,
  }
}

const podNameLengthMax = 253

/** The generateName of an owner's pods: with a dash, unless that would be too long. */
export function podNamePrefix(ownerName: string): string {
  return ownerName.length + 1 <= podNameLengthMax ? `${ownerName}-` : ownerName
}

function nonEmpty<T extends object>(value: T | undefined): T | undefined {
  return value === undefined || Object.keys(value).length === 0 ? undefined : value
}

/** A pod as `template` describes it, controlled by `owner`. */
export function podFromTemplate(template: PodTemplateSpec, owner: KubeObject): Pod {
  const labels = nonEmpty(template.metadata?.labels)
  const annotations = nonEmpty(template.metadata?.annotations)
  const finalizers = nonEmpty(template.metadata?.finalizers)
  const metadata: ObjectMeta = {
    generateName: podNamePrefix(owner.metadata.name ?? ''),
    namespace: owner.metadata.namespace ?? '',
    ...(labels && { labels }),
    ...(annotations && { annotations }),
    ...(finalizers && { finalizers }),
    ownerReferences: [controllerRefOf(owner)],
  }
  return { apiVersion: 'v1', kind: 'Pod', metadata, ...(template.spec && { spec: template.spec }) }
}

/** What became of one creation or deletion: an error text, or nothing. */
export interface PodOutcome {
  readonly error?: string
  readonly namespaceTerminating?: boolean
  readonly notFound?: boolean
  readonly response?: ApiResponse
}

/** Creates `pod` and tells of it on `owner`: SuccessfulCreate or FailedCreate. */
export function* createPod(api: Api, owner: KubeObject, pod: Pod): Part<PodOutcome> {
  if (pod.metadata.labels === undefined) return { error: 'unable to create pods, no labels' }
  const response = yield* api.create(pod)
  if (response.ok) {
    const message = `Created pod: ${response.object.metadata.name ?? ''}`
    yield* api.event(owner, 'Normal', 'SuccessfulCreate', message)
    return { response }
  }
  const error = errorText(response)
  if (isNamespaceTerminating(response)) return { error, namespaceTerminating: true, response }
  yield* api.event(owner, 'Warning', 'FailedCreate', `Error creating: ${error}`)
  return { error, response }
}

/** Deletes `pod` and tells of it on `owner`: SuccessfulDelete or FailedDelete. */
export function* deletePod(api: Api, owner: KubeObject, pod: Pod): Part<PodOutcome> {
  const response = yield* api.delete(pod)
  if (response.ok) {
    const message = `Deleted pod: ${pod.metadata.name ?? ''}`
    yield* api.event(owner, 'Normal', 'SuccessfulDelete', message)
    return { response }
  }
  const text = errorText(response)
  if (isNotFound(response)) return { error: text, notFound: true, response }
  yield* api.event(owner, 'Warning', 'FailedDelete', `Error deleting: ${text}`)
  return { error: `unable to delete pods: ${text}`, response }
}

/** How many calls were made and how many succeeded, with the first error. */
export interface BatchOutcome {
  readonly successes: number
  readonly error?: string
}

/**
 * Calls `attempt` up to `count` times in batches of 1, 2, 4, ... and stops after the first batch
 * with an error: a quota that refuses all of them sees one call, not hundreds.
 */
export function* slowStartBatch(
  count: number,
  attempt: (index: number) => Part<string | undefined>,
  batchMax = Number.MAX_SAFE_INTEGER,
): Part<BatchOutcome> {
  let successes = 0
  let done = 0
  for (let size = Math.min(count, 1); size > 0; size = Math.min(2 * size, count - done, batchMax)) {
    let firstError: string | undefined
    for (let index = 0; index < size; index++) {
      const error = yield* attempt(done + index)
      if (error === undefined) successes++
      else firstError ??= error
    }
    if (firstError !== undefined) return { successes, error: firstError }
    done += size
  }
  return { successes }
}
