// All nodes as one scheduling attempt sees them. Upstream: pkg/scheduler/backend/cache/snapshot.go,
// v1.36.3.

import type { NodeInfo } from './node-info.ts'

export interface Snapshot {
  /** In upstream's order: one node of each zone in turn. */
  readonly nodes: readonly NodeInfo[]
  readonly byName: ReadonlyMap<string, NodeInfo>
  /** Nodes with pods that have any affinity or anti-affinity, in snapshot order. */
  havePodsWithAffinity(): readonly NodeInfo[]
  havePodsWithRequiredAntiAffinity(): readonly NodeInfo[]
  /** Whether a pod of any node uses the claim `namespace/name`. */
  isPvcUsed(claimKey: string): boolean
}

/** A snapshot of nodes in their order; lists that few attempts need are made on demand. */
export function snapshotOf(nodes: readonly NodeInfo[]): Snapshot {
  let byName: ReadonlyMap<string, NodeInfo> | undefined
  let withAffinity: readonly NodeInfo[] | undefined
  let withRequiredAntiAffinity: readonly NodeInfo[] | undefined
  return {
    nodes,
    get byName() {
      byName ??= new Map(nodes.map(node => [node.name, node]))
      return byName
    },
    havePodsWithAffinity: () => {
      withAffinity ??= nodes.filter(node => node.podsWithAffinity.length > 0)
      return withAffinity
    },
    havePodsWithRequiredAntiAffinity: () => {
      withRequiredAntiAffinity ??= nodes.filter(
        node => node.podsWithRequiredAntiAffinity.length > 0,
      )
      return withRequiredAntiAffinity
    },
    isPvcUsed: key => nodes.some(node => node.pvcRefCounts.has(key)),
  }
}
