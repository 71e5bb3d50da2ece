// Whether a node has room for a pod. Upstream: noderesources/fit.go fitsRequest, v1.36.3.

import type { Pod } from '../../../kube/generated/types.ts'
import { podRequests } from '../../../kube/resources.ts'
import { isDelegatedToDra } from '../../device-classes.ts'
import {
  type CycleState,
  type NodeInfo,
  type PreFilterResult,
  type Resource,
  type Status,
  stateKey,
  success,
  unresolvable,
  unschedulable,
} from '../../framework.ts'
import type { SchedulerFeatures } from '../../features.ts'
import type { SchedulerListers } from '../../listers.ts'
import { podInfoOf } from '../../node-info.ts'
import { isExtendedResourceName, resourceOfAmounts } from '../../node-resource.ts'
import type { PluginArgs } from '../../plugin-args.ts'

export const reasons = { tooManyPods: 'Too many pods', insufficient: 'Insufficient' }

const preFilterState = stateKey<Resource>('PreFilterNodeResourcesFit')

/** What filtering reads besides pod and node. */
export interface FitContext {
  readonly args: PluginArgs
  readonly features: SchedulerFeatures
  readonly listers: SchedulerListers
}

export function preFilter(cycle: CycleState, pod: Pod): PreFilterResult {
  cycle.write(preFilterState, requestOf(pod))
  return { status: success }
}

export function filter(cycle: CycleState, pod: Pod, node: NodeInfo): Status {
  const request = cycle.read(preFilterState) ?? requestOf(pod)
  if (fits(request, node)) return success
  const shortages = shortagesOf(request, node, cycle.handle)
  if (shortages.length === 0) return success
  const texts = shortages.map(({ reason }) => reason)
  return shortages.some(({ isUnresolvable }) => isUnresolvable)
    ? unresolvable(...texts)
    : unschedulable(...texts)
}

/** What the pod asks for, whatever its containers have by now. */
export function requestOf(pod: Pod): Resource {
  const { containerStatuses = [], initContainerStatuses = [] } = pod.status ?? {}
  return containerStatuses.length + initContainerStatuses.length === 0
    ? podInfoOf(pod).requested
    : resourceOfAmounts(podRequests(pod))
}

/** The fast path: room for everything, extended resources included. */
function fits(request: Resource, { pods, allocatable, requested }: NodeInfo): boolean {
  if (pods.length + 1 > allocatable.allowedPodNumber) return false
  if (request.milliCpu > 0 && request.milliCpu > allocatable.milliCpu - requested.milliCpu) {
    return false
  }
  if (request.memory > 0 && request.memory > allocatable.memory - requested.memory) return false
  if (
    request.ephemeralStorage > 0 &&
    request.ephemeralStorage > allocatable.ephemeralStorage - requested.ephemeralStorage
  ) {
    return false
  }
  for (const [name, amount] of request.scalars) {
    const free = (allocatable.scalars.get(name) ?? 0) - (requested.scalars.get(name) ?? 0)
    if (amount > 0 && amount > free) return false
  }
  return true
}

export interface Shortage {
  readonly reason: string
  /** The node is too small even when empty. */
  readonly isUnresolvable: boolean
}

/** Every resource of which the node has too little, in upstream's order. */
export function shortagesOf(
  request: Resource,
  node: NodeInfo,
  context: FitContext,
): readonly Shortage[] {
  const { allocatable, requested } = node
  const result: Shortage[] = []
  if (node.pods.length + 1 > allocatable.allowedPodNumber) {
    result.push({ reason: reasons.tooManyPods, isUnresolvable: false })
  }
  const check = (name: string, wanted: number, total: number, used: number): void => {
    if (wanted > 0 && wanted > total - used) {
      const reason = `${reasons.insufficient} ${name}`
      result.push({ reason, isUnresolvable: wanted > total })
    }
  }
  check('cpu', request.milliCpu, allocatable.milliCpu, requested.milliCpu)
  check('memory', request.memory, allocatable.memory, requested.memory)
  const { ephemeralStorage } = allocatable
  const usedStorage = requested.ephemeralStorage
  check('ephemeral-storage', request.ephemeralStorage, ephemeralStorage, usedStorage)
  for (const [name, amount] of request.scalars) {
    if (amount === 0 || isIgnored(name, context.args)) continue
    if (isDelegatedToDra(name, node, context)) continue
    const total = allocatable.scalars.get(name) ?? 0
    check(name, amount, total, requested.scalars.get(name) ?? 0)
  }
  return result
}

function isIgnored(name: string, args: PluginArgs): boolean {
  const { ignoredResources, ignoredResourceGroups } = args.nodeResourcesFit
  if (ignoredResources.size + ignoredResourceGroups.size === 0) return false
  if (!isExtendedResourceName(name)) return false
  const group = name.slice(0, name.indexOf('/'))
  return ignoredResources.has(name) || ignoredResourceGroups.has(group)
}
