// Autoscalers that cannot act: they have no usable metric, target or selector at the end.

import type { HorizontalPodAutoscaler } from '../kube/generated/types.ts'
import { parseTime } from '../kube/time.ts'
import type { Check, Verdict } from './verdict.ts'

type Condition = NonNullable<NonNullable<HorizontalPodAutoscaler['status']>['conditions']>[number]

/** No metric to go by, or nothing to scale: a target that is not there has no other condition. */
function isTrouble({ type, status, reason }: Condition): boolean {
  if (status !== 'False') return false
  if (type === 'ScalingActive') return reason !== 'ScalingDisabled'
  return type === 'AbleToScale' && reason === 'FailedGetScale'
}

export const noscale = {
  name: 'noscale',
  doc: 'An autoscaler without a metric (but for a workload scaled to zero) or without a target.',
  verdicts: ['noscale'],
  judge: ({ world, endMs }) =>
    (world.store.list('HorizontalPodAutoscaler') as readonly HorizontalPodAutoscaler[]).flatMap(
      ({ metadata, status }): Verdict[] => {
        const condition = status?.conditions?.find(isTrouble)
        if (condition === undefined) return []
        const { namespace = '', name = '' } = metadata
        const { reason = '', message = '', lastTransitionTime = '' } = condition
        const atMs = parseTime(lastTransitionTime)
        const object = { kind: 'HorizontalPodAutoscaler', namespace, name }
        const seconds = (endMs - atMs) / 1000
        return [{ verdict: 'noscale', object, atMs, seconds, open: true, reason, message }]
      },
    ),
} satisfies Check
