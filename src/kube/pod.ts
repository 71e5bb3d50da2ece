// Small questions about one pod that the scheduler, controllers and nodes share.
// Upstream: pkg/api/v1/pod/util.go and pkg/controller/controller_utils.go, v1.36.3.

import type { Pod, PodCondition } from './generated/types.ts'
import { parseTime } from './time.ts'

/** The condition of a type, if the pod has it. */
export function podCondition(pod: Pod, type: string): PodCondition | undefined {
  const conditions = pod.status?.conditions
  if (conditions === undefined) return undefined
  // Asked more often than anything else: a loop, neither a closure nor an iterator.
  for (let index = 0; index < conditions.length; index += 1) {
    const condition = conditions[index] as PodCondition
    if (condition.type === type) return condition
  }
  return undefined
}

export function isPodReady(pod: Pod): boolean {
  return podCondition(pod, 'Ready')?.status === 'True'
}

/** Ready for at least `minReadySeconds`. */
export function isPodAvailable(pod: Pod, minReadySeconds: number, nowMs: number): boolean {
  const condition = podCondition(pod, 'Ready')
  if (condition?.status !== 'True') return false
  if (minReadySeconds === 0) return true
  const sinceMs = timeOrZero(condition.lastTransitionTime)
  return sinceMs !== undefined && sinceMs + minReadySeconds * 1000 <= nowMs
}

/** Succeeded or Failed: no container will run again. */
export function isPodTerminal(pod: Pod): boolean {
  const phase = pod.status?.phase
  return phase === 'Succeeded' || phase === 'Failed'
}

/** Neither terminal nor being deleted. */
export function isPodActive(pod: Pod): boolean {
  return !isPodTerminal(pod) && !isBeingDeleted(pod)
}

/** Being deleted while its containers may still run. */
export function isPodTerminating(pod: Pod): boolean {
  return !isPodTerminal(pod) && isBeingDeleted(pod)
}

export function isBeingDeleted(pod: Pod): boolean {
  const { deletionTimestamp } = pod.metadata
  return deletionTimestamp !== undefined && deletionTimestamp !== null
}

/** Milliseconds of a time that may be absent or null; undefined stands for Go's zero time. */
export function timeOrZero(time: string | undefined | null): number | undefined {
  if (time === undefined || time === null) return undefined
  const ms = parseTime(time)
  return Number.isNaN(ms) ? undefined : ms
}
