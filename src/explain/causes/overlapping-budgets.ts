// Several budgets over one pod: the API server never evicts it, whatever they allow.
// Upstream: kubernetes v1.36 pkg/registry/core/pod/storage/eviction.go.

import type { LabelSelector } from '../../kube/generated/types.ts'
import { type Labels, selectorMatches } from '../../kube/label-selector.ts'
import { fieldsOf } from '../../trials/written.ts'
import { type CauseFinder, isRefusedEviction, listText } from './cause-finder.ts'

const refusal = /^This pod has more than one PodDisruptionBudget/

export const overlappingBudgets = {
  name: 'overlapping-budgets',
  doc: 'The PodDisruptionBudgets that select the same pods, so that none is ever evicted.',
  find: ({ incident, platform, workload }) => {
    if (!isRefusedEviction(incident) || !refusal.test(incident.message ?? '')) return []
    const template = fieldsOf(fieldsOf(workload?.['spec'])['template'])
    const labels = fieldsOf(fieldsOf(template['metadata'])['labels']) as Labels
    const budgets = platform.objects.filter(
      ({ object: { kind, metadata, spec } }) =>
        kind === 'PodDisruptionBudget' &&
        metadata.namespace === incident.object.namespace &&
        selectorMatches(fieldsOf(spec)['selector'] as LabelSelector | undefined, labels),
    )
    if (budgets.length < 2) return []
    const names = budgets.map(({ object }) => object.metadata.name ?? '')
    const text = `PodDisruptionBudgets ${listText(names)} select the same pods`
    const locations = budgets.map(budget => budget.locate('spec.selector'))
    return [{ code: 'budgets-overlap', text, facts: { budgets: names }, locations, writers: [] }]
  },
} satisfies CauseFinder
