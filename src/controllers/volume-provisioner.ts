// An assumed provisioner for every StorageClass: makes a volume for each claim that asks for one.
// Stands in for external provisioners (sig-storage-lib-external-provisioner v11, controller.go).

import type {
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  StorageClass,
} from '../kube/generated/types.ts'
import { errorText, isAlreadyExists, isNotFound } from './failures.ts'
import { type Api, type Controller, done, type Part, type ReconcileResult } from './framework.ts'
import {
  claimClass,
  provisionedBy,
  selectedNode,
  storageProvisioner,
} from './persistent-volume/claims.ts'

/** Assumptions: how long making and deleting a volume takes. */
export const provisioningMs = 1000
/** Volumes of these provisioners live on one node; all others in the zone of the chosen node. */
const localProvisioners = new Set(['rancher.io/local-path', 'openebs.io/local'])

const volumePrefix = 'volume:'
const since = (key: string): string => `since:${key}`

export const volumeProvisioner = {
  name: 'volume-provisioner',
  doc: 'Assumed: makes volumes for claims of any StorageClass within a second.',
  watches: [
    {
      kind: 'PersistentVolumeClaim',
      keys: ({ key, after }) => (after !== undefined && asks(after) ? [key] : []),
    },
    {
      kind: 'PersistentVolume',
      keys: ({ key, after }) =>
        after !== undefined && isReclaimed(after) ? [volumePrefix + key] : [],
    },
  ],
  *reconcile(key, api) {
    const nowMs = yield* api.now()
    const startMs = yield* api.recall<number>(since(key))
    const isVolume = key.startsWith(volumePrefix)
    const wanted = isVolume
      ? yield* api.get<PersistentVolume>('PersistentVolume', key.slice(volumePrefix.length))
      : yield* api.get<PersistentVolumeClaim>('PersistentVolumeClaim', key)
    const stillWanted = wanted !== undefined && (isVolume ? isReclaimed(wanted) : asks(wanted))
    if (!stillWanted) {
      yield* api.remember(since(key), undefined)
      return done
    }
    if (startMs === undefined) {
      yield* api.remember(since(key), nowMs)
      return { requeueAfterMs: provisioningMs }
    }
    if (nowMs < startMs + provisioningMs)
      return { requeueAfterMs: startMs + provisioningMs - nowMs }
    yield* api.remember(since(key), undefined)
    return isVolume ? yield* reclaim(api, wanted) : yield* provision(api, wanted)
  },
} satisfies Controller

/** The volume controller has named a provisioner and the claim has no volume. */
function asks(claim: PersistentVolumeClaim): boolean {
  if ((claim.metadata.annotations?.[storageProvisioner] ?? '') === '') return false
  if (claim.metadata.deletionTimestamp !== undefined) return false
  return (claim.spec?.volumeName ?? '') === '' && claim.status?.phase !== 'Bound'
}

function isReclaimed(volume: PersistentVolume): boolean {
  return (
    volume.status?.phase === 'Released' &&
    volume.spec?.persistentVolumeReclaimPolicy === 'Delete' &&
    volume.metadata.deletionTimestamp === undefined &&
    volume.metadata.annotations?.[provisionedBy] !== undefined
  )
}

function* reclaim(api: Api, volume: PersistentVolume): Part<ReconcileResult> {
  const answer = yield* api.delete(volume)
  return answer.ok || isNotFound(answer) ? done : { error: errorText(answer) }
}

function* provision(api: Api, claim: PersistentVolumeClaim): Part<ReconcileResult> {
  const storageClass = yield* api.get<StorageClass>('StorageClass', claimClass(claim))
  if (storageClass === undefined) return done
  const nodeName = claim.metadata.annotations?.[selectedNode] ?? ''
  const node = nodeName === '' ? undefined : yield* api.get<Node>('Node', nodeName)
  const volume = volumeFor(claim, storageClass, node)
  const answer = yield* api.create(volume)
  if (!answer.ok && !isAlreadyExists(answer)) return { error: errorText(answer) }
  const message = `Successfully provisioned volume ${volume.metadata.name ?? ''}`
  yield* api.event(claim, 'Normal', 'ProvisioningSucceeded', message)
  return done
}

function volumeFor(
  claim: PersistentVolumeClaim,
  storageClass: StorageClass,
  node: Node | undefined,
): PersistentVolume {
  const { uid = '', name = '', namespace = '', resourceVersion = '' } = claim.metadata
  const { provisioner, reclaimPolicy = 'Delete' } = storageClass
  const volumeName = `pvc-${uid}`
  const topology = topologyOf(provisioner, node)
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: volumeName, annotations: { [provisionedBy]: provisioner } },
    spec: {
      accessModes: claim.spec?.accessModes ?? [],
      capacity: { storage: claim.spec?.resources?.requests?.['storage'] ?? '0' },
      claimRef: {
        kind: 'PersistentVolumeClaim',
        apiVersion: 'v1',
        namespace,
        name,
        uid,
        resourceVersion,
      },
      ...sourceOf(provisioner, volumeName),
      ...(topology && { nodeAffinity: { required: topology } }),
      persistentVolumeReclaimPolicy: reclaimPolicy,
      storageClassName: storageClass.metadata.name ?? '',
      volumeMode: claim.spec?.volumeMode ?? 'Filesystem',
    },
  }
}

/** Volumes of one node are folders there; all others are attached over the network. */
function sourceOf(provisioner: string, volumeName: string) {
  return localProvisioners.has(provisioner)
    ? { local: { path: `/var/lib/volumes/${volumeName}` } }
    : { csi: { driver: driverName(provisioner), volumeHandle: volumeName } }
}

/** Where a volume can be reached from: the node itself, its zone, or everywhere. */
function topologyOf(provisioner: string, node: Node | undefined) {
  const key = localProvisioners.has(provisioner)
    ? 'kubernetes.io/hostname'
    : 'topology.kubernetes.io/zone'
  const value = node?.metadata.labels?.[key]
  if (value === undefined) return undefined
  return { nodeSelectorTerms: [{ matchExpressions: [{ key, operator: 'In', values: [value] }] }] }
}

/** Drivers are domains; provisioners that are no drivers have a path, too. */
function driverName(provisioner: string): string {
  return provisioner.replaceAll('/', '.')
}
