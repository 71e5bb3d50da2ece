// The four writes that bind a volume and a claim to each other.
// Upstream: pkg/controller/volume/persistentvolume/pv_controller.go (bind), v1.36.3.

import type { PersistentVolume, PersistentVolumeClaim } from '../../kube/generated/types.ts'
import { sameValue } from '../equality.ts'
import { errorText } from '../failures.ts'
import { type Api, done, type Part, type ReconcileResult } from '../framework.ts'
import { bindCompleted, boundByController, hasAnnotation, isBoundTo } from './claims.ts'

interface Written<T> {
  readonly object: T
  readonly error?: string
}

function annotated<T extends PersistentVolume | PersistentVolumeClaim>(
  object: T,
  ...keys: readonly string[]
): T {
  const annotations: Record<string, string> = { ...object.metadata.annotations }
  for (const key of keys) annotations[key] = 'yes'
  return { ...object, metadata: { ...object.metadata, annotations } }
}

function* claimVolume(
  api: Api,
  volume: PersistentVolume,
  claim: PersistentVolumeClaim,
): Part<Written<PersistentVolume>> {
  const { name = '', namespace = '', uid = '', resourceVersion = '' } = claim.metadata
  const reference = volume.spec?.claimRef
  if (reference?.name === name && reference.uid === uid && reference.namespace === namespace) {
    return { object: volume }
  }
  // Whoever set the volume aside by name decided; else this controller did.
  const byUs = !isBoundTo(volume, claim)
  const marked = byUs ? annotated(volume, boundByController) : volume
  const claimRef = {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    namespace,
    name,
    uid,
    resourceVersion,
  }
  const spec = { ...marked.spec, claimRef } as NonNullable<PersistentVolume['spec']>
  const response = yield* api.update({ ...marked, spec })
  if (!response.ok) return { object: volume, error: errorText(response) }
  return { object: response.object as PersistentVolume }
}

/** Sets the phase of a volume; answers it as stored. */
export function* setVolumePhase(
  api: Api,
  volume: PersistentVolume,
  phase: string,
): Part<Written<PersistentVolume>> {
  if (volume.status?.phase === phase) return { object: volume }
  const { message: _, ...status } = volume.status ?? {}
  const response = yield* api.updateStatus({ ...volume, status: { ...status, phase } })
  if (!response.ok) return { object: volume, error: errorText(response) }
  return { object: response.object as PersistentVolume }
}

function* nameVolume(
  api: Api,
  claim: PersistentVolumeClaim,
  volume: PersistentVolume,
): Part<Written<PersistentVolumeClaim>> {
  const volumeName = volume.metadata.name ?? ''
  const byUs = claim.spec?.volumeName !== volumeName
  if (!byUs && hasAnnotation(claim, bindCompleted)) return { object: claim }
  const marked = byUs
    ? annotated(claim, boundByController, bindCompleted)
    : annotated(claim, bindCompleted)
  const response = yield* api.update({ ...marked, spec: { ...marked.spec, volumeName } })
  if (!response.ok) return { object: claim, error: errorText(response) }
  return { object: response.object as PersistentVolumeClaim }
}

/** Sets the phase of a claim, with the modes and size of its volume or without any. */
export function* setClaimStatus(
  api: Api,
  claim: PersistentVolumeClaim,
  phase: string,
  volume: PersistentVolume | undefined,
): Part<ReconcileResult> {
  const { accessModes: _modes, capacity, ...rest } = claim.status ?? {}
  const modes = volume?.spec?.accessModes
  const becomesBound = claim.status?.phase !== phase
  const size = volume === undefined || !becomesBound ? undefined : volume.spec?.capacity
  const kept = volume === undefined ? undefined : (size ?? capacity)
  const status = {
    ...rest,
    phase,
    ...(modes !== undefined && { accessModes: modes }),
    ...(kept !== undefined && { capacity: kept }),
  }
  if (sameValue(status, claim.status)) return done
  const response = yield* api.updateStatus({ ...claim, status })
  return response.ok ? done : { error: errorText(response) }
}

/** Volume to claim, its phase, claim to volume, its phase; each only where something changes. */
export function* bind(
  api: Api,
  volume: PersistentVolume,
  claim: PersistentVolumeClaim,
): Part<ReconcileResult> {
  const claimed = yield* claimVolume(api, volume, claim)
  if (claimed.error !== undefined) return { error: claimed.error }
  const bound = yield* setVolumePhase(api, claimed.object, 'Bound')
  if (bound.error !== undefined) return { error: bound.error }
  const named = yield* nameVolume(api, claim, bound.object)
  if (named.error !== undefined) return { error: named.error }
  return yield* setClaimStatus(api, named.object, 'Bound', bound.object)
}
