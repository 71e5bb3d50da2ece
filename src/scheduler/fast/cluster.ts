// The cluster in numbers: columns of nodes, counts of pods by domain, terms that pods hold. Follows
// a SchedulerCache, and changes from one fork to another by looking again at the nodes that differ.

import type { SchedulerCache } from '../cache.ts'
import { CacheLog, type LogPlace, visitBetween } from '../cache-log.ts'
import type { Node } from '../framework.ts'
import type { NodeInfo, PodInfo } from '../node-info.ts'
import { sameJson } from '../same-json.ts'
import { Counter, DomainMap, type DomainRule, ValueSpace } from './domains.ts'
import { type HeldTerm, termsHeldBy } from './held-terms.ts'
import { Interner } from './interning.ts'
import { NodeColumns } from './node-columns.ts'
import { type LabelClass, type PodSet, PodSets } from './pod-sets.ts'

/** What the cluster knows of a pod; kept on its info. */
class PodFacts {
  readonly cluster: Cluster
  readonly labelClass: LabelClass
  readonly held: readonly HeldTerm[]
  /** The shape of the pod and who found it. */
  shape: unknown = undefined
  shapeOwner: unknown = undefined

  constructor(cluster: Cluster, labelClass: LabelClass, held: readonly HeldTerm[]) {
    this.cluster = cluster
    this.labelClass = labelClass
    this.held = held
  }
}

const noHeld: readonly HeldTerm[] = []
/** Losing a node moves the others of its zone by as many places as there are zones. */
const shiftMax = 8
const hostSpaceKey = '\0node'

export class Cluster {
  readonly nodes = new NodeColumns()
  /** Slots in the order of the snapshot. */
  order = new Int32Array(0)
  readonly sets = new PodSets()
  /** Numbers for the parts of pods; names of maps and sets are made of them. */
  readonly parts = new Interner()
  /** Every term that a pod held once; new ones are added at the end. */
  readonly held: HeldTerm[] = []
  /** Slots whose node changed in more than its pods, in order; readers keep a position. */
  readonly changedNodes: number[] = []
  /** Pods on nodes by priority. */
  readonly priorities = new Map<number, number>()
  private numPods = 0
  private readonly heldByText = new Map<string, HeldTerm>()
  private readonly heldByAffinity = new WeakMap<readonly unknown[], readonly HeldTerm[]>()
  private readonly spaces = new Map<string, ValueSpace>()
  private readonly maps = new Map<string, DomainMap>()
  private readonly counters = new Map<PodSet, Map<DomainMap, Counter>>()
  private names: readonly string[] = []
  private place: LogPlace = { log: new CacheLog(), length: 0 }

  /** Makes everything here what the cache says now: O(what changed). */
  follow(cache: SchedulerCache): void {
    cache.settle()
    const { log } = cache
    const { length } = log.names
    if (log === this.place.log) {
      for (let index = this.place.length; index < length; index += 1) {
        this.look(log.names[index] as string, cache)
      }
    } else this.followAcross(cache, { log, length })
    if (log !== this.place.log || length !== this.place.length) this.place = { log, length }
    if (cache.order !== this.names) this.reorder(cache.order)
  }

  /** To another fork, or to a cache of its own. */
  private followAcross(cache: SchedulerCache, place: LogPlace): void {
    const look = (name: string): void => this.look(name, cache)
    if (visitBetween(this.place, place, look)) return
    for (const name of this.nodes.slotOf.keys()) look(name)
    for (const name of cache.order) look(name)
  }

  /** Whether so many nodes or kinds of pods came and went that starting anew is cheaper. */
  get isWorn(): boolean {
    return (
      this.nodes.slotOf.size > 2 * this.names.length + 1024 ||
      this.sets.numClasses > 2 * this.numPods + 20_000
    )
  }

  /** Most names are where they were, or as far off as the one before that moved. */
  private reorder(names: readonly string[]): void {
    const { names: known, order: knownOrder } = this
    const { slotOf } = this.nodes
    const order = new Int32Array(names.length)
    let shift = 0
    for (let index = 0; index < order.length; index += 1) {
      const name = names[index] as string
      if (known[index] === name) order[index] = knownOrder[index] as number
      else {
        if (known[index + shift] !== name) shift = shiftOf(known, name, index)
        order[index] =
          shift === 0 ? (slotOf.get(name) as number) : (knownOrder[index + shift] as number)
      }
    }
    this.names = names
    this.order = order
  }

  private look(name: string, cache: SchedulerCache): void {
    const info = cache.settledInfo(name)
    const known = this.nodes.slotOf.get(name)
    if (known !== undefined) return this.become(known, info)
    if (info === undefined) return
    const { capacity } = this.nodes
    const slot = this.nodes.slotFor(name)
    if (capacity !== this.nodes.capacity) this.growMaps()
    this.become(slot, info)
  }

  private growMaps(): void {
    for (const map of this.maps.values()) map.grow(this.nodes.capacity)
  }

  private become(slot: number, after: NodeInfo | undefined): void {
    const before = this.nodes.infos[slot]
    if (before === after) return
    if (before === undefined || after === undefined || differsInItself(before.node, after.node)) {
      for (const pod of before?.pods ?? []) this.count(slot, pod, -1)
      this.nodes.setNode(slot, after)
      for (const map of this.maps.values()) map.setNode(slot, after)
      this.changedNodes.push(slot)
      for (const pod of after?.pods ?? []) this.count(slot, pod, 1)
      return
    }
    this.nodes.setNode(slot, after)
    if (before.pods !== after.pods) this.recount(slot, before.pods, after.pods)
  }

  /** Pods keep their place but for one that takes the place of a removed one. */
  private recount(slot: number, before: readonly PodInfo[], after: readonly PodInfo[]): void {
    const length = Math.max(before.length, after.length)
    for (let index = 0; index < length; index += 1) {
      const old = before[index]
      const now = after[index]
      if (old === now || (old && now && this.countsAlike(old, now))) continue
      if (old !== undefined) this.count(slot, old, -1)
      if (now !== undefined) this.count(slot, now, 1)
    }
  }

  /** Whether a pod that takes the place of another leaves all counts as they are. */
  private countsAlike(old: PodInfo, now: PodInfo): boolean {
    if (old.priority !== now.priority) return false
    const before = this.factsOf(old)
    const after = this.factsOf(now)
    return before.labelClass === after.labelClass && before.held === after.held
  }

  private count(slot: number, pod: PodInfo, delta: 1 | -1): void {
    const { labelClass, held } = this.factsOf(pod)
    labelClass.add(slot, delta)
    for (const { counter } of held) counter.add(slot, delta)
    this.numPods += delta
    const count = (this.priorities.get(pod.priority) ?? 0) + delta
    if (count === 0) this.priorities.delete(pod.priority)
    else this.priorities.set(pod.priority, count)
  }

  /** Counts for affinity as if the pod came or left, for a trial that takes it back. */
  tryPod(slot: number, pod: PodInfo, delta: 1 | -1): void {
    const { labelClass, held } = this.factsOf(pod)
    labelClass.addForAffinity(slot, delta)
    for (const { counter } of held) counter.add(slot, delta)
  }

  factsOf(pod: PodInfo): PodFacts {
    const { kept } = pod
    if (kept instanceof PodFacts && kept.cluster === this) return kept
    const facts = new PodFacts(this, this.sets.classOf(pod), this.heldBy(pod))
    pod.kept = facts
    return facts
  }

  private heldBy(pod: PodInfo): readonly HeldTerm[] {
    if (!pod.hasAffinity) return noHeld
    // Pods of one template and namespace share their compiled lists of terms.
    const lists = [
      pod.requiredAffinityTerms,
      pod.requiredAntiAffinityTerms,
      pod.preferredAffinityTerms,
      pod.preferredAntiAffinityTerms,
    ]
    const shared = lists.find(list => list.length > 0)
    if (shared === undefined) return noHeld
    let held = this.heldByAffinity.get(shared)
    if (held === undefined) {
      held = termsHeldBy(pod).map(({ kind, term, weight, text }) => {
        const name = `${kind} ${weight} ${text}`
        let found = this.heldByText.get(name)
        if (found === undefined) {
          const counter = new Counter(
            this.mapOf(`label ${term.topologyKey}`, () => ({
              space: this.spaceOf(term.topologyKey),
            })),
          )
          found = { kind, term, weight, counter }
          this.heldByText.set(name, found)
          this.held.push(found)
        }
        return found
      })
      this.heldByAffinity.set(shared, held)
    }
    return held
  }

  spaceOf(key: string): ValueSpace {
    let space = this.spaces.get(key)
    if (space === undefined) {
      space = new ValueSpace(key)
      this.spaces.set(key, space)
    }
    return space
  }

  /** The value of a label on each node. */
  labelMap(key: string): DomainMap {
    return this.mapOf(`label ${key}`, () => ({ space: this.spaceOf(key) }))
  }

  /** Each node by itself. */
  nodeMap(): DomainMap {
    return this.mapOf('node', () => ({ space: this.spaceOf(hostSpaceKey), perNode: true }))
  }

  /** The map of this name, which follows the rule when it is new. */
  mapOf(name: string, ruleOf: () => DomainRule): DomainMap {
    let map = this.maps.get(name)
    if (map === undefined) {
      map = new DomainMap(ruleOf(), this.nodes.capacity)
      this.nodes.infos.forEach((info, slot) => (map as DomainMap).setNode(slot, info))
      this.maps.set(name, map)
    }
    return map
  }

  /** How many pods of a set are in each domain of a map. */
  counterOf(set: PodSet, map: DomainMap): Counter {
    let ofSet = this.counters.get(set)
    if (ofSet === undefined) {
      ofSet = new Map()
      this.counters.set(set, ofSet)
    }
    let counter = ofSet.get(map)
    if (counter === undefined) {
      counter = new Counter(map)
      this.sets.attach(set, counter)
      ofSet.set(map, counter)
    }
    return counter
  }
}

/** How far off a name is in a list, if it is near; 0 when it is not. */
function shiftOf(names: readonly string[], name: string, index: number): number {
  for (let shift = 1; shift <= shiftMax; shift += 1) {
    if (names[index + shift] === name) return shift
    if (names[index - shift] === name) return -shift
  }
  return 0
}

/** Whether more than pods and amounts differ: what topology, taints and affinity read. */
function differsInItself(before: Node, after: Node): boolean {
  if (before === after) return false
  return (
    (before.metadata.labels !== after.metadata.labels &&
      !sameJson(before.metadata.labels ?? {}, after.metadata.labels ?? {})) ||
    (before.spec !== after.spec &&
      (!sameJson(before.spec?.taints ?? [], after.spec?.taints ?? []) ||
        before.spec?.unschedulable !== after.spec?.unschedulable))
  )
}
