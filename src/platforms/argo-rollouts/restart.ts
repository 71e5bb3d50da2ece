// Replacing pods that are older than restartAt: as many at a time as may be missing.
// Port of argo-rollouts v1.8.3 rollout/restart.go.

import { byCreation } from '../../controllers/deployment/replica-sets.ts'
import { errorText } from '../../controllers/failures.ts'
import type { Part } from '../../controllers/framework.ts'
import type { Pod } from '../../kube/generated/types.ts'
import type { KubeObject } from '../../kube/object.ts'
import { isBeingDeleted, isPodAvailable, timeOrZero } from '../../kube/pod.ts'
import { parseTime } from '../../kube/time.ts'
import { maxUnavailable, sizeSum } from './replica-sets.ts'
import { type Sync, SyncError } from './sync.ts'
import { replicasOf } from './types.ts'

const checkMs = 30_000

/** How many pods were evicted. */
export function* restartPods(sync: Sync): Part<number> {
  const { restartAt } = sync.spec
  if (restartAt === undefined) return 0
  const atMs = parseTime(restartAt)
  if (atMs >= sync.nowMs) {
    sync.requeueAt(atMs)
    return 0
  }
  const { restartedAt } = sync.status
  if (restartedAt !== undefined && parseTime(restartedAt) === atMs) return 0
  const pods = yield* podsOf(sync)
  const old = pods.filter(({ metadata }) => (timeOrZero(metadata.creationTimestamp) ?? 0) < atMs)
  let room = roomFor(sync, pods)
  let restarted = 0
  for (const pod of old) {
    if (room <= 0 || isBeingDeleted(pod)) continue
    const answer = yield* sync.api.evict(pod as Pod & KubeObject)
    if (!answer.ok && answer.code === 429) continue
    if (!answer.ok) throw new SyncError(errorText(answer))
    room -= 1
    restarted += 1
  }
  if (old.length > restarted) sync.requeueAfter(checkMs)
  else sync.restartedAt = restartAt
  return restarted
}

/** How many more pods may be missing now; one at least when all are there. */
function roomFor({ rollout, all, spec, nowMs }: Sync, pods: readonly Pod[]): number {
  const available = pods.filter(
    pod => !isBeingDeleted(pod) && isPodAvailable(pod, spec.minReadySeconds ?? 0, nowMs),
  )
  const atOnce = Math.max(maxUnavailable(rollout), 1)
  return available.length - (Math.max(replicasOf(rollout), sizeSum(all)) - atOnce)
}

/** The pods of all ReplicaSets: of the stable one first, then of the new one. */
function* podsOf({ api, all, stable, newSet }: Sync): Part<readonly Pod[]> {
  const names = [stable?.metadata.name, newSet?.metadata.name]
  const others = all.filter(({ metadata }) => !names.includes(metadata.name)).toSorted(byCreation)
  const first = [stable, newSet?.metadata.name === stable?.metadata.name ? undefined : newSet]
  const pods: Pod[] = []
  for (const set of [...first, ...others]) {
    if (set === undefined) continue
    pods.push(...(yield* api.ownedBy<Pod & KubeObject>('Pod', set.metadata.uid ?? '')))
  }
  return pods
}
