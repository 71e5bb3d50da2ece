// Whether a node could go: its pods must find a place elsewhere.
// Port of cluster-autoscaler 1.36.1 simulator/cluster.go.

import type { Node, Pod } from '../../kube/generated/types.ts'
import { newNodeInfo } from '../../scheduler/node-info.ts'
import type { ClusterSnapshot } from './cluster-snapshot.ts'
import { type BlockingReason, type DrainContext, type PodsToMove, podsToMove } from './drain.ts'
import { toBeDeletedTaint } from './eligibility.ts'

export type Removal =
  | { readonly removable: true; readonly moved: PodsToMove; readonly after: ClusterSnapshot }
  | {
      readonly removable: false
      readonly reason: 'NoNodeInfo' | 'BlockedByPod' | 'NoPlaceToMovePods'
      readonly blocking?: { readonly pod: Pod; readonly reason: BlockingReason }
    }

/** SimulateNodeRemoval: `after` is the cluster without the node; the given one stays as it is. */
export function simulateRemoval(
  snapshot: ClusterSnapshot,
  nodeName: string,
  context: DrainContext,
): Removal {
  const info = snapshot.nodeInfo(nodeName)
  if (info === undefined) return { removable: false, reason: 'NoNodeInfo' }
  const moved = podsToMove(
    info.pods.map(({ pod }) => pod),
    context,
  )
  if (moved.blocking !== undefined) {
    return { removable: false, reason: 'BlockedByPod', blocking: moved.blocking }
  }
  const after = snapshot.fork()
  // The node stays as a topology domain while its pods look for another place.
  after.put(newNodeInfo(asGhost(info.node, context.nowMs)))
  for (const pod of moved.pods) {
    const { nodeName: _, ...spec } = pod.spec as NonNullable<Pod['spec']>
    const place = after.scheduleAnywhere({ ...pod, spec }, ({ name }) => name !== nodeName)
    if (place === undefined) return { removable: false, reason: 'NoPlaceToMovePods' }
  }
  after.remove(nodeName)
  return { removable: true, moved, after }
}

function asGhost(node: Node, nowMs: number): Node {
  const value = String(Math.floor(nowMs / 1000))
  const taint = { key: toBeDeletedTaint, value, effect: 'NoSchedule' }
  return { ...node, spec: { ...node.spec, taints: [...(node.spec?.taints ?? []), taint] } }
}
