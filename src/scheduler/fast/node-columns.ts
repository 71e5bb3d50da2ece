// Nodes as columns of numbers, one slot per node name.

import type { NodeInfo } from '../node-info.ts'
import { grown } from './interning.ts'

const capacityMin = 128

/** So many of the last touched slots are known; a power of two. */
export const touchesKept = 4096

/** What scoring and filtering by resources read. A slot without a node has no info. */
export class NodeColumns {
  capacity = capacityMin
  readonly slotOf = new Map<string, number>()
  readonly infos: (NodeInfo | undefined)[] = []
  /** Differs whenever a pod came or went or the node changed; caches are stamped with it. */
  generation = new Uint32Array(capacityMin)
  /** The same for the images of the node. */
  imageGeneration = new Uint32Array(capacityMin)
  allocatableCpu = new Float64Array(capacityMin)
  allocatableMemory = new Float64Array(capacityMin)
  allocatableStorage = new Float64Array(capacityMin)
  allocatablePods = new Int32Array(capacityMin)
  requestedCpu = new Float64Array(capacityMin)
  requestedMemory = new Float64Array(capacityMin)
  requestedStorage = new Float64Array(capacityMin)
  defaultedCpu = new Float64Array(capacityMin)
  defaultedMemory = new Float64Array(capacityMin)
  pods = new Int32Array(capacityMin)
  /** Nodes that report an image. */
  nodesWithImages = 0
  /** How often a slot was touched, and the last of them: number n is at n % touchesKept. */
  touches = 0
  readonly touched = new Int32Array(touchesKept)
  private lastGeneration = 0

  /** The slot of a node name; a new name gets a new one. */
  slotFor(name: string): number {
    let slot = this.slotOf.get(name)
    if (slot === undefined) {
      slot = this.slotOf.size
      this.slotOf.set(name, slot)
      if (slot >= this.capacity) this.grow(this.capacity * 2)
    }
    return slot
  }

  /** Marks everything stamped for the slot as out of date. */
  private touch(slot: number): void {
    this.lastGeneration += 1
    this.generation[slot] = this.lastGeneration
    this.touched[this.touches % touchesKept] = slot
    this.touches += 1
  }

  setNode(slot: number, info: NodeInfo | undefined): void {
    const before = this.infos[slot]
    this.infos[slot] = info
    this.touch(slot)
    if (before?.imageStates !== info?.imageStates) {
      if ((before?.imageStates.size ?? 0) > 0) this.nodesWithImages -= 1
      if ((info?.imageStates.size ?? 0) > 0) this.nodesWithImages += 1
      this.imageGeneration[slot] = this.lastGeneration
    }
    if (info === undefined) return
    const { allocatable } = info
    if (before?.allocatable !== allocatable) {
      this.allocatableCpu[slot] = allocatable.milliCpu
      this.allocatableMemory[slot] = allocatable.memory
      this.allocatableStorage[slot] = allocatable.ephemeralStorage
      this.allocatablePods[slot] = allocatable.allowedPodNumber
    }
    this.setSums(slot, info)
  }

  /** The sums over the pods of a node, also of one that is only being tried. */
  setSums(slot: number, { requested, nonZeroRequested, pods }: NodeInfo): void {
    this.requestedCpu[slot] = requested.milliCpu
    this.requestedMemory[slot] = requested.memory
    this.requestedStorage[slot] = requested.ephemeralStorage
    this.defaultedCpu[slot] = nonZeroRequested.milliCpu
    this.defaultedMemory[slot] = nonZeroRequested.memory
    this.pods[slot] = pods.length
  }

  /** Puts a node with other pods in place of the one that is there, for a trial. */
  tryInfo(slot: number, info: NodeInfo): void {
    this.infos[slot] = info
    this.setSums(slot, info)
    this.lastGeneration += 1
    this.generation[slot] = this.lastGeneration
  }

  /** Ends a trial: what was stamped for the node before it holds again. */
  endTrial(slot: number, info: NodeInfo, generation: number): void {
    this.infos[slot] = info
    this.setSums(slot, info)
    this.generation[slot] = generation
  }

  private grow(capacity: number): void {
    this.capacity = capacity
    this.generation = grown(this.generation, capacity)
    this.imageGeneration = grown(this.imageGeneration, capacity)
    this.allocatableCpu = grown(this.allocatableCpu, capacity)
    this.allocatableMemory = grown(this.allocatableMemory, capacity)
    this.allocatableStorage = grown(this.allocatableStorage, capacity)
    this.allocatablePods = grown(this.allocatablePods, capacity)
    this.requestedCpu = grown(this.requestedCpu, capacity)
    this.requestedMemory = grown(this.requestedMemory, capacity)
    this.requestedStorage = grown(this.requestedStorage, capacity)
    this.defaultedCpu = grown(this.defaultedCpu, capacity)
    this.defaultedMemory = grown(this.defaultedMemory, capacity)
    this.pods = grown(this.pods, capacity)
  }
}
