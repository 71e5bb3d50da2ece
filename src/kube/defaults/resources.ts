// Defaults of amounts: requests that follow from limits.
// Upstream: pkg/apis/core/v1/defaults.go, v1.36.3.

import type { Container, Quantity, ResourceRequirements } from '../generated/types.ts'
import { withChanged } from './setting.ts'

export type Amounts = Readonly<Record<string, Quantity>>

/** Nothing finer than a thousandth is kept: it is rounded up. */
export function milliRounded(amounts: Amounts): Amounts {
  let result: Record<string, Quantity> | undefined
  for (const name in amounts) {
    const text = amounts[name]
    if (typeof text !== 'string' || !/[nu]$/.test(text)) continue
    result ??= { ...amounts }
    result[name] = `${Math.ceil(Number.parseInt(text, 10) / (text.endsWith('u') ? 1e3 : 1e6))}m`
  }
  return result ?? amounts
}

export function resourcesDefaults(resources: ResourceRequirements): ResourceRequirements {
  const limited = withChanged(resources, 'limits', milliRounded)
  return withChanged(limited, 'requests', milliRounded)
}

/** `amounts` with those of `others` that are missing. */
export function withMissing(amounts: Amounts | undefined, others: Amounts): Amounts {
  let result: Record<string, Quantity> | undefined
  for (const name in others) {
    if (amounts !== undefined && name in amounts) continue
    result ??= { ...amounts }
    result[name] = others[name] as Quantity
  }
  return result ?? amounts ?? {}
}

/** A container of a pod (not of a template) requests at least its limits. */
export function requestsFromLimits(container: Container): Container {
  const limits = container.resources?.limits
  if (limits === undefined || limits === null) return container
  const requests = withMissing(container.resources?.requests, limits)
  if (requests === container.resources?.requests) return container
  if (Object.keys(requests).length === 0) return container
  return { ...container, resources: { ...container.resources, requests } }
}
