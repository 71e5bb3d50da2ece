// Counters that the devices of a pool share, such as the memory of one card.
// Upstream: structured/internal/incubating/allocator_incubating.go checkAvailableCounters, v0.36.3.

import type { Device } from '../../../kube/generated/types.ts'
import {
  type Amount,
  addAmounts,
  amountOf,
  compareAmounts,
  subtractAmounts,
  zeroAmount,
} from '../../quantity-value.ts'
import type { Pool } from './pools.ts'

/** Counter set, then counter, to an amount. */
type Counters = Map<string, Map<string, Amount>>

/** What is left of a pool's counters once the allocated devices have taken theirs. */
export function availableCounters(pool: Pool, isAllocated: (device: string) => boolean): Counters {
  const available: Counters = new Map()
  for (const [name, { counters = {} }] of pool.counterSets) {
    const amounts = new Map<string, Amount>()
    for (const [counter, { value }] of Object.entries(counters)) {
      amounts.set(counter, amountOf(value))
    }
    available.set(name, amounts)
  }
  for (const { spec } of [...pool.slices, ...pool.otherSlices]) {
    for (const device of spec.devices ?? []) {
      if (isAllocated(device.name)) change(available, device, -1)
    }
  }
  return available
}

/** Counters taken by devices on trial. */
export class CountersInUse {
  private readonly byPool = new Map<string, Counters>()

  /** Takes the device's counters when there is enough of all; otherwise takes nothing. */
  take(pool: string, device: Device, available: Counters): boolean {
    const used = this.usedOf(pool)
    change(used, device, 1)
    for (const [set, amounts] of available) {
      for (const [counter, amount] of amounts) {
        const taken = used.get(set)?.get(counter) ?? zeroAmount
        if (compareAmounts(amount, taken) >= 0) continue
        change(used, device, -1)
        return false
      }
    }
    return true
  }

  giveBack(pool: string, device: Device): void {
    change(this.usedOf(pool), device, -1)
  }

  private usedOf(pool: string): Counters {
    let used = this.byPool.get(pool)
    if (used === undefined) {
      used = new Map()
      this.byPool.set(pool, used)
    }
    return used
  }
}

function change(totals: Counters, device: Device, sign: 1 | -1): void {
  for (const { counterSet, counters = {} } of device.consumesCounters ?? []) {
    let amounts = totals.get(counterSet)
    if (amounts === undefined) {
      amounts = new Map()
      totals.set(counterSet, amounts)
    }
    for (const [name, { value }] of Object.entries(counters)) {
      const before = amounts.get(name) ?? zeroAmount
      const amount = amountOf(value)
      amounts.set(name, sign > 0 ? addAmounts(before, amount) : subtractAmounts(before, amount))
    }
  }
}
