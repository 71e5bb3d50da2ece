// Sizing ReplicaSets: one at a time, in proportion, and deleting those that are history.
// Upstream: pkg/controller/deployment/sync.go, v1.36.3.

import type { ReplicaSet } from '../../kube/generated/types.ts'
import { errorText, isNotFound } from '../failures.ts'
import { type Api, done, type Part, type ReconcileResult } from '../framework.ts'
import {
  countIn,
  desiredReplicasAnnotation,
  maxReplicasAnnotation,
  replicasAnnotations,
  replicasAnnotationsDiffer,
} from './annotations.ts'
import { desiredReplicas, isRollingUpdate, maxSurge, proportionOf } from './budget.ts'
import type { Draft } from './draft.ts'
import {
  active,
  activeOrLatest,
  allOf,
  byRevision,
  bySizeNewer,
  bySizeOlder,
  isSaturated,
  type ReplicaSets,
  sizeOf,
  sizeSum,
} from './replica-sets.ts'

export interface Scaled {
  readonly scaled: boolean
  readonly replicaSet: ReplicaSet
  readonly error?: string
}

/** Sets the size of `replicaSet`; with `force` also when only its annotations are out of date. */
export function* scaleReplicaSet(
  api: Api,
  draft: Draft,
  replicaSet: ReplicaSet,
  { size, force = false }: { readonly size: number; readonly force?: boolean },
): Part<Scaled> {
  const { deployment } = draft
  const before = sizeOf(replicaSet)
  if (before === size && !(force && replicasAnnotationsDiffer(replicaSet, deployment))) {
    return { scaled: false, replicaSet }
  }
  const annotations = { ...replicaSet.metadata.annotations, ...replicasAnnotations(deployment) }
  const response = yield* api.update({
    ...replicaSet,
    metadata: { ...replicaSet.metadata, annotations },
    spec: { ...replicaSet.spec, replicas: size },
  })
  if (!response.ok) return { scaled: false, replicaSet, error: errorText(response) }
  const updated = response.object as ReplicaSet
  if (before === size) return { scaled: false, replicaSet: updated }
  const direction = before < size ? 'up' : 'down'
  const { name } = updated.metadata
  const message = `Scaled ${direction} replica set ${name} from ${before} to ${size}`
  yield* api.event(deployment, 'Normal', 'ScalingReplicaSet', message)
  return { scaled: true, replicaSet: updated }
}

interface Sized {
  readonly replicaSet: ReplicaSet
  readonly size: number
}

/** The sizes that spread the Deployment's change of size over its active ReplicaSets. */
export function proportionalSizes(draft: Draft, sets: ReplicaSets): readonly Sized[] {
  const { deployment } = draft
  const running = active(allOf(sets))
  const desired = desiredReplicas(deployment)
  const allowed = desired > 0 ? desired + maxSurge(deployment) : 0
  const toAdd = allowed - sizeSum(running)
  if (toAdd > 0) running.sort(bySizeNewer)
  if (toAdd < 0) running.sort(bySizeOlder)
  let added = 0
  const sizes = running.map(replicaSet => {
    const maxReplicasBefore = countIn(replicaSet, maxReplicasAnnotation)
    const part = proportionOf({ deployment, replicaSet, maxReplicasBefore, toAdd, added })
    added += part
    return { replicaSet, size: sizeOf(replicaSet) + part }
  })
  const [largest, ...others] = sizes
  if (largest === undefined || toAdd === 0) return sizes
  return [{ ...largest, size: Math.max(0, largest.size + toAdd - added) }, ...others]
}

/** Follows a change of the Deployment's size, or the size of a paused one. */
export function* scale(api: Api, draft: Draft, sets: ReplicaSets): Part<ReconcileResult> {
  const { deployment } = draft
  const single = activeOrLatest(sets)
  if (single !== undefined) {
    const { error } = yield* scaleReplicaSet(api, draft, single, {
      size: desiredReplicas(deployment),
    })
    return error === undefined ? done : { error }
  }
  if (isSaturated(deployment, sets.newSet)) {
    // Upstream's search above has reversed the old sets: the newest goes first.
    for (const replicaSet of active(sets.oldSets).reverse()) {
      const { error } = yield* scaleReplicaSet(api, draft, replicaSet, { size: 0 })
      if (error !== undefined) return { error }
    }
    return done
  }
  if (!isRollingUpdate(deployment)) return done
  for (const { replicaSet, size } of proportionalSizes(draft, sets)) {
    const { error } = yield* scaleReplicaSet(api, draft, replicaSet, { size, force: true })
    if (error !== undefined) return { error }
  }
  return done
}

const unlimitedHistory = 0x7fffffff

function isDeletable(replicaSet: ReplicaSet): boolean {
  return (
    (replicaSet.status?.replicas ?? 0) === 0 &&
    sizeOf(replicaSet) === 0 &&
    (replicaSet.metadata.generation ?? 0) <= (replicaSet.status?.observedGeneration ?? 0)
  )
}

/** Deletes empty old ReplicaSets beyond revisionHistoryLimit, lowest revision first. */
export function* cleanup(
  api: Api,
  draft: Draft,
  oldSets: readonly ReplicaSet[],
): Part<ReconcileResult> {
  const limit = draft.deployment.spec?.revisionHistoryLimit
  if (limit === undefined || limit === unlimitedHistory) return done
  const alive = oldSets.filter(set => set.metadata.deletionTimestamp === undefined)
  const surplus = Math.max(0, alive.length - limit)
  for (const replicaSet of alive.sort(byRevision).slice(0, surplus)) {
    if (!isDeletable(replicaSet)) continue
    const response = yield* api.delete(replicaSet)
    if (!response.ok && !isNotFound(response)) return { error: errorText(response) }
  }
  return done
}

/** True when an active ReplicaSet was last sized for another number of replicas. */
export function isScalingEvent(draft: Draft, sets: ReplicaSets): boolean {
  const desired = desiredReplicas(draft.deployment)
  return active(allOf(sets)).some(replicaSet => {
    const noted = countIn(replicaSet, desiredReplicasAnnotation)
    return noted !== undefined && noted !== desired
  })
}
