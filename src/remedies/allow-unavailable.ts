// Room for a rollout: an old pod may go before its replacement is ready.

import { numberOf, objectOf, type Remedy } from './framework.ts'

const field = 'spec.strategy.rollingUpdate.maxUnavailable'

export const allowUnavailable = {
  name: 'allow-unavailable',
  doc: 'Lets a rollout take one pod away before its replacement is ready.',
  kind: 'suggestion',
  handles: cause => cause.code === 'rollout-has-no-room' && numberOf(cause, 'unavailable') === 0,
  propose: ask => {
    const isOnly = numberOf(ask.cause, 'replicas') === 1
    return [
      {
        summary: `${field}: 1`,
        cost: isOnly ? 'nobody serves while it rolls' : 'one pod fewer serves while it rolls',
        fields: [{ object: objectOf(ask), path: field, value: 1 }],
        pools: [],
      },
    ]
  },
} satisfies Remedy
