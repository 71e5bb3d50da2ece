// What the scheduler knows of nodes and of pods on them, its own assumptions included.
// Upstream: pkg/scheduler/backend/cache/cache.go, v1.36.3.
//
// Fork: the maps share their base and node infos are immutable, so that a fork costs what it
// changes, and one copy of the list of nodes. The log of changed nodes
// lets whoever derives something from the cache (fast/) follow it, also from one fork to another.

import { compareStrings } from '../base/compare.ts'
import { LayeredMap } from '../base/layered-map.ts'
import type { Node, Pod, PodSpec } from '../kube/generated/types.ts'
import { CacheLog, type LogPlace, visitBetween } from './cache-log.ts'
import {
  addNodeImages,
  type ImageNodesByName,
  imageStatesOf,
  removeNodeImages,
} from './image-states.ts'
import {
  type NodeInfo,
  newNodeInfo,
  type PodInfo,
  placedPodInfo,
  withChangedPod,
  withNode,
  withoutPod,
  withPodInfo,
} from './node-info.ts'
import {
  namesOf,
  type NodeTree,
  withChangedTreeNode,
  withoutTreeNode,
  withTreeNode,
} from './node-tree.ts'
import { type Snapshot, snapshotOf } from './snapshot.ts'

interface CachedNode {
  readonly info: NodeInfo
  /** False: pods name the node, but it is not there (yet or any more). */
  readonly exists: boolean
}

interface CachedPod {
  readonly pod: Pod
  readonly isAssumed: boolean
}

interface KnownSnapshot {
  readonly snapshot: Snapshot
  readonly names: readonly string[]
  readonly place: LogPlace
  /** Where each node is in this order; made when it is needed, and shared by all who need it. */
  readonly positions: { byName?: ReadonlyMap<string, number> }
}

export class SchedulerCache {
  private nodes = new LayeredMap<CachedNode>()
  private pods = new LayeredMap<CachedPod>()
  private images: ImageNodesByName = new LayeredMap()
  private tree: NodeTree = []
  /** Nodes that changed since the last snapshot. */
  private changed = new Set<string>()
  /** Existing nodes as attempts see them: taken over from `nodes` when an attempt begins. */
  private settled = new LayeredMap<NodeInfo>()
  /** Names in the order of the snapshot; replaced, never changed. */
  private names: readonly string[] = []
  private changes = new CacheLog()
  /** The last snapshot object that was made, and what had happened by then. */
  private last: KnownSnapshot | undefined

  fork(): this {
    const copy = new SchedulerCache()
    copy.nodes = this.nodes.fork()
    copy.pods = this.pods.fork()
    copy.images = this.images.fork()
    copy.tree = this.tree
    copy.changed = new Set(this.changed)
    copy.settled = this.settled.fork()
    copy.names = this.names
    copy.last = this.last
    copy.changes = this.changes.fork()
    return copy as this
  }

  /** Adds a node, or replaces it when it exists. */
  setNode(node: Node): void {
    const name = node.metadata.name ?? ''
    const before = this.nodes.get(name)
    if (before?.exists === true) {
      removeNodeImages(this.images, before.info.node)
      this.tree = withChangedTreeNode(this.tree, before.info.node, node)
    } else {
      this.tree = withTreeNode(this.tree, node)
    }
    addNodeImages(this.images, node)
    const info = before === undefined ? newNodeInfo(node) : withNode(before.info, node)
    this.nodes.set(name, { info, exists: true })
    this.changed.add(name)
  }

  /** Its pods stay known until each of them is removed. */
  removeNode(name: string): void {
    const before = this.nodes.get(name)
    if (before === undefined || !before.exists) return
    removeNodeImages(this.images, before.info.node)
    this.tree = withoutTreeNode(this.tree, before.info.node)
    if (before.info.pods.length === 0) this.nodes.delete(name)
    else this.nodes.set(name, { info: before.info, exists: false })
    this.changed.add(name)
  }

  /** Adds a bound pod, confirms an assumed one, or replaces what was known of it. */
  setPod(pod: Pod): void {
    const uid = pod.metadata.uid ?? ''
    const before = this.pods.get(uid)
    if (before?.pod === pod && !before.isAssumed) return
    if (before === undefined || !this.changeOnNode(before.pod, pod)) {
      if (before !== undefined) this.takeFromNode(before.pod)
      this.putOnNode(pod, placedPodInfo(pod))
    }
    this.pods.set(uid, { pod, isAssumed: false })
  }

  removePod(uid: string): void {
    const before = this.pods.get(uid)
    if (before === undefined) return
    this.takeFromNode(before.pod)
    this.pods.delete(uid)
  }

  /**
   * Counts a pod on its node before the API server has confirmed the binding. What is known of it
   * as it was when it waited serves as well: nothing asks a pod on a node where it is.
   */
  assume(pod: Pod, waiting = pod): void {
    this.putOnNode(pod, placedPodInfo(waiting))
    this.pods.set(pod.metadata.uid ?? '', { pod, isAssumed: true })
  }

  /** Takes back an assumption; a confirmed pod stays. */
  forget(uid: string): void {
    if (this.pods.get(uid)?.isAssumed === true) this.removePod(uid)
  }

  isAssumed(uid: string): boolean {
    return this.pods.get(uid)?.isAssumed === true
  }

  /** Uid and node of every pod that was assumed and is not confirmed. */
  assumedPods(): readonly (readonly [uid: string, node: string])[] {
    return this.pods
      .entries()
      .filter(([, { isAssumed }]) => isAssumed)
      .map(([uid, { pod }]) => [uid, pod.spec?.nodeName ?? ''] as const)
      .sort(([a], [b]) => compareStrings(a, b))
  }

  hasPod(uid: string): boolean {
    return this.pods.has(uid)
  }

  podOf(uid: string): Pod | undefined {
    return this.pods.get(uid)?.pod
  }

  /** Also of nodes that are gone while pods name them. */
  nodeInfo(name: string): NodeInfo | undefined {
    return this.nodes.get(name)?.info
  }

  /**
   * All existing nodes. The order is made anew when a node came or went, not when a node merely
   * changed its zone: upstream does not notice that until the next node comes or goes.
   */
  snapshot(): Snapshot {
    this.settle()
    const { last, names } = this
    const place = { log: this.changes, length: this.changes.names.length }
    if (last !== undefined && last.place.log === place.log && last.place.length === place.length) {
      return last.snapshot
    }
    const nodes = this.patched(place) ?? names.map(name => this.settled.get(name) as NodeInfo)
    const snapshot = snapshotOf(nodes)
    this.last = { snapshot, names, place, positions: last?.names === names ? last.positions : {} }
    return snapshot
  }

  /** The nodes of the last snapshot with those replaced that changed since, if the order is the same. */
  private patched(place: LogPlace): NodeInfo[] | undefined {
    const { last, names } = this
    if (last === undefined || last.names !== names) return undefined
    const { positions } = last
    positions.byName ??= new Map(names.map((name, index) => [name, index]))
    const { byName } = positions
    const nodes = last.snapshot.nodes.slice()
    const isRelated = visitBetween(last.place, place, name => {
      const index = byName.get(name)
      const info = this.settled.get(name)
      if (index !== undefined && info !== undefined) nodes[index] = info
    })
    return isRelated ? nodes : undefined
  }

  /** Names of all existing nodes in the order of the snapshot, once settled; never changed. */
  get order(): readonly string[] {
    return this.names
  }

  /** Which nodes changed, in the order in which `settle` saw them. */
  get log(): CacheLog {
    return this.changes
  }

  /** An existing node as the snapshot has it, once settled. */
  settledInfo(name: string): NodeInfo | undefined {
    return this.settled.get(name)
  }

  /** Takes in what changed since the last attempt, without making a snapshot object. */
  settle(): void {
    if (this.changed.size === 0) return
    let orderChanged = false
    for (const name of this.changed) {
      this.changes.names.push(name)
      const cached = this.nodes.get(name)
      const isKnown = this.settled.has(name)
      if (cached?.exists === true) {
        this.settled.set(name, withImages(cached.info, this.images))
        orderChanged ||= !isKnown
      } else if (isKnown) {
        this.settled.delete(name)
        orderChanged = true
      }
    }
    if (orderChanged) this.names = namesOf(this.tree)
    this.changed.clear()
    this.changes = this.changes.trimmed(4 * this.names.length)
  }

  private putOnNode(pod: Pod, added: PodInfo): void {
    const name = pod.spec?.nodeName ?? ''
    const { info, exists } = this.nodes.get(name) ?? { info: unknownNode(name), exists: false }
    this.nodes.set(name, { info: withPodInfo(info, added), exists })
    this.changed.add(name)
  }

  /** Most changes of a bound pod are of its status: false when the spec changed too. */
  private changeOnNode(before: Pod, after: Pod): boolean {
    const { spec } = after
    if (spec === undefined || !hasSameParts(before.spec, spec)) return false
    const name = spec.nodeName ?? ''
    const cached = this.nodes.get(name)
    const info = cached && withChangedPod(cached.info, after)
    if (cached === undefined || info === undefined) return false
    this.nodes.set(name, { info, exists: cached.exists })
    this.changed.add(name)
    return true
  }

  private takeFromNode(pod: Pod): void {
    const name = pod.spec?.nodeName ?? ''
    const cached = this.nodes.get(name)
    const info = cached && withoutPod(cached.info, pod.metadata.uid ?? '')
    if (cached === undefined || info === undefined) return
    if (info.pods.length === 0 && !cached.exists) this.nodes.delete(name)
    else this.nodes.set(name, { info, exists: cached.exists })
    this.changed.add(name)
  }
}

/** Whether specs have the same parts, as an assumed pod and the bound one have them. */
function hasSameParts(a: PodSpec | undefined, b: PodSpec): boolean {
  if (a === b) return true
  if (a === undefined) return false
  let count = 0
  for (const name in a) {
    if (a[name as keyof PodSpec] !== b[name as keyof PodSpec]) return false
    count += 1
  }
  for (const _ in b) count -= 1
  return count === 0
}

/** The node with the images it reports and how common each is by now. */
function withImages(info: NodeInfo, images: ImageNodesByName): NodeInfo {
  const reported = info.node.status?.images ?? []
  if (reported.length === 0 && info.imageStates.size === 0) return info
  return { ...info, imageStates: imageStatesOf(images, info.node) }
}

function unknownNode(name: string): NodeInfo {
  return newNodeInfo({ apiVersion: 'v1', kind: 'Node', metadata: { name } })
}
