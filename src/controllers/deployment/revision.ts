// The ReplicaSet of the Deployment's current template: found, numbered, or created.
// Upstream: pkg/controller/deployment/sync.go (getNewReplicaSet), v1.36.3.

import type { Deployment, ReplicaSet } from '../../kube/generated/types.ts'
import { controllerOf, keyOf } from '../../kube/object.ts'
import { computeTemplateHash } from '../../kube/template-hash.ts'
import { errorText, isAlreadyExists, isNamespaceTerminating, type Refusal } from '../failures.ts'
import { type Api, done, type Part, type ReconcileResult } from '../framework.ts'
import { controllerRefOf } from '../pod-control.ts'
import {
  maxRevision,
  newReplicaSetAnnotations,
  replicasAnnotations,
  revisionAnnotation,
} from './annotations.ts'
import { newReplicaSetSize } from './budget.ts'
import { conditionOf, newCondition, reasons } from './conditions.ts'
import { type Draft, setCondition, setRevision, setStatus, writeStatus } from './draft.ts'
import {
  equalIgnoringHash,
  type ReplicaSets,
  sizeSum,
  splitReplicaSets,
  templateHashLabel,
} from './replica-sets.ts'
import { hasProgressDeadline } from './status.ts'

/** The ReplicaSets of a sync, or why it must end here. */
export interface Found {
  readonly sets: ReplicaSets
  readonly failure?: ReconcileResult
}

interface NewSet {
  readonly newSet: ReplicaSet | undefined
  readonly failure?: ReconcileResult
}

const nameLengthMax = 253

/** `name-hash`, with the name cut so that the whole fits. */
export function replicaSetName(deploymentName: string, hash: string): string {
  return `${deploymentName.slice(0, nameLengthMax - 1 - hash.length)}-${hash}`
}

function* noteProgress(api: Api, draft: Draft, reason: string, message: string): Part<void> {
  const facts = { type: 'Progressing', status: 'True', reason, message } as const
  setCondition(draft, newCondition(facts, yield* api.now()))
}

function* syncExisting(
  api: Api,
  draft: Draft,
  existing: ReplicaSet,
  newRevision: number,
): Part<NewSet> {
  const { deployment } = draft
  const annotations = existing.metadata.annotations ?? {}
  const changes = newReplicaSetAnnotations(deployment, annotations, newRevision)
  const minReadySeconds = deployment.spec?.minReadySeconds ?? 0
  const minReadyDiffers = (existing.spec?.minReadySeconds ?? 0) !== minReadySeconds
  if (minReadyDiffers || Object.keys(changes).length > 0) {
    const metadata = { ...existing.metadata, annotations: { ...annotations, ...changes } }
    const { minReadySeconds: _, ...spec } = existing.spec ?? {}
    const nextSpec = minReadySeconds === 0 ? spec : { ...spec, minReadySeconds }
    const response = yield* api.update({ ...existing, metadata, spec: nextSpec })
    if (!response.ok) return { newSet: undefined, failure: { error: errorText(response) } }
    return { newSet: response.object as ReplicaSet }
  }
  let needsUpdate = setRevision(draft, annotations[revisionAnnotation] ?? '')
  const progressing = conditionOf(deployment.status?.conditions, 'Progressing')
  if (hasProgressDeadline(deployment) && progressing === undefined) {
    const message = `Found new replica set "${existing.metadata.name}"`
    yield* noteProgress(api, draft, reasons.foundNewReplicaSet, message)
    needsUpdate = true
  }
  if (!needsUpdate) return { newSet: existing }
  const written = yield* writeStatus(api, draft)
  return written.error === undefined
    ? { newSet: existing }
    : { newSet: undefined, failure: written }
}

function replicaSetFor(deployment: Deployment, sets: ReplicaSets, newRevision: number): ReplicaSet {
  const template = deployment.spec?.template ?? {}
  const hash = computeTemplateHash(template, deployment.status?.collisionCount)
  const labels = { ...template.metadata?.labels, [templateHashLabel]: hash }
  const { selector } = deployment.spec ?? {}
  const minReadySeconds = deployment.spec?.minReadySeconds ?? 0
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: replicaSetName(deployment.metadata.name ?? '', hash),
      namespace: deployment.metadata.namespace ?? '',
      labels,
      annotations: {
        ...newReplicaSetAnnotations(deployment, {}, newRevision),
        ...replicasAnnotations(deployment),
      },
      ownerReferences: [controllerRefOf(deployment)],
    },
    spec: {
      replicas: newReplicaSetSize(deployment, sizeSum(sets.oldSets), 0),
      ...(minReadySeconds !== 0 && { minReadySeconds }),
      selector: {
        ...selector,
        matchLabels: { ...selector?.matchLabels, [templateHashLabel]: hash },
      },
      template: { ...template, metadata: { ...template.metadata, labels } },
    },
  }
}

/** The name is taken: by our own ReplicaSet, which we then use, or by a hash collision. */
function* resolveCollision(
  api: Api,
  draft: Draft,
  wanted: ReplicaSet,
  refusal: Refusal,
): Part<NewSet> {
  const { deployment } = draft
  const key = keyOf(wanted.metadata)
  const found = yield* api.get<ReplicaSet>('ReplicaSet', key)
  if (found === undefined) {
    const error = `replicaset.apps "${wanted.metadata.name}" not found`
    return { newSet: undefined, failure: { error } }
  }
  const isOurs = controllerOf(found.metadata)?.uid === deployment.metadata.uid
  if (isOurs && equalIgnoringHash(deployment.spec?.template, found.spec?.template)) {
    return { newSet: found }
  }
  const collisionCount = (deployment.status?.collisionCount ?? 0) + 1
  setStatus(draft, { ...deployment.status, collisionCount })
  yield* writeStatus(api, draft)
  return { newSet: undefined, failure: { error: errorText(refusal) } }
}

function* reportFailedCreate(
  api: Api,
  draft: Draft,
  wanted: ReplicaSet,
  refusal: Refusal,
): Part<NewSet> {
  const error = errorText(refusal)
  const message = `Failed to create new replica set "${wanted.metadata.name}": ${error}`
  if (hasProgressDeadline(draft.deployment)) {
    const reason = reasons.failedCreate
    const facts = { type: 'Progressing', status: 'False', reason, message } as const
    setCondition(draft, newCondition(facts, yield* api.now()))
    yield* writeStatus(api, draft)
  }
  yield* api.event(draft.deployment, 'Warning', reasons.failedCreate, message)
  return { newSet: undefined, failure: { error } }
}

function* createNew(api: Api, draft: Draft, sets: ReplicaSets, newRevision: number): Part<NewSet> {
  const wanted = replicaSetFor(draft.deployment, sets, newRevision)
  const response = yield* api.create(wanted)
  let newSet: ReplicaSet
  let needsUpdate: boolean
  if (response.ok) {
    newSet = response.object as ReplicaSet
    const { name } = newSet.metadata
    const size = wanted.spec?.replicas ?? 0
    if (size > 0) {
      const message = `Scaled up replica set ${name} from 0 to ${size}`
      yield* api.event(draft.deployment, 'Normal', 'ScalingReplicaSet', message)
    }
    needsUpdate = setRevision(draft, String(newRevision))
    if (hasProgressDeadline(draft.deployment)) {
      yield* noteProgress(api, draft, reasons.newReplicaSet, `Created new replica set "${name}"`)
      needsUpdate = true
    }
  } else if (isAlreadyExists(response)) {
    const resolved = yield* resolveCollision(api, draft, wanted, response)
    if (resolved.newSet === undefined) return resolved
    newSet = resolved.newSet
    needsUpdate = setRevision(draft, String(newRevision))
  } else if (isNamespaceTerminating(response)) {
    // All further creations would fail, so there is nothing to try again.
    return { newSet: undefined, failure: done }
  } else {
    return yield* reportFailedCreate(api, draft, wanted, response)
  }
  if (!needsUpdate) return { newSet }
  const written = yield* writeStatus(api, draft)
  return written.error === undefined ? { newSet } : { newSet, failure: written }
}

/**
 * Splits `all` into new and old ReplicaSets, with the revision numbers of the new one and of the
 * Deployment brought up to date; creates the new one when `create` is set.
 */
export function* syncRevision(
  api: Api,
  draft: Draft,
  all: readonly ReplicaSet[],
  create: boolean,
): Part<Found> {
  const sets = splitReplicaSets(draft.deployment, all)
  const newRevision = maxRevision(sets.oldSets) + 1
  if (sets.newSet === undefined && !create) return { sets }
  const { newSet, failure } =
    sets.newSet === undefined
      ? yield* createNew(api, draft, sets, newRevision)
      : yield* syncExisting(api, draft, sets.newSet, newRevision)
  const found = { newSet, oldSets: sets.oldSets }
  return failure === undefined ? { sets: found } : { sets: found, failure }
}
