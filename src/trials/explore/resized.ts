// The same platform with fewer nodes, and with fewer pods of each workload.

import type { KubeObject } from '../../kube/object.ts'
import { type Platform, totalNodes, withNodeCount } from '../platform.ts'

export interface PlatformSize {
  readonly nodes: number
  /** The most replicas of any workload. */
  readonly pods: number
}

type Replicated = KubeObject & { readonly spec?: { readonly replicas?: number } }

function replicasOf({ kind, spec }: Replicated): number {
  return kind === 'Deployment' || kind === 'StatefulSet' ? (spec?.replicas ?? 1) : 1
}

/** How large a platform is. */
export function platformSize(platform: Platform): PlatformSize {
  const replicas = platform.objects.map(({ object }) => replicasOf(object))
  return { nodes: totalNodes(platform), pods: Math.max(1, ...replicas) }
}

/** The platform with so many nodes, and no workload with more pods than that. */
export function resized(platform: Platform, { nodes, pods }: PlatformSize): Platform {
  const objects = platform.objects.map(item => {
    const { object } = item
    if (replicasOf(object) <= pods) return item
    const spec = { ...(object['spec'] as object), replicas: pods }
    return { ...item, object: { ...object, spec } }
  })
  return withNodeCount({ ...platform, objects }, nodes)
}
