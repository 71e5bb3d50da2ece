// Answers pod-resources vectors with src/kube/resources.ts and qos.ts.

import type { Pod, PodSpec } from '../../../src/kube/generated/types.ts'
import { qosClass } from '../../../src/kube/qos.ts'
import { quantityOf } from '../../../src/kube/quantity.ts'
import { addQuantities, multiplied } from '../../../src/kube/quantity-math.ts'
import { amountsOf, amountsText, podLimits, podRequests } from '../../../src/kube/resources.ts'
import type { Topic } from './topic.ts'

const nonMissing = amountsOf({ cpu: '100m', memory: '200Mi' })

/**
 * Upstream adds the overhead to pod-level requests in place when they are in decimal form, so each
 * recorded call found the pod as the calls before it had left it. Canonical texts, which is what
 * the API stores, never have that form.
 */
function afterCalls(pod: Pod, calls: number): Pod {
  const { resources, overhead } = pod.spec ?? {}
  if (resources?.requests === undefined || overhead === undefined) return pod
  const requests = amountsOf(resources.requests)
  for (const [name, amount] of requests) {
    const added = quantityOf(overhead[name])
    if (!amount.isDecimal) continue
    requests.set(name, addQuantities(amount, multiplied(added, calls)))
  }
  return {
    ...pod,
    spec: { ...pod.spec, resources: { ...resources, requests: amountsText(requests) } } as PodSpec,
  }
}

export const answer: Topic = (_family, input) => {
  const { pod } = input as { pod: Pod }
  return {
    requests: amountsText(podRequests(pod)),
    limits: amountsText(podLimits(pod)),
    requestsNoOverhead: amountsText(podRequests(afterCalls(pod, 1), { excludeOverhead: true })),
    requestsContainerOnly: amountsText(podRequests(pod, { skipPodLevel: true })),
    requestsWithStatus: amountsText(podRequests(afterCalls(pod, 1), { useStatus: true })),
    nonMissing: amountsText(podRequests(afterCalls(pod, 2), { nonMissing })),
    qos: qosClass(pod),
  }
}
