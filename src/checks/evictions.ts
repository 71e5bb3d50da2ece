// Evictions through the API, by whom and from where: what rebalancers do to workloads.

import { compareStrings } from '../base/compare.ts'
import type { World } from '../engine/world.ts'
import type { Node, Pod } from '../kube/generated/types.ts'
import { podCondition } from '../kube/pod.ts'
import type { Observation, WorkloadLife } from './verdict.ts'

/** One pod that the eviction API took. */
export interface Evicted {
  readonly atMs: number
  readonly uid: string
  readonly writer: string
}

/** Pods that components evicted while the trial ran, in order; what people drain is theirs. */
export function evictedIn({ world, startRevision }: Observation): readonly Evicted[] {
  const evicted: Evicted[] = []
  const components = new Set(world.program.actors.map(({ name }) => name))
  for (const { kind, before, after, atMs, writer } of world.store.changesAfter(startRevision)) {
    if (kind !== 'Pod' || before === undefined || after === undefined) continue
    if (!isEvicted(after as Pod) || isEvicted(before as Pod)) continue
    if (!components.has(writer)) continue
    evicted.push({ atMs, uid: after.metadata.uid ?? '', writer })
  }
  return evicted
}

function isEvicted(pod: Pod): boolean {
  return podCondition(pod, 'DisruptionTarget')?.reason === 'EvictionByEvictionAPI'
}

/** Evictions of one workload by one writer that found the same placement every time. */
export interface Returns {
  readonly writer: string
  readonly evictions: number
  /** Mean time from one return to the next. */
  readonly seconds: number
}

/** So often the same placement is no accident. */
const placementsMin = 3

/** Who evicts pods of a workload again and again only to find them placed as before. */
export function returnsOf(
  world: World,
  workload: WorkloadLife,
  evicted: readonly Evicted[],
): readonly Returns[] {
  const uids = new Set(workload.pods.map(({ uid }) => uid))
  const own = evicted.filter(({ uid }) => uids.has(uid))
  return [...new Set(own.map(({ writer }) => writer))].flatMap(writer => {
    const by = own.filter(each => each.writer === writer)
    const moments = new Map<string, number[]>()
    for (const atMs of new Set(by.map(each => each.atMs))) {
      const placement = placementAt(world, workload, atMs)
      moments.set(placement, [...(moments.get(placement) ?? []), atMs])
    }
    const [most = []] = [...moments.values()].sort((a, b) => b.length - a.length)
    if (most.length < placementsMin) return []
    const spanMs = (most.at(-1) as number) - (most[0] as number)
    return [{ writer, evictions: by.length, seconds: spanMs / (most.length - 1) / 1000 }]
  })
}

/** How many nodes of each sort had how many of the pods, just before a moment. */
function placementAt(world: World, { pods }: WorkloadLife, atMs: number): string {
  const counts = new Map<string, number>()
  for (const { node, boundMs, markedMs } of pods) {
    if (node === undefined || boundMs === undefined || boundMs >= atMs) continue
    if (markedMs === undefined || markedMs >= atMs) counts.set(node, (counts.get(node) ?? 0) + 1)
  }
  const placed = [...counts].map(([node, count]) => `${count} on ${sortOf(world, node)}`)
  return placed.sort(compareStrings).join(', ')
}

/** What nodes have in common that may take each other's place. */
function sortOf({ store }: World, name: string): string {
  const node = store.get('Node', name) as Node | undefined
  if (node === undefined) return name
  const { 'kubernetes.io/hostname': _, ...labels } = node.metadata.labels ?? {}
  const { taints = [], unschedulable = false } = node.spec ?? {}
  return JSON.stringify([labels, taints, unschedulable, node.status?.allocatable])
}
