// Every scheduling plugin, in upstream's default order with its default weight.
// Upstream: pkg/scheduler/apis/config/v1/default_plugins.go, v1.36.3.

import type { SchedulerFeatures } from '../features.ts'
import type { SchedulerPlugin } from '../framework.ts'
import { defaultPreemption } from './default-preemption.ts'
import {
  dynamicResources,
  dynamicResourcesWithoutScore,
} from './dynamic-resources/dynamic-resources.ts'
import { imageLocality } from './image-locality.ts'
import { interPodAffinity } from './inter-pod-affinity/inter-pod-affinity.ts'
import { nodeAffinity } from './node-affinity.ts'
import { nodeDeclaredFeatures } from './node-declared-features.ts'
import { nodeName } from './node-name.ts'
import { nodePorts } from './node-ports.ts'
import { nodeResourcesBalancedAllocation } from './node-resources-balanced-allocation.ts'
import { nodeResourcesFit } from './node-resources-fit/node-resources-fit.ts'
import { nodeUnschedulable } from './node-unschedulable.ts'
import { nodeVolumeLimits } from './node-volume-limits.ts'
import { podTopologySpread } from './pod-topology-spread/pod-topology-spread.ts'
import { prioritySort } from './priority-sort.ts'
import { schedulingGates } from './scheduling-gates.ts'
import { taintToleration } from './taint-toleration.ts'
import { volumeBinding } from './volume-binding.ts'
import { volumeRestrictions } from './volume-restrictions.ts'
import { volumeZone } from './volume-zone.ts'

export interface DefaultPlugin {
  readonly plugin: SchedulerPlugin
  /** Of its scores; 0 for plugins that do not score. */
  readonly weight: number
  readonly enabled?: (features: SchedulerFeatures) => boolean
}

/** The default profile. GangScheduling and topology-aware workloads are alpha and off in 1.36. */
export const defaultPlugins: readonly DefaultPlugin[] = [
  { plugin: schedulingGates, weight: 0 },
  { plugin: prioritySort, weight: 0 },
  { plugin: nodeUnschedulable, weight: 0 },
  { plugin: nodeName, weight: 0 },
  { plugin: taintToleration, weight: 3 },
  { plugin: nodeAffinity, weight: 2 },
  { plugin: nodePorts, weight: 0 },
  { plugin: nodeResourcesFit, weight: 1 },
  { plugin: volumeRestrictions, weight: 0 },
  { plugin: nodeVolumeLimits, weight: 0 },
  { plugin: volumeBinding, weight: 0 },
  { plugin: volumeZone, weight: 0 },
  { plugin: podTopologySpread, weight: 2 },
  { plugin: interPodAffinity, weight: 2 },
  {
    plugin: dynamicResources,
    weight: 2,
    enabled: features => features.dynamicResourceAllocation && features.version !== '1.34',
  },
  {
    plugin: dynamicResourcesWithoutScore,
    weight: 2,
    enabled: features => features.dynamicResourceAllocation && features.version === '1.34',
  },
  { plugin: defaultPreemption, weight: 0 },
  { plugin: nodeResourcesBalancedAllocation, weight: 1 },
  { plugin: imageLocality, weight: 1 },
  {
    plugin: nodeDeclaredFeatures,
    weight: 0,
    enabled: features => features.nodeDeclaredFeatures,
  },
]
