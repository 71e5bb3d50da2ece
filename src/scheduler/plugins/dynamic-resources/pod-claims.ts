// The ResourceClaims of a pod.
// Upstream: dynamic-resource-allocation resourceclaim/resourceclaim.go, v0.36.3;
// plugins/dynamicresources/dynamicresources.go foreachPodResourceClaim, v1.36.3.

import type { PodResourceClaim, ResourceClaim } from '../../../kube/generated/types.ts'
import { controllerOf, keyOf } from '../../../kube/object.ts'
import type { Pod, SchedulerListers } from '../../framework.ts'

/** Marks the claim that stands for a pod's extended resources. */
export const extendedResourceAnnotation = 'resource.kubernetes.io/extended-resource-claim'

/** All claims of the pod, or why it cannot be scheduled yet. */
export function podClaims(
  pod: Pod,
  listers: SchedulerListers,
): readonly ResourceClaim[] | { readonly problem: string } {
  const claims: ResourceClaim[] = []
  for (const podClaim of pod.spec?.resourceClaims ?? []) {
    const named = claimName(pod, podClaim)
    if ('problem' in named) return named
    if (named.name === undefined) continue
    const key = `${pod.metadata.namespace ?? ''}/${named.name}`
    const claim = listers.get('ResourceClaim', key)
    if (claim === undefined) return { problem: `could not find ResourceClaim "${key}"` }
    if (claim.metadata.deletionTimestamp !== undefined) {
      return { problem: `resourceclaim "${named.name}" is being deleted` }
    }
    const foreign = named.mustOwn ? whyForeign(pod, claim) : undefined
    if (foreign !== undefined) return { problem: foreign }
    claims.push(claim)
  }
  return claims
}

type ClaimName =
  | { readonly name: string | undefined; readonly mustOwn: boolean }
  | { readonly problem: string }

/** A template may legitimately yield no claim: then the name is undefined. */
function claimName(pod: Pod, podClaim: PodResourceClaim): ClaimName {
  if (podClaim.resourceClaimName !== undefined) {
    return { name: podClaim.resourceClaimName, mustOwn: false }
  }
  const where = `pod "${keyOf(pod.metadata)}"`
  if (podClaim.resourceClaimTemplateName === undefined) {
    return {
      problem: `${where}, spec.resourceClaim "${podClaim.name}": none of the supported fields are set`,
    }
  }
  const status = pod.status?.resourceClaimStatuses?.find(({ name }) => name === podClaim.name)
  if (status === undefined) return { problem: `${where}: ResourceClaim not created yet` }
  return { name: status.resourceClaimName, mustOwn: true }
}

function whyForeign(pod: Pod, claim: ResourceClaim): string | undefined {
  if (controllerOf(claim.metadata)?.uid === pod.metadata.uid) return undefined
  const claimKey = keyOf(claim.metadata)
  return `ResourceClaim ${claimKey} was not created for Pod ${keyOf(pod.metadata)} (Pod is not owner)`
}

/** Whether the pod may already use the claim. */
export function isReservedFor(pod: Pod, claim: ResourceClaim): boolean {
  return (claim.status?.reservedFor ?? []).some(({ uid }) => uid === pod.metadata.uid)
}
