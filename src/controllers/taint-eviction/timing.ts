// How long a pod may stay on a node with NoExecute taints.
// Upstream: pkg/controller/tainteviction/taint_eviction.go, v1.36.3.

import type { Node, Pod, Taint, Toleration } from '../../kube/generated/types.ts'
import { toleratesTaint } from '../../kube/toleration.ts'

export function noExecuteTaints(node: Node): readonly Taint[] {
  return (node.spec?.taints ?? []).filter(({ effect }) => effect === 'NoExecute')
}

/** Milliseconds until eviction: 0 at once, undefined never. */
export function evictionDelayMs(pod: Pod, taints: readonly Taint[]): number | undefined {
  const used: Toleration[] = []
  for (const taint of taints) {
    const match = (pod.spec?.tolerations ?? []).find(toleration =>
      toleratesTaint(toleration, taint),
    )
    if (match === undefined) return 0
    used.push(match)
  }
  let least: number | undefined
  for (const { tolerationSeconds } of used) {
    if (tolerationSeconds === undefined) continue
    if (tolerationSeconds <= 0) return 0
    least = Math.min(least ?? tolerationSeconds, tolerationSeconds)
  }
  return least === undefined ? undefined : least * 1000
}
