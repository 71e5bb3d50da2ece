// Defaults of amounts: requests that follow from limits.
// Upstream: pkg/apis/core/v1/defaults.go, v1.36.3.

import type { Container, Quantity, ResourceRequirements } from '../generated/types.ts'

export type Amounts = Readonly<Record<string, Quantity>>

/** Amounts are kept as they are written; finer than milli is rounded by the decoder. */
export function resourcesDefaults(resources: ResourceRequirements): ResourceRequirements {
  return resources
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
