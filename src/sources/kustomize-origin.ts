// Leads built objects back to the file they were written in: the same kind and name in a resource
// file of the tree, and for each field the place there when it is written there.

import { kindKeyOf } from '../kube/kinds.ts'
import type { KubeObject } from '../kube/object.ts'
import { objectsOf } from './objects.ts'
import type { Tree } from './kustomize-tree.ts'
import { filePlace } from './place.ts'
import { type FieldPath, pathParts } from '../kube/field-path.ts'
import type { SourceObject } from './source-object.ts'

/** The same objects, with positions in the tree's own files where those hold the value. */
export function mapToTree(built: readonly SourceObject[], tree: Tree): SourceObject[] {
  const resources = byIdentity(tree.resources)
  const patches = byIdentity([...tree.files].filter(file => !tree.resources.includes(file)))
  return built.map(item => {
    const origin = originOf(item.object, resources)
    if (origin === undefined) return item
    const key = identity(origin.object, origin.object.metadata.name ?? '')
    return withOrigins(item, [origin, ...(patches.get(key) ?? [])])
  })
}

function byIdentity(files: readonly string[]): ReadonlyMap<string, readonly SourceObject[]> {
  const origins = new Map<string, SourceObject[]>()
  for (const file of files) {
    for (const origin of objectsOf(filePlace(file, false).read().documents, false).objects) {
      const key = identity(origin.object, origin.object.metadata.name ?? '')
      const others = origins.get(key)
      if (others === undefined) origins.set(key, [origin])
      else others.push(origin)
    }
  }
  return origins
}

function identity(object: KubeObject, name: string): string {
  return `${kindKeyOf(object)}/${name}`
}

// namePrefix, nameSuffix and hashes change names: then the one origin whose name is inside wins.
function originOf(
  object: KubeObject,
  origins: ReadonlyMap<string, readonly SourceObject[]>,
): SourceObject | undefined {
  const name = object.metadata.name ?? ''
  const exact = origins.get(identity(object, name))
  if (exact !== undefined) return exact[0]
  const kind = kindKeyOf(object)
  const similar = [...origins.values()].flatMap(items =>
    items.filter(
      ({ object: other }) =>
        kindKeyOf(other) === kind && name.includes(other.metadata.name ?? '\0'),
    ),
  )
  return similar.length === 1 ? similar[0] : undefined
}

// Each field has the place of the resource or patch that wrote its value; what a transformer of
// kustomize wrote (a namespace, an image tag) has its place in the built output.
function withOrigins(item: SourceObject, origins: readonly SourceObject[]): SourceObject {
  const main = origins[0] ?? item
  const choose = (path: FieldPath): SourceObject => {
    const parts = pathParts(path)
    const value = valueAt(item.object, parts)
    if (value === undefined) return main
    const writers = origins.filter(
      origin => origin.range(path) !== undefined && sameValue(value, valueAt(origin.object, parts)),
    )
    return writers[0] ?? item
  }
  return {
    object: item.object,
    source: main.source,
    locate: path => choose(path).locate(path),
    range: path => {
      const writer = choose(path)
      return writer.source === main.source ? writer.range(path) : undefined
    },
  }
}

/** The value at a path of an object, or undefined. */
export function valueAt(value: unknown, parts: readonly (string | number)[]): unknown {
  let current = value
  for (const part of parts) {
    if (typeof current !== 'object' || current === null) return undefined
    current = (current as Readonly<Record<string, unknown>>)[part]
  }
  return current
}

// Containers are the same place even when something inside differs; scalars must be equal.
function sameValue(a: unknown, b: unknown): boolean {
  if (typeof a === 'object' && a !== null) return typeof b === 'object' && b !== null
  return a === b
}
