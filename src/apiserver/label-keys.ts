// Label keys of affinity terms and spread constraints become requirements on the pod's own values.
// Upstream: pkg/registry/core/pod/strategy.go, v1.36.3.

import type {
  Affinity,
  LabelSelector,
  Pod,
  PodAffinityTerm,
  PodSpec,
} from '../kube/generated/types.ts'
import { eachOf, withChanged } from '../kube/defaults/setting.ts'

type Labels = Readonly<Record<string, string>>

interface Keyed {
  readonly matchLabelKeys?: readonly string[]
  readonly mismatchLabelKeys?: readonly string[]
  readonly labelSelector?: LabelSelector
}

/** The pod itself when none of its terms names label keys, as nearly always. */
export function withMergedLabelKeys(pod: Pod): Pod {
  const { spec } = pod
  if (spec === undefined) return pod
  const merged = mergedSpec(spec, pod.metadata.labels ?? {})
  return merged === spec ? pod : { ...pod, spec: merged }
}

function mergedSpec(spec: PodSpec, labels: Labels): PodSpec {
  const merge = <T extends Keyed>(term: T): T => merged(term, labels)
  const affine = withChanged(spec, 'affinity', affinity => {
    const near = withChanged(affinity, 'podAffinity', terms => mergedTerms(terms, merge))
    return withChanged(near, 'podAntiAffinity', terms => mergedTerms(terms, merge))
  })
  return withChanged(affine, 'topologySpreadConstraints', eachOf(merge))
}

type Terms = NonNullable<Affinity['podAffinity']>

function mergedTerms(terms: Terms, merge: (term: PodAffinityTerm) => PodAffinityTerm): Terms {
  const hard = withChanged(terms, 'requiredDuringSchedulingIgnoredDuringExecution', eachOf(merge))
  return withChanged(
    hard,
    'preferredDuringSchedulingIgnoredDuringExecution',
    eachOf(weighted => withChanged(weighted, 'podAffinityTerm', merge)),
  )
}

function merged<T extends Keyed>(term: T, labels: Labels): T {
  const { matchLabelKeys = [], mismatchLabelKeys = [], labelSelector } = term
  if (labelSelector === undefined) return term
  const added = [
    ...requirements(matchLabelKeys, 'In', labels),
    ...requirements(mismatchLabelKeys, 'NotIn', labels),
  ]
  if (added.length === 0) return term
  const matchExpressions = [...(labelSelector.matchExpressions ?? []), ...added]
  return { ...term, labelSelector: { ...labelSelector, matchExpressions } }
}

function requirements(
  keys: readonly string[],
  operator: 'In' | 'NotIn',
  labels: Labels,
): { key: string; operator: string; values: string[] }[] {
  return keys.flatMap(key => {
    const value = labels[key]
    return value === undefined ? [] : [{ key, operator, values: [value] }]
  })
}
