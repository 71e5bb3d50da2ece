// A second replica, where the only one leaves nobody to serve, or a budget that keeps it for ever.

import { numberOf, objectOf, type Remedy } from './framework.ts'

export const secondReplica = {
  name: 'second-replica',
  doc: 'Runs two replicas of a Deployment that has one.',
  kind: 'suggestion',
  handles: cause =>
    cause.code === 'single-replica' ||
    (cause.code === 'budget-allows-none' && numberOf(cause, 'expectedPods') === 1),
  propose: ask => {
    const object = objectOf(ask)
    if (object.kind !== 'Deployment') return []
    return [
      {
        summary: 'spec.replicas: 2',
        cost: 'one pod more, and the program must be able to run twice at a time',
        fields: [{ object, path: 'spec.replicas', value: 2 }],
        pools: [],
      },
    ]
  },
} satisfies Remedy
