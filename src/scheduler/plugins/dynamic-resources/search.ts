// The search for devices of one set of claims on one node, claim by claim, request by request.
// Upstream: structured/internal/incubating/allocator_incubating.go allocateOne, allocateDevice,
// v0.36.3.

import type {
  Device,
  DeviceClass,
  DeviceSelector,
  Node,
  ResourceClaim,
  ResourceSlice,
} from '../../../kube/generated/types.ts'
import type { ChosenDevice, ChosenRequest } from './allocation.ts'
import type { Allocator } from './allocator.ts'
import { type Consumed, consumedBy, hasCapacity } from './capacity.ts'
import { type ConstraintState, constraintState, type Trial } from './constraints.ts'
import { CountersInUse } from './counters.ts'
import type { SchedulerVersion } from '../../features.ts'
import { compileDeviceSelector } from './device-selector.ts'
import { nodeMatches, type Pool } from './pools.ts'
import { wantedDevices, type WantedDevices } from './requests.ts'
import { preventsAllocation } from './taints.ts'

/** At most so many devices may be allocated to one claim. */
const devicesPerClaimMax = 32

/** Whether it worked, `exceeded` when too many devices would be needed, or an error. */
type Outcome = boolean | 'exceeded' | { readonly error: string }

interface Candidate {
  readonly id: string
  readonly device: Device
  readonly slice: ResourceSlice
  readonly pool: Pool
}

interface Alternative {
  readonly wanted: WantedDevices
  readonly deviceClass: DeviceClass
  readonly count: number
  /** The devices of a request for all of them. */
  readonly all: readonly Candidate[] | undefined
  /** Selector results by device. */
  readonly selectable: Map<string, boolean>
}

interface RequestState {
  readonly alternatives: readonly Alternative[]
  selected: number
}

interface ClaimState {
  readonly claim: ResourceClaim
  readonly requests: readonly RequestState[]
  readonly constraints: readonly ConstraintState[]
  readonly devices: ChosenDevice[]
}

/** Where in the claims the search stands. */
interface Step {
  readonly claim: number
  readonly request: number
  readonly device: number
}

/** Where among the devices of the pools it goes on. */
interface Location {
  readonly pool: number
  readonly slice: number
  readonly device: number
}

const start: Location = { pool: 0, slice: 0, device: 0 }

/** Devices on trial are remembered by device and claim. */
export class Search {
  private readonly allocator: Allocator
  private readonly node: Node
  private readonly pools: readonly Pool[]
  private readonly wantedClaims: readonly ResourceClaim[]
  private readonly claims: ClaimState[] = []
  private readonly counters = new CountersInUse()
  private readonly taken = new Map<string, Set<number>>()
  private readonly capacity = new Map<string, Consumed[]>()

  constructor(
    allocator: Allocator,
    node: Node,
    pools: readonly Pool[],
    claims: readonly ResourceClaim[],
  ) {
    this.allocator = allocator
    this.node = node
    this.pools = pools
    this.wantedClaims = claims
  }

  run(): boolean | { readonly error: string } {
    for (const claim of this.wantedClaims) {
      const problem = this.prepare(claim)
      if (problem !== undefined) return { error: problem }
    }
    const outcome = this.allocateFrom({ claim: 0, request: 0, device: 0 })
    return outcome === 'exceeded' ? { error: 'allocation max size exceeded' } : outcome
  }

  /** What the search found for a claim. */
  chosen(index: number): {
    readonly devices: readonly ChosenDevice[]
    readonly requests: readonly ChosenRequest[]
  } {
    const { devices, requests } = this.claims[index] as ClaimState
    const alternatives = requests.map(({ alternatives: all, selected }) => all[selected])
    return { devices, requests: alternatives.flatMap(alternative => alternative ?? []) }
  }

  /** Reads the claim; the text of what is wrong with it. */
  private prepare(claim: ResourceClaim): string | undefined {
    const requests: RequestState[] = []
    let devicesMin = 0
    for (const request of claim.spec.devices?.requests ?? []) {
      const alternatives: Alternative[] = []
      for (const wanted of wantedDevices(request)) {
        const alternative = this.prepareAlternative(claim, wanted)
        if ('error' in alternative) return alternative.error
        alternatives.push(alternative)
      }
      requests.push({ alternatives, selected: 0 })
      devicesMin += Math.min(...alternatives.map(({ count }) => count))
    }
    if (devicesMin > devicesPerClaimMax) {
      return `claim ${keyOf(claim)}: number of requested devices ${devicesMin} exceeds the claim limit of ${devicesPerClaimMax}`
    }
    const constraints: ConstraintState[] = []
    for (const [index, constraint] of (claim.spec.devices?.constraints ?? []).entries()) {
      const state = constraintState(constraint)
      if (state === undefined) {
        return `claim ${keyOf(claim)}, constraint #${index}: empty constraint (unsupported constraint type?)`
      }
      constraints.push(state)
    }
    this.claims.push({ claim, requests, constraints, devices: [] })
    return undefined
  }

  private prepareAlternative(
    claim: ResourceClaim,
    wanted: WantedDevices,
  ): Alternative | { readonly error: string } {
    const where = `claim ${keyOf(claim)}, request ${wanted.name}`
    if (wanted.className === '') {
      return { error: `${where}: missing device class name (unsupported request type?)` }
    }
    const deviceClass = this.allocator.deviceClass(wanted.className)
    if (deviceClass === undefined) {
      const text = `deviceclass.resource.k8s.io "${wanted.className}" not found`
      return { error: `${where}: could not retrieve device class ${wanted.className}: ${text}` }
    }
    const alternative = { wanted, deviceClass, count: wanted.count, all: undefined }
    const selectable = new Map<string, boolean>()
    if (wanted.mode === 'ExactCount') return { ...alternative, selectable }
    if (wanted.mode !== 'All') {
      return { error: `${where}: unsupported count mode ${wanted.mode}` }
    }
    const all = this.allDevices(claim, { ...alternative, selectable }, where)
    if ('error' in all) return all
    return { ...alternative, selectable, all, count: all.length }
  }

  private allDevices(
    claim: ResourceClaim,
    alternative: Alternative,
    where: string,
  ): readonly Candidate[] | { readonly error: string } {
    const all: Candidate[] = []
    for (const pool of this.pools) {
      const state = pool.isIncomplete ? 'being updated' : pool.isInvalid ? 'invalid' : ''
      if (state !== '') {
        const id = `${pool.driver}/${pool.name}`
        return {
          error: `${where}: asks for all devices, but resource pool ${id} is currently ${state}`,
        }
      }
      for (const slice of pool.slices) {
        for (const device of slice.spec.devices ?? []) {
          const candidate = candidateOf(pool, slice, device)
          const selectable = this.isSelectable(claim, alternative, candidate)
          if (typeof selectable === 'object') return selectable
          if (selectable && this.hasCapacity(alternative, candidate)) all.push(candidate)
        }
      }
    }
    return all
  }

  private allocateFrom(step: Step): Outcome {
    const claim = this.claims[step.claim]
    if (claim === undefined) return true
    const request = claim.requests[step.request]
    if (request === undefined) {
      const outcome = this.allocateFrom({ claim: step.claim + 1, request: 0, device: 0 })
      return outcome === 'exceeded' ? false : outcome
    }
    const [only] = request.alternatives
    if (only !== undefined && only.wanted.parent === '') return this.fill(step, only, start)
    return this.tryAlternatives(step, request)
  }

  /** The first alternative that works; `exceeded` when all need too many devices. */
  private tryAlternatives(step: Step, request: RequestState): Outcome {
    let allExceeded = true
    for (const [index, alternative] of request.alternatives.entries()) {
      const outcome = this.fill(step, alternative, start)
      if (outcome === 'exceeded') continue
      allExceeded = false
      if (outcome === true) request.selected = index
      if (outcome !== false) return outcome
    }
    return allExceeded ? 'exceeded' : false
  }

  /** Chooses the device number `step.device` of a request and all that follow. */
  private fill(step: Step, alternative: Alternative, from: Location): Outcome {
    const claim = this.claims[step.claim] as ClaimState
    const { all, count } = alternative
    if (all !== undefined && all.length === 0) return false
    if (step.device >= count) {
      return this.allocateFrom({ claim: step.claim, request: step.request + 1, device: 0 })
    }
    if (claim.devices.length + count - step.device > devicesPerClaimMax) return 'exceeded'
    if (all === undefined) return this.fillFromPools(step, alternative, from)
    const candidate = all[step.device] as Candidate
    const undo = this.take(step, alternative, candidate, true)
    if (typeof undo !== 'function') return undo
    const outcome = this.fill({ ...step, device: step.device + 1 }, alternative, start)
    if (outcome !== true) undo()
    return outcome
  }

  private fillFromPools(step: Step, alternative: Alternative, from: Location): Outcome {
    const { claim } = this.claims[step.claim] as ClaimState
    for (let poolIndex = from.pool; poolIndex < this.pools.length; poolIndex += 1) {
      const pool = this.pools[poolIndex] as Pool
      if (pool.isIncomplete || pool.isInvalid) continue
      const firstSlice = poolIndex === from.pool ? from.slice : 0
      for (let sliceIndex = firstSlice; sliceIndex < pool.slices.length; sliceIndex += 1) {
        const slice = pool.slices[sliceIndex] as ResourceSlice
        const devices = slice.spec.devices ?? []
        const isFirst = poolIndex === from.pool && sliceIndex === from.slice
        for (let index = isFirst ? from.device : 0; index < devices.length; index += 1) {
          const candidate = candidateOf(pool, slice, devices[index] as Device)
          if (this.isTaken(step.claim, alternative.wanted, candidate)) continue
          const selectable = this.isSelectable(claim, alternative, candidate)
          if (typeof selectable === 'object') return selectable
          if (!selectable || !this.hasCapacity(alternative, candidate)) continue
          const undo = this.take(step, alternative, candidate, false)
          if (typeof undo === 'object') return undo
          if (typeof undo !== 'function') continue
          const next = { pool: poolIndex, slice: sliceIndex, device: index + 1 }
          const outcome = this.fill({ ...step, device: step.device + 1 }, alternative, next)
          if (outcome === true) return true
          undo()
          if (outcome !== false) return outcome
        }
      }
    }
    return false
  }

  private isTaken(claim: number, { adminAccess }: WantedDevices, { id }: Candidate): boolean {
    const takers = this.taken.get(id)
    if (adminAccess) return takers?.has(claim) === true
    return this.allocator.isInUse(id) || (takers !== undefined && takers.size > 0)
  }

  /** Class and request selectors and, where each device says so, the node. */
  private isSelectable(
    claim: ResourceClaim,
    { wanted, deviceClass, selectable }: Alternative,
    { id, device, slice }: Candidate,
  ): boolean | { readonly error: string } {
    const known = selectable.get(id)
    if (known !== undefined) return known
    const { driver, perDeviceNodeSelection } = slice.spec
    const className = deviceClass.metadata.name ?? ''
    const ofClass = deviceClass.spec.selectors ?? []
    const asked = { driver, device, version: this.allocator.features.version }
    let matches = selectorsMatch(`class ${className}`, ofClass, asked)
    if (matches === true) {
      matches = selectorsMatch(`claim ${keyOf(claim)}`, wanted.selectors, asked)
    }
    if (typeof matches === 'object') return matches
    if (matches && perDeviceNodeSelection === true) matches = nodeMatches(this.node, device)
    selectable.set(id, matches)
    return matches
  }

  private hasCapacity({ wanted }: Alternative, { id, device }: Candidate): boolean {
    if (!this.allocator.features.draConsumableCapacity) return true
    const allocated = this.allocator.allocated.capacity.get(id)
    return hasCapacity(wanted.capacity, device, [allocated, ...(this.capacity.get(id) ?? [])])
  }

  /** Takes a device; returns how to give it back, false when it cannot be had, or an error. */
  private take(
    step: Step,
    alternative: Alternative,
    candidate: Candidate,
    must: boolean,
  ): (() => void) | false | { readonly error: string } {
    const { wanted } = alternative
    const { id, device, pool, slice } = candidate
    const { draConsumableCapacity, draDeviceTaints, draPartitionableDevices } =
      this.allocator.features
    const isShared = draConsumableCapacity && device.allowMultipleAllocations === true
    if (!(isShared && wanted.adminAccess) && this.isTaken(step.claim, wanted, candidate)) {
      return false
    }
    const undo: (() => void)[] = []
    const giveBack = (): void => {
      for (let index = undo.length - 1; index >= 0; index -= 1) undo[index]?.()
    }
    const consumes = (device.consumesCounters ?? []).length > 0
    if (consumes && !draPartitionableDevices) return false
    if (consumes && !(isShared && this.isShared(id))) {
      if (!this.counters.take(pool.name, device, this.allocator.countersOf(pool))) return false
      undo.push(() => this.counters.giveBack(pool.name, device))
    }
    if (draDeviceTaints && preventsAllocation(device, wanted.tolerations ?? [])) {
      giveBack()
      return false
    }
    const claim = this.claims[step.claim] as ClaimState
    const trial = trialOf(wanted, slice.spec.driver, device)
    for (const constraint of claim.constraints) {
      if (constraint.add(trial)) {
        undo.push(() => constraint.remove(trial))
        continue
      }
      giveBack()
      if (!must) return false
      return {
        error: `claim ${keyOf(claim.claim)}, request ${wanted.name}: cannot add device ${id} because a claim constraint would not be satisfied`,
      }
    }
    if (!this.hasCapacity(alternative, candidate)) {
      giveBack()
      return false
    }
    const consumed = isShared ? this.share(wanted, candidate, undo) : undefined
    if (!isShared) this.mark(id, step.claim, undo)
    claim.devices.push({ wanted, device, slice, consumed })
    undo.push(() => claim.devices.pop())
    return giveBack
  }

  private isShared(id: string): boolean {
    return this.allocator.allocated.capacity.has(id) || (this.capacity.get(id) ?? []).length > 0
  }

  private share(
    { capacity }: WantedDevices,
    { id, device }: Candidate,
    undo: (() => void)[],
  ): Consumed {
    const consumed = consumedBy(capacity, device)
    const shares = this.capacity.get(id) ?? []
    this.capacity.set(id, [...shares, consumed])
    undo.push(() => this.capacity.set(id, shares))
    return consumed
  }

  private mark(id: string, claim: number, undo: (() => void)[]): void {
    let takers = this.taken.get(id)
    if (takers === undefined) {
      takers = new Set()
      this.taken.set(id, takers)
    }
    takers.add(claim)
    undo.push(() => takers.delete(claim))
  }
}

function candidateOf(pool: Pool, slice: ResourceSlice, device: Device): Candidate {
  return { id: `${pool.driver}/${pool.name}/${device.name}`, device, slice, pool }
}

function trialOf({ name, parent }: WantedDevices, driver: string, device: Device): Trial {
  return parent === ''
    ? { request: name, subRequest: '', driver, device }
    : { request: parent, subRequest: name, driver, device }
}

/** The device that selectors are asked about. */
interface Asked {
  readonly driver: string
  readonly device: Device
  readonly version: SchedulerVersion
}

function selectorsMatch(
  owner: string,
  selectors: readonly DeviceSelector[],
  { driver, device, version }: Asked,
): boolean | { readonly error: string } {
  for (const [index, { cel }] of selectors.entries()) {
    const compiled = compileDeviceSelector(cel?.expression ?? '', version)
    if (typeof compiled !== 'function') {
      return { error: `${owner}: selector #${index}: CEL compile error: ${compiled.error}` }
    }
    const result = compiled(driver, device)
    if (result === true) continue
    if (result === false) return false
    return { error: `${owner}: selector #${index}: CEL runtime error: ${result.error}` }
  }
  return true
}

function keyOf({ metadata }: ResourceClaim): string {
  return `${metadata.namespace ?? ''}/${metadata.name ?? ''}`
}
