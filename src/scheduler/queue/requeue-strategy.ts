// Whether an event may help a pod that some plugins rejected, and how soon it is tried again.
// Upstream: pkg/scheduler/backend/queue/scheduling_queue.go isPodWorthRequeuing, v1.36.3.

import { isWildcard, matchesEvent } from './queue-profile.ts'
import { hasNoRejector, type QueuedPod } from './queued-pod.ts'
import type { QueueEvent, QueueMoment } from './scheduling-queue.ts'

/** Stay, wait for the end of the back-off, or go straight to the active queue. */
export type Strategy = 'skip' | 'afterBackoff' | 'immediately'

/** Asks the hints of the plugins that rejected the pod. */
export function worthRequeuing(queued: QueuedPod, seen: QueueEvent, at: QueueMoment): Strategy {
  if (hasNoRejector(queued)) return 'afterBackoff'
  if (isWildcard(seen.event)) return isForAnotherPod(queued, seen) ? 'skip' : 'afterBackoff'
  const profile = at.profile(queued.pod.spec?.schedulerName ?? '')
  if (profile === undefined) return 'afterBackoff'
  let strategy: Strategy = 'skip'
  for (const hint of profile.hints) {
    if (!matchesEvent(hint.event, seen.event)) continue
    const pending = queued.pendingPlugins.includes(hint.plugin)
    if (!pending && !queued.unschedulablePlugins.includes(hint.plugin)) continue
    if (hint.isHelpful?.(queued.pod, seen.oldObject, seen.newObject) === false) continue
    if (pending) return 'immediately'
    if (queued.pendingPlugins.length === 0) return 'afterBackoff'
    strategy = 'afterBackoff'
  }
  return strategy
}

/** A wildcard event with an object concerns that pod only. */
function isForAnotherPod(queued: QueuedPod, { newObject }: QueueEvent): boolean {
  if (newObject === undefined) return false
  return newObject.kind !== 'Pod' || newObject.metadata.uid !== queued.uid
}
