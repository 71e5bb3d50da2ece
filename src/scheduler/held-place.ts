// Whether a pod takes up room on a node. Upstream: spec.nodeName and status.nominatedNodeName as
// the hints of the plugins ask for them, v1.36.3.

import type { Pod } from '../kube/generated/types.ts'

/** Whether a pod has a node. */
export function isAssigned(pod: Pod | undefined): boolean {
  return (pod?.spec?.nodeName ?? '') !== ''
}

/** Whether a pod has a node, or one is kept for it. */
export function holdsPlace(pod: Pod): boolean {
  return isAssigned(pod) || (pod.status?.nominatedNodeName ?? '') !== ''
}
