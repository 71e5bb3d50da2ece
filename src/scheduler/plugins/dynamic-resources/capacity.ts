// Capacity of devices that several claims may share.
// Upstream: structured/internal/incubating/consumable_capacity.go, v0.36.3.

import type {
  CapacityRequestPolicy,
  CapacityRequirements,
  Device,
  DeviceCapacity,
} from '../../../kube/generated/types.ts'
import { newQuantity } from '../../../kube/quantity-math.ts'
import { type Amount, addAmounts, amountOf, compareAmounts, valueOf } from '../../quantity-value.ts'

export type Consumed = ReadonlyMap<string, Amount>

/** What a request would take of each capacity of a device. */
export function consumedBy(
  requirements: CapacityRequirements | undefined,
  device: Device,
): Map<string, Amount> {
  const consumed = new Map<string, Amount>()
  for (const [name, capacity] of Object.entries(device.capacity ?? {})) {
    consumed.set(name, consumption(requirements?.requests?.[name], capacity))
  }
  return consumed
}

/** Whether the device can give what is asked for beside what is taken and being taken. */
export function hasCapacity(
  requirements: CapacityRequirements | undefined,
  device: Device,
  taken: readonly (Consumed | undefined)[],
): boolean {
  const requests = requirements?.requests ?? {}
  if (Object.keys(requests).some(name => device.capacity?.[name] === undefined)) return false
  for (const [name, capacity] of Object.entries(device.capacity ?? {})) {
    let sum = consumption(requests[name], capacity)
    if (violates(sum, capacity.requestPolicy)) return false
    for (const other of taken) {
      const used = other?.get(name)
      if (used !== undefined) sum = addAmounts(sum, used)
    }
    if (compareAmounts(sum, amountOf(capacity.value)) > 0) return false
  }
  return true
}

function consumption(requested: string | number | undefined, capacity: DeviceCapacity): Amount {
  const policy = capacity.requestPolicy
  if (requested === undefined) return amountOf(policy?.default ?? capacity.value)
  const amount = amountOf(requested)
  if (policy?.validRange?.min !== undefined) return roundUp(amount, policy.validRange)
  const fitting = (policy?.validValues ?? [])
    .map(amountOf)
    .find(value => compareAmounts(amount, value) <= 0)
  return fitting ?? amount
}

type Range = NonNullable<CapacityRequestPolicy['validRange']>

function roundUp(amount: Amount, { min, step }: Range): Amount {
  const lowest = amountOf(min)
  if (compareAmounts(amount, lowest) < 0) return lowest
  if (step === undefined) return amount
  const size = valueOf(amountOf(step))
  const above = valueOf(amount) - valueOf(lowest)
  return newQuantity(valueOf(lowest) + Math.ceil(above / size) * size, lowest.format)
}

function violates(amount: Amount, policy: CapacityRequestPolicy | undefined): boolean {
  if (policy === undefined) return false
  if (policy.default !== undefined && compareAmounts(amount, amountOf(policy.default)) === 0) {
    return false
  }
  if (policy.validRange !== undefined) {
    const { min, max, step } = policy.validRange
    if (max !== undefined && compareAmounts(amount, amountOf(max)) > 0) return true
    if (step === undefined) return false
    return (valueOf(amount) - valueOf(amountOf(min))) % valueOf(amountOf(step)) !== 0
  }
  const values = policy.validValues ?? []
  return values.length > 0 && values.every(value => compareAmounts(amount, amountOf(value)) !== 0)
}
