// Autoscalers that cannot act: they have no usable metric, target or selector at the end.

import type { HorizontalPodAutoscaler } from '../kube/generated/types.ts'
import { parseTime } from '../kube/time.ts'
import type { Check, Verdict } from './verdict.ts'

export const noscale = {
  name: 'noscale',
  doc: 'An autoscaler whose condition ScalingActive is False, but for a workload scaled to zero.',
  verdicts: ['noscale'],
  judge: ({ world, endMs }) =>
    (world.store.list('HorizontalPodAutoscaler') as readonly HorizontalPodAutoscaler[]).flatMap(
      ({ metadata, status }): Verdict[] => {
        const condition = status?.conditions?.find(({ type }) => type === 'ScalingActive')
        if (condition?.status !== 'False' || condition.reason === 'ScalingDisabled') return []
        const { namespace = '', name = '' } = metadata
        const { reason = '', message = '', lastTransitionTime = '' } = condition
        const atMs = parseTime(lastTransitionTime)
        const object = { kind: 'HorizontalPodAutoscaler', namespace, name }
        const seconds = (endMs - atMs) / 1000
        return [{ verdict: 'noscale', object, atMs, seconds, open: true, reason, message }]
      },
    ),
} satisfies Check
