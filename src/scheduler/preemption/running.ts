// Preemptions whose evictions are still being written: their preemptors may not be tried meanwhile.
// Upstream: pkg/scheduler/framework/preemption/executor.go, gate SchedulerAsyncPreemption, v1.36.3.

import type { Pod } from '../framework.ts'

interface Running {
  /** Known once all but the last victim are evicted. */
  readonly lastVictim?: { readonly namespace: string; readonly name: string }
}

/** Preemptor uid to its state. Replaced as a whole, so a fork keeps the reference. */
export type RunningPreemptions = ReadonlyMap<string, Running>

export const noPreemptions: RunningPreemptions = new Map()

/** The evictions of a preemptor begin. */
export function begin(running: RunningPreemptions, uid: string): RunningPreemptions {
  return new Map(running).set(uid, {})
}

/** Only this victim is left. */
export function awaitLast(
  running: RunningPreemptions,
  uid: string,
  victim: Pod,
): RunningPreemptions {
  const { namespace = '', name = '' } = victim.metadata
  return new Map(running).set(uid, { lastVictim: { namespace, name } })
}

/** All requests of the preemptor are answered, or one failed. */
export function end(running: RunningPreemptions, uid: string): RunningPreemptions {
  const left = new Map(running)
  left.delete(uid)
  return left
}

/** Whether a pod is still preempting; over as soon as its last victim is seen to go. */
export function isRunning(
  running: RunningPreemptions,
  uid: string,
  findPod: (namespace: string, name: string) => Pod | undefined,
): boolean {
  const state = running.get(uid)
  if (state === undefined) return false
  if (state.lastVictim === undefined) return true
  const victim = findPod(state.lastVictim.namespace, state.lastVictim.name)
  return victim !== undefined && victim.metadata.deletionTimestamp === undefined
}
