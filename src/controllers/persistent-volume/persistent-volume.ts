// The volume binder: brings claims and volumes together and lets volumes go.
// Upstream: pkg/controller/volume/persistentvolume/pv_controller{,_base}.go, v1.36.3.
// Upstream looks at every claim each 15 s; here the changes that could matter to a claim wake it at
// the next such moment, so that a cluster at rest stays at rest.

import type {
  PersistentVolume,
  PersistentVolumeClaim,
  StorageClass,
} from '../../kube/generated/types.ts'
import { keyFrom, keyOf } from '../../kube/object.ts'
import { errorText, isNotFound } from '../failures.ts'
import {
  type Api,
  type Controller,
  done,
  type ObjectChange,
  type Part,
  type ReconcileResult,
  type Watch,
  type WatchContext,
} from '../framework.ts'
import { bind, setVolumePhase } from './binding.ts'
import { bindCompleted, bindsLate, claimClass, hasAnnotation, provisionedBy } from './claims.ts'
import { syncClaim } from './sync-claim.ts'

const syncPeriodMs = 15_000

const claimPrefix = 'claim/'
const volumePrefix = 'volume/'

/** The claim that a volume belongs to, if it still lives. */
function* claimOf(api: Api, volume: PersistentVolume): Part<PersistentVolumeClaim | undefined> {
  const { namespace, name = '', uid } = volume.spec?.claimRef ?? {}
  const key = keyFrom(namespace, name)
  const claim = yield* api.get<PersistentVolumeClaim>('PersistentVolumeClaim', key)
  return claim?.metadata.uid === uid ? claim : undefined
}

/** The claim is gone: the volume is released, and deleted if its policy says so. */
function* release(api: Api, volume: PersistentVolume): Part<ReconcileResult> {
  const { phase } = volume.status ?? {}
  const isOver = phase === 'Released' || phase === 'Failed'
  const released = isOver ? { object: volume } : yield* setVolumePhase(api, volume, 'Released')
  if (released.error !== undefined) return { error: released.error }
  if (volume.spec?.persistentVolumeReclaimPolicy !== 'Delete') return done
  // What was made by a provisioner is deleted by it; the twin's provisioners always succeed.
  if (!hasAnnotation(volume, provisionedBy)) return done
  if (volume.metadata.deletionTimestamp !== undefined) return done
  const response = yield* api.delete(released.object)
  return response.ok || isNotFound(response) ? done : { error: errorText(response) }
}

function* syncVolume(api: Api, volume: PersistentVolume): Part<ReconcileResult> {
  const reference = volume.spec?.claimRef
  if (reference === undefined || (reference.uid ?? '') === '') {
    const { error } = yield* setVolumePhase(api, volume, 'Available')
    return error === undefined ? done : { error }
  }
  const claim = yield* claimOf(api, volume)
  if (claim === undefined) return yield* release(api, volume)
  const { volumeName = '' } = claim.spec ?? {}
  if (volumeName === '') return yield* bind(api, volume, claim)
  if (volumeName !== volume.metadata.name) return done
  const { error } = yield* setVolumePhase(api, volume, 'Bound')
  return error === undefined ? done : { error }
}

function* reconcile(key: string, api: Api): Part<ReconcileResult> {
  if (key.startsWith(volumePrefix)) {
    const name = key.slice(volumePrefix.length)
    const volume = yield* api.get<PersistentVolume>('PersistentVolume', name)
    return volume === undefined ? done : yield* syncVolume(api, volume)
  }
  const claimKey = key.slice(claimPrefix.length)
  const claim = yield* api.get<PersistentVolumeClaim>('PersistentVolumeClaim', claimKey)
  return claim === undefined ? done : yield* syncClaim(api, claim)
}

/** A new claim is bound about this long after its creation: four writes, one after the other. */
const bindingMs = 10

function keysOfClaim(
  { key, before, after }: ObjectChange,
  { enqueueAfter, lister }: WatchContext,
): readonly string[] {
  if (after !== undefined && before === undefined) {
    const name = claimClass(after as PersistentVolumeClaim)
    const late = name !== '' && bindsLate(lister.get<StorageClass>('StorageClass', name))
    if (late) return [claimPrefix + key]
    enqueueAfter(claimPrefix + key, bindingMs)
    return []
  }
  if (after !== undefined) return [claimPrefix + key]
  const { volumeName = '' } = (before as PersistentVolumeClaim | undefined)?.spec ?? {}
  return volumeName === '' ? [] : [volumePrefix + volumeName]
}

/** Claims without a volume look again at the next tick. */
function wakeUnbound({ lister, nowMs, enqueueAfter }: WatchContext): void {
  for (const claim of lister.list<PersistentVolumeClaim>('PersistentVolumeClaim')) {
    if (hasAnnotation(claim, bindCompleted)) continue
    enqueueAfter(claimPrefix + keyOf(claim.metadata), syncPeriodMs - (nowMs % syncPeriodMs))
  }
}

function keysOfVolume(change: ObjectChange, context: WatchContext): readonly string[] {
  const { key, after } = change
  const volume = (after ?? change.before) as PersistentVolume | undefined
  const becameFree = after !== undefined && volume?.status?.phase === 'Available'
  if (becameFree) wakeUnbound(context)
  if (after !== undefined) return [volumePrefix + key]
  const reference = volume?.spec?.claimRef
  return reference === undefined
    ? []
    : [claimPrefix + keyFrom(reference.namespace, reference.name ?? '')]
}

const watches: readonly Watch[] = [
  { kind: 'PersistentVolumeClaim', keys: keysOfClaim },
  { kind: 'PersistentVolume', keys: keysOfVolume },
  {
    kind: 'StorageClass',
    keys: ({ after }, context) => {
      if (after !== undefined) wakeUnbound(context)
      return []
    },
  },
]

export const persistentVolume = {
  name: 'persistentvolume-controller',
  doc: 'Binds claims to volumes and releases volumes whose claim is gone.',
  watches,
  reconcile,
} satisfies Controller
