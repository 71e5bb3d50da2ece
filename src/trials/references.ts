// ConfigMaps and Secrets that pods cannot start without and that no file defines, with the field
// that names each. Operators, jobs and people make such objects, so a run takes them to exist.

import { compareStrings } from '../base/compare.ts'
import { keyFrom, type KubeObject } from '../kube/object.ts'
import { fieldsOf, listOf, podSpecOf, podSpecPath } from './written.ts'

/** A field of an object's pod spec that names a ConfigMap or Secret the pod needs. */
export interface Reference {
  readonly kind: 'ConfigMap' | 'Secret'
  readonly namespace: string
  readonly name: string
  /** Where the name stands in the object that refers. */
  readonly path: string
  /** What the kubelet does with it, which decides how it waits without it. */
  readonly use: 'env' | 'volume'
}

/** An object that no file defines: the first field that names it, and how many there are. */
export interface MissingReference<T> extends Reference {
  readonly by: T
  readonly count: number
}

/** What pods need and none of the objects is, by kind, namespace and name, each once. */
export function missingReferences<T extends { readonly object: KubeObject }>(
  objects: readonly T[],
): readonly MissingReference<T>[] {
  const missing = new Map<string, MissingReference<T>>()
  let known: ReadonlySet<string> | undefined
  for (const by of objects) {
    for (const reference of referencesOf(by.object)) {
      // Every namespace gets this one from the control plane.
      if (reference.name === 'kube-root-ca.crt') continue
      known ??= definedNames(objects)
      const name = referenceText(reference)
      if (known.has(name)) continue
      const before = missing.get(name)
      missing.set(
        name,
        before ? { ...before, count: before.count + 1 } : { ...reference, by, count: 1 },
      )
    }
  }
  return [...missing].sort(([a], [b]) => compareStrings(a, b)).map(([, each]) => each)
}

/** `Secret namespace/name`. */
export function referenceText({ kind, namespace, name }: Omit<Reference, 'path' | 'use'>): string {
  return `${kind} ${keyFrom(namespace, name)}`
}

function definedNames(objects: readonly { readonly object: KubeObject }[]): ReadonlySet<string> {
  const names = objects.flatMap(({ object: { kind, metadata } }) => {
    if (kind !== 'ConfigMap' && kind !== 'Secret') return []
    const { namespace = 'default', name = '' } = metadata
    return [referenceText({ kind, namespace, name })]
  })
  return new Set(names)
}

type Named = Pick<Reference, 'kind' | 'path' | 'use'> & { readonly name: unknown }

/** Every field of the object's pod spec that names a ConfigMap or Secret; optional ones do not count. */
export function referencesOf(object: KubeObject): readonly Reference[] {
  const spec = podSpecOf(object)
  const named = [
    ...containerNames(spec, 'initContainers'),
    ...containerNames(spec, 'containers'),
    ...volumeNames(spec),
  ]
  const { namespace = 'default' } = object.metadata
  const prefix = podSpecPath(object.kind)
  return named.flatMap(({ name, path, ...rest }) =>
    typeof name === 'string' && name !== ''
      ? [{ ...rest, namespace, name, path: `${prefix}.${path}` }]
      : [],
  )
}

type Fields = ReturnType<typeof fieldsOf>

function containerNames(spec: Fields, list: string): readonly Named[] {
  return listOf(spec[list]).flatMap((container, index) => {
    const at = `${list}[${index}]`
    const single = listOf(container['env']).flatMap(({ valueFrom }, item) => [
      ...source(fieldsOf(valueFrom), 'configMapKeyRef', `${at}.env[${item}].valueFrom`),
      ...source(fieldsOf(valueFrom), 'secretKeyRef', `${at}.env[${item}].valueFrom`),
    ])
    const whole = listOf(container['envFrom']).flatMap((from, item) => [
      ...source(from, 'configMapRef', `${at}.envFrom[${item}]`),
      ...source(from, 'secretRef', `${at}.envFrom[${item}]`),
    ])
    return [...single, ...whole].map(each => ({ ...each, use: 'env' as const }))
  })
}

function volumeNames(spec: Fields): readonly Named[] {
  return listOf(spec['volumes']).flatMap((volume, index) => {
    const at = `volumes[${index}]`
    const projected = listOf(fieldsOf(volume['projected'])['sources']).flatMap((from, item) => [
      ...source(from, 'configMap', `${at}.projected.sources[${item}]`),
      ...source(from, 'secret', `${at}.projected.sources[${item}]`),
    ])
    return [
      ...source(volume, 'configMap', at),
      ...source(volume, 'secret', at, 'secretName'),
      ...projected,
    ].map(each => ({ ...each, use: 'volume' as const }))
  })
}

/** The name in `from[key]`, unless that is optional. */
function source(
  from: Fields,
  key: string,
  at: string,
  field = 'name',
): readonly Omit<Named, 'use'>[] {
  const { optional, [field]: name } = fieldsOf(from[key])
  if (name === undefined || optional === true) return []
  const kind = key.startsWith('secret') ? 'Secret' : 'ConfigMap'
  return [{ kind, name, path: `${at}.${key}.${field}` }]
}
