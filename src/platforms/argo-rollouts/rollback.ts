// Whether an update goes back to pods that have served before.
// Port of argo-rollouts v1.10.0-rc1 rollout/sync.go (isRollbackWithinWindow, isFastRollback).

import type { ReplicaSet } from '../../kube/generated/types.ts'
import { hashOf } from './replica-sets.ts'
import type { Sync } from './sync.ts'

function isOlder(a: ReplicaSet, b: ReplicaSet): boolean {
  return (a.metadata.creationTimestamp ?? '') < (b.metadata.creationTimestamp ?? '')
}

/** isRollbackWithinWindow. */
export function isWithinWindow({ newSet, stable, all, spec }: Sync): boolean {
  if (newSet === undefined || stable === undefined || !isOlder(newSet, stable)) return false
  const between = all.filter(set => isOlder(set, stable) && isOlder(newSet, set))
  return between.length < (spec.rollbackWindow?.revisions ?? 0)
}

/** isFastRollback, since v1.10. */
export function isFastRollback(sync: Sync): boolean {
  const { newSet, stable, status, blueGreen } = sync
  if (newSet === undefined || stable === undefined) return false
  if (status.stableRS === hashOf(newSet)) return true
  if (!isOlder(newSet, stable)) return false
  return isWithinWindow(sync) || (sync.isNewWithinDelay && blueGreen !== undefined)
}
