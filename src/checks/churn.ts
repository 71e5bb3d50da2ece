// Pods that served and were removed for others: preemption.

import { entriesSince } from './trace.ts'
import type { Check, Verdict } from './verdict.ts'

/** Names what was preempted where no single object can. */
export const preempted = { kind: 'Pod', name: 'preempted' } as const

export const churn = {
  name: 'churn',
  doc: 'Healthy pods that the scheduler evicted to make room for pods of higher priority.',
  verdicts: ['churn'],
  judge: ({ world, startMs }): readonly Verdict[] => {
    const events = entriesSince(world, startMs).filter(
      entry => entry.type === 'event' && entry.reason === 'Preempted',
    )
    const first = events[0]
    if (first === undefined) return []
    return [{ verdict: 'churn', object: preempted, atMs: first.atMs, n: events.length }]
  },
} satisfies Check
