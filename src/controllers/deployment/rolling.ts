// The RollingUpdate strategy. Upstream: pkg/controller/deployment/rolling.go, v1.36.3.

import type { ReplicaSet } from '../../kube/generated/types.ts'
import type { Api, Part, ReconcileResult } from '../framework.ts'
import { desiredReplicas, maxUnavailable, newReplicaSetSize } from './budget.ts'
import type { Draft } from './draft.ts'
import { syncRolloutStatus } from './progress.ts'
import {
  active,
  allOf,
  byCreation,
  type ReplicaSets,
  sizeOf,
  sizeSum,
  statusSum,
} from './replica-sets.ts'
import { syncRevision } from './revision.ts'
import { cleanup, scaleReplicaSet } from './scaling.ts'
import { isComplete } from './status.ts'

interface Step {
  readonly scaled: boolean
  readonly error?: string
}

const unchanged: Step = { scaled: false }

function* reconcileNewSet(
  api: Api,
  draft: Draft,
  sets: ReplicaSets,
  newSet: ReplicaSet,
): Part<Step> {
  const { deployment } = draft
  const desired = desiredReplicas(deployment)
  const current = sizeOf(newSet)
  if (current === desired) return unchanged
  const size =
    current > desired ? desired : newReplicaSetSize(deployment, sizeSum(allOf(sets)), current)
  return yield* scaleReplicaSet(api, draft, newSet, { size })
}

interface ScaleDown {
  readonly sets: readonly ReplicaSet[]
  readonly count: number
  readonly failed: boolean
}

/** Takes away old pods that are not available; that costs nothing and frees the budget. */
function* removeUnhealthy(
  api: Api,
  draft: Draft,
  oldSets: readonly ReplicaSet[],
  countMax: number,
): Part<ScaleDown> {
  const sets = [...oldSets].sort(byCreation)
  let count = 0
  for (const [index, set] of sets.entries()) {
    if (count >= countMax) break
    const unhealthy = sizeOf(set) - (set.status?.availableReplicas ?? 0)
    if (sizeOf(set) === 0 || unhealthy === 0) continue
    const part = Math.min(countMax - count, unhealthy)
    // More available than wanted: upstream refuses the upward step as an error.
    if (part < 0) return { sets, count: 0, failed: true }
    const { replicaSet, error } = yield* scaleReplicaSet(api, draft, set, {
      size: sizeOf(set) - part,
    })
    if (error !== undefined) return { sets, count, failed: true }
    count += part
    sets[index] = replicaSet
  }
  return { sets, count, failed: false }
}

/** Takes away old pods as far as enough others are available. */
function* removeAvailable(
  api: Api,
  draft: Draft,
  oldSets: readonly ReplicaSet[],
  newSet: ReplicaSet,
): Part<ScaleDown> {
  const { deployment } = draft
  const minAvailable = desiredReplicas(deployment) - maxUnavailable(deployment)
  const available = statusSum([...oldSets, newSet], 'availableReplicas')
  const countMax = available - minAvailable
  const sets = [...oldSets].sort(byCreation)
  let count = 0
  for (const set of sets) {
    if (count >= countMax) break
    if (sizeOf(set) === 0) continue
    const part = Math.min(sizeOf(set), countMax - count)
    const { error } = yield* scaleReplicaSet(api, draft, set, { size: sizeOf(set) - part })
    if (error !== undefined) return { sets, count, failed: true }
    count += part
  }
  return { sets, count, failed: false }
}

function* reconcileOldSets(
  api: Api,
  draft: Draft,
  sets: ReplicaSets,
  newSet: ReplicaSet,
): Part<Step> {
  const oldSets = active(sets.oldSets)
  if (oldSets.length === 0) return unchanged
  const { deployment } = draft
  // Example: 10 replicas, 2 may be unavailable, 13 pods exist, of 5 new ones none is available:
  // 13 - 8 - 5 = 0, so no old pod may go.
  const minAvailable = desiredReplicas(deployment) - maxUnavailable(deployment)
  const newUnavailable = sizeOf(newSet) - (newSet.status?.availableReplicas ?? 0)
  const countMax = sizeSum(allOf(sets)) - minAvailable - newUnavailable
  if (countMax <= 0) return unchanged
  // Upstream drops the errors of both steps: the next sync sees what remained.
  const unhealthy = yield* removeUnhealthy(api, draft, oldSets, countMax)
  if (unhealthy.failed) return unchanged
  const available = yield* removeAvailable(api, draft, unhealthy.sets, newSet)
  if (available.failed) return unchanged
  return { scaled: unhealthy.count + available.count > 0 }
}

/** One step of a rolling update: up, or down, or tidy up; then the status. */
export function* rolloutRolling(
  api: Api,
  draft: Draft,
  all: readonly ReplicaSet[],
): Part<ReconcileResult> {
  const { sets, failure } = yield* syncRevision(api, draft, all, true)
  if (failure !== undefined) return failure
  const { newSet } = sets
  if (newSet === undefined) return { error: 'the new replica set is missing' }
  const up = yield* reconcileNewSet(api, draft, sets, newSet)
  if (up.error !== undefined) return { error: up.error }
  if (up.scaled) return yield* syncRolloutStatus(api, draft, sets)
  const down = yield* reconcileOldSets(api, draft, sets, newSet)
  if (down.scaled) return yield* syncRolloutStatus(api, draft, sets)
  if (isComplete(draft.deployment, draft.deployment.status)) {
    const { error } = yield* cleanup(api, draft, sets.oldSets)
    if (error !== undefined) return { error }
  }
  return yield* syncRolloutStatus(api, draft, sets)
}
