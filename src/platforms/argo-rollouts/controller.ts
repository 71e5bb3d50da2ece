// The controller of Rollouts. Upstream: argo-rollouts v1.6.0 to v1.10.0-rc1
// rollout/{controller,context,sync}.go.

import { errorText } from '../../controllers/failures.ts'
import { byCreation } from '../../controllers/deployment/replica-sets.ts'
import {
  type Api,
  type Controller,
  done,
  type ObjectChange,
  type Part,
  type Reconcile,
  type ReconcileResult,
  type WatchContext,
} from '../../controllers/framework.ts'
import type { ReplicaSet } from '../../kube/generated/types.ts'
import { controllerOf, keyFrom, keyOf, type KubeObject } from '../../kube/object.ts'
import { unmodelledTopic, type UnmodelledNote } from '../program.ts'
import { runsOf } from './analysis/rollout-runs.ts'
import { runKind } from './analysis/types.ts'
import { desiredIn } from './annotations.ts'
import { activeCounts, scaleBlueGreen, syncBlueGreen } from './blue-green.ts'
import { type ControllerProcess, readCached, replaced, writeBack } from './cache.ts'
import { scaleCanary, syncCanary } from './canary.ts'
import { leader, notePod } from './process.ts'
import { sizeOf } from './replica-sets.ts'
import { referencesOf } from './references.ts'
import { createNewSet, findNewSet, syncRevision } from './revision.ts'
import { namedServices } from './services.ts'
import { checkPauses, persistCounts, tellInvalid } from './status.ts'
import { Sync, SyncError, type SyncFacts, within } from './sync.ts'
import { replicasOf, type Rollout } from './types.ts'
import { unmodelledPart } from './unmodelled-parts.ts'
import { versionOf } from './version.ts'
import { resolved, workloadKinds } from './workload-ref.ts'

export const controllerName = 'rollouts-controller'
export const rolloutKind = 'Rollout.argoproj.io'

/** How soon an invalid Rollout is looked at again: what it names may come. */
const invalidRetryMs = 20_000
/** How soon a sync is tried again that waits for the controller's own last write. */
const staleRetryMs = 100

export const rolloutsController: Controller = {
  name: controllerName,
  doc: 'Makes, scales and replaces the ReplicaSets of a Rollout, and writes its status.',
  watches: [
    {
      kind: rolloutKind,
      keys: ({ key }, { memory }) => {
        replaced(memory, rolloutKind, key)
        return [key]
      },
    },
    {
      kind: 'ReplicaSet',
      owner: 'Rollout',
      keys: (change, { memory }) => {
        replaced(memory, 'ReplicaSet', change.key)
        return ownersOf(change)
      },
    },
    {
      kind: 'Service',
      keys: (change, context) => {
        replaced(context.memory, 'Service', change.key)
        const { name = '' } = metadataOf(change)
        return rolloutsWith(change, context, each =>
          namedServices(each).some(named => named.name === name),
        )
      },
    },
    { kind: runKind, owner: 'Rollout', keys: ownersOf },
    ...workloadKinds.map(kind => ({
      kind,
      keys: (change: ObjectChange, context: WatchContext) => {
        const { name } = metadataOf(change)
        return rolloutsWith(change, context, ({ spec }) => {
          const ref = spec?.workloadRef
          return ref?.kind === kind && ref.name === name
        })
      },
    })),
    {
      kind: 'Pod',
      keys: (change, context) => (notePod(context.memory, change) ? allRollouts(context) : []),
    },
  ],
  reconcile,
}

function metadataOf({ before, after }: ObjectChange): KubeObject['metadata'] {
  return (after ?? (before as KubeObject)).metadata
}

function allRollouts({ lister }: WatchContext): readonly string[] {
  return lister.list(rolloutKind).map(({ metadata }) => keyOf(metadata))
}

function ownersOf(change: ObjectChange): readonly string[] {
  const metadata = metadataOf(change)
  const owner = controllerOf(metadata)
  const isOurs = owner?.kind === 'Rollout' && owner.apiVersion.startsWith('argoproj.io/')
  return isOurs ? [keyFrom(metadata.namespace, owner.name)] : []
}

/** The Rollouts in the namespace of a changed object that have to do with it. */
function rolloutsWith(
  change: ObjectChange,
  { lister }: WatchContext,
  concerns: (rollout: Rollout) => boolean,
): readonly string[] {
  return lister
    .list<Rollout>(rolloutKind, metadataOf(change).namespace)
    .filter(concerns)
    .map(({ metadata }) => keyOf(metadata))
}

/** What one sync works with. */
interface Work {
  readonly api: Api
  readonly key: string
  readonly process: ControllerProcess
}

function* reconcile(key: string, api: Api): Reconcile {
  const process = yield* leader(api)
  if (process === undefined) return done
  const given = yield* readCached<Rollout>(api, process, { kind: rolloutKind, key })
  if (given === undefined || given.metadata.deletionTimestamp !== undefined) return done
  const work = { api, key, process }
  const version = versionOf(process.tag)
  if (!version.cachesRollouts && (yield* isStale(work, given))) {
    return { requeueAfterMs: staleRetryMs }
  }
  if (given.spec?.replicas === undefined) return yield* setReplicas(work, given)
  const rollout = yield* resolved(api, given)
  const { services, missing } = yield* referencesOf(api, process, given)
  const part = unmodelledPart(given, version)
  const what = absentWorkload(given, rollout) ?? missing?.what
  yield* say(work, part ?? (what && `the controller waits for ${what}: until then it is invalid`))
  if (part?.startsWith('cannot') === true) return done
  if (rollout === undefined) return { requeueAfterMs: invalidRetryMs, standing: true }
  const sets = yield* ownedSets(work, given)
  const nowMs = yield* api.now()
  const newSet = findNewSet(rollout, sets)
  const runs = yield* runsOf(api, given)
  const facts = { ...work, version, nowMs, given, rollout, sets, newSet, runs, services }
  return yield* runSync(facts, missing?.error)
}

function absentWorkload({ spec }: Rollout, rollout: Rollout | undefined): string | undefined {
  const { kind = '', name = '' } = spec?.workloadRef ?? {}
  return rollout === undefined ? `${kind} ${name}` : undefined
}

/** One sync: an error is tried again, later each time. */
function* runSync(facts: SyncFacts, invalid: string | undefined): Part<ReconcileResult> {
  const sync = new Sync(facts)
  try {
    yield* invalid === undefined ? reconcileRollout(sync) : tellInvalid(sync, invalid)
  } catch (error) {
    if (!(error instanceof SyncError)) throw error
    yield* sync.record()
    return { error: error.message }
  }
  yield* sync.record()
  yield* remember(facts, sync)
  if (invalid !== undefined) return { requeueAfterMs: invalidRetryMs, standing: true }
  const { requeueAfterMs } = sync
  return requeueAfterMs === undefined ? done : { requeueAfterMs }
}

function* reconcileRollout(sync: Sync): Part<void> {
  const { version } = sync
  if (version.createsFirst && sync.newSet === undefined) {
    yield* createNewSet(sync)
    if (!version.cachesRollouts) return
  }
  yield* checkPauses(sync)
  // Since v1.10 a sync that wrote the Rollout ends: the next one sees what it wrote.
  if (!version.cachesRollouts && sync.written !== undefined) return
  const doing = 'failed to getAllReplicaSetsAndSyncRevision in isScalingEvent'
  yield* within(doing, syncRevision(sync))
  if (isScaling(sync)) yield* syncReplicasOnly(sync)
  else if (sync.blueGreen === undefined) yield* syncCanary(sync)
  else yield* syncBlueGreen(sync)
}

/** isScalingEvent: a ReplicaSet was sized for another replica count. */
function isScaling({ version, all, newSet, stable, rollout }: Sync): boolean {
  const looked = version.scalesBy === 'all' ? all : [newSet, stable]
  return looked.some(set => {
    const desired = set !== undefined && sizeOf(set) > 0 ? desiredIn(set) : undefined
    return desired !== undefined && desired !== replicasOf(rollout)
  })
}

/** syncReplicasOnly. */
function* syncReplicasOnly(sync: Sync): Part<void> {
  const { status, blueGreen } = sync
  const doing = 'failed to getAllReplicaSetsAndSyncRevision in syncReplicasOnly'
  yield* within(doing, syncRevision(sync))
  if (blueGreen === undefined) {
    const failed = 'failed to reconcileCanaryReplicaSets in syncReplicasOnly'
    yield* within(failed, scaleCanary(sync))
  } else {
    const failed = 'failed to reconcileBlueGreenReplicaSets in syncReplicasOnly'
    yield* within(failed, scaleBlueGreen(sync))
  }
  const { HPAReplicas = 0, availableReplicas = 0 } = activeCounts(
    sync,
    blueGreen === undefined ? '' : (status.blueGreen?.activeSelector ?? ''),
  )
  yield* persistCounts(sync, { ...status, HPAReplicas, availableReplicas })
}

/** Tells what of the Rollout is not modelled; nothing any more when `what` is undefined. */
function* say({ api, key }: Work, what: string | undefined): Part<void> {
  const said = yield* api.recall<string>(`said:${key}`)
  if (said === what) return
  yield* api.remember(`said:${key}`, what)
  const note: UnmodelledNote = {
    kind: 'Rollout',
    key,
    ...(what !== undefined && { message: what }),
  }
  yield* api.note(unmodelledTopic, note)
}

/** An autoscaler needs a count: the controller writes the default. */
function* setReplicas({ api }: Work, rollout: Rollout): Part<ReconcileResult> {
  const answer = yield* api.update({ ...rollout, spec: { ...rollout.spec, replicas: 1 } })
  return answer.ok ? done : { error: errorText(answer) }
}

function* ownedSets({ api, process }: Work, rollout: Rollout): Part<readonly ReplicaSet[]> {
  const { uid = '' } = rollout.metadata
  const informed = yield* api.ownedBy<ReplicaSet & KubeObject>('ReplicaSet', uid)
  const sets: ReplicaSet[] = []
  for (const { metadata } of informed) {
    if (controllerOf(metadata)?.uid !== uid) continue
    const from = { kind: 'ReplicaSet', key: keyOf(metadata) }
    const set = yield* readCached<ReplicaSet & KubeObject>(api, process, from)
    if (set !== undefined) sets.push(set)
  }
  return sets.sort(byCreation)
}

/** Whether the cache does not show yet what the process wrote last. */
function* isStale({ api, key, process }: Work, { metadata }: Rollout): Part<boolean> {
  const last = yield* api.recall<Written>(`wrote:${key}`)
  return last?.process === process.id && Number(metadata.resourceVersion) < last.revision
}

interface Written {
  readonly process: string
  readonly revision: number
}

/** What the Rollout became goes into the cache, or is waited for. */
function* remember({ api, key, process, version }: SyncFacts, { written }: Sync): Part<void> {
  if (written === undefined) return
  if (version.cachesRollouts) {
    return yield* writeBack(api, process, { kind: rolloutKind, key, object: written })
  }
  const revision = Number(written.metadata.resourceVersion)
  yield* api.remember(`wrote:${key}`, { process: process.id, revision } satisfies Written)
}
