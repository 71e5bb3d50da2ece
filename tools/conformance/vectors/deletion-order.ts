// Answers deletion-order vectors with src/kube/deletion-order.ts.

import { activePodsOrder, rankedDeletionOrder } from '../../../src/kube/deletion-order.ts'
import type { Pod } from '../../../src/kube/generated/types.ts'
import { parseTime } from '../../../src/kube/time.ts'
import type { Topic } from './topic.ts'

export const answer: Topic = (_family, input) => {
  const { pods, ranks, now } = input as {
    pods: readonly Pod[]
    ranks: readonly number[]
    now: string | null
  }
  const names = (sorted: readonly Pod[]): unknown => sorted.map(({ metadata }) => metadata.name)
  const nowMs = now === null ? undefined : parseTime(now)
  return {
    deleteFirst: names(rankedDeletionOrder(pods, ranks, nowMs)),
    unranked: names(activePodsOrder(pods)),
  }
}
