// Affinity terms that pods on nodes hold: they decide about other pods, so they are counted by
// domain, whoever asks. Upstream: interpodaffinity getExistingAntiAffinityCounts and
// processExistingPod, v1.36.3.

import type { PodAffinityTerm } from '../../kube/generated/types.ts'
import type { AffinityTerm, PodInfo, WeightedAffinityTerm } from '../node-info.ts'
import type { Counter } from './domains.ts'

export type HeldKind = 'requiredAnti' | 'required' | 'preferred' | 'preferredAnti'

/** One distinct term of any pod on a node, and how many hold it in each domain. */
export interface HeldTerm {
  readonly kind: HeldKind
  readonly term: AffinityTerm
  /** 0 for required terms. */
  readonly weight: number
  readonly counter: Counter
}

/** A text that is equal for terms that select the same pods in the same domains. */
export function termText(term: AffinityTerm, raw: PodAffinityTerm): string {
  const { labelSelector, namespaceSelector, topologyKey } = raw
  const labelKeys = [raw.matchLabelKeys, raw.mismatchLabelKeys]
  const namespaces = [...term.namespaces].sort()
  return JSON.stringify([topologyKey, namespaces, labelSelector, namespaceSelector, labelKeys])
}

export interface NamedTerm {
  readonly kind: HeldKind
  readonly term: AffinityTerm
  readonly weight: number
  readonly text: string
}

/** Every term of a pod in the order of its lists. */
export function termsHeldBy(pod: PodInfo): readonly NamedTerm[] {
  if (!pod.hasAffinity) return []
  const { podAffinity = {}, podAntiAffinity = {} } = pod.pod.spec?.affinity ?? {}
  const requiredKey = 'requiredDuringSchedulingIgnoredDuringExecution'
  const preferredKey = 'preferredDuringSchedulingIgnoredDuringExecution'
  return [
    ...required('required', pod.requiredAffinityTerms, podAffinity[requiredKey]),
    ...required('requiredAnti', pod.requiredAntiAffinityTerms, podAntiAffinity[requiredKey]),
    ...preferred('preferred', pod.preferredAffinityTerms, podAffinity[preferredKey]),
    ...preferred('preferredAnti', pod.preferredAntiAffinityTerms, podAntiAffinity[preferredKey]),
  ]
}

function required(
  kind: HeldKind,
  terms: readonly AffinityTerm[],
  raw: readonly PodAffinityTerm[] = [],
): NamedTerm[] {
  return terms.map((term, index) => {
    const text = termText(term, raw[index] as PodAffinityTerm)
    return { kind, term, weight: 0, text }
  })
}

function preferred(
  kind: HeldKind,
  terms: readonly WeightedAffinityTerm[],
  raw: readonly { readonly podAffinityTerm: PodAffinityTerm }[] = [],
): NamedTerm[] {
  return terms.map((term, index) => {
    const text = termText(term, (raw[index] as (typeof raw)[number]).podAffinityTerm)
    return { kind, term, weight: term.weight, text }
  })
}
