// Claims and volumes that are being deleted stay while they are in use.
// Upstream: pkg/controller/volume/{pvcprotection,pvprotection}, v1.36.3.

import type { PersistentVolume, PersistentVolumeClaim, Pod } from '../kube/generated/types.ts'
import { keyFrom, type KubeObject } from '../kube/object.ts'
import { errorText, isNotFound } from './failures.ts'
import {
  type Api,
  type Controller,
  done,
  type ObjectChange,
  type Part,
  type ReconcileResult,
} from './framework.ts'

const claimFinalizer = 'kubernetes.io/pvc-protection'
const volumeFinalizer = 'kubernetes.io/pv-protection'

/** Names of the claims that a pod uses, its ephemeral ones included. */
function claimNames(pod: Pod): readonly string[] {
  return (pod.spec?.volumes ?? []).flatMap(volume => {
    if (volume.persistentVolumeClaim !== undefined) return [volume.persistentVolumeClaim.claimName]
    return volume.ephemeral === undefined ? [] : [`${pod.metadata.name}-${volume.name}`]
  })
}

/** A pod without a node uses nothing yet; one with a node uses its claims until it is gone. */
function uses(pod: Pod, claim: string): boolean {
  return (pod.spec?.nodeName ?? '') !== '' && claimNames(pod).includes(claim)
}

function* setFinalizers(
  api: Api,
  object: KubeObject,
  finalizers: readonly string[],
): Part<ReconcileResult> {
  const { finalizers: _, ...rest } = object.metadata
  const metadata = finalizers.length === 0 ? rest : { ...rest, finalizers }
  const response = yield* api.update({ ...object, metadata })
  return response.ok || isNotFound(response) ? done : { error: errorText(response) }
}

function* protect(
  api: Api,
  object: KubeObject,
  { finalizer, inUse }: { readonly finalizer: string; readonly inUse: boolean },
): Part<ReconcileResult> {
  const { finalizers = [], deletionTimestamp } = object.metadata
  const has = finalizers.includes(finalizer)
  if (deletionTimestamp === undefined) {
    return has ? done : yield* setFinalizers(api, object, [...finalizers, finalizer])
  }
  if (!has || inUse) return done
  const rest = finalizers.filter(other => other !== finalizer)
  return yield* setFinalizers(api, object, rest)
}

function* protectClaim(key: string, api: Api): Part<ReconcileResult> {
  const claim = yield* api.get<PersistentVolumeClaim>('PersistentVolumeClaim', key)
  if (claim === undefined) return done
  const { namespace, name = '', deletionTimestamp } = claim.metadata
  const pods = deletionTimestamp === undefined ? [] : yield* api.list<Pod>('Pod', namespace)
  const inUse = pods.some(pod => uses(pod, name))
  return yield* protect(api, claim, { finalizer: claimFinalizer, inUse })
}

function* protectVolume(key: string, api: Api): Part<ReconcileResult> {
  const volume = yield* api.get<PersistentVolume>('PersistentVolume', key)
  if (volume === undefined) return done
  const inUse = volume.status?.phase === 'Bound'
  return yield* protect(api, volume, { finalizer: volumeFinalizer, inUse })
}

function claimsOfPod({ before, after }: ObjectChange): readonly string[] {
  // Only a pod that has ended, or is gone, can free a claim.
  const phase = (after as Pod | undefined)?.status?.phase
  if (after !== undefined && phase !== 'Succeeded' && phase !== 'Failed') return []
  const pod = (before ?? after) as Pod | undefined
  if (pod === undefined) return []
  return claimNames(pod).map(name => keyFrom(pod.metadata.namespace, name))
}

export const claimProtection = {
  name: 'persistentvolumeclaim-protection-controller',
  doc: 'Keeps a PersistentVolumeClaim that is being deleted while a pod uses it.',
  watches: [
    { kind: 'PersistentVolumeClaim', keys: ({ key, after }) => (after === undefined ? [] : [key]) },
    { kind: 'Pod', keys: claimsOfPod },
  ],
  reconcile: protectClaim,
} satisfies Controller

export const volumeProtection = {
  name: 'persistentvolume-protection-controller',
  doc: 'Keeps a PersistentVolume that is being deleted while a claim is bound to it.',
  watches: [
    { kind: 'PersistentVolume', keys: ({ key, after }) => (after === undefined ? [] : [key]) },
  ],
  reconcile: protectVolume,
} satisfies Controller
