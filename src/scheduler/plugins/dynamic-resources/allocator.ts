// Chooses devices for the claims of a pod on one node: an exhaustive search, first solution wins.
// Upstream: structured/internal/incubating/allocator_incubating.go, v0.36.3.

import type {
  AllocationResult,
  DeviceClass,
  Node,
  ResourceClaim,
  ResourceSlice,
} from '../../../kube/generated/types.ts'
import type { SchedulerFeatures } from '../../features.ts'
import type { Amount } from '../../quantity-value.ts'
import { allocationOf } from './allocation.ts'
import type { Consumed } from './capacity.ts'
import { availableCounters } from './counters.ts'
import { gatherPools, type Pool } from './pools.ts'
import { Search } from './search.ts'

/** Devices that claims already have: alone, or shared with the capacity they take. */
export interface AllocatedState {
  /** `driver/pool/device`. */
  readonly devices: ReadonlySet<string>
  readonly sharedDevices: ReadonlySet<string>
  readonly capacity: ReadonlyMap<string, Consumed>
}

/**
 * One allocation per claim; `none` when the node cannot serve them, with a reason when its pools
 * are broken; `error` ends the whole attempt.
 */
export type Allocation =
  | { readonly kind: 'allocated'; readonly results: readonly AllocationResult[] }
  | { readonly kind: 'none' }
  | { readonly kind: 'failed'; readonly reason: string }
  | { readonly kind: 'error'; readonly message: string }

type Counters = Map<string, Map<string, Amount>>

/** Serves all nodes of one attempt. */
export class Allocator {
  readonly allocated: AllocatedState
  readonly features: SchedulerFeatures
  readonly deviceClass: (name: string) => DeviceClass | undefined
  private readonly slices: readonly ResourceSlice[]
  private readonly byNode = new Map<string, ResourceSlice[]>()
  private readonly shared: ResourceSlice[] = []
  /** By name of the pool, as upstream keeps them: the first node that asks decides. */
  private readonly counters = new Map<string, Counters>()

  constructor(
    allocated: AllocatedState,
    features: SchedulerFeatures,
    slices: readonly ResourceSlice[],
    deviceClass: (name: string) => DeviceClass | undefined,
  ) {
    this.allocated = allocated
    this.features = features
    this.slices = slices
    this.deviceClass = deviceClass
    for (const slice of slices) {
      const { nodeName = '', sharedCounters = [] } = slice.spec
      if (nodeName === '' || sharedCounters.length > 0) {
        this.shared.push(slice)
        continue
      }
      const known = this.byNode.get(nodeName)
      if (known === undefined) this.byNode.set(nodeName, [slice])
      else known.push(slice)
    }
  }

  allocate(node: Node, claims: readonly ResourceClaim[]): Allocation {
    const nodeName = node.metadata.name ?? ''
    const all = [...(this.byNode.get(nodeName) ?? []), ...this.shared]
    const candidates = this.features.draPartitionableDevices ? all : all.filter(isWhole)
    const pools = gatherPools(candidates, node, this.slices)
    const search = new Search(this, node, pools, claims)
    const outcome = search.run()
    if (typeof outcome === 'object') return { kind: 'error', message: outcome.error }
    if (!outcome) {
      return pools.some(pool => pool.isInvalid)
        ? { kind: 'failed', reason: 'invalid resource pools were encountered' }
        : { kind: 'none' }
    }
    const results: AllocationResult[] = []
    for (const [index, claim] of claims.entries()) {
      const { devices, requests } = search.chosen(index)
      const result = allocationOf(claim, devices, requests, nodeName)
      if ('error' in result) {
        const name = claim.metadata.name ?? ''
        return { kind: 'error', message: `create NodeSelector for claim ${name}: ${result.error}` }
      }
      results.push(result)
    }
    return { kind: 'allocated', results }
  }

  isInUse(deviceId: string): boolean {
    return this.allocated.devices.has(deviceId)
  }

  countersOf(pool: Pool): Counters {
    let counters = this.counters.get(pool.name)
    if (counters === undefined) {
      const { devices, sharedDevices } = this.allocated
      counters = availableCounters(pool, device => {
        const id = `${pool.driver}/${pool.name}/${device}`
        return devices.has(id) || sharedDevices.has(id)
      })
      this.counters.set(pool.name, counters)
    }
    return counters
  }
}

/** Whether the slice needs nothing of the gate DRAPartitionableDevices. */
function isWhole({ spec }: ResourceSlice): boolean {
  return spec.perDeviceNodeSelection === undefined && (spec.sharedCounters ?? []).length === 0
}
