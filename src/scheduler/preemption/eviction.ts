// What the scheduler writes for each victim of a preemption.
// Upstream: pkg/scheduler/framework/preemption/executor.go, v1.36.3.

import type { Pod } from '../framework.ts'

/** One victim: a condition, then a deletion, then an event. */
export interface Eviction {
  readonly victim: Pod
  readonly condition: {
    readonly type: 'DisruptionTarget'
    readonly status: 'True'
    readonly reason: 'PreemptionByScheduler'
    readonly message: string
  }
  /** The event `Preempted` of type Normal on the victim. */
  readonly eventMessage: string
}

/** Victims that are already terminating are left alone. */
export function evictionsOf(
  preemptor: Pod,
  nodeName: string,
  victims: readonly Pod[],
): readonly Eviction[] {
  const schedulerName = preemptor.spec?.schedulerName ?? ''
  const message = `${schedulerName}: preempting to accommodate a higher priority pod`
  const eventMessage = `Preempted by pod ${preemptor.metadata.uid ?? ''} on node ${nodeName}`
  return victims
    .filter(victim => victim.metadata.deletionTimestamp === undefined)
    .map(victim => ({
      victim,
      condition: {
        type: 'DisruptionTarget',
        status: 'True',
        reason: 'PreemptionByScheduler',
        message,
      },
      eventMessage,
    }))
}
