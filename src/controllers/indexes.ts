// The secondary indexes that the components' informers keep. Upstream: client-go tools/cache
// indexers of the controller manager and kube-scheduler, v0.36.3.

import type { IndexSpec } from '../engine/store.ts'
import type { Labels } from '../kube/label-selector.ts'
import { controllerOf, type KubeObject } from '../kube/object.ts'

const none: readonly string[] = []

/** Objects by the uid of each owner. */
export const ownerIndex: IndexSpec = {
  name: 'owner',
  part: object => object.metadata.ownerReferences,
  values: object => object.metadata.ownerReferences?.map(owner => owner.uid) ?? none,
}

/** Pods by spec.nodeName. */
export const nodeNameIndex: IndexSpec = {
  name: 'node-name',
  kind: 'Pod',
  part: object => (object as PodLike).spec?.nodeName,
  values: object => {
    const node = (object as PodLike).spec?.nodeName
    return node === undefined || node === '' ? none : [node]
  },
}

type PodLike = KubeObject & { readonly spec?: { readonly nodeName?: string } }

const adoptableKinds: readonly string[] = ['ControllerRevision', 'Pod', 'ReplicaSet']

/** Objects that some controller might adopt, by namespace. */
export const orphanIndex: IndexSpec = {
  name: 'orphan',
  part: object => object.metadata.ownerReferences,
  values: ({ kind, metadata }) =>
    adoptableKinds.includes(kind) && controllerOf(metadata) === undefined
      ? [metadata.namespace ?? '']
      : none,
}

/** The value of a pair of labels in a namespace; no name of one contains these signs. */
function pairValue(namespace: string, name: string, label: string): string {
  return `${namespace}/${name}=${label}`
}

interface KnownPairs {
  readonly namespace: string
  readonly values: readonly string[]
}

/** By labels, which nobody changes: the same texts again are found by their identity. */
const knownPairs = new WeakMap<Labels, KnownPairs>()

/** The value of each pair of labels in a namespace. */
export function pairValues(namespace: string, labels: Labels): readonly string[] {
  const known = knownPairs.get(labels)
  if (known?.namespace === namespace) return known.values
  const values: string[] = []
  for (const name in labels) values.push(pairValue(namespace, name, labels[name] as string))
  knownPairs.set(labels, { namespace, values })
  return values
}

/** Objects by each of their labels within their namespace. */
function labelIndexOf(kind: string): IndexSpec {
  return {
    name: 'label',
    kind,
    part: object => object.metadata.labels,
    values: ({ metadata: { labels, namespace = '' } }) =>
      labels === undefined ? none : pairValues(namespace, labels),
  }
}

export const labelIndexes = {
  EndpointSlice: labelIndexOf('EndpointSlice'),
  Pod: labelIndexOf('Pod'),
}

/** What any labels of the namespace may be selected by: a selector that asks for no pair. */
export function anyValue(namespace: string): string {
  return `${namespace}/`
}

type Pairs = Readonly<Record<string, string>>

/** Objects by the first pair that their selector asks for: of all that may select a pod, few do. */
function selectorIndexOf(kind: string, pairsOf: (selector: unknown) => Pairs): IndexSpec {
  const selectorOf = (object: KubeObject): unknown => (object as Selecting).spec?.selector
  return {
    name: 'selector',
    kind,
    part: selectorOf,
    values: object => {
      const selector = selectorOf(object)
      if (selector === undefined || selector === null) return none
      const { namespace = '' } = object.metadata
      const pairs = pairsOf(selector)
      for (const name in pairs) return [pairValue(namespace, name, pairs[name] as string)]
      return [anyValue(namespace)]
    },
  }
}

type Selecting = KubeObject & { readonly spec?: { readonly selector?: unknown } }

const noPairs: Pairs = {}

export const selectorIndexes = {
  PodDisruptionBudget: selectorIndexOf(
    'PodDisruptionBudget',
    selector => (selector as { readonly matchLabels?: Pairs }).matchLabels ?? noPairs,
  ),
  Service: selectorIndexOf('Service', selector => selector as Pairs),
}

export const indexes: readonly IndexSpec[] = [
  ownerIndex,
  nodeNameIndex,
  orphanIndex,
  ...Object.values(labelIndexes),
  ...Object.values(selectorIndexes),
]
