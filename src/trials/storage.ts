// Storage that a platform takes for granted: classes its claims name but no file defines, and the
// default class of claims that name none. The cluster it is meant for has them; so has the twin.

import type { KubeObject } from '../kube/object.ts'
import { fieldsOf, listOf } from './written.ts'

/** The class of claims that name none, where no file defines a default. */
export const assumedDefaultClass = 'standard'

const defaultAnnotation = 'storageclass.kubernetes.io/is-default-class'

/** StorageClasses that the platform needs and does not bring, sorted by name. */
export function missingClasses(objects: readonly KubeObject[]): readonly KubeObject[] {
  const classes = objects.filter(({ kind }) => kind === 'StorageClass')
  const known = new Set(classes.map(({ metadata }) => metadata.name))
  const hasDefault = classes.some(
    ({ metadata }) => metadata.annotations?.[defaultAnnotation] === 'true',
  )
  const claims = objects.flatMap(claimsOf).map(({ fields }) => fields)
  // A claim of class "" or of a named volume waits for that volume; no class would help it.
  const names = new Set(
    claims.flatMap(({ storageClassName: name }) => (typeof name === 'string' ? [name] : [])),
  )
  const missing = [...names].filter(name => name !== '' && !known.has(name)).sort()
  const wantsDefault = claims.some(
    ({ storageClassName, volumeName }) =>
      (storageClassName === undefined || storageClassName === null) && volumeName === undefined,
  )
  const assumed = missing.map(name => storageClass(name, {}))
  if (!wantsDefault || hasDefault) return assumed
  const annotations = { [defaultAnnotation]: 'true' }
  const rest = assumed.filter(({ metadata }) => metadata.name !== assumedDefaultClass)
  return [storageClass(assumedDefaultClass, annotations), ...rest]
}

interface Claim {
  /** What is written under the claim's spec. */
  readonly fields: ReturnType<typeof fieldsOf>
  readonly path: string
}

/** The first claim that needs one of the missing classes, and its field. */
export function firstClaimOf<T extends { readonly object: KubeObject }>(
  objects: readonly T[],
  className: string,
): { readonly by: T; readonly path: string } | undefined {
  for (const by of objects) {
    for (const { fields, path } of claimsOf(by.object)) {
      const { storageClassName: name, volumeName } = fields
      if (name === className) return { by, path: `${path}.storageClassName` }
      const isOpen = (name === undefined || name === null) && volumeName === undefined
      if (isOpen && className === assumedDefaultClass) return { by, path }
    }
  }
  return undefined
}

/** The first claim for which a volume has to be made: neither of class "" nor of a given volume. */
export function firstProvisioned<T extends { readonly object: KubeObject }>(
  objects: readonly T[],
): { readonly by: T; readonly path: string } | undefined {
  for (const by of objects) {
    const claim = claimsOf(by.object).find(
      ({ fields }) => fields['storageClassName'] !== '' && fields['volumeName'] === undefined,
    )
    if (claim !== undefined) return { by, path: claim.path }
  }
  return undefined
}

function claimsOf({ kind, spec }: KubeObject): readonly Claim[] {
  const fields = fieldsOf(spec)
  if (kind === 'PersistentVolumeClaim') return isWritten(spec) ? [{ fields, path: 'spec' }] : []
  const own = listOf(fields['volumeClaimTemplates']).map((template, index) => ({
    spec: template['spec'],
    path: `spec.volumeClaimTemplates[${index}].spec`,
  }))
  const podSpec = fieldsOf(fieldsOf(fields['template'])['spec'])
  const ephemeral = [
    ...ephemeralOf(fields['volumes'], 'spec'),
    ...ephemeralOf(podSpec['volumes'], 'spec.template.spec'),
  ]
  return [...own, ...ephemeral]
    .filter(each => isWritten(each.spec))
    .map(each => ({ fields: fieldsOf(each.spec), path: each.path }))
}

function ephemeralOf(volumes: unknown, prefix: string) {
  return listOf(volumes).map((volume, index) => ({
    spec: fieldsOf(fieldsOf(volume['ephemeral'])['volumeClaimTemplate'])['spec'],
    path: `${prefix}.volumes[${index}].ephemeral.volumeClaimTemplate.spec`,
  }))
}

function isWritten(value: unknown): boolean {
  return value !== undefined && value !== null
}

function storageClass(name: string, annotations: Readonly<Record<string, string>>): KubeObject {
  return {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name, annotations },
    provisioner: 'assumed.seatrial.dev',
    volumeBindingMode: 'WaitForFirstConsumer',
  }
}
