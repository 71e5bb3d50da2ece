// The Deployment controller: rolls templates out over ReplicaSets.
// Upstream: pkg/controller/deployment/{deployment_controller,sync}.go, v1.36.3.

import type { Deployment, Pod, ReplicaSet } from '../../kube/generated/types.ts'
import { selectorMatches } from '../../kube/label-selector.ts'
import { controllerOf } from '../../kube/object.ts'
import { claimObjects } from '../claiming.ts'
import { sameValue } from '../equality.ts'
import { type Api, type Controller, done, type Part, type ReconcileResult } from '../framework.ts'
import { ownedAndOrphans } from '../owners.ts'
import { conditionOf, newCondition, reasons } from './conditions.ts'
import { type Draft, setCondition, setStatus, writeStatus } from './draft.ts'
import { type PodsBySet, rolloutRecreate } from './recreate.ts'
import { syncRevision } from './revision.ts'
import { rolloutRolling } from './rolling.ts'
import { cleanup, isScalingEvent, scale } from './scaling.ts'
import { calculateStatus, hasProgressDeadline } from './status.ts'
import { watches } from './watches.ts'
import type { ReplicaSets } from './replica-sets.ts'

function* podsBySet(api: Api, sets: readonly ReplicaSet[]): Part<PodsBySet> {
  const pods = new Map<string, readonly Pod[]>()
  for (const { metadata } of sets) {
    const uid = metadata.uid ?? ''
    const owned = yield* api.ownedBy<Pod>('Pod', uid)
    pods.set(
      uid,
      owned.filter(pod => controllerOf(pod.metadata)?.uid === uid),
    )
  }
  return pods
}

/** Marks a pause or its end, so that the time of the pause does not count as lack of progress. */
function* checkPaused(api: Api, draft: Draft): Part<ReconcileResult> {
  const { deployment } = draft
  if (!hasProgressDeadline(deployment)) return done
  const condition = conditionOf(deployment.status?.conditions, 'Progressing')
  if (condition?.reason === reasons.timedOut) return done
  const paused = deployment.spec?.paused === true
  if (paused === (condition?.reason === reasons.paused)) return done
  const reason = paused ? reasons.paused : reasons.resumed
  const message = paused ? 'Deployment is paused' : 'Deployment is resumed'
  const facts = { type: 'Progressing', status: 'Unknown', reason, message } as const
  setCondition(draft, newCondition(facts, yield* api.now()))
  return yield* writeStatus(api, draft)
}

function* syncStatus(api: Api, draft: Draft, sets: ReplicaSets): Part<ReconcileResult> {
  const status = calculateStatus(draft, sets, yield* api.now())
  if (sameValue(draft.deployment.status, status)) return done
  setStatus(draft, status)
  return yield* writeStatus(api, draft)
}

function* syncStatusOnly(
  api: Api,
  draft: Draft,
  all: readonly ReplicaSet[],
): Part<ReconcileResult> {
  const { sets, failure } = yield* syncRevision(api, draft, all, false)
  return failure ?? (yield* syncStatus(api, draft, sets))
}

/** A change of size, or a paused Deployment: sizes follow, templates do not. */
function* syncSize(api: Api, draft: Draft, all: readonly ReplicaSet[]): Part<ReconcileResult> {
  const { sets, failure } = yield* syncRevision(api, draft, all, false)
  if (failure !== undefined) return failure
  const scaled = yield* scale(api, draft, sets)
  if (scaled.error !== undefined) return scaled
  if (draft.deployment.spec?.paused === true) {
    const cleaned = yield* cleanup(api, draft, sets.oldSets)
    if (cleaned.error !== undefined) return cleaned
  }
  return yield* syncStatus(api, draft, sets)
}

function* selectingAll(api: Api, draft: Draft): Part<ReconcileResult> {
  const { deployment } = draft
  const message = 'This deployment is selecting all pods. A non-empty selector is required.'
  yield* api.event(deployment, 'Warning', 'SelectingAll', message)
  const { generation = 0 } = deployment.metadata
  if ((deployment.status?.observedGeneration ?? 0) < generation) {
    setStatus(draft, { ...deployment.status, observedGeneration: generation })
    yield* writeStatus(api, draft)
  }
  return done
}

function* reconcile(key: string, api: Api, countsTerminating = true): Part<ReconcileResult> {
  const deployment = yield* api.get<Deployment>('Deployment', key)
  if (deployment === undefined) return done
  const draft: Draft = { deployment, countsTerminating }
  const selector = deployment.spec?.selector
  if (sameValue(selector, {})) return yield* selectingAll(api, draft)
  const { claimed, error } = yield* claimObjects(api, {
    owner: deployment,
    candidates: yield* ownedAndOrphans<ReplicaSet>(api, 'ReplicaSet', deployment),
    matches: set => selectorMatches(selector, set.metadata.labels),
  })
  if (error !== undefined) return { error }
  if (deployment.metadata.deletionTimestamp !== undefined) {
    return yield* syncStatusOnly(api, draft, claimed)
  }
  const paused = yield* checkPaused(api, draft)
  if (paused.error !== undefined) return paused
  if (deployment.spec?.paused === true) return yield* syncSize(api, draft, claimed)
  const { sets, failure } = yield* syncRevision(api, draft, claimed, false)
  if (failure !== undefined) return failure
  if (isScalingEvent(draft, sets)) return yield* syncSize(api, draft, claimed)
  if (deployment.spec?.strategy?.type === 'Recreate') {
    return yield* rolloutRecreate(api, draft, claimed, yield* podsBySet(api, claimed))
  }
  return yield* rolloutRolling(api, draft, claimed)
}

export const deployment = {
  name: 'deployment-controller',
  doc: 'Rolls the template of a Deployment out over ReplicaSets, within its budget.',
  watches,
  retriesMax: 15,
  reconcile: (key, api) => reconcile(key, api),
} satisfies Controller

/** The same without status.terminatingReplicas, as before 1.35. */
export const deploymentBefore135: Controller = {
  ...deployment,
  reconcile: (key, api) => reconcile(key, api, false),
}
