// The scheduler's part of losing each node in turn: fork the settled cluster, take the node and its
// pods away, decide where their successors go, drop the fork.

import type { Pod } from '../src/kube/generated/types.ts'
import type { SchedulerCache } from '../src/scheduler/cache.ts'
import { podInfoOf } from '../src/scheduler/node-info.ts'

export interface Settled {
  readonly cache: SchedulerCache
  /** Decides on a cache and assumes; the rest of the cluster is the settled one. */
  readonly decideOn: (cache: SchedulerCache, pod: Pod) => void
}

/** Loses every node once; answers how many pods were decided. */
export function loseEachNode({ cache, decideOn }: Settled, nodesMax: number): number {
  let decided = 0
  cache.settle()
  const names = cache.order.slice(0, nodesMax)
  for (const name of names) {
    const fork = cache.fork()
    const pods = fork.nodeInfo(name)?.pods ?? []
    fork.removeNode(name)
    for (const { uid } of pods) fork.removePod(uid)
    for (const { pod, uid } of pods) {
      const { nodeName: _, ...spec } = pod.spec ?? { containers: [] }
      const metadata = { ...pod.metadata, name: `${pod.metadata.name}-again`, uid: `${uid}-again` }
      const successor: Pod = { ...pod, metadata, spec }
      podInfoOf(successor)
      decideOn(fork, successor)
      decided += 1
    }
  }
  return decided
}
