// The quality-of-service class of a pod. Upstream: pkg/apis/core/v1/helper/qos/qos.go, v1.36.3.

import type { Pod, ResourceRequirements } from './generated/types.ts'
import type { Quantity } from './quantity.ts'
import { compareQuantities, sign } from './quantity-math.ts'
import { addAmounts, amountsOf, type ResourceList } from './resources.ts'

export type QosClass = 'Guaranteed' | 'Burstable' | 'BestEffort'

/** Amounts of cpu and memory above zero. */
function computeAmounts(list: ResourceList | undefined): Map<string, Quantity> {
  const amounts = amountsOf(list)
  for (const [name, amount] of amounts) {
    if ((name !== 'cpu' && name !== 'memory') || sign(amount) !== 1) amounts.delete(name)
  }
  return amounts
}

/** The class that the API server writes into status.qosClass. */
export function qosClass(pod: Pod): QosClass {
  const spec = pod.spec
  const resources: readonly (ResourceRequirements | undefined)[] =
    spec?.resources !== undefined
      ? [spec.resources]
      : [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])].map(each => each.resources)
  const requests = new Map<string, Quantity>()
  const limits = new Map<string, Quantity>()
  // Pod-level resources without limits still leave the pod a candidate, as upstream has it.
  let guaranteed = true
  for (const each of resources) {
    const own = computeAmounts(each?.limits)
    addAmounts(limits, own)
    addAmounts(requests, computeAmounts(each?.requests))
    const isPodLevel = each !== undefined && each === spec?.resources
    const counts = !isPodLevel || Object.keys(each.limits ?? {}).length > 0
    if (counts && own.size < 2) guaranteed = false
  }
  if (requests.size === 0 && limits.size === 0) return 'BestEffort'
  if (!guaranteed || requests.size !== limits.size) return 'Burstable'
  for (const [name, request] of requests) {
    const limit = limits.get(name)
    if (limit === undefined || compareQuantities(limit, request) !== 0) return 'Burstable'
  }
  return 'Guaranteed'
}
