// Which taints a pod tolerates. Upstream: api core/v1/toleration.go and
// component-helpers scheduling/corev1/helpers.go, v0.36.3.

import type { Node, Pod, Taint, Toleration } from '../kube/generated/types.ts'

const noTolerations: readonly Toleration[] = []

/** Taints that keep pods off a node, unlike PreferNoSchedule. */
export function keepsPodsOff(taint: Taint): boolean {
  return taint.effect === 'NoSchedule' || taint.effect === 'NoExecute'
}

/** The comparison operators Lt and Gt are behind an alpha gate in 1.36 and match nothing. */
export function tolerates(toleration: Toleration, taint: Taint): boolean {
  const { effect = '', key = '', operator = '', value = '' } = toleration
  if (effect !== '' && effect !== taint.effect) return false
  if (key !== '' && key !== taint.key) return false
  if (operator === '' || operator === 'Equal') return value === (taint.value ?? '')
  return operator === 'Exists'
}

export function tolerated(tolerations: readonly Toleration[], taint: Taint): boolean {
  for (const toleration of tolerations) if (tolerates(toleration, taint)) return true
  return false
}

/** Whether a NoSchedule or NoExecute taint of the node is not tolerated by the pod. */
export function hasUntoleratedTaint(node: Node, pod: Pod): boolean {
  const taints = node.spec?.taints
  if (taints === undefined || taints.length === 0) return false
  const tolerations = pod.spec?.tolerations ?? noTolerations
  for (const taint of taints) {
    if (keepsPodsOff(taint) && !tolerated(tolerations, taint)) return true
  }
  return false
}
