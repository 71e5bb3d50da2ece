// Anti-affinity among pods of one revision only: new pods may stand beside the old ones.

import { valueAt, pathParts } from '../kube/field-path.ts'
import { type Ask, objectOf, type Remedy } from './framework.ts'

const hashKey = 'pod-template-hash'

/** The anti-affinity term that keeps the pods apart, as the cause beside this one names it. */
function termPath({ finding: { causes } }: Ask): string | undefined {
  const term = causes.find(({ code }) => code === 'replicas-exceed-domains')?.facts['term']
  return typeof term === 'string' ? term : undefined
}

export const countPerRevision = {
  name: 'count-per-revision',
  doc: 'Counts only pods of the same revision in a required anti-affinity (matchLabelKeys).',
  kind: 'fix',
  handles: ({ code }) => code === 'rollout-has-no-room',
  propose: ask => {
    const term = termPath(ask)
    if (term === undefined || objectOf(ask).kind !== 'Deployment') return []
    const path = `${term}.matchLabelKeys`
    const keys = valueAt(ask.written, pathParts(path))
    if (keys !== undefined) return []
    return [
      {
        summary: `matchLabelKeys: [${hashKey}] in the required anti-affinity`,
        cost: 'an old and a new pod may share a node while it rolls',
        fields: [{ object: objectOf(ask), path, value: [hashKey] }],
        pools: [],
      },
    ]
  },
} satisfies Remedy
