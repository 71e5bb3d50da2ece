// Rolling updates of DaemonSets: within maxUnavailable, or with new pods first within maxSurge.
// Upstream: pkg/controller/daemon/update.go (rollingUpdate), v1.36.3.

import { sortedStrings } from '../../base/compare.ts'
import type { DaemonSet, Pod } from '../../kube/generated/types.ts'
import { scaledValue } from '../../kube/int-or-percent.ts'
import { isPodAvailable } from '../../kube/pod.ts'
import type { ManageInput } from './manage.ts'
import { byNode, isUpToDate } from './pods.ts'

/** How many nodes may hold a second, newer pod; 0 without surge. */
export function surgeCount(daemonSet: DaemonSet, desired: number): number {
  const { type, rollingUpdate } = daemonSet.spec?.updateStrategy ?? {}
  if (type !== 'RollingUpdate' || rollingUpdate?.maxSurge === undefined) return 0
  return scaledValue(rollingUpdate.maxSurge, desired, true) ?? 0
}

function unavailableCount(daemonSet: DaemonSet, desired: number): number {
  const { type, rollingUpdate } = daemonSet.spec?.updateStrategy ?? {}
  if (type !== 'RollingUpdate' || rollingUpdate === undefined) return 0
  return scaledValue(rollingUpdate.maxUnavailable ?? 1, desired, true) ?? 0
}

export interface RollingPlan {
  readonly create: readonly string[]
  readonly remove: readonly Pod[]
}

interface OnNode {
  readonly node: string
  readonly shouldRun: boolean
  /** Undefined pods are absent; `excess` when there are several of a kind. */
  readonly newPod?: Pod
  readonly oldPod?: Pod
  readonly excess: boolean
}

/** The next pods to replace. Nodes are taken by name; upstream takes them in any order. */
export function planRollingUpdate(input: ManageInput): RollingPlan {
  const nodes = nodesWithPods(input)
  const desired = nodes.filter(({ shouldRun }) => shouldRun).length
  const maxSurge = surgeCount(input.daemonSet, desired)
  let maxUnavailable = unavailableCount(input.daemonSet, desired)
  if (desired > 0 && maxUnavailable === 0 && maxSurge === 0) maxUnavailable = 1
  return maxSurge === 0
    ? planWithoutSurge(input, nodes, maxUnavailable)
    : planWithSurge(input, nodes, { maxSurge, desired })
}

function nodesWithPods(input: ManageInput): readonly OnNode[] {
  const pods = byNode(input.pods)
  const wanted = new Set<string>()
  for (const node of input.nodes) {
    if (input.placement(node).shouldRun) wanted.add(node.metadata.name ?? '')
  }
  return sortedStrings(new Set([...pods.keys(), ...wanted])).map(node => {
    const shouldRun = wanted.has(node)
    const alive = (pods.get(node) ?? []).filter(
      ({ metadata }) => metadata.deletionTimestamp === undefined,
    )
    const fresh = alive.filter(pod => isUpToDate(input.daemonSet, pod, input.hash))
    const old = alive.filter(pod => !fresh.includes(pod))
    const excess = fresh.length > 1 || old.length > 1
    const [newPod] = fresh
    const [oldPod] = old
    return { node, shouldRun, excess, ...(newPod && { newPod }), ...(oldPod && { oldPod }) }
  })
}

function availability({ daemonSet, nowMs }: ManageInput): (pod: Pod) => boolean {
  const minReadySeconds = daemonSet.spec?.minReadySeconds ?? 0
  return pod => isPodAvailable(pod, minReadySeconds, nowMs)
}

function planWithoutSurge(
  input: ManageInput,
  nodes: readonly OnNode[],
  maxUnavailable: number,
): RollingPlan {
  const isAvailable = availability(input)
  const replaceable: Pod[] = []
  const candidates: Pod[] = []
  let unavailable = 0
  for (const { newPod, oldPod, excess } of nodes) {
    if (excess || (newPod === undefined) === (oldPod === undefined)) unavailable += 1
    else if (oldPod === undefined) {
      if (newPod !== undefined && !isAvailable(newPod)) unavailable += 1
    } else if (!isAvailable(oldPod)) {
      replaceable.push(oldPod)
      unavailable += 1
    } else if (unavailable < maxUnavailable) candidates.push(oldPod)
  }
  const room = Math.max(0, maxUnavailable - unavailable)
  return { create: [], remove: [...replaceable, ...candidates.slice(0, room)] }
}

function planWithSurge(
  input: ManageInput,
  nodes: readonly OnNode[],
  { maxSurge, desired }: { readonly maxSurge: number; readonly desired: number },
): RollingPlan {
  const isAvailable = availability(input)
  const remove: Pod[] = []
  const misplaced: Pod[] = []
  const allowed: string[] = []
  const candidates: string[] = []
  let surging = 0
  let available = 0
  for (const { node, shouldRun, newPod, oldPod, excess } of nodes) {
    if (excess) {
      surging += 1
      continue
    }
    const counted = oldPod ?? newPod
    if (counted !== undefined && isAvailable(counted)) available += 1
    if (oldPod === undefined) continue
    if (newPod !== undefined) {
      if (isAvailable(newPod)) remove.push(oldPod)
      else surging += 1
    } else if (!isAvailable(oldPod)) {
      if (shouldRun) allowed.push(node)
      else remove.push(oldPod)
    } else if (!shouldRun) misplaced.push(oldPod)
    else if (surging < maxSurge) candidates.push(node)
  }
  remove.push(...misplaced.slice(0, Math.max(0, available - desired)))
  const room = Math.max(0, maxSurge - surging)
  return { create: [...allowed, ...candidates.slice(0, room)], remove }
}
