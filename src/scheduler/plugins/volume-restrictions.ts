// VolumeRestrictions keeps pods apart that may not share a disk or a ReadWriteOncePod claim.
// Upstream: pkg/scheduler/framework/plugins/volumerestrictions/volume_restrictions.go, v1.36.3.

import type { Volume } from '../../kube/generated/types.ts'
import {
  actions,
  type CycleState,
  type FilterPlugin,
  mutableStateKey,
  type Pod,
  type PodInfo,
  type PreFilterPlugin,
  skip,
  success,
  unresolvable,
  unschedulable,
} from '../framework.ts'
import { volumesOf } from './volumes/claims.ts'
import { notFound } from './volumes/not-found.ts'

const reasons = {
  diskConflict: 'node(s) had no available disk',
  readWriteOncePodConflict:
    'node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod',
} as const

interface State {
  /** Names of the pod's claims that only one pod may use. */
  readonly exclusiveClaims: ReadonlySet<string>
  /** How many of them pods on nodes use. */
  conflicts: number
}

const key = mutableStateKey<State>('PreFilterVolumeRestrictions', state => ({ ...state }))

/** How many volumes of a pod use one of the exclusive claims; namespaces are not compared. */
function conflictsOf(state: State, { pod }: PodInfo): number {
  let conflicts = 0
  for (const { persistentVolumeClaim } of volumesOf(pod)) {
    if (persistentVolumeClaim === undefined) continue
    if (state.exclusiveClaims.has(persistentVolumeClaim.claimName)) conflicts += 1
  }
  return conflicts
}

/** Kinds of disks that two pods may not have at once. */
function isRestricted(volume: Volume): boolean {
  return (
    volume.gcePersistentDisk !== undefined ||
    volume.awsElasticBlockStore !== undefined ||
    volume.rbd !== undefined ||
    volume.iscsi !== undefined
  )
}

/** Whether two volumes are the same disk and one of the pods may write to it. */
function sameDisk(a: Volume, b: Volume): boolean {
  if (a.gcePersistentDisk !== undefined && b.gcePersistentDisk !== undefined) {
    const same = a.gcePersistentDisk.pdName === b.gcePersistentDisk.pdName
    if (same && !bothReadOnly(a.gcePersistentDisk, b.gcePersistentDisk)) return true
  }
  if (a.awsElasticBlockStore !== undefined && b.awsElasticBlockStore !== undefined) {
    if (a.awsElasticBlockStore.volumeID === b.awsElasticBlockStore.volumeID) return true
  }
  if (a.iscsi !== undefined && b.iscsi !== undefined) {
    if (a.iscsi.iqn === b.iscsi.iqn && !bothReadOnly(a.iscsi, b.iscsi)) return true
  }
  return a.rbd !== undefined && b.rbd !== undefined && sameImage(a.rbd, b.rbd)
}

type Rbd = NonNullable<Volume['rbd']>

function sameImage(a: Rbd, b: Rbd): boolean {
  const sharesMonitor = a.monitors.some(monitor => b.monitors.includes(monitor))
  if (!sharesMonitor || a.image !== b.image) return false
  return (a.pool ?? '') === (b.pool ?? '') && !bothReadOnly(a, b)
}

interface MayBeReadOnly {
  readonly readOnly?: boolean
}

function bothReadOnly(a: MayBeReadOnly, b: MayBeReadOnly): boolean {
  return a.readOnly === true && b.readOnly === true
}

/** Whether any disk of `pod` is in use by one of the others. */
function conflictsWithAny(pod: Pod, others: readonly { readonly pod: Pod }[]): boolean {
  return volumesOf(pod).some(
    volume =>
      isRestricted(volume) &&
      others.some(other => volumesOf(other.pod).some(existing => sameDisk(volume, existing))),
  )
}

function addTo(cycle: CycleState, change: PodInfo, sign: 1 | -1): void {
  const state = cycle.read(key)
  if (state !== undefined) state.conflicts += sign * conflictsOf(state, change)
}

export const volumeRestrictions = {
  name: 'VolumeRestrictions',
  doc: 'Rejects nodes where a disk is taken, and all nodes while a one-pod claim is in use.',
  unprepared: 'cannot read "PreFilterVolumeRestrictions" from cycleState',
  reasons,
  requeueOn: [
    {
      event: { resource: 'Pod', actions: actions.delete },
      hint: (pod, { oldObject }) =>
        oldObject === undefined || mayRelease(pod, oldObject) ? 'Queue' : 'Skip',
    },
    { event: { resource: 'Node', actions: actions.add } },
    {
      event: { resource: 'PersistentVolumeClaim', actions: actions.add },
      hint: (pod, { newObject }) => (namesClaim(pod, newObject) ? 'Queue' : 'Skip'),
    },
  ],
  preFilter: (cycle, pod) => {
    const { listers, snapshot } = cycle.handle
    const namespace = pod.metadata.namespace ?? ''
    const exclusiveClaims = new Set<string>()
    for (const { persistentVolumeClaim } of volumesOf(pod)) {
      if (persistentVolumeClaim === undefined) continue
      const { claimName } = persistentVolumeClaim
      const claim = listers.get('PersistentVolumeClaim', `${namespace}/${claimName}`)
      if (claim === undefined) {
        return { status: unresolvable(notFound('persistentvolumeclaim', claimName)) }
      }
      const isExclusive = claim.spec?.accessModes?.includes('ReadWriteOncePod') === true
      if (isExclusive) exclusiveClaims.add(claimName)
    }
    let conflicts = 0
    for (const name of exclusiveClaims)
      if (snapshot.isPvcUsed(`${namespace}/${name}`)) conflicts += 1
    if (conflicts === 0 && !volumesOf(pod).some(isRestricted)) return { status: skip }
    cycle.write(key, { exclusiveClaims, conflicts })
    return { status: success }
  },
  addPod: (cycle, _pod, added) => {
    addTo(cycle, added, 1)
    return success
  },
  removePod: (cycle, _pod, removed) => {
    addTo(cycle, removed, -1)
    return success
  },
  filter: (cycle, pod, node) => {
    if (conflictsWithAny(pod, node.pods)) return unschedulable(reasons.diskConflict)
    const conflicts = cycle.read(key)?.conflicts ?? 0
    return conflicts > 0 ? unschedulable(reasons.readWriteOncePodConflict) : success
  },
} satisfies PreFilterPlugin & FilterPlugin

/** Whether a deleted pod had a disk or claim that the pod wants. */
function mayRelease(pod: Pod, deleted: Pod): boolean {
  if (deleted.metadata.namespace !== pod.metadata.namespace) return false
  if (conflictsWithAny(pod, [{ pod: deleted }])) return true
  const claims = new Set(volumesOf(pod).map(claimNameOf))
  return volumesOf(deleted).some(volume => {
    const name = claimNameOf(volume)
    return name !== undefined && claims.has(name)
  })
}

function claimNameOf({ persistentVolumeClaim }: Volume): string | undefined {
  return persistentVolumeClaim?.claimName
}

function namesClaim(pod: Pod, object: { readonly metadata: Pod['metadata'] } | undefined): boolean {
  if (object === undefined || object.metadata.namespace !== pod.metadata.namespace) return false
  return volumesOf(pod).some(volume => claimNameOf(volume) === object.metadata.name)
}
