// VolumeBinding finds or reserves volumes for the claims of a pod on each node.
// Upstream: pkg/scheduler/framework/plugins/volumebinding/volume_binding.go, v1.36.3.

import type {
  CSIDriver,
  CSINode,
  CSIStorageCapacity,
  PersistentVolume,
  PersistentVolumeClaim,
  StorageClass,
} from '../../kube/generated/types.ts'
import {
  actions,
  failed,
  type FilterPlugin,
  type Pod,
  type PreBindPlugin,
  type PreFilterPlugin,
  type PreScorePlugin,
  type ReservePlugin,
  type SchedulerWrite,
  type ScorePlugin,
  skip,
  stateKey,
  success,
  unresolvable,
} from '../framework.ts'
import { amountOf, valueOf } from '../quantity-value.ts'
import { sameJson } from '../same-json.ts'
import {
  bindingReasons,
  findPodVolumes,
  isReachableEverywhere,
  type PodClaims,
  podClaims,
  type PodVolumes,
  volumeLimit,
} from './volumes/binder.ts'
import { annotations, claimOf, notMadeForPod, usesClaim, volumesOf } from './volumes/claims.ts'
import { isBoundToClaim } from './volumes/matching.ts'
import { notFound } from './volumes/not-found.ts'
import { type StorageListers, storageListers } from './volumes/storage-listers.ts'

const reasons = {
  ...bindingReasons,
  unboundImmediate: 'pod has unbound immediate PersistentVolumeClaims',
} as const

interface State {
  readonly listers: StorageListers
  readonly claims: PodClaims
  /** What Filter found, by node. */
  readonly byNode: Map<string, PodVolumes>
}

const key = stateKey<State>('VolumeBinding')

/** Why the pod's claims do not let it run at all; undefined when they do. */
function claimProblem(pod: Pod, listers: StorageListers): string | undefined {
  const namespace = pod.metadata.namespace ?? ''
  for (const volume of volumesOf(pod)) {
    const use = claimOf(pod, volume)
    if (use === undefined) continue
    const claim = listers.claim(namespace, use.claimName)
    if (claim === undefined) {
      return use.ephemeral
        ? `waiting for ephemeral volume controller to create the persistentvolumeclaim "${use.claimName}"`
        : notFound('persistentvolumeclaim', use.claimName)
    }
    if (claim.status?.phase === 'Lost') {
      const { volumeName = '' } = claim.spec ?? {}
      return `persistentvolumeclaim "${use.claimName}" bound to non-existent persistentvolume "${volumeName}"`
    }
    if (claim.metadata.deletionTimestamp !== undefined) {
      return `persistentvolumeclaim "${use.claimName}" is being deleted`
    }
    const foreign = use.ephemeral ? notMadeForPod(pod, claim) : undefined
    if (foreign !== undefined) return foreign
  }
  return undefined
}

/** The writes that make the volume controller bind and the provisioner provision. */
function writesFor(volumes: PodVolumes, nodeName: string): SchedulerWrite[] {
  const writes: SchedulerWrite[] = []
  for (const { claim, volume } of volumes.staticBindings) {
    writes.push({ verb: 'update', object: boundVolume(volume, claim) })
  }
  for (const claim of volumes.provisions) {
    const { metadata } = claim
    const selected = { ...metadata.annotations, [annotations.selectedNode]: nodeName }
    const object = { ...claim, metadata: { ...metadata, annotations: selected } }
    writes.push({ verb: 'update', object })
  }
  return writes
}

/** The volume with its claim; the annotation says that the user did not choose it. */
function boundVolume(volume: PersistentVolume, claim: PersistentVolumeClaim): PersistentVolume {
  const { metadata } = volume
  const marked = { ...metadata.annotations, [annotations.boundByController]: 'yes' }
  const reference = volume.spec?.claimRef
  const claimRef =
    reference !== undefined && isBoundToClaim(volume, claim) && reference.uid === claim.metadata.uid
      ? reference
      : referenceTo(claim)
  return {
    ...volume,
    metadata: isBoundToClaim(volume, claim) ? metadata : { ...metadata, annotations: marked },
    spec: { ...volume.spec, claimRef },
  }
}

function referenceTo({ metadata }: PersistentVolumeClaim): Record<string, string> {
  const { namespace, name, uid, resourceVersion } = metadata
  const reference = {
    kind: 'PersistentVolumeClaim',
    apiVersion: 'v1',
    namespace,
    name,
    uid,
    resourceVersion,
  }
  const present = Object.entries(reference).filter(([, value]) => value !== undefined)
  return Object.fromEntries(present) as Record<string, string>
}

export const volumeBinding = {
  name: 'VolumeBinding',
  doc: 'Rejects nodes where a claim of the pod cannot get or reach its volume.',
  unprepared: 'not found',
  reasons,
  requeueOn: [
    {
      event: { resource: 'StorageClass', actions: actions.add | actions.update },
      hint: (_pod, { oldObject, newObject }) => {
        const before = (oldObject as StorageClass | undefined)?.allowedTopologies ?? []
        const after = (newObject as StorageClass | undefined)?.allowedTopologies ?? []
        return oldObject !== undefined && sameJson(before, after) ? 'Skip' : 'Queue'
      },
    },
    {
      event: { resource: 'PersistentVolumeClaim', actions: actions.add | actions.update },
      hint: (pod, { newObject }) => {
        if (newObject === undefined) return 'Queue'
        return usesClaim(pod, newObject) ? 'Queue' : 'Skip'
      },
    },
    { event: { resource: 'PersistentVolume', actions: actions.add | actions.update } },
    { event: { resource: 'Node', actions: actions.add | actions.updateNodeLabel } },
    {
      event: { resource: 'CSINode', actions: actions.add | actions.update },
      hint: (_pod, { oldObject, newObject }) => {
        if (oldObject === undefined) return 'Queue'
        const before = migratedPlugins(oldObject as CSINode)
        return before === migratedPlugins(newObject as CSINode | undefined) ? 'Skip' : 'Queue'
      },
    },
    {
      event: { resource: 'CSIDriver', actions: actions.update },
      hint: (pod, { oldObject, newObject }) => {
        const before = oldObject as CSIDriver | undefined
        const after = newObject as CSIDriver | undefined
        if (before === undefined || after === undefined) return 'Queue'
        return stopsTracking(pod, before, after) ? 'Queue' : 'Skip'
      },
    },
    {
      event: { resource: 'CSIStorageCapacity', actions: actions.add | actions.update },
      hint: (_pod, { oldObject, newObject }) => {
        if (oldObject === undefined || newObject === undefined) return 'Queue'
        const before = volumeLimit(oldObject as CSIStorageCapacity)
        const after = volumeLimit(newObject as CSIStorageCapacity)
        if (after === undefined) return 'Skip'
        const grows = before === undefined || valueOf(amountOf(after)) > valueOf(amountOf(before))
        return grows ? 'Queue' : 'Skip'
      },
    },
  ],
  preFilter: (cycle, pod) => {
    const listers = storageListers(cycle.handle.listers)
    const problem = claimProblem(pod, listers)
    if (problem !== undefined) return { status: unresolvable(problem) }
    if (!volumesOf(pod).some(volume => claimOf(pod, volume) !== undefined)) return { status: skip }
    const claims = podClaims(pod, listers)
    if ('error' in claims) return { status: failed(claims.error) }
    if (claims.value.immediate.length > 0) {
      return { status: unresolvable(reasons.unboundImmediate) }
    }
    cycle.write(key, { listers, claims: claims.value, byNode: new Map() })
    return { status: success }
  },
  filter: (cycle, _pod, node) => {
    const state = cycle.read(key)
    if (state === undefined) return failed('not found')
    const found = findPodVolumes(state.claims, node.node, state.listers)
    if ('error' in found) return failed(found.error)
    if ('reasons' in found) return unresolvable(...found.reasons)
    state.byNode.set(node.name, found.volumes)
    return success
  },
  passesEverywhere: cycle => {
    const state = cycle.read(key)
    return state !== undefined && isReachableEverywhere(state.claims, state.listers)
  },
  preScore: () => skip,
  score: () => 0,
  reserve: () => success,
  preBind: (cycle, _pod, nodeName) => {
    const volumes = cycle.read(key)?.byNode.get(nodeName)
    return { status: success, writes: volumes === undefined ? [] : writesFor(volumes, nodeName) }
  },
} satisfies PreFilterPlugin &
  FilterPlugin &
  PreScorePlugin &
  ScorePlugin &
  ReservePlugin &
  PreBindPlugin

function migratedPlugins(csiNode: CSINode | undefined): string {
  return csiNode?.metadata.annotations?.['storage.alpha.kubernetes.io/migrated-plugins'] ?? ''
}

/** Whether a driver of an inline volume of the pod no longer publishes its capacity. */
function stopsTracking(pod: Pod, before: CSIDriver, after: CSIDriver): boolean {
  if (before.spec?.storageCapacity !== true || after.spec?.storageCapacity === true) return false
  return volumesOf(pod).some(({ csi }) => csi?.driver === after.metadata.name)
}
