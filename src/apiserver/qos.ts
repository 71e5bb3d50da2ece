// The quality-of-service class of a pod. Upstream: pkg/apis/core/v1/helper/qos/qos.go, v1.36.3.

import type { Container, PodSpec, Quantity } from '../kube/generated/types.ts'

type Amounts = Readonly<Record<string, Quantity>>
type QosClass = 'Guaranteed' | 'Burstable' | 'BestEffort'

const counted = ['cpu', 'memory'] as const

const known = new WeakMap<PodSpec, QosClass>()

/** BestEffort without requests and limits, Guaranteed when all are equal, else Burstable. */
export function qosClassOf(spec: PodSpec | undefined): QosClass {
  if (spec === undefined) return 'BestEffort'
  const before = known.get(spec)
  if (before !== undefined) return before
  const computed = computedClass(spec)
  known.set(spec, computed)
  return computed
}

function computedClass(spec: PodSpec): QosClass {
  if (spec.resources !== undefined) {
    const { requests, limits } = spec.resources
    if (!isPositive(requests) && !isPositive(limits)) return 'BestEffort'
    return allEqual(requests, limits) ? 'Guaranteed' : 'Burstable'
  }
  const containers: readonly Container[] = [...(spec.initContainers ?? []), ...spec.containers]
  const any = containers.some(
    each => isPositive(each.resources?.requests) || isPositive(each.resources?.limits),
  )
  if (!any) return 'BestEffort'
  const every = containers.every(each => allEqual(each.resources?.requests, each.resources?.limits))
  return every ? 'Guaranteed' : 'Burstable'
}

function isPositive(amounts: Amounts | undefined): boolean {
  if (amounts === undefined) return false
  return counted.some(name => positive(amounts[name]))
}

function positive(amount: Quantity | undefined): boolean {
  return amount !== undefined && Number.parseFloat(String(amount)) > 0
}

/** Both resources have a limit, and each request equals it. */
function allEqual(requests: Amounts | undefined, limits: Amounts | undefined): boolean {
  return counted.every(name => {
    const limit = limits?.[name]
    const request = requests?.[name]
    return positive(limit) && (request === undefined || String(request) === String(limit))
  })
}
