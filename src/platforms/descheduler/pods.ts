// Lists and orders of pods. Port of descheduler v0.36.0 pkg/descheduler/pod/pods.go, pkg/utils.

import { unstableSort } from '../../kube/go-unstable-sort.ts'
import type { ContainerStatus, Pod } from '../../kube/generated/types.ts'
import { isPodTerminal, timeOrZero } from '../../kube/pod.ts'
import { qosClass } from '../../kube/qos.ts'
import type { DeschedulerWorld } from './world.ts'

export type PodFilter = (pod: Pod) => boolean

/** Every pod that runs, or ran, on the node. */
export function allPodsOn({ pods }: DeschedulerWorld, node: string): readonly Pod[] {
  return pods.filter(({ spec }) => spec?.nodeName === node)
}

/** Pods of the node that have not ended. */
export function podsOn(world: DeschedulerWorld, node: string): readonly Pod[] {
  return allPodsOn(world, node).filter(pod => !isPodTerminal(pod))
}

const noEvictionAnnotation = 'descheduler.alpha.kubernetes.io/prefer-no-eviction'

export function prefersNoEviction({ metadata }: Pod): boolean {
  return (
    metadata.annotations !== undefined && Object.hasOwn(metadata.annotations, noEvictionAnnotation)
  )
}

const qosRanks: readonly string[] = ['BestEffort', 'Burstable', 'Guaranteed']

function qosRank(pod: Pod): number {
  return qosRanks.indexOf(pod.status?.qosClass ?? qosClass(pod))
}

/** Less important pods first; upstream's comparison is no order for equal ones. */
export function byPriorityLowToHigh(pods: readonly Pod[]): readonly Pod[] {
  return unstableSort(pods, (a, b) => {
    const [left, right] = [a.spec?.priority, b.spec?.priority]
    if (left !== right && (left === undefined || right === undefined)) return left === undefined
    if (left !== undefined && right !== undefined && left !== right) return left < right
    const [leftRank, rightRank] = [qosRank(a), qosRank(b)]
    if (leftRank !== rightRank) return leftRank < rightRank
    return !prefersNoEviction(a) || prefersNoEviction(b)
  })
}

/** Milliseconds since the creation; a pod without a creation time is as old as can be. */
export function ageMs({ metadata }: Pod, nowMs: number): number {
  const created = timeOrZero(metadata.creationTimestamp)
  return created === undefined ? Number.POSITIVE_INFINITY : nowMs - created
}

/** Oldest first. */
export function byAge(pods: readonly Pod[], nowMs: number): readonly Pod[] {
  return unstableSort(pods, (a, b) => ageMs(a, nowMs) > ageMs(b, nowMs))
}

export function hasWaitingReason(
  statuses: readonly ContainerStatus[] | undefined,
  reasons: readonly string[],
): boolean {
  return (statuses ?? []).some(
    ({ state }) => state?.waiting !== undefined && reasons.includes(state.waiting.reason ?? ''),
  )
}

export function hasTerminatedReason(
  statuses: readonly ContainerStatus[] | undefined,
  reasons: readonly string[],
): boolean {
  return (statuses ?? []).some(
    ({ state }) =>
      state?.terminated !== undefined && reasons.includes(state.terminated.reason ?? ''),
  )
}

/** Pods by a key, in the order of their first appearance. */
export function groupedBy(
  pods: readonly Pod[],
  keyOf: (pod: Pod) => string,
): ReadonlyMap<string, readonly Pod[]> {
  const groups = new Map<string, Pod[]>()
  for (const pod of pods) {
    const key = keyOf(pod)
    const group = groups.get(key) ?? []
    group.push(pod)
    groups.set(key, group)
  }
  return groups
}
