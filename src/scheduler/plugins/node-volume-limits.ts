// NodeVolumeLimits keeps the volumes of a CSI driver on a node below the driver's limit.
// Upstream: pkg/scheduler/framework/plugins/nodevolumelimits/csi.go, v1.36.3.

import type {
  CSINode,
  PersistentVolumeClaim,
  VolumeAttachment,
} from '../../kube/generated/types.ts'
import {
  actions,
  failed,
  type FilterPlugin,
  type NodeInfo,
  type Pod,
  type PreFilterPlugin,
  type SchedulerListers,
  type Status,
  skip,
  stateKey,
  success,
  unresolvable,
  unschedulable,
} from '../framework.ts'
import { holdsPlace } from '../held-place.ts'
import { claimClass, claimOf, notMadeForPod, usesClaim, volumesOf } from './volumes/claims.ts'
import {
  driverOfProvisioner,
  isInlineMigratable,
  isUncountedProvisioner,
  migratedInline,
  migratedVolume,
} from './volumes/csi-migration.ts'
import { notFound } from './volumes/not-found.ts'
import { type StorageListers, storageListers } from './volumes/storage-listers.ts'

const reasons = { exceeded: 'node(s) exceed max volume count' } as const

const key = stateKey<StorageListers>('NodeVolumeLimits')

/** Unique name of a volume (`driver/handle`) to its driver. */
type VolumeDrivers = Map<string, string>

/** Counts the volumes of one pod; an error text when the pod cannot be counted. */
function addVolumes(
  pod: Pod,
  csiNode: CSINode | undefined,
  listers: StorageListers,
  into: { readonly volumes: VolumeDrivers; readonly isNew: boolean },
): Status {
  const namespace = pod.metadata.namespace ?? ''
  for (const volume of volumesOf(pod)) {
    const use = claimOf(pod, volume)
    if (use === undefined) {
      const inline = csiNode === undefined ? undefined : migratedInline(volume)
      if (inline !== undefined) into.volumes.set(`${inline.driver}/${inline.handle}`, inline.driver)
      continue
    }
    if (use.claimName === '') return failed('PersistentVolumeClaim had no name')
    const claim = listers.claim(namespace, use.claimName)
    if (claim === undefined) {
      if (!into.isNew) continue
      const text = notFound('persistentvolumeclaim', use.claimName)
      return unresolvable(`looking up PVC ${namespace}/${use.claimName}: ${text}`)
    }
    const foreign = use.ephemeral ? notMadeForPod(pod, claim) : undefined
    if (foreign !== undefined) return failed(foreign)
    const found = volumeOf(claim, csiNode, listers)
    if (found === undefined || found.driver === '' || found.handle === '') continue
    into.volumes.set(`${found.driver}/${found.handle}`, found.driver)
  }
  return success
}

/** The volume behind a claim; a claim without one counts by its class under its own name. */
function volumeOf(
  claim: PersistentVolumeClaim,
  csiNode: CSINode | undefined,
  listers: StorageListers,
): { readonly driver: string; readonly handle: string } | undefined {
  const volumeName = claim.spec?.volumeName ?? ''
  const volume = volumeName === '' ? undefined : listers.volume(volumeName)
  if (volume === undefined) return volumeOfClass(claim, csiNode, listers)
  const csi = volume.spec?.csi
  if (csi !== undefined) return { driver: csi.driver, handle: csi.volumeHandle }
  return csiNode === undefined ? undefined : migratedVolume(volume)
}

function volumeOfClass(
  claim: PersistentVolumeClaim,
  csiNode: CSINode | undefined,
  listers: StorageListers,
): { readonly driver: string; readonly handle: string } | undefined {
  const className = claimClass(claim)
  const storageClass = className === '' ? undefined : listers.storageClass(className)
  if (storageClass === undefined) return undefined
  const { provisioner } = storageClass
  if (isUncountedProvisioner(provisioner)) return undefined
  const migrated = driverOfProvisioner(provisioner)
  if (migrated !== undefined && csiNode === undefined) return undefined
  // Upstream's handle has a random prefix, so that it equals no volume that exists.
  const handle = `unbound ${claim.metadata.namespace ?? ''}/${claim.metadata.name ?? ''}`
  return { driver: migrated ?? provisioner, handle }
}

/** Limits by driver; a driver that is missing has none. */
function limitsOf(csiNode: CSINode | undefined): ReadonlyMap<string, number> {
  const limits = new Map<string, number>()
  for (const { name, allocatable } of csiNode?.spec?.drivers ?? []) {
    if (allocatable?.count !== undefined) limits.set(name, allocatable.count)
  }
  return limits
}

/** Volumes that are attached to the node, whoever uses them. */
function addAttachments(nodeName: string, listers: StorageListers, volumes: VolumeDrivers): void {
  for (const { spec } of listers.attachmentsOnNode(nodeName)) {
    const attacher = spec?.attacher ?? ''
    const volumeName = spec?.source?.persistentVolumeName
    if (attacher === '' || volumeName === undefined) continue
    const csi = listers.volume(volumeName)?.spec?.csi
    if (csi !== undefined) volumes.set(`${attacher}/${csi.volumeHandle}`, attacher)
  }
}

function countByDriver(volumes: ReadonlyMap<string, string>): Map<string, number> {
  const counts = new Map<string, number>()
  for (const driver of volumes.values()) counts.set(driver, (counts.get(driver) ?? 0) + 1)
  return counts
}

/** A driver that opted in must be installed on the node (gate VolumeLimitScaling). */
function missingDriver(
  volumes: VolumeDrivers,
  csiNode: CSINode | undefined,
  listers: StorageListers,
): string | undefined {
  for (const driver of volumes.values()) {
    const spec = listers.csiDriver(driver)?.spec
    if (spec?.preventPodSchedulingIfMissing !== true) continue
    if (csiNode?.spec?.drivers?.some(({ name }) => name === driver) !== true) return driver
  }
  return undefined
}

function filterNode(
  pod: Pod,
  node: NodeInfo,
  listers: StorageListers,
  limitScaling: boolean,
): Status {
  const csiNode = listers.csiNode(node.name)
  const wanted: VolumeDrivers = new Map()
  const status = addVolumes(pod, csiNode, listers, { volumes: wanted, isNew: true })
  if (status !== success || wanted.size === 0) return status
  const missing = limitScaling ? missingDriver(wanted, csiNode, listers) : undefined
  if (missing !== undefined) {
    return unschedulable(`${missing} CSI driver is not installed on the node`)
  }
  const limits = limitsOf(csiNode)
  if (limits.size === 0) return success
  const used: VolumeDrivers = new Map()
  for (const other of node.pods) {
    const counted = addVolumes(other.pod, csiNode, listers, { volumes: used, isNew: false })
    if (counted !== success) return counted
  }
  for (const name of used.keys()) wanted.delete(name)
  addAttachments(node.name, listers, used)
  const usedCounts = countByDriver(used)
  for (const [driver, count] of countByDriver(wanted)) {
    const limit = limits.get(driver)
    if (limit === undefined) continue
    if ((usedCounts.get(driver) ?? 0) + count > limit) return unschedulable(reasons.exceeded)
  }
  return success
}

/** Without CSINodes there are no limits; what is left are claims that cannot be counted. */
function isUnlimited(pod: Pod, listers: SchedulerListers): boolean {
  if (listers.list('CSINode').length > 0) return false
  const into = { volumes: new Map<string, string>(), isNew: true }
  return addVolumes(pod, undefined, storageListers(listers), into) === success
}

function hasCountedVolume(pod: Pod): boolean {
  return volumesOf(pod).some(
    volume => claimOf(pod, volume) !== undefined || isInlineMigratable(volume),
  )
}

export const nodeVolumeLimits = {
  name: 'NodeVolumeLimits',
  doc: 'Rejects nodes that would have more volumes of a CSI driver than the driver allows.',
  reasons,
  requeueOn: [
    { event: { resource: 'CSINode', actions: actions.add } },
    {
      event: { resource: 'CSINode', actions: actions.update },
      hint: (_pod, { oldObject, newObject }) => {
        if (oldObject === undefined || newObject === undefined) return 'Queue'
        return raisesLimit(oldObject as CSINode, newObject as CSINode) ? 'Queue' : 'Skip'
      },
    },
    {
      event: { resource: 'Pod', actions: actions.delete },
      hint: (_pod, { oldObject }) => {
        if (oldObject === undefined) return 'Queue'
        const deleted = oldObject as Pod
        return holdsPlace(deleted) && hasCountedVolume(deleted) ? 'Queue' : 'Skip'
      },
    },
    {
      event: { resource: 'PersistentVolumeClaim', actions: actions.add },
      hint: (pod, { newObject }) => {
        if (newObject === undefined) return 'Queue'
        return usesClaim(pod, newObject) ? 'Queue' : 'Skip'
      },
    },
    {
      event: { resource: 'VolumeAttachment', actions: actions.delete },
      hint: (pod, { oldObject }) => {
        if (oldObject === undefined) return 'Queue'
        return mayUseAttachment(pod, oldObject as VolumeAttachment) ? 'Queue' : 'Skip'
      },
    },
  ],
  preFilter: (cycle, pod) => {
    if (!hasCountedVolume(pod)) return { status: skip }
    cycle.write(key, storageListers(cycle.handle.listers))
    return { status: success }
  },
  filter: (cycle, pod, node) => {
    if (volumesOf(pod).length === 0) return success
    const { handle } = cycle
    const listers = cycle.read(key) ?? storageListers(handle.listers)
    return filterNode(pod, node, listers, handle.features.volumeLimitScaling)
  },
  passesEverywhere: (cycle, pod) => {
    const { features, listers } = cycle.handle
    return !features.volumeLimitScaling && isUnlimited(pod, listers)
  },
} satisfies PreFilterPlugin & FilterPlugin

/** Whether any driver allows more volumes than before; no limit counts as zero. */
function raisesLimit(before: CSINode, after: CSINode): boolean {
  const old = limitsOf(before)
  return [...limitsOf(after)].some(([driver, limit]) => limit > (old.get(driver) ?? 0))
}

function mayUseAttachment(pod: Pod, attachment: VolumeAttachment): boolean {
  return volumesOf(pod).some(
    volume =>
      volume.persistentVolumeClaim !== undefined ||
      migratedInline(volume)?.driver === attachment.spec?.attacher,
  )
}
