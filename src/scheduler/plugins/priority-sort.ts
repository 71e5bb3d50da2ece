// PrioritySort orders the active queue.
// Upstream: pkg/scheduler/framework/plugins/queuesort, v1.36.3.

import type { QueueSortPlugin } from '../framework.ts'

export const prioritySort = {
  name: 'PrioritySort',
  doc: 'Takes pods of higher priority first, and of equal priority the one that waits longest.',
  less: (a, b) => {
    const priorityOfA = a.pod.spec?.priority ?? 0
    const priorityOfB = b.pod.spec?.priority ?? 0
    return (
      priorityOfA > priorityOfB || (priorityOfA === priorityOfB && a.timestampMs < b.timestampMs)
    )
  },
} satisfies QueueSortPlugin
