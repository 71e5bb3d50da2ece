// Writing ReplicaSets, and what becomes of the controller's cache then.
// Port of argo-rollouts v1.6.0, v1.6.6, v1.7.2, v1.8.3 rollout/{sync,replicaset,controller}.go.

import { errorText, isConflict } from '../../controllers/failures.ts'
import type { Part } from '../../controllers/framework.ts'
import type { ReplicaSet } from '../../kube/generated/types.ts'
import { keyOf, type KubeObject } from '../../kube/object.ts'
import { formatTime } from '../../kube/time.ts'
import {
  desiredReplicas,
  hasDeadline,
  needsDesired,
  revisionOf,
  scaleDownDeadline,
} from './annotations.ts'
import { delaysScaleDownOnAbort } from './abort-delay.ts'
import { writeBack } from './cache.ts'
import { sizeOf } from './replica-sets.ts'
import { type Sync, SyncError, within } from './sync.ts'
import { podHashLabel, replicasOf } from './types.ts'

/** Updates a ReplicaSet as the version does. */
export function* updateReplicaSet(sync: Sync, wanted: ReplicaSet): Part<ReplicaSet> {
  const { api, version } = sync
  const object = wanted as ReplicaSet & KubeObject
  const name = wanted.metadata.name ?? ''
  const writes = version.replicaSetWrites
  const answer = yield* api.update(object)
  if (answer.ok) {
    if (writes === 'update-cached') yield* cache(sync, answer.object)
    return answer.object as ReplicaSet
  }
  const error = errorText(answer)
  if (writes === 'update-or-patch-cached' && isConflict(answer)) {
    const patched = yield* api.patch(object, 'strategic', patchOf(wanted))
    const doing = `error patching replicaset in updateReplicaSetFallbackToPatch ${name}`
    if (!patched.ok) throw new SyncError(`${doing}: ${errorText(patched)}`)
    yield* cache(sync, patched.object)
    return patched.object as ReplicaSet
  }
  const where = version.createsFirst ? ' in updateReplicaSet' : ''
  throw new SyncError(`error updating replicaset${where} ${name}: ${error}`)
}

function cache({ api, process }: Sync, object: KubeObject): Part<void> {
  return writeBack(api, process, { kind: 'ReplicaSet', key: keyOf(object.metadata), object })
}

const ownPrefixes = ['rollout.argoproj.io', 'argo-rollouts.argoproj.io', 'experiment.argoproj.io']

function own(of: Readonly<Record<string, string>> | undefined, extra: string) {
  const entries = Object.entries(of ?? {})
  return Object.fromEntries(
    entries.filter(([key]) => key === extra || ownPrefixes.some(prefix => key.startsWith(prefix))),
  )
}

/** What is patched after a conflict: nothing of it takes an annotation away. */
function patchOf({ metadata, spec }: ReplicaSet): unknown {
  const { labels, annotations } = spec?.template?.metadata ?? {}
  const hash = spec?.selector?.matchLabels?.[podHashLabel]
  return {
    metadata: {
      annotations: own(metadata.annotations, scaleDownDeadline),
      labels: own(metadata.labels, podHashLabel),
    },
    spec: {
      replicas: spec?.replicas,
      selector: { matchLabels: hash === undefined ? {} : { [podHashLabel]: hash } },
      template: {
        metadata: { ...(labels && { labels }), ...(annotations && { annotations }) },
      },
    },
  }
}

/** scaleReplicaSetAndRecordEvent: whether its size was changed. */
export function* scale(sync: Sync, set: ReplicaSet, size: number): Part<boolean> {
  const { rollout } = sync
  const old = sizeOf(set)
  if (old === size && !needsDesired(set, rollout)) return false
  const { [scaleDownDeadline]: _deadline, ...others } = set.metadata.annotations ?? {}
  const forgets = size === 0 && !delaysScaleDownOnAbort(sync)
  const annotations = {
    ...(forgets ? others : set.metadata.annotations),
    [desiredReplicas]: String(replicasOf(rollout)),
  }
  const wanted: ReplicaSet = {
    ...set,
    metadata: { ...set.metadata, annotations },
    spec: { ...set.spec, replicas: size } as NonNullable<ReplicaSet['spec']>,
  }
  yield* within(
    'failed to scaleReplicaSet in scaleReplicaSetAndRecordEvent',
    updateToScale(sync, wanted),
  )
  if (old === size) return false
  const direction = old < size ? 'up' : 'down'
  const what = `${set.metadata.name ?? ''} (revision ${revisionOf(set)}) from ${old} to ${size}`
  sync.tell('Normal', 'ScalingReplicaSet', `Scaled ${direction} ReplicaSet ${what}`)
  return true
}

function updateToScale(sync: Sync, wanted: ReplicaSet): Part<ReplicaSet> {
  const update = updateReplicaSet(sync, wanted)
  if (sync.version.replicaSetWrites === 'update-or-patch-cached') {
    return within('failed to updateReplicaSetFallbackToPatch in scaleReplicaSet', update)
  }
  if (!sync.version.createsFirst) return update
  return within('failed to updateReplicaSet in scaleReplicaSet', update)
}

/** Lets the ReplicaSet be until so many ms from now; at once when there is no delay. */
export function* addDeadline(sync: Sync, set: ReplicaSet, delayMs: number): Part<void> {
  if (delayMs === 0) return yield* removeDeadline(sync, set)
  const value = formatTime(sync.nowMs + delayMs)
  const op = { op: 'add', path: `/metadata/annotations/${scaleDownDeadline}`, value }
  yield* patchDeadline(sync, set, { op, doing: 'adding' })
}

export function* removeDeadline(sync: Sync, set: ReplicaSet): Part<void> {
  if (!hasDeadline(set)) return
  const op = { op: 'remove', path: `/metadata/annotations/${scaleDownDeadline}` }
  yield* patchDeadline(sync, set, { op, doing: 'removing' })
}

function* patchDeadline(
  sync: Sync,
  set: ReplicaSet,
  { op, doing }: { readonly op: object; readonly doing: 'adding' | 'removing' },
): Part<void> {
  const answer = yield* sync.api.patch(set as ReplicaSet & KubeObject, 'json', [op])
  if (!answer.ok) {
    const way = doing === 'adding' ? 'to' : 'from'
    const what = `${scaleDownDeadline} annotation ${way} RS '${set.metadata.name ?? ''}'`
    throw new SyncError(`error ${doing} ${what}: ${errorText(answer)}`)
  }
  if (sync.version.replicaSetWrites !== 'update') yield* cache(sync, answer.object)
}
