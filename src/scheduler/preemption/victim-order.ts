// Which of two pods is more important, and since when pods have been running.
// Upstream: pkg/scheduler/util/utils.go MoreImportantPod, GetEarliestPodStartTime, v1.36.3.

import type { Pod } from '../framework.ts'

/** A pod's priority; zero when admission did not set one. */
export function priorityOf(pod: Pod): number {
  return pod.spec?.priority ?? 0
}

/**
 * Whether `a` should be kept rather than `b`: higher priority, else started earlier. Upstream takes
 * the current time of each question for a pod that has not started, so the pod asked about first
 * counts as older and of two such pods `a` wins, whichever way round they are given.
 */
export function isMoreImportant(a: Pod, b: Pod): boolean {
  const first = priorityOf(a)
  const second = priorityOf(b)
  if (first !== second) return first > second
  const started = a.status?.startTime
  const other = b.status?.startTime
  if (other === undefined) return true
  return started !== undefined && started < other
}

/**
 * The earliest start among the victims of highest priority; undefined when one of them that
 * decides has not started, which is later than any time.
 */
export function earliestStart(victims: readonly Pod[]): string | undefined {
  let highest = Number.NEGATIVE_INFINITY
  let earliest: string | undefined
  for (const pod of victims) {
    const priority = priorityOf(pod)
    const start = pod.status?.startTime
    if (priority > highest) {
      highest = priority
      earliest = start
    } else if (priority === highest && start !== undefined) {
      if (earliest === undefined || start < earliest) earliest = start
    }
  }
  return earliest
}
