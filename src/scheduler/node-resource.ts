// Resource amounts as plain integers: cpu in thousandths, all else in units (bytes).
// Upstream: pkg/scheduler/framework/types.go Resource and pkg/apis/core/v1/helper, v1.36.3.

import { type Amount, amountOf, milliValueOf, valueOf } from './quantity-value.ts'

export interface Resource {
  readonly milliCpu: number
  readonly memory: number
  readonly ephemeralStorage: number
  readonly allowedPodNumber: number
  /** Extended resources, huge pages and the like by name. */
  readonly scalars: ReadonlyMap<string, number>
}

const noScalars: ReadonlyMap<string, number> = new Map()

export const emptyResource: Resource = {
  milliCpu: 0,
  memory: 0,
  ephemeralStorage: 0,
  allowedPodNumber: 0,
  scalars: noScalars,
}

/** A resource list of the API as numbers. */
export function resourceOf(list: Readonly<Record<string, string | number>> | undefined): Resource {
  if (list === undefined) return emptyResource
  const amounts = new Map<string, Amount>()
  for (const name of Object.keys(list)) amounts.set(name, amountOf(list[name]))
  return resourceOfAmounts(amounts)
}

/** Names that the scheduler does not know are dropped. */
export function resourceOfAmounts(amounts: ReadonlyMap<string, Amount>): Resource {
  let { milliCpu, memory, ephemeralStorage, allowedPodNumber } = emptyResource
  let scalars: Map<string, number> | undefined
  for (const [name, amount] of amounts) {
    if (name === 'cpu') milliCpu = milliValueOf(amount)
    else if (name === 'memory') memory = valueOf(amount)
    else if (name === 'pods') allowedPodNumber = valueOf(amount)
    else if (name === 'ephemeral-storage') ephemeralStorage = valueOf(amount)
    else if (isScalarResourceName(name)) {
      scalars ??= new Map()
      scalars.set(name, valueOf(amount))
    }
  }
  return { milliCpu, memory, ephemeralStorage, allowedPodNumber, scalars: scalars ?? noScalars }
}

/** `a + sign * b`; the number of allowed pods is not summed. */
export function addResources(a: Resource, b: Resource, sign: 1 | -1): Resource {
  let scalars = a.scalars
  if (b.scalars.size > 0) {
    const sum = new Map(a.scalars)
    for (const [name, value] of b.scalars) sum.set(name, (sum.get(name) ?? 0) + sign * value)
    scalars = sum
  }
  return {
    milliCpu: a.milliCpu + sign * b.milliCpu,
    memory: a.memory + sign * b.memory,
    ephemeralStorage: a.ephemeralStorage + sign * b.ephemeralStorage,
    allowedPodNumber: a.allowedPodNumber,
    scalars,
  }
}

const nativeDomain = 'kubernetes.io/'
const qualifiedName = /^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/
const subdomain = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/

/** A name with a foreign domain, such as `nvidia.com/gpu`. */
export function isExtendedResourceName(name: string): boolean {
  if (!name.includes('/') || name.includes(nativeDomain) || name.startsWith('requests.')) {
    return false
  }
  const [domain = '', local = '', ...rest] = `requests.${name}`.split('/')
  return (
    rest.length === 0 && domain.length <= 253 && subdomain.test(domain) && qualifiedName.test(local)
  )
}

/** Whether a name is counted beside cpu, memory, ephemeral storage and pods. */
export function isScalarResourceName(name: string): boolean {
  return (
    name.startsWith('hugepages-') ||
    name.startsWith('attachable-volumes-') ||
    name.includes(nativeDomain) ||
    isExtendedResourceName(name)
  )
}
