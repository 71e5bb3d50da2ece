// Gives namespaced objects without a namespace the one of the command line, as kubectl does.
// Upstream: k8s.io/cli-runtime pkg/resource/visitor.go (SetNamespace), v0.36.3.

import { groupOf, kindKeyOf, kinds } from '../kube/kinds.ts'
import type { KubeObject } from '../kube/object.ts'
import { operators } from '../platforms/registry.ts'
import { isMapping } from './objects.ts'
import type { SourceObject } from './source-object.ts'

/**
 * The same objects with namespaces; the scope of custom kinds comes from definitions among them, or
 * from the operators that act on them.
 */
export function inNamespaces(
  objects: readonly SourceObject[],
  namespace: string,
): readonly SourceObject[] {
  const custom = customScopes(objects)
  return objects.map(item => {
    const { object } = item
    const isNamespaced = scopeOf(object, custom)
    const has = (object.metadata.namespace ?? '') !== ''
    if (isNamespaced === undefined || isNamespaced === has) return item
    return { ...item, object: isNamespaced ? placed(object, namespace) : unplaced(object) }
  })
}

function scopeOf(object: KubeObject, custom: ReadonlyMap<string, boolean>): boolean | undefined {
  const known = kinds.get(kindKeyOf(object))
  return known === undefined
    ? custom.get(`${object.kind}.${groupOf(object.apiVersion)}`)
    : known.namespaced
}

function customScopes(objects: readonly SourceObject[]): ReadonlyMap<string, boolean> {
  const scopes = new Map(operators.map(({ kind, group }) => [`${kind}.${group}`, true]))
  for (const { object } of objects) {
    const { spec } = object
    if (object.kind !== 'CustomResourceDefinition' || !isMapping(spec)) continue
    const { names, group, scope } = spec
    if (!isMapping(names) || typeof names['kind'] !== 'string') continue
    scopes.set(`${names['kind']}.${String(group)}`, scope === 'Namespaced')
  }
  return scopes
}

function placed(object: KubeObject, namespace: string): KubeObject {
  return { ...object, metadata: { ...object.metadata, namespace } }
}

// The API server drops the namespace of a cluster-scoped object.
function unplaced(object: KubeObject): KubeObject {
  const { namespace: _, ...metadata } = object.metadata
  return { ...object, metadata }
}
