// VolumeZone keeps a pod in the zones and regions that its bound volumes are labelled with.
// Upstream: pkg/scheduler/framework/plugins/volumezone/volume_zone.go, v1.36.3.

import type {
  PersistentVolume,
  PersistentVolumeClaim,
  StorageClass,
} from '../../kube/generated/types.ts'
import {
  actions,
  type FilterPlugin,
  type Pod,
  type PreFilterPlugin,
  type SchedulerListers,
  type Status,
  skip,
  stateKey,
  success,
  unresolvable,
} from '../framework.ts'
import type { Labels } from '../label-selector.ts'
import { claimClass, volumesOf } from './volumes/claims.ts'
import { notFound } from './volumes/not-found.ts'

const reasons = { conflict: 'node(s) had no available volume zone' } as const

interface VolumeTopology {
  readonly key: string
  readonly values: readonly string[]
}

const topologiesKey = stateKey<readonly VolumeTopology[]>('PreFilterVolumeZone')

/** Topology labels and, for the two old ones, the name that replaced them. */
const topologyLabels: readonly (readonly [key: string, current: string])[] = [
  ['failure-domain.beta.kubernetes.io/zone', 'topology.kubernetes.io/zone'],
  ['failure-domain.beta.kubernetes.io/region', 'topology.kubernetes.io/region'],
  ['topology.kubernetes.io/zone', 'topology.kubernetes.io/zone'],
  ['topology.kubernetes.io/region', 'topology.kubernetes.io/region'],
]
const currentKey: ReadonlyMap<string, string> = new Map(topologyLabels)

/** The topology labels of a volume; `a__b` means either. A list with an empty part is ignored. */
function topologiesOf(volume: PersistentVolume): VolumeTopology[] {
  const topologies: VolumeTopology[] = []
  for (const [key] of topologyLabels) {
    const label = volume.metadata.labels?.[key]
    if (label === undefined) continue
    const values = label.split('__').map(value => value.trim())
    if (!values.includes('')) topologies.push({ key, values })
  }
  return topologies
}

/** What the bound volumes of the pod demand, or why the pod cannot run now. */
function podTopologies(pod: Pod, listers: SchedulerListers): VolumeTopology[] | Status {
  const topologies: VolumeTopology[] = []
  for (const { persistentVolumeClaim } of volumesOf(pod)) {
    if (persistentVolumeClaim === undefined) continue
    const { claimName } = persistentVolumeClaim
    if (claimName === '') return unresolvable('PersistentVolumeClaim had no name')
    const key = `${pod.metadata.namespace ?? ''}/${claimName}`
    const claim = listers.get('PersistentVolumeClaim', key)
    if (claim === undefined) return unresolvable(notFound('persistentvolumeclaim', claimName))
    const volumeName = claim.spec?.volumeName ?? ''
    if (volumeName === '') {
      const status = unboundStatus(claim, listers)
      if (status !== success) return status
      continue
    }
    const volume = listers.get('PersistentVolume', volumeName)
    if (volume === undefined) return unresolvable(notFound('persistentvolume', volumeName))
    topologies.push(...topologiesOf(volume))
  }
  return topologies
}

/** A claim may be unbound only when it waits for a node. */
function unboundStatus(claim: PersistentVolumeClaim, listers: SchedulerListers): Status {
  const className = claimClass(claim)
  if (className === '') {
    return unresolvable('PersistentVolumeClaim had no pv name and storageClass name')
  }
  const storageClass = listers.get('StorageClass', className)
  if (storageClass === undefined) {
    return unresolvable(notFound('storageclass.storage.k8s.io', className))
  }
  const mode = storageClass.volumeBindingMode
  if (mode === undefined) {
    return unresolvable(`VolumeBindingMode not set for StorageClass "${className}"`)
  }
  return mode === 'WaitForFirstConsumer' ? success : unresolvable('PersistentVolume had no name')
}

/** A node without any topology label is in a cluster of one zone and takes every volume. */
function fits(topologies: readonly VolumeTopology[], labels: Labels): boolean {
  if (!topologyLabels.some(([key]) => labels[key] !== undefined)) return true
  return topologies.every(({ key, values }) => {
    const value = labels[key] ?? labels[currentKey.get(key) ?? key]
    return value !== undefined && values.includes(value)
  })
}

export const volumeZone = {
  name: 'VolumeZone',
  doc: 'Rejects nodes outside the zone or region that a bound volume is labelled with.',
  reasons,
  requeueOn: [
    {
      event: { resource: 'StorageClass', actions: actions.add },
      hint: (_pod, { newObject }) => {
        const mode = (newObject as StorageClass | undefined)?.volumeBindingMode
        return mode === 'WaitForFirstConsumer' ? 'Queue' : 'Skip'
      },
    },
    { event: { resource: 'Node', actions: actions.add | actions.updateNodeLabel } },
    {
      event: { resource: 'PersistentVolumeClaim', actions: actions.add | actions.update },
      hint: (pod, { newObject }) => (namesClaim(pod, newObject) ? 'Queue' : 'Skip'),
    },
    {
      event: { resource: 'PersistentVolume', actions: actions.add | actions.update },
      hint: (_pod, { oldObject, newObject }) => {
        if (oldObject === undefined || newObject === undefined) return 'Queue'
        const before = topologiesOf(oldObject)
        const after = topologiesOf(newObject)
        return sameTopologies(before, after) ? 'Skip' : 'Queue'
      },
    },
  ],
  preFilter: (cycle, pod) => {
    const topologies = podTopologies(pod, cycle.handle.listers)
    if (!Array.isArray(topologies)) return { status: topologies }
    if (topologies.length === 0) return { status: skip }
    cycle.write(topologiesKey, topologies)
    return { status: success }
  },
  filter: (cycle, pod, node) => {
    // Where PreFilter is disabled, each node computes what it would have left.
    const topologies = cycle.read(topologiesKey) ?? podTopologies(pod, cycle.handle.listers)
    if ('code' in topologies) return topologies
    return fits(topologies, node.labels) ? success : unresolvable(reasons.conflict)
  },
} satisfies PreFilterPlugin & FilterPlugin

/** Only claims named in the pod: those of ephemeral volumes do not count here. */
function namesClaim(pod: Pod, object: { readonly metadata: Pod['metadata'] } | undefined): boolean {
  if (object === undefined || object.metadata.namespace !== pod.metadata.namespace) return false
  return volumesOf(pod).some(
    ({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName === object.metadata.name,
  )
}

function sameTopologies(a: readonly VolumeTopology[], b: readonly VolumeTopology[]): boolean {
  if (a.length !== b.length) return false
  return a.every(({ key, values }, index) => {
    const other = b[index]
    if (other?.key !== key) return false
    const set = new Set(other.values)
    return new Set(values).size === set.size && values.every(value => set.has(value))
  })
}
