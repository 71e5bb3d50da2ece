// A budget that lets one pod go at a time, in place of one that lets none go.

import { numberOf, objectOf, type Remedy } from './framework.ts'

export const relaxBudget = {
  name: 'relax-budget',
  doc: 'Lets a disruption budget spare one pod at a time (maxUnavailable: 1).',
  kind: 'suggestion',
  handles: ({ code }) => code === 'budget-allows-none',
  propose: ask => {
    const { namespace } = objectOf(ask)
    const { budget } = ask.cause.facts
    if (typeof budget !== 'string') return []
    const object = {
      kind: 'PodDisruptionBudget',
      name: budget,
      ...(namespace !== undefined && { namespace }),
    }
    const isOnly = numberOf(ask.cause, 'expectedPods') === 1
    return [
      {
        summary: `PodDisruptionBudget ${budget}: maxUnavailable: 1`,
        cost: isOnly ? 'nobody serves while the pod moves' : 'one pod fewer serves during a drain',
        fields: [
          { object, path: 'spec.minAvailable', value: null },
          { object, path: 'spec.maxUnavailable', value: 1 },
        ],
        pools: [],
      },
    ]
  },
} satisfies Remedy
