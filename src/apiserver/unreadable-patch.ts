// A patch whose result cannot be read: the answer quotes the patched object as the server has it.
// Upstream: apiserver pkg/endpoints/handlers/patch.go (jsonPatcher), and json-patch.v4 of evanphx,
// whose documents are maps: what a patch touches comes out with its keys sorted.

import { sortedStrings } from '../base/compare.ts'
import type { KubeObject } from '../kube/object.ts'
import { goJson, goOrdered } from '../kube/go-order.ts'
import { isArray, isObject, type Patched } from '../kube/patch/json.ts'
import { schemaOf } from '../kube/schema.ts'
import type { ApiStatus } from '../kube/status.ts'
import { invalid } from '../kube/validation/field-error.ts'
import { withManagedFields } from './ownership.ts'
import type { ApiContext } from './request.ts'
import type { Resource } from './resource.ts'
import { invalidObject } from './responses.ts'

export const noResource = { group: '', kind: '', groupKind: '' }

export interface Unreadable {
  readonly old: KubeObject
  readonly patchType: 'json' | 'merge'
  readonly body: unknown
  /** Applies the patch to an object. */
  readonly apply: (object: KubeObject) => Patched
  readonly why: string
}

/** The refusal of a patch whose result has no such type. */
export function unreadable(
  context: ApiContext,
  resource: Resource,
  { old, patchType, body, apply, why }: Unreadable,
): ApiStatus {
  const shown = withManagedFields(context, resource, old)
  const type = schemaOf(old.apiVersion, old.kind)
  const metadata = goOrdered(shown.metadata, typeOfMetadata(type))
  const ordered = goOrdered({ ...shown, metadata: undefined }, type) as KubeObject
  const result = apply({ ...ordered, metadata: metadata as KubeObject['metadata'] })
  const patched = result.ok ? result.value : ordered
  const touched =
    patchType === 'json' ? sortedAlong(patched, pathsOf(body)) : sortedBy(patched, body)
  return invalidObject(noResource, '', [invalid('patch', goJson(touched), why)])
}

function typeOfMetadata(type: ReturnType<typeof schemaOf>) {
  return type?.jsonFields.get('metadata')?.type
}

/** Paths of a JSON patch, split; the last step is no container that was opened. */
function pathsOf(body: unknown): readonly (readonly string[])[] {
  if (!isArray(body)) return []
  return body.flatMap(operation => {
    if (!isObject(operation)) return []
    return [operation['path'], operation['from']]
      .filter(path => typeof path === 'string')
      .map(path => path.split('/').slice(1, -1))
  })
}

function sortedAlong(value: unknown, paths: readonly (readonly string[])[]): unknown {
  const inner = (key: string): readonly (readonly string[])[] =>
    paths.filter(([first]) => first === key).map(path => path.slice(1))
  if (isArray(value)) {
    return value.map((item, at) => {
      const below = inner(String(at))
      return below.length === 0 ? item : sortedAlong(item, below)
    })
  }
  if (!isObject(value)) return value
  return Object.fromEntries(
    sortedStrings(Object.keys(value)).map(key => {
      const below = inner(key)
      return [key, below.length === 0 ? value[key] : sortedAlong(value[key], below)]
    }),
  )
}

function sortedBy(value: unknown, patch: unknown): unknown {
  if (!isObject(value) || !isObject(patch)) return value
  return Object.fromEntries(
    sortedStrings(Object.keys(value)).map(key => [
      key,
      key in patch ? sortedBy(value[key], patch[key]) : value[key],
    ]),
  )
}
