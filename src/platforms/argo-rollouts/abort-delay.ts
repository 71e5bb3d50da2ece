// How long old pods stay when an update is over or was aborted.
// Port of argo-rollouts v1.8.3 utils/defaults, rollout/replicaset.go shouldDelayScaleDownOnAbort.

import type { Sync } from './sync.ts'
import type { Rollout } from './types.ts'

const delaySecondsDefault = 30

/** Between a switch of traffic and the scale-down of what served before, in ms. */
export function scaleDownDelayMs({ spec }: Rollout): number {
  const { blueGreen, canary } = spec?.strategy ?? {}
  if (canary !== undefined) {
    if (canary.trafficRouting === undefined) return 0
    return (canary.scaleDownDelaySeconds ?? delaySecondsDefault) * 1000
  }
  return (blueGreen?.scaleDownDelaySeconds ?? delaySecondsDefault) * 1000
}

/** How many old ReplicaSets may wait for their scale-down. */
export function scaleDownRevisionLimit({ spec }: Rollout): number {
  const { blueGreen, canary } = spec?.strategy ?? {}
  const limit = blueGreen?.scaleDownDelayRevisionLimit ?? canary?.scaleDownDelayRevisionLimit
  return limit ?? Number.MAX_SAFE_INTEGER
}

/** Between an abort and the scale-down of the new pods, in ms; undefined: they stay. */
export function abortDelayMs({ spec }: Rollout): number | undefined {
  const { blueGreen, canary } = spec?.strategy ?? {}
  const seconds = (blueGreen ?? canary)?.abortScaleDownDelaySeconds
  return seconds === 0 ? undefined : (seconds ?? delaySecondsDefault) * 1000
}

export function delaysScaleDownOnAbort({ pauses, stable, canary, rollout }: Sync): boolean {
  if (!pauses.isAborted || stable === undefined) return false
  if (canary !== undefined && canary.trafficRouting === undefined) return false
  if (abortDelayMs(rollout) === undefined) return false
  const isDynamic = canary?.dynamicStableScale === true
  return !isDynamic || canary.abortScaleDownDelaySeconds !== undefined
}
