// What a changed pod or node means for waiting pods, as specifically as possible.
// Upstream: pkg/scheduler/framework/events.go, v1.36.3.

import type { Quantity } from '../../kube/generated/types.ts'
import {
  actions,
  type ClusterEvent,
  type EventResource,
  type Node,
  type Pod,
} from '../framework.ts'
import { podRequests, statusCounts } from '../../kube/resources.ts'
import { amountOf, compareAmounts, milliValueOf } from '../quantity-value.ts'
import { eventUnscheduledPodUpdate } from './queue-events.ts'
import { sameJson, sameStrings } from '../same-json.ts'

type Labels = Readonly<Record<string, string>> | undefined
type Quantities = Readonly<Record<string, Quantity>> | undefined

/** The events of a changed pod: specific ones, or the general update when none fits. */
export function podChanges(oldPod: Pod, newPod: Pod): ClusterEvent[] {
  const waits = (newPod.spec?.nodeName ?? '') === ''
  const resource: EventResource = waits ? 'UnschedulablePod' : 'AssignedPod'
  const events: ClusterEvent[] = []
  const add = (action: number): void => {
    events.push({ resource, actions: action })
  }
  if (!sameStrings(oldPod.metadata.labels, newPod.metadata.labels)) add(actions.updatePodLabel)
  if (scalesDown(oldPod, newPod)) add(actions.updatePodScaleDown)
  if (gateCount(newPod) === 0 && gateCount(oldPod) !== 0) {
    add(actions.updatePodSchedulingGatesEliminated)
  }
  if (tolerationCount(oldPod) !== tolerationCount(newPod)) add(actions.updatePodToleration)
  if (!sameClaims(oldPod, newPod)) add(actions.updatePodGeneratedResourceClaim)
  if (events.length === 0) {
    events.push(waits ? eventUnscheduledPodUpdate : { resource, actions: actions.update })
  }
  return events
}

/** The events of a changed node; none when nothing that schedulers look at changed. */
export function nodeChanges(oldNode: Node, newNode: Node): ClusterEvent[] {
  const events: ClusterEvent[] = []
  const add = (action: number): void => {
    events.push({ resource: 'Node', actions: action })
  }
  const { spec: oldSpec, status: oldStatus, metadata: oldMeta } = oldNode
  const { spec, status, metadata } = newNode
  if (oldSpec?.unschedulable === true && spec?.unschedulable !== true) add(actions.updateNodeTaint)
  if (!sameAmounts(oldStatus?.allocatable, status?.allocatable)) add(actions.updateNodeAllocatable)
  if (!sameStrings(oldMeta.labels, metadata.labels)) add(actions.updateNodeLabel)
  if (!sameJson(oldSpec?.taints ?? [], spec?.taints ?? [])) add(actions.updateNodeTaint)
  if (!sameStrings(conditionsOf(oldNode), conditionsOf(newNode))) add(actions.updateNodeCondition)
  if (!sameStrings(oldMeta.annotations, metadata.annotations)) add(actions.updateNodeAnnotation)
  if (!sameJson(oldStatus?.declaredFeatures ?? [], status?.declaredFeatures ?? [])) {
    add(actions.updateNodeDeclaredFeature)
  }
  return events
}

/** Whether any request became smaller or was dropped. */
function scalesDown(oldPod: Pod, newPod: Pod): boolean {
  if (oldPod.spec === newPod.spec && !statusCounts(oldPod) && !statusCounts(newPod)) return false
  const options = { useStatus: true, usePodStatus: true }
  const before = podRequests(oldPod, options)
  const after = podRequests(newPod, options)
  for (const [name, amount] of before) {
    const now = after.get(name)
    if (now === undefined || milliValueOf(amount) > milliValueOf(now)) return true
  }
  return false
}

/** Equal as numbers: 1000m is 1. */
function sameAmounts(a: Quantities, b: Quantities): boolean {
  if (a === b) return true
  const left = a ?? {}
  const right = b ?? {}
  const names = Object.keys(left)
  if (names.length !== Object.keys(right).length) return false
  return names.every(
    name => name in right && compareAmounts(amountOf(left[name]), amountOf(right[name])) === 0,
  )
}

function gateCount(pod: Pod): number {
  return pod.spec?.schedulingGates?.length ?? 0
}

function tolerationCount(pod: Pod): number {
  return pod.spec?.tolerations?.length ?? 0
}

function sameClaims(oldPod: Pod, newPod: Pod): boolean {
  const before = oldPod.status
  const after = newPod.status
  return (
    sameJson(before?.resourceClaimStatuses ?? [], after?.resourceClaimStatuses ?? []) &&
    sameJson(before?.extendedResourceClaimStatus, after?.extendedResourceClaimStatus)
  )
}

function conditionsOf(node: Node): Labels {
  const statuses: Record<string, string> = {}
  for (const { type, status } of node.status?.conditions ?? []) statuses[type] = status
  return statuses
}
