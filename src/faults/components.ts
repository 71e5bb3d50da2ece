// What faults of control plane components share: a component is down, then it is up again, and
// leads as soon as the lease of the process before it has run out.
// Upstream: client-go tools/leaderelection/leaderelection.go, v0.36.3.

import type { Checked } from '../base/problem.ts'
import type { World } from '../engine/world.ts'
import { schedulerName } from '../scheduler/turn.ts'
import { applicable, inapplicable } from './fault.ts'

/** Ok when the component is up. */
export function isUp(world: World, component: string): Checked<true> {
  if (!world.isDown(component)) return applicable
  return inapplicable(`${component} is down already`, 'let the first outage end before the second')
}

/** Of the defaults of kube-controller-manager and kube-scheduler. */
const leaseDurationMs = 15_000
const retryPeriodMs = 2000
const retryJitterShare = 1.2

/** A leader that cannot renew its lease for this long ends its process. */
export const renewDeadlineMs = 10_000

const electing: readonly string[] = ['kube-controller-manager', schedulerName]

/**
 * The machine of those that lead is lost: another process of each leads after its election. The ms
 * until all of them do.
 */
export function handOver(world: World): number {
  const waits = electing
    .filter(each => !world.isDown(each))
    .map(component => {
      world.takeDown(component, 'stopped')
      return startAgain(world, component)
    })
  return Math.max(0, ...waits)
}

/**
 * Starts a component whose process has ended; one that elects a leader waits for its election: the
 * ms until it works.
 */
export function startAgain(world: World, component: string): number {
  const afterMs = electing.includes(component) ? electionMs(world) : 0
  world.bringUp(component, { anew: true, afterMs })
  return afterMs
}

/**
 * A new process cannot know how old the lease of the one before is: it waits for a whole lease
 * from when it first sees it, and looks every 2 to 4.4 s.
 */
function electionMs(world: World): number {
  let waitedMs = 0
  while (waitedMs < leaseDurationMs) {
    const jitterMs = world.randomBelow(retryPeriodMs * retryJitterShare, 'leader-election')
    waitedMs += retryPeriodMs + jitterMs
  }
  return waitedMs
}
