// The quality-of-service class of a pod. Upstream: pkg/apis/core/v1/helper/qos/qos.go, v1.36.3.

import type { PodSpec, Quantity, ResourceRequirements } from '../kube/generated/types.ts'

type Amounts = Readonly<Record<string, Quantity>>
type QosClass = 'Guaranteed' | 'Burstable' | 'BestEffort'

const counted = ['cpu', 'memory'] as const

/** BestEffort without requests and limits, Guaranteed when all are equal, else Burstable. */
export function qosClassOf(spec: PodSpec | undefined): QosClass {
  if (spec === undefined) return 'BestEffort'
  if (spec.resources !== undefined) return classOf([spec.resources])
  const { initContainers = [], containers = [] } = spec
  const all = initContainers.length === 0 ? containers : [...initContainers, ...containers]
  return classOf(all.map(container => container.resources))
}

function classOf(all: readonly (ResourceRequirements | undefined)[]): QosClass {
  let any = false
  let every = true
  for (const resources of all) {
    any ||= isPositive(resources?.requests) || isPositive(resources?.limits)
    every &&= isGuaranteed(resources)
  }
  if (!any) return 'BestEffort'
  return every ? 'Guaranteed' : 'Burstable'
}

function isPositive(amounts: Amounts | undefined): boolean {
  return amounts !== undefined && (positive(amounts['cpu']) || positive(amounts['memory']))
}

function positive(amount: Quantity | undefined): boolean {
  if (amount === undefined) return false
  return Number.parseFloat(typeof amount === 'string' ? amount : String(amount)) > 0
}

/** Both resources have a limit, and each request equals it. */
function isGuaranteed(resources: ResourceRequirements | undefined): boolean {
  const { requests, limits } = resources ?? {}
  return counted.every(name => {
    const limit = limits?.[name]
    const request = requests?.[name]
    return positive(limit) && (request === undefined || String(request) === String(limit))
  })
}
