// Prefers nodes where earlier alternatives of requests were allocated.
// Upstream: plugins/dynamicresources/dynamicresources.go computeScore, v1.36.3.

import type { AllocationResult, ResourceClaim } from '../../../kube/generated/types.ts'

/** At most so many alternatives per request; the first one scores this much. */
const alternativesMax = 8

/** Sums over all requests with alternatives: 8 for the first, 7 for the second and so on. */
export function preferenceScore(
  claims: readonly ResourceClaim[],
  allocated: readonly AllocationResult[],
): number {
  let score = 0
  let next = 0
  for (const { spec, status } of claims) {
    let allocation = status?.allocation
    if (allocation === undefined) {
      allocation = allocated[next]
      next += 1
    }
    const chosen = new Set(allocation?.devices?.results?.map(({ request }) => request))
    for (const { name, firstAvailable = [] } of spec.devices?.requests ?? []) {
      for (const [index, alternative] of firstAvailable.entries()) {
        if (chosen.has(`${name}/${alternative.name}`)) score += alternativesMax - index
      }
    }
  }
  return score
}
