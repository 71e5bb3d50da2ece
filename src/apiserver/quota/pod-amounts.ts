// What a pod asks for as a whole. Upstream: plugin/pkg/admission/limitranger/admission.go
// podRequests and podLimits, v1.36.3.

import type { Container, PodSpec, Quantity } from '../../kube/generated/types.ts'
import { type Quantity as Parsed, quantityOf } from '../../kube/quantity.ts'
import { addQuantities, compareQuantities } from '../../kube/quantity-math.ts'

export type Totals = Map<string, Parsed>
type Side = 'requests' | 'limits'

/** Containers together, or init containers where one of them needs more. */
export function podAmounts(spec: PodSpec, side: Side): Totals {
  const totals: Totals = new Map()
  for (const container of spec.containers ?? []) addTo(totals, amountsOf(container, side))
  const sidecars: Totals = new Map()
  const peak: Totals = new Map()
  for (const container of spec.initContainers ?? []) {
    const own = amountsOf(container, side)
    if (container.restartPolicy === 'Always') {
      addTo(totals, own)
      addTo(sidecars, own)
      raiseTo(peak, sidecars)
    } else {
      const current: Totals = new Map(sidecars)
      addTo(current, own)
      raiseTo(peak, current)
    }
  }
  raiseTo(totals, peak)
  const whole = spec.resources?.[side] ?? {}
  for (const name of ['cpu', 'memory']) {
    if (whole[name] !== undefined) totals.set(name, quantityOf(whole[name]))
  }
  return totals
}

function amountsOf({ resources }: Container, side: Side): Readonly<Record<string, Quantity>> {
  return resources?.[side] ?? {}
}

function addTo(totals: Totals, amounts: Readonly<Record<string, Quantity>>): void {
  for (const name in amounts) add(totals, name, quantityOf(amounts[name]))
}

/** Adds one amount. */
export function add(totals: Totals, name: string, amount: Parsed): void {
  const before = totals.get(name)
  totals.set(name, before === undefined ? amount : addQuantities(before, amount))
}

function raiseTo(totals: Totals, others: Totals): void {
  for (const [name, amount] of others) {
    const before = totals.get(name)
    if (before === undefined || compareQuantities(amount, before) > 0) totals.set(name, amount)
  }
}
