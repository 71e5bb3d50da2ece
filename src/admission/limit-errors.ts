// One item of a LimitRange against amounts. Upstream:
// plugin/pkg/admission/limitranger/admission.go, v1.36.3.

import type { LimitRangeItem, Quantity } from '../kube/generated/types.ts'
import { type Quantity as Parsed, quantityOf, quantityText } from '../kube/quantity.ts'
import { compareQuantities, isZero, milliValueOf } from '../kube/quantity-math.ts'
import type { Totals } from '../apiserver/quota/pod-amounts.ts'

/** `limits` is undefined for claims, which only request. */
export interface Asked {
  readonly requests: Totals
  readonly limits: Totals | undefined
}

/** What exceeds the item, resource by resource. */
export function limitErrors(item: LimitRangeItem, asked: Asked): readonly string[] {
  return [
    ...each(item.min, (name, bound) => minError(item.type, name, { bound, asked })),
    ...each(item.max, (name, bound) => maxError(item.type, name, { bound, asked })),
    ...each(item.maxLimitRequestRatio, (name, bound) =>
      ratioError(item.type, name, { bound, asked }),
    ),
  ]
}

interface Bound {
  readonly bound: Parsed
  readonly asked: Asked
}

function each(
  bounds: Readonly<Record<string, Quantity>> | undefined,
  check: (name: string, bound: Parsed) => string | undefined,
): readonly string[] {
  return Object.entries(bounds ?? {}).flatMap(([name, bound]) => {
    const error = check(name, quantityOf(bound))
    return error === undefined ? [] : [error]
  })
}

function minError(type: string, name: string, { bound, asked }: Bound): string | undefined {
  const head = `minimum ${name} usage per ${type} is ${quantityText(bound)}`
  const request = asked.requests.get(name)
  const limit = asked.limits?.get(name)
  if (request === undefined) return `${head}.  No request is specified`
  if (compareQuantities(request, bound) < 0) {
    return `${head}, but request is ${quantityText(request)}`
  }
  if (limit === undefined || compareQuantities(limit, bound) >= 0) return undefined
  return `${head}, but limit is ${quantityText(limit)}`
}

function maxError(type: string, name: string, { bound, asked }: Bound): string | undefined {
  const head = `maximum ${name} usage per ${type} is ${quantityText(bound)}`
  const request = asked.requests.get(name)
  if (asked.limits !== undefined) {
    const limit = asked.limits.get(name)
    if (limit === undefined) return `${head}.  No limit is specified`
    if (compareQuantities(limit, bound) > 0) return `${head}, but limit is ${quantityText(limit)}`
  } else if (request === undefined) {
    return `${head}.  No request is specified`
  }
  if (request === undefined || compareQuantities(request, bound) <= 0) return undefined
  return `${head}, but request is ${quantityText(request)}`
}

function ratioError(type: string, name: string, { bound, asked }: Bound): string | undefined {
  const head = `${name} max limit to request ratio per ${type} is ${quantityText(bound)}`
  const request = asked.requests.get(name)
  const limit = asked.limits?.get(name)
  if (request === undefined || isZero(request)) {
    return `${head}, but no request is specified or request is 0`
  }
  if (limit === undefined || isZero(limit)) {
    return `${head}, but no limit is specified or limit is 0`
  }
  const ratio = milliValueOf(limit) / milliValueOf(request)
  if (ratio * 1000 <= milliValueOf(bound)) return undefined
  return `${head}, but provided ratio is ${ratio.toFixed(6)}`
}
