// What the cluster autoscaler sees in a pod.
// Port of cluster-autoscaler 1.36.1 utils/pod/pod.go and utils/drain/drain.go.

import type { Pod } from '../../kube/generated/types.ts'
import { controllerOf } from '../../kube/object.ts'
import { type Quantity, quantityOf } from '../../kube/quantity.ts'
import { podRequests } from '../../kube/resources.ts'
import { timeOrZero } from '../../kube/pod.ts'

const longTerminatingMs = 30_000
const graceSecondsDefault = 30

export function annotationOf({ metadata }: Pod, name: string): string | undefined {
  return metadata.annotations?.[name]
}

export function isDaemonSetPod(pod: Pod): boolean {
  const isOwned = controllerOf(pod.metadata)?.kind === 'DaemonSet'
  return isOwned || annotationOf(pod, 'cluster-autoscaler.kubernetes.io/daemonset-pod') === 'true'
}

export function isMirrorPod(pod: Pod): boolean {
  return annotationOf(pod, 'kubernetes.io/config.mirror') !== undefined
}

/** Whether the pod should have been gone for half a minute: it counts as deleted. */
export function isLongTerminating({ metadata, spec }: Pod, nowMs: number): boolean {
  const deletion = timeOrZero(metadata.deletionTimestamp)
  if (deletion === undefined) return false
  const graceMs = (spec?.terminationGracePeriodSeconds ?? graceSecondsDefault) * 1000
  return deletion + graceMs + longTerminatingMs < nowMs
}

/** What the pod requests of a resource; zero when nothing. */
export function requestOf(pod: Pod, resource: string): Quantity {
  return podRequests(pod, { useStatus: true }).get(resource) ?? quantityOf(0)
}

/** `namespace/name`. */
export function podKey({ metadata }: Pod): string {
  return `${metadata.namespace ?? ''}/${metadata.name ?? ''}`
}
