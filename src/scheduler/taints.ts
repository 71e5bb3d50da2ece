// Taints that keep a pod off a node. Upstream: component-helpers scheduling/corev1/helpers.go and
// pkg/scheduler/framework/plugins/helper/taint.go, v1.36.3.

import type { Node, Pod, Taint } from '../kube/generated/types.ts'
import { tolerationsTolerate } from '../kube/toleration.ts'

/** Taints that keep pods off a node, unlike PreferNoSchedule. */
function keepsPodsOff(taint: Taint): boolean {
  return taint.effect === 'NoSchedule' || taint.effect === 'NoExecute'
}

/** Whether a NoSchedule or NoExecute taint of the node is not tolerated by the pod. */
export function hasUntoleratedTaint(node: Node, pod: Pod): boolean {
  const taints = node.spec?.taints
  if (taints === undefined || taints.length === 0) return false
  const tolerations = pod.spec?.tolerations
  for (const taint of taints) {
    if (keepsPodsOff(taint) && !tolerationsTolerate(tolerations, taint)) return true
  }
  return false
}
