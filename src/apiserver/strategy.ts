// What the API server does to an object before it stores it, per kind: fields that users may not
// set are reset, and the generation counts changes of intent.
// Upstream: pkg/registry/*/*/strategy.go, v1.36.3.

import type { KubeObject, ObjectMeta } from '../kube/object.ts'
import { formatTime } from '../kube/time.ts'
import { semanticEqual } from './equality.ts'

/** How one kind is prepared. Functions give the same reference when nothing changes. */
export interface Strategy {
  /** The status of a new object; absent when the kind has no status subresource. */
  readonly emptyStatus?: Readonly<Record<string, unknown>>
  /** What counts as a change of intent; absent when the kind has no generation. */
  readonly generation?: (object: KubeObject, old: KubeObject) => boolean
  /** New objects have no generation yet; the first change makes it 1. */
  readonly unnumbered?: boolean
  /** PUT without a resourceVersion overwrites; true unless said otherwise. */
  readonly unconditionalUpdate?: boolean
  /** PUT of an object that does not exist creates it. */
  readonly createOnUpdate?: boolean
  /** A DELETE that names no policy leaves the dependents behind. */
  readonly orphansByDefault?: boolean
  readonly create?: (object: KubeObject, now: string) => KubeObject
  readonly update?: (object: KubeObject, old: KubeObject) => KubeObject
  readonly statusUpdate?: (object: KubeObject, old: KubeObject, now: string) => KubeObject
}

/** `object` with the generation that a new object of its kind gets. */
export function prepareForCreate(strategy: Strategy, object: KubeObject, now: string): KubeObject {
  let prepared = object
  if (strategy.emptyStatus !== undefined) prepared = { ...prepared, status: strategy.emptyStatus }
  if (strategy.generation !== undefined && strategy.unnumbered !== true) {
    prepared = withGeneration(prepared, 1)
  }
  return strategy.create === undefined ? prepared : strategy.create(prepared, now)
}

/** `object` as an update through the main resource would store it. */
export function prepareForUpdate(
  strategy: Strategy,
  object: KubeObject,
  old: KubeObject,
): KubeObject {
  let prepared = withGeneration(object, old.metadata.generation)
  if (strategy.emptyStatus !== undefined && prepared['status'] !== old['status']) {
    prepared = withStatus(prepared, old['status'])
  }
  if (strategy.update !== undefined) prepared = strategy.update(prepared, old)
  if (strategy.generation?.(prepared, old) === true) {
    prepared = withGeneration(prepared, (old.metadata.generation ?? 0) + 1)
  }
  return prepared
}

/** `object` as an update through the status subresource would store it: only status counts. */
export function prepareForStatusUpdate(
  strategy: Strategy,
  object: KubeObject,
  old: KubeObject,
  nowMs: number,
): KubeObject {
  let prepared = withGeneration(object, old.metadata.generation)
  if (prepared['spec'] !== old['spec']) prepared = { ...prepared, spec: old['spec'] }
  if (strategy.statusUpdate === undefined) return prepared
  return strategy.statusUpdate(prepared, old, formatTime(nowMs))
}

/** `object` with a status, or without one when it is undefined. */
export function withStatus({ status: _own, ...object }: KubeObject, status: unknown): KubeObject {
  return (status === undefined ? object : { ...object, status }) as KubeObject
}

/** `object` with `generation`, or without one when it is undefined. */
export function withGeneration(object: KubeObject, generation: number | undefined): KubeObject {
  if (object.metadata.generation === generation) return object
  const { generation: _dropped, ...rest } = object.metadata
  const metadata: ObjectMeta = generation === undefined ? rest : { ...rest, generation }
  return { ...object, metadata }
}

export function specChanged(object: KubeObject, old: KubeObject): boolean {
  return !semanticEqual(object['spec'], old['spec'])
}

export function specOrAnnotationsChanged(object: KubeObject, old: KubeObject): boolean {
  return (
    specChanged(object, old) ||
    !semanticEqual(object.metadata.annotations ?? {}, old.metadata.annotations ?? {})
  )
}
