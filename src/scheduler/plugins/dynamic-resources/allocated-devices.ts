// Which devices claims already have.
// Upstream: plugins/dynamicresources/allocateddevices.go, v1.36.3.

import type { ResourceClaim } from '../../../kube/generated/types.ts'
import { type Amount, addAmounts, amountOf } from '../../quantity-value.ts'
import type { AllocatedState } from './allocator.ts'

/** Devices with admin access are not counted: they are shared by design. */
export function allocatedDevices(claims: readonly ResourceClaim[]): AllocatedState {
  const devices = new Set<string>()
  const sharedDevices = new Set<string>()
  const capacity = new Map<string, Map<string, Amount>>()
  for (const { status } of claims) {
    for (const result of status?.allocation?.devices?.results ?? []) {
      if (result.adminAccess === true) continue
      const id = `${result.driver}/${result.pool}/${result.device}`
      if (result.shareID === undefined) {
        devices.add(id)
        continue
      }
      sharedDevices.add(id)
      addCapacity(capacity, id, result.consumedCapacity ?? {})
    }
  }
  return { devices, sharedDevices, capacity }
}

function addCapacity(
  capacity: Map<string, Map<string, Amount>>,
  id: string,
  consumed: Readonly<Record<string, string | number>>,
): void {
  const totals = capacity.get(id) ?? new Map<string, Amount>()
  capacity.set(id, totals)
  for (const [name, quantity] of Object.entries(consumed)) {
    const amount = amountOf(quantity)
    const before = totals.get(name)
    totals.set(name, before === undefined ? amount : addAmounts(before, amount))
  }
}
