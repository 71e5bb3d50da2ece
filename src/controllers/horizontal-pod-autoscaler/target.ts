// What an autoscaler scales: the scale subresource of built-in workloads and custom resources.
// Upstream: k8s.io/client-go/scale and pkg/registry/apps/*/storage, v1.36.3.

import type { KubeObject } from '../../kube/object.ts'
import type { LabelSelector } from '../../kube/generated/types.ts'
import { selectorOf } from '../../kube/label-selector.ts'
import { selectorString } from '../../kube/label-selector-text.ts'
import { groupOf, kindKey, kinds } from '../../kube/kinds.ts'
import type { Lister } from '../framework.ts'
import type { Scale } from './decision.ts'

/** Built-in kinds with a scale subresource. */
export const scalableKinds = [
  'Deployment',
  'ReplicaSet',
  'ReplicationController',
  'StatefulSet',
] as const

interface Definition extends KubeObject {
  readonly spec?: {
    readonly group?: string
    readonly names?: { readonly kind?: string; readonly plural?: string }
    readonly versions?: readonly {
      readonly subresources?: { readonly scale?: ScalePaths }
    }[]
  }
}

interface ScalePaths {
  readonly specReplicasPath?: string
  readonly statusReplicasPath?: string
  readonly labelSelectorPath?: string
}

export interface ScaleKind {
  readonly key: string
  /** As errors name the subresource: `deployments/scale.apps`. */
  readonly qualified: string
  readonly paths: ScalePaths
}

const builtInPaths: ScalePaths = {
  specReplicasPath: '.spec.replicas',
  statusReplicasPath: '.status.replicas',
}

/** The kind that a reference means; a text is why it cannot be scaled. */
export function scaleKindOf(
  lister: Pick<Lister, 'list'>,
  reference: { readonly apiVersion?: string; readonly kind: string },
): ScaleKind | string {
  const { apiVersion = 'v1', kind } = reference
  const group = groupOf(apiVersion)
  const key = kindKey(apiVersion, kind)
  const known = kinds.get(key)
  if (known !== undefined) {
    const suffix = group === '' ? '' : `.${group}`
    const qualified = `${known.plural}/scale${suffix}`
    if (!(scalableKinds as readonly string[]).includes(key))
      return 'the server could not find the requested resource'
    return { key, qualified, paths: builtInPaths }
  }
  const definition = lister
    .list<Definition>('CustomResourceDefinition')
    .find(({ spec }) => spec?.group === group && spec.names?.kind === kind)
  if (definition === undefined) return `no matches for kind "${kind}" in group "${group}"`
  const paths = definition.spec?.versions?.find(each => each.subresources?.scale !== undefined)
    ?.subresources?.scale
  if (paths === undefined) return 'the server could not find the requested resource'
  const plural = definition.spec?.names?.plural ?? ''
  return { key, qualified: `${plural}/scale.${group}`, paths }
}

function valueAt(object: KubeObject, path: string | undefined): unknown {
  let value: unknown = object
  for (const name of path?.split('.').filter(part => part !== '') ?? []) {
    if (typeof value !== 'object' || value === null) return undefined
    value = (value as Readonly<Record<string, unknown>>)[name]
  }
  return path === undefined ? undefined : value
}

/** The scale of an object, as its subresource shows it. */
export function scaleOf(object: KubeObject, { key, paths }: ScaleKind): Scale {
  const count = (path: string | undefined): number => Number(valueAt(object, path) ?? 0)
  const scale = {
    replicas: count(paths.specReplicasPath),
    statusReplicas: count(paths.statusReplicasPath),
  }
  return { ...scale, selector: selectorTextOf(object, key, paths) }
}

function selectorTextOf(object: KubeObject, key: string, paths: ScalePaths): string {
  if (!kinds.has(key)) return String(valueAt(object, paths.labelSelectorPath) ?? '')
  const spec = object['spec'] as { readonly selector?: unknown } | undefined
  const given = spec?.selector
  if (key === 'ReplicationController') {
    const labels = (given ?? {}) as Readonly<Record<string, string>>
    const pairs = Object.keys(labels).sort()
    return pairs.map(name => `${name}=${labels[name]}`).join(',')
  }
  const selector = selectorOf(given as LabelSelector | undefined)
  return selector.ok ? selectorString(selector.value) : ''
}
