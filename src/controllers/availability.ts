// When a pod that is ready will have been ready long enough.
// Upstream: pkg/controller/controller_utils.go (FindMinNextPodAvailabilityCheck), v1.36.3.

import type { Pod } from '../kube/generated/types.ts'
import { isPodReady } from '../kube/pod.ts'
import { parseTime } from '../kube/time.ts'

function readySinceMs(pod: Pod): number | undefined {
  if (!isPodReady(pod)) return undefined
  const condition = pod.status?.conditions?.find(({ type }) => type === 'Ready')
  const time = condition?.lastTransitionTime
  return time === undefined ? undefined : parseTime(time)
}

/** Milliseconds until the first of `pods` becomes available; undefined when none will. */
export function nextAvailabilityMs(
  pods: readonly Pod[],
  minReadySeconds: number,
  nowMs: number,
): number | undefined {
  let next: number | undefined
  for (const pod of pods) {
    const since = readySinceMs(pod)
    if (since === undefined) continue
    const inMs = since + minReadySeconds * 1000 - nowMs
    if (inMs > 0 && (next === undefined || inMs < next)) next = inMs
  }
  return next
}
