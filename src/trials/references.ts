// ConfigMaps and Secrets that pods cannot start without and that no file defines. Operators and
// people make such objects, so they are taken to exist; the report says which.

import { compareStrings } from '../base/compare.ts'
import { keyFrom, type KubeObject } from '../kube/object.ts'
import { fieldsOf, listOf, podSpecOf } from './written.ts'

/** `ConfigMap namespace/name` or `Secret namespace/name`, sorted, each once. */
export function missingReferences(objects: readonly KubeObject[]): readonly string[] {
  const known = new Set(objects.map(object => nameOf(object.kind, object, object.metadata.name)))
  const needed = new Set(objects.flatMap(referencesOf))
  // Every namespace gets this one from the control plane.
  const missing = [...needed].filter(
    name => !known.has(name) && !name.endsWith('/kube-root-ca.crt'),
  )
  return missing.sort(compareStrings)
}

function nameOf(kind: string, { metadata }: KubeObject, name: unknown): string {
  return `${kind} ${keyFrom(metadata.namespace ?? 'default', String(name))}`
}

function referencesOf(object: KubeObject): readonly string[] {
  const spec = podSpecOf(object)
  const containers = [...listOf(spec['containers']), ...listOf(spec['initContainers'])]
  const env = containers.flatMap(container => listOf(container['env']))
  const envFrom = containers.flatMap(container => listOf(container['envFrom']))
  const volumes = listOf(spec['volumes'])
  const projected = volumes.flatMap(({ projected: value }) => listOf(fieldsOf(value)['sources']))
  const named = (kind: string, source: unknown, field: string): readonly string[] => {
    const { optional, [field]: name } = fieldsOf(source)
    return typeof name === 'string' && optional !== true ? [nameOf(kind, object, name)] : []
  }
  return [
    ...env.flatMap(({ valueFrom }) => {
      const { configMapKeyRef, secretKeyRef } = fieldsOf(valueFrom)
      return [
        ...named('ConfigMap', configMapKeyRef, 'name'),
        ...named('Secret', secretKeyRef, 'name'),
      ]
    }),
    ...envFrom.flatMap(({ configMapRef, secretRef }) => [
      ...named('ConfigMap', configMapRef, 'name'),
      ...named('Secret', secretRef, 'name'),
    ]),
    ...volumes.flatMap(({ configMap, secret }) => [
      ...named('ConfigMap', configMap, 'name'),
      ...named('Secret', secret, 'secretName'),
    ]),
    ...projected.flatMap(({ configMap, secret }) => [
      ...named('ConfigMap', configMap, 'name'),
      ...named('Secret', secret, 'name'),
    ]),
  ]
}
