// The ReplicaSet of the current pod template: finding it, making it, and keeping its annotations.
// Port of argo-rollouts v1.8.3 rollout/sync.go, utils/replicaset FindNewReplicaSet.

import { errorText, isAlreadyExists } from '../../controllers/failures.ts'
import { equalIgnoringHash } from '../../controllers/deployment/replica-sets.ts'
import type { Part } from '../../controllers/framework.ts'
import { controllerRefOf } from '../../controllers/pod-control.ts'
import { replicaSetDefaults } from '../../kube/defaults/apps.ts'
import type { PodTemplateSpec, ReplicaSet } from '../../kube/generated/types.ts'
import { goQuote } from '../../kube/go-text.ts'
import { controllerOf, keyFrom, type KubeObject } from '../../kube/object.ts'
import {
  desiredReplicas,
  maxRevision,
  newSetAnnotations,
  revisionAnnotation,
  revisionOf,
} from './annotations.ts'
import { affinityNeedsUpdate, withAntiAffinity, withoutAntiAffinity } from './anti-affinity.ts'
import { readCached } from './cache.ts'
import { findCondition, type NewCondition, withCondition } from './conditions.ts'
import { podTemplateHash } from './hashes.ts'
import { patchConditions } from './status.ts'
import { hashOf } from './replica-sets.ts'
import { updateReplicaSet } from './replica-set-writes.ts'
import { accepted, type Sync, SyncError, within } from './sync.ts'
import { podHashLabel, replicasOf, type Rollout } from './types.ts'

/** FindNewReplicaSet: by the hash, else by a template that is the same but for defaults. */
export function findNewSet(rollout: Rollout, sets: readonly ReplicaSet[]): ReplicaSet | undefined {
  const hash = podTemplateHash(rollout)
  const found = sets.find(set => hashOf(set) === hash)
  if (found !== undefined) return found
  const template = withDefaults(rollout.spec?.template)
  return sets.find(set => {
    const live = withoutAntiAffinity(set.spec?.template, rollout)
    return equalIgnoringHash(live, template, podHashLabel)
  })
}

function withDefaults(template: PodTemplateSpec | undefined): PodTemplateSpec | undefined {
  const spec = { selector: {}, template }
  const made = { apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: {}, spec } as ReplicaSet
  return (replicaSetDefaults(made as KubeObject) as ReplicaSet).spec?.template
}

/** getAllReplicaSetsAndSyncRevision: of the new ReplicaSet, if there is one. */
export function* syncRevision(sync: Sync): Part<void> {
  const { newSet, rollout, older } = sync
  if (newSet === undefined) return
  const current = newSet.metadata.annotations ?? {}
  const annotations = newSetAnnotations(rollout, current, maxRevision(older) + 1)
  const minReadySeconds = sync.spec.minReadySeconds ?? 0
  const isSame = (newSet.spec?.minReadySeconds ?? 0) === minReadySeconds
  if (annotations !== current || !isSame || affinityNeedsUpdate(newSet, rollout)) {
    const template = { ...newSet.spec?.template }
    const spec = { ...newSet.spec, minReadySeconds, template: affine(template, rollout) }
    const metadata = { ...newSet.metadata, annotations }
    const wanted = { ...newSet, metadata, spec } as ReplicaSet
    const doing = `failed to update replicaset revision on ${newSet.metadata.name ?? ''}`
    sync.newSet = yield* within(doing, updateReplicaSet(sync, wanted))
    return
  }
  yield* setRevision(sync, String(revisionOf(newSet)))
  if (findCondition(sync.status, 'Progressing') !== undefined) return
  const message = `Found new replica set ${goQuote(newSet.metadata.name ?? '')}`
  yield* writeProgress(sync, { reason: 'FoundNewReplicaSet', message })
}

/** The template with the affinity that the Rollout asks for now. */
function affine(template: PodTemplateSpec, rollout: Rollout): PodTemplateSpec {
  const { affinity: _old, ...spec } = template.spec ?? {}
  const affinity = withAntiAffinity(rollout)
  return { ...template, spec: { ...spec, ...(affinity && { affinity }) } } as PodTemplateSpec
}

/** The number of the newest ReplicaSet goes into the annotations of the Rollout. */
function* setRevision(sync: Sync, revision: string): Part<void> {
  const { rollout } = sync
  const { annotations } = rollout.metadata
  if (annotations?.[revisionAnnotation] === revision) return
  const metadata = {
    ...rollout.metadata,
    annotations: { ...annotations, [revisionAnnotation]: revision },
  }
  sync.took(accepted(yield* sync.api.update(asWritten(sync, { ...rollout, metadata }))))
  sync.tell('Normal', 'RolloutUpdated', `Rollout updated to revision ${revision}`)
}

/** What another object lends the Rollout is not written into it. */
function asWritten({ given }: Sync, rollout: Rollout): KubeObject {
  return given.spec?.workloadRef === undefined ? rollout : { ...rollout, spec: given.spec }
}

function* writeProgress(
  sync: Sync,
  { reason, message }: Pick<NewCondition, 'reason' | 'message'>,
): Part<void> {
  const { rollout, nowMs } = sync
  const condition = { type: 'Progressing', status: 'True', reason, message }
  const conditions = withCondition(sync.status.conditions ?? [], condition, nowMs)
  const status = { ...sync.status, conditions }
  sync.took(accepted(yield* sync.api.updateStatus(asWritten(sync, { ...rollout, status }))))
}

/** createDesiredReplicaSet: of size 0; the sync gives it its size. */
export function* createNewSet(sync: Sync): Part<void> {
  const { rollout, older } = sync
  const revision = maxRevision(older) + 1
  const wanted = newSetOf(rollout, revision)
  const name = wanted.metadata.name ?? ''
  const answer = yield* sync.api.create(wanted)
  if (answer.ok) yield* begin(sync, answer.object as ReplicaSet, revision)
  else if (isAlreadyExists(answer)) {
    const set = yield* existing(sync, wanted, errorText(answer))
    yield* setRevision(sync, String(revision))
    sync.split(set)
  } else {
    const message = `Failed to create new replica set ${goQuote(name)}: ${errorText(answer)}`
    const reason = 'ReplicaSetCreateError'
    sync.tell('Warning', reason, message)
    yield* patchConditions(sync, [{ type: 'Progressing', status: 'False', reason, message }])
    throw new SyncError(errorText(answer))
  }
}

function* begin(sync: Sync, set: ReplicaSet, revision: number): Part<void> {
  const name = set.metadata.name ?? ''
  yield* setRevision(sync, String(revision))
  const told = `Created ReplicaSet ${name} (revision ${revision})`
  sync.tell('Normal', 'NewReplicaSetCreated', told)
  const message = `Created new replica set ${goQuote(name)}`
  yield* writeProgress(sync, { reason: 'NewReplicaSetCreated', message })
  sync.split(set)
}

/** The ReplicaSet of that name, if it is ours and the same; else the hash collides. */
function* existing(sync: Sync, wanted: ReplicaSet, error: string): Part<ReplicaSet> {
  const { namespace, name = '' } = wanted.metadata
  const from = { kind: 'ReplicaSet', key: keyFrom(namespace, name) }
  const set = yield* readCached<ReplicaSet & KubeObject>(sync.api, sync.process, from)
  if (set === undefined) throw new SyncError(`replicaset.apps ${goQuote(name)} not found`)
  const isOwn = controllerOf(set.metadata)?.uid === sync.rollout.metadata.uid
  const template = withDefaults(sync.spec.template)
  if (isOwn && equalIgnoringHash(set.spec?.template, template, podHashLabel)) return set
  const collisionCount = (sync.status.collisionCount ?? 0) + 1
  const status = { ...sync.status, collisionCount }
  yield* sync.api.updateStatus(asWritten(sync, { ...sync.rollout, status }))
  throw new SyncError(error)
}

function newSetOf(rollout: Rollout, revision: number): KubeObject {
  const hash = podTemplateHash(rollout)
  const { name = '', namespace = '' } = rollout.metadata
  const { template = {}, selector, minReadySeconds = 0 } = rollout.spec ?? {}
  const labels = { ...template.metadata?.labels, [podHashLabel]: hash }
  const annotations = newSetAnnotations(rollout, {}, revision)
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${name}-${hash}`,
      namespace,
      labels,
      annotations: { ...annotations, [desiredReplicas]: String(replicasOf(rollout)) },
      ownerReferences: [controllerRefOf(rollout)],
    },
    spec: {
      replicas: 0,
      minReadySeconds,
      selector: { ...selector, matchLabels: { ...selector?.matchLabels, [podHashLabel]: hash } },
      template: { ...affine(template, rollout), metadata: { ...template.metadata, labels } },
    },
  } as KubeObject
}
