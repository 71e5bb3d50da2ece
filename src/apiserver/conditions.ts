// Conditions of a pod as the API server sets them. Upstream: pkg/api/pod/util.go, v1.36.3.

import type { PodCondition } from '../kube/generated/types.ts'
import { formatTime } from '../kube/time.ts'

/** Sets a condition; its transition time moves only when its status changes. */
export function withCondition(
  conditions: readonly PodCondition[] | undefined,
  condition: PodCondition,
  nowMs: number,
): readonly PodCondition[] {
  const all = conditions ?? []
  const index = all.findIndex(each => each.type === condition.type)
  const before = all[index]
  const lastTransitionTime =
    before?.status === condition.status && before.lastTransitionTime !== undefined
      ? before.lastTransitionTime
      : formatTime(nowMs)
  const set: PodCondition = { ...condition, lastTransitionTime }
  return index < 0 ? [...all, set] : all.with(index, set)
}
