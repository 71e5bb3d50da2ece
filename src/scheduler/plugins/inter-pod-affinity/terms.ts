// Affinity terms of the incoming pod with their namespace selectors resolved, and matching.
// Upstream: interpodaffinity/plugin.go mergeAffinityTermNamespacesIfNotEmpty, v1.36.3.

import { everything, type Labels, noLabels, nothing } from '../../label-selector.ts'
import type { SchedulerListers } from '../../listers.ts'
import type { AffinityTerm, PodInfo } from '../../node-info.ts'
import { termMatches } from '../../pod-info.ts'

/** Replaces namespace selectors by the namespaces they select; one that selects all stays. */
export function resolveNamespaces<T extends AffinityTerm>(
  terms: readonly T[],
  listers: SchedulerListers,
): readonly T[] {
  if (!terms.some(needsResolving)) return terms
  return terms.map(term => {
    if (!needsResolving(term)) return term
    const namespaces = new Set(term.namespaces)
    for (const { metadata } of listers.list('Namespace')) {
      if (term.namespaceSelector(metadata.labels ?? noLabels)) namespaces.add(metadata.name ?? '')
    }
    return { ...term, namespaces, namespaceSelector: nothing }
  })
}

function needsResolving({ hasNamespaceSelector, namespaceSelector }: AffinityTerm): boolean {
  return hasNamespaceSelector && namespaceSelector !== everything
}

/** Labels of a namespace; none when it is not known. */
export function namespaceLabels(namespace: string, listers: SchedulerListers): Labels {
  return listers.get('Namespace', namespace)?.metadata.labels ?? noLabels
}

/** Whether one pod meets all terms; there must be a term. */
export function matchesAllTerms(terms: readonly AffinityTerm[], pod: PodInfo): boolean {
  if (terms.length === 0) return false
  for (const term of terms) if (!termMatches(term, pod, noLabels)) return false
  return true
}
