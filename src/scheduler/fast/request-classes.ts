// What NodeResourcesFit and NodeResourcesBalancedAllocation say about each node for all pods with
// the same requests: an entry is computed when a walk meets a node that changed since.
// Upstream: noderesources/{fit,least_allocated,balanced_allocation}.go, v1.36.3.

import { type CycleState, maxNodeScore, type Pod, type ScorePlugin } from '../framework.ts'
import type { FilterPlugin } from '../framework.ts'
import type { NodeInfo, Resource } from '../node-info.ts'
import type { Profile } from '../profile.ts'
import { withPlugin } from '../status.ts'
import { grown } from './interning.ts'
import type { NodeColumns } from './node-columns.ts'
import type { StatusTable } from './status-table.ts'

/** The two scores of a node; a plugin that does not run has weight 0. */
export interface ResourceWeights {
  readonly fit: number
  readonly balanced: number
}

/** The bit of a resource that the node lacks even when it is empty. */
const neverFits = 16

interface Members {
  readonly filter: FilterPlugin | undefined
  readonly fit: ScorePlugin | undefined
  readonly balanced: ScorePlugin | undefined
}

/** Requests of pods and how they score; numbers as the plugins see them. */
export interface Requests {
  /** What must be free. */
  readonly wanted: Resource
  /** With defaults, as NodeResourcesFit scores. */
  readonly scoredCpu: number
  readonly scoredMemory: number
  /** As they are, as NodeResourcesBalancedAllocation scores. */
  readonly balancedCpu: number
  readonly balancedMemory: number
}

export class RequestClass {
  private readonly pod: Pod
  private readonly cycle: CycleState
  private readonly members: Members
  private readonly weights: ResourceWeights
  private readonly requests: Requests
  /** Cpu and memory only, the default strategy: computed here, else by the plugins. */
  private readonly isPlain: boolean
  private readonly scoresChange: boolean
  /** Codes of rejections by what the node lacks. */
  private readonly shortageCodes = new Uint16Array(2 * neverFits)
  /** BalancedAllocation does not score pods that request nothing. */
  readonly skipsBalanced: boolean
  /** Generation of the node for which `values` holds. */
  stamps = new Uint32Array(0)
  /** The weighted sum of the scores, or minus the code of a rejection. */
  values = new Int32Array(0)

  constructor(profile: Profile, pod: Pod, cycle: CycleState, requests: Requests) {
    this.pod = pod
    this.cycle = cycle
    this.requests = requests
    this.scoresChange = profile.features.scoresBalanceChange
    for (const plugin of profile.preFilter) {
      if (plugin.name === 'NodeResourcesFit') plugin.preFilter(cycle, pod, [])
    }
    let skipsBalanced = true
    for (const plugin of profile.preScore) {
      if (plugin.name === 'NodeResourcesFit') plugin.preScore(cycle, pod, [])
      if (plugin.name === 'NodeResourcesBalancedAllocation') {
        skipsBalanced = plugin.preScore(cycle, pod, []).code === 'Skip'
      }
    }
    this.skipsBalanced = skipsBalanced
    const scorer = (name: string) => profile.score.find(({ plugin }) => plugin.name === name)
    const fit = scorer('NodeResourcesFit')
    const balanced = skipsBalanced ? undefined : scorer('NodeResourcesBalancedAllocation')
    this.weights = { fit: fit?.weight ?? 0, balanced: balanced?.weight ?? 0 }
    this.members = {
      filter: profile.filter.find(({ name }) => name === 'NodeResourcesFit'),
      fit: fit?.plugin,
      balanced: balanced?.plugin,
    }
    this.isPlain = isPlain(profile, requests)
  }

  /** Room for every slot; entries of new slots are out of date. */
  fitTo({ capacity }: NodeColumns): void {
    if (this.stamps.length >= capacity) return
    this.stamps = grown(this.stamps, capacity)
    this.values = grown(this.values, capacity)
  }

  /** Computes the entry of a slot. */
  refresh(slot: number, nodes: NodeColumns, statuses: StatusTable): number {
    const value = this.compute(slot, nodes, statuses)
    this.values[slot] = value
    this.stamps[slot] = nodes.generation[slot] as number
    return value
  }

  private compute(slot: number, nodes: NodeColumns, statuses: StatusTable): number {
    const code = this.fitCode(slot, nodes, statuses)
    if (code !== 0) return -code
    return (
      this.fitScore(slot, nodes) * this.weights.fit +
      this.balancedScore(slot, nodes) * this.weights.balanced
    )
  }

  private fitCode(slot: number, nodes: NodeColumns, statuses: StatusTable): number {
    const { filter } = this.members
    if (filter === undefined) return 0
    if (!this.isPlain) return this.askFilter(filter, slot, nodes, statuses)
    const shortages = this.shortages(slot, nodes)
    if (shortages === 0) return 0
    const known = this.shortageCodes[shortages] as number
    if (known !== 0) return known
    const code = this.askFilter(filter, slot, nodes, statuses)
    this.shortageCodes[shortages] = code
    return code
  }

  private askFilter(
    filter: FilterPlugin,
    slot: number,
    nodes: NodeColumns,
    statuses: StatusTable,
  ): number {
    const status = filter.filter(this.cycle, this.pod, nodes.infos[slot] as NodeInfo)
    return statuses.codeOf(withPlugin(status, filter.name))
  }

  /**
   * Whether the pod fits beside pods of the given sums; undefined when the plugin has to say. What
   * only the node decides is not looked at.
   */
  fitsBeside(slot: number, nodes: NodeColumns, used: Resource, numPods: number) {
    if (!this.isPlain || this.members.filter === undefined) return undefined
    const { milliCpu, memory, ephemeralStorage } = this.requests.wanted
    return (
      numPods + 1 <= (nodes.allocatablePods[slot] as number) &&
      (milliCpu <= 0 || milliCpu <= (nodes.allocatableCpu[slot] as number) - used.milliCpu) &&
      (memory <= 0 || memory <= (nodes.allocatableMemory[slot] as number) - used.memory) &&
      (ephemeralStorage <= 0 ||
        ephemeralStorage <= (nodes.allocatableStorage[slot] as number) - used.ephemeralStorage)
    )
  }

  /** A bit for each resource that the node lacks, and one when it would lack it even if empty. */
  private shortages(slot: number, nodes: NodeColumns): number {
    const { milliCpu, memory, ephemeralStorage } = this.requests.wanted
    let bits = 0
    if ((nodes.pods[slot] as number) + 1 > (nodes.allocatablePods[slot] as number)) bits = 1
    const cpu = nodes.allocatableCpu[slot] as number
    if (milliCpu > 0 && milliCpu > cpu - (nodes.requestedCpu[slot] as number)) {
      bits |= milliCpu > cpu ? 2 | neverFits : 2
    }
    const bytes = nodes.allocatableMemory[slot] as number
    if (memory > 0 && memory > bytes - (nodes.requestedMemory[slot] as number)) {
      bits |= memory > bytes ? 4 | neverFits : 4
    }
    const disk = nodes.allocatableStorage[slot] as number
    if (
      ephemeralStorage > 0 &&
      ephemeralStorage > disk - (nodes.requestedStorage[slot] as number)
    ) {
      bits |= ephemeralStorage > disk ? 8 | neverFits : 8
    }
    return bits
  }

  /** The raw score of NodeResourcesFit, which is not normalised. */
  fitScore(slot: number, nodes: NodeColumns): number {
    const { fit } = this.members
    if (fit === undefined) return 0
    if (!this.isPlain) {
      return fit.score(this.cycle, this.pod, nodes.infos[slot] as NodeInfo) as number
    }
    const { scoredCpu, scoredMemory } = this.requests
    const cpu = nodes.allocatableCpu[slot] as number
    const memory = nodes.allocatableMemory[slot] as number
    const counted = (cpu === 0 ? 0 : 1) + (memory === 0 ? 0 : 1)
    if (counted === 0) return 0
    const sum =
      leastAllocated((nodes.defaultedCpu[slot] as number) + scoredCpu, cpu) +
      leastAllocated((nodes.defaultedMemory[slot] as number) + scoredMemory, memory)
    return Math.trunc(sum / counted)
  }

  /** The raw score of NodeResourcesBalancedAllocation, which is not normalised. */
  balancedScore(slot: number, nodes: NodeColumns): number {
    const { balanced } = this.members
    if (balanced === undefined) return 0
    if (!this.isPlain) {
      return balanced.score(this.cycle, this.pod, nodes.infos[slot] as NodeInfo) as number
    }
    const { balancedCpu, balancedMemory } = this.requests
    const cpu = nodes.requestedCpu[slot] as number
    const memory = nodes.requestedMemory[slot] as number
    const cpuCapacity = nodes.allocatableCpu[slot] as number
    const memoryCapacity = nodes.allocatableMemory[slot] as number
    const after = balance(cpu + balancedCpu, cpuCapacity, memory + balancedMemory, memoryCapacity)
    if (!this.scoresChange) return after
    const change = after - balance(cpu, cpuCapacity, memory, memoryCapacity)
    return maxNodeScore / 2 + Math.trunc((maxNodeScore / 2 + change) / 2)
  }
}

function isPlain({ args }: Profile, { wanted }: Requests): boolean {
  const { scoringStrategy } = args.nodeResourcesFit
  const cpuAndMemory = (list: readonly { readonly name: string; readonly weight: number }[]) =>
    list.length === 2 && list[0]?.name === 'cpu' && list[1]?.name === 'memory'
  return (
    wanted.scalars.size === 0 &&
    scoringStrategy.type === 'LeastAllocated' &&
    cpuAndMemory(scoringStrategy.resources) &&
    scoringStrategy.resources.every(({ weight }) => weight === 1) &&
    cpuAndMemory(args.nodeResourcesBalancedAllocation.resources)
  )
}

function leastAllocated(requested: number, capacity: number): number {
  if (capacity === 0 || requested > capacity) return 0
  return Math.trunc(((capacity - requested) * maxNodeScore) / capacity)
}

/** The operations keep the specification's order of floats. */
function balance(cpu: number, cpuCapacity: number, memory: number, memoryCapacity: number): number {
  if (cpuCapacity === 0 || memoryCapacity === 0) return maxNodeScore
  const cpuShare = Math.min(cpu / cpuCapacity, 1)
  const memoryShare = Math.min(memory / memoryCapacity, 1)
  return Math.trunc((1 - Math.abs((cpuShare - memoryShare) / 2)) * maxNodeScore)
}
