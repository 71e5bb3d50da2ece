// Which pods of a ReplicaSet are deleted first. Upstream: pkg/controller/controller_utils.go
// (ActivePods, ActivePodsWithRanks) and pkg/controller/replicaset/replica_set.go, v1.36.3.

import type { Pod } from './generated/types.ts'
import { parseGoInt } from './go-text.ts'
import { stableSort } from './go-sort.ts'
import { isPodActive, isPodReady, podCondition, timeOrZero } from './pod.ts'

const phaseOrder: Readonly<Record<string, number>> = { Pending: 0, Unknown: 1, Running: 2 }
const deletionCostAnnotation = 'controller.kubernetes.io/pod-deletion-cost'

/** What the order depends on, read once per pod. */
interface Candidate {
  readonly pod: Pod
  readonly node: string
  readonly phase: number
  readonly ready: boolean
  readonly cost: number
  readonly rank: number
  readonly readySinceMs: number | undefined
  readonly restarts: readonly [containers: number, sidecars: number]
  readonly createdMs: number | undefined
  readonly uid: string
}

/** controller.kubernetes.io/pod-deletion-cost as a 32-bit integer, 0 when absent or invalid. */
export function deletionCost(pod: Pod): number {
  const text = pod.metadata.annotations?.[deletionCostAnnotation]
  if (text === undefined || !/^(?:0$|-|[1-9])/.test(text)) return 0
  const cost = parseGoInt(text)
  return cost.ok && (cost.value | 0) === cost.value ? cost.value : 0
}

function restartsOf({ spec, status }: Pod): readonly [number, number] {
  let containers = 0
  for (const { restartCount } of status?.containerStatuses ?? []) {
    containers = Math.max(containers, restartCount)
  }
  let sidecars = 0
  for (const { name, restartCount } of status?.initContainerStatuses ?? []) {
    const container = spec?.initContainers?.find(each => each.name === name)
    if (container?.restartPolicy === 'Always') sidecars = Math.max(sidecars, restartCount)
  }
  return [containers, sidecars]
}

function candidateOf(pod: Pod, rank: number): Candidate {
  const ready = isPodReady(pod)
  return {
    pod,
    node: pod.spec?.nodeName ?? '',
    phase: phaseOrder[pod.status?.phase ?? ''] ?? 0,
    ready,
    cost: deletionCost(pod),
    rank,
    readySinceMs: ready ? timeOrZero(podCondition(pod, 'Ready')?.lastTransitionTime) : undefined,
    restarts: restartsOf(pod),
    createdMs: timeOrZero(pod.metadata.creationTimestamp),
    uid: pod.metadata.uid ?? '',
  }
}

/** The later time first; a zero time counts as latest. */
function isLater(a: number | undefined, b: number | undefined): boolean {
  if (a === undefined || b === undefined) return a === undefined
  return a > b
}

/** The whole base-2 logarithm of an age in nanoseconds. */
function logarithmicRank(sinceMs: number, nowMs: number): number {
  const age = (nowMs - sinceMs) * 1e6
  return age > 0 ? Math.trunc(Math.log2(age)) : -1
}

interface Rules {
  /** Compare ages by their logarithm at this moment; undefined compares them exactly. */
  readonly nowMs: number | undefined
  readonly ranked: boolean
}

interface Ages {
  readonly a: number | undefined
  readonly b: number | undefined
}

function isYounger(first: Candidate, second: Candidate, { a, b }: Ages, { nowMs }: Rules): boolean {
  if (nowMs === undefined || a === undefined || b === undefined) return isLater(a, b)
  const difference = logarithmicRank(a, nowMs) - logarithmicRank(b, nowMs)
  return difference === 0 ? first.uid < second.uid : difference < 0
}

/** Whether the first candidate is deleted before the second. */
function isBefore(first: Candidate, second: Candidate, rules: Rules): boolean {
  if ((first.node === '') !== (second.node === '')) return first.node === ''
  if (first.phase !== second.phase) return first.phase < second.phase
  if (first.ready !== second.ready) return !first.ready
  if (rules.ranked && first.cost !== second.cost) return first.cost < second.cost
  if (rules.ranked && first.rank !== second.rank) return first.rank > second.rank
  if (first.ready && first.readySinceMs !== second.readySinceMs) {
    return isYounger(first, second, { a: first.readySinceMs, b: second.readySinceMs }, rules)
  }
  for (const kind of [0, 1] as const) {
    if (first.restarts[kind] !== second.restarts[kind]) {
      return first.restarts[kind] > second.restarts[kind]
    }
  }
  if (first.createdMs === second.createdMs) return false
  return isYounger(first, second, { a: first.createdMs, b: second.createdMs }, rules)
}

function sorted(candidates: readonly Candidate[], rules: Rules): Pod[] {
  return stableSort(candidates, (a, b) => isBefore(a, b, rules)).map(({ pod }) => pod)
}

/** Pods with given ranks (more is deleted earlier), the first to delete first. */
export function rankedDeletionOrder(
  pods: readonly Pod[],
  ranks: readonly number[],
  nowMs: number | undefined,
): Pod[] {
  const candidates = pods.map((pod, index) => candidateOf(pod, ranks[index] ?? 0))
  return sorted(candidates, { nowMs, ranked: true })
}

/** ActivePods: without cost, ranks and logarithms, as the older controllers delete. */
export function activePodsOrder(pods: readonly Pod[]): Pod[] {
  const candidates = pods.map(pod => candidateOf(pod, 0))
  return sorted(candidates, { nowMs: undefined, ranked: false })
}

/** Ranked by how many active related pods (of the same owner's owner) share the pod's node. */
export function deletionOrder(pods: readonly Pod[], related: readonly Pod[], nowMs: number): Pod[] {
  const onNode = new Map<string, number>()
  for (const pod of related) {
    if (!isPodActive(pod)) continue
    const node = pod.spec?.nodeName ?? ''
    onNode.set(node, (onNode.get(node) ?? 0) + 1)
  }
  const ranks = pods.map(pod => onNode.get(pod.spec?.nodeName ?? '') ?? 0)
  return rankedDeletionOrder(pods, ranks, nowMs)
}
