// The Recreate strategy. Upstream: pkg/controller/deployment/recreate.go, v1.36.3.

import type { Pod, ReplicaSet } from '../../kube/generated/types.ts'
import type { Api, Part, ReconcileResult } from '../framework.ts'
import { desiredReplicas } from './budget.ts'
import type { Draft } from './draft.ts'
import { syncRolloutStatus } from './progress.ts'
import { active, type ReplicaSets, statusSum } from './replica-sets.ts'
import { syncRevision } from './revision.ts'
import { cleanup, scaleReplicaSet } from './scaling.ts'
import { isComplete } from './status.ts'

/** The pods of each ReplicaSet, by its uid. */
export type PodsBySet = ReadonlyMap<string, readonly Pod[]>

function oldPodsRunning(sets: ReplicaSets, pods: PodsBySet): boolean {
  if (statusSum(sets.oldSets, 'replicas') > 0) return true
  for (const [uid, ofSet] of pods) {
    if (uid === sets.newSet?.metadata.uid) continue
    for (const { status } of ofSet) {
      if (status?.phase !== 'Failed' && status?.phase !== 'Succeeded') return true
    }
  }
  return false
}

/** First all old pods go, and only when none is left the new ones come. */
export function* rolloutRecreate(
  api: Api,
  draft: Draft,
  all: readonly ReplicaSet[],
  pods: PodsBySet,
): Part<ReconcileResult> {
  let { sets, failure } = yield* syncRevision(api, draft, all, false)
  if (failure !== undefined) return failure
  let scaledDown = false
  for (const replicaSet of active(sets.oldSets)) {
    const { scaled, error } = yield* scaleReplicaSet(api, draft, replicaSet, { size: 0 })
    if (error !== undefined) return { error }
    scaledDown ||= scaled
  }
  if (scaledDown || oldPodsRunning(sets, pods)) return yield* syncRolloutStatus(api, draft, sets)
  if (sets.newSet === undefined) {
    ;({ sets, failure } = yield* syncRevision(api, draft, all, true))
    if (failure !== undefined) return failure
  }
  if (sets.newSet === undefined) return { error: 'the new replica set is missing' }
  const size = desiredReplicas(draft.deployment)
  const { error } = yield* scaleReplicaSet(api, draft, sets.newSet, { size })
  if (error !== undefined) return { error }
  if (isComplete(draft.deployment, draft.deployment.status)) {
    const cleaned = yield* cleanup(api, draft, sets.oldSets)
    if (cleaned.error !== undefined) return cleaned
  }
  return yield* syncRolloutStatus(api, draft, sets)
}
