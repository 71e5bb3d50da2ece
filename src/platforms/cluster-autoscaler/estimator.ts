// How many nodes of a template pending pods need: first fit, largest pods first.
// Port of cluster-autoscaler 1.36.1 estimator/binpacking_estimator.go, decreasing_pod_orderer.go.

import { divCeil } from '../../base/integer.ts'
import type { Node, Pod } from '../../kube/generated/types.ts'
import { selectorMatches } from '../../kube/label-selector.ts'
import { quantityOf } from '../../kube/quantity.ts'
import { milliValueOf, valueOf } from '../../kube/quantity-math.ts'
import { newNodeInfo, type NodeInfo, withPod } from '../../scheduler/node-info.ts'
import type { ClusterSnapshot, Unfit } from './cluster-snapshot.ts'
import { requestOf } from './pods.ts'

/** Pods that are alike. */
export type PodGroup = readonly Pod[]

export interface EstimateOptions {
  /** 0: no limit. */
  readonly nodesMax: number
  /** Simulate one node for the last group and multiply. */
  readonly fastpath: boolean
}

export interface Template {
  readonly node: Node
  /** Pods that run on each new node, such as those of DaemonSets. */
  readonly pods: readonly Pod[]
}

export interface Estimate {
  /** New nodes that got pods. */
  readonly nodes: number
  /** In the order in which they were placed. */
  readonly pods: readonly Pod[]
}

const hostname = 'kubernetes.io/hostname'
const spreadMismatch = "node(s) didn't match pod topology spread constraints"

/** Estimate: the given snapshot stays as it is. */
export function estimate(
  snapshot: ClusterSnapshot,
  groups: readonly PodGroup[],
  template: Template,
  options: EstimateOptions,
): Estimate {
  const packing = new Packing(snapshot.fork(), template, options.nodesMax)
  const ordered = byDecreasingScore(groups, template.node)
  const last = options.fastpath ? bestForFastpath(ordered, template.node) : -1
  const sequence =
    last < 0
      ? ordered
      : [...ordered.filter((_, index) => index !== last), ordered[last] as PodGroup]
  let isMoreAllowed = true
  sequence.forEach((group, index) => {
    const rest = packing.onExistingNodes(group)
    if (!isMoreAllowed) return
    const isLast = last >= 0 && index === sequence.length - 1
    isMoreAllowed = isLast ? packing.onManyAlike(rest) : packing.onNewNodes(rest)
  })
  return packing.result()
}

class Packing {
  private readonly snapshot: ClusterSnapshot
  private readonly template: Template
  private readonly nodesMax: number
  private readonly scheduled: Pod[] = []
  private readonly added = new Set<string>()
  private readonly withPods = new Set<string>()
  private lastNode = ''
  private permitted = 0

  constructor(snapshot: ClusterSnapshot, template: Template, nodesMax: number) {
    this.snapshot = snapshot
    this.template = template
    this.nodesMax = nodesMax
  }

  result(): Estimate {
    return { nodes: this.withPods.size, pods: this.scheduled }
  }

  /** Fills nodes that were added for earlier groups; gives the pods that are left. */
  onExistingNodes(pods: PodGroup): PodGroup {
    for (const [index, pod] of pods.entries()) {
      const node = this.snapshot.scheduleAnywhere(pod, ({ name }) => this.added.has(name))
      if (node === undefined) return pods.slice(index)
      this.track(pod, node)
    }
    return []
  }

  /** Adds a node whenever the last one is full; false when no more nodes are allowed. */
  onNewNodes(pods: PodGroup): boolean {
    for (const pod of pods) {
      if (this.onLastNode(pod)) continue
      // A pod that does not fit an empty node would not fit the next one, either.
      if (this.lastNode !== '' && !this.withPods.has(this.lastNode)) return true
      if (!this.permission()) return false
      this.addNode()
      if (this.snapshot.schedule(pod, this.lastNode) !== undefined) return true
      this.track(pod, this.lastNode)
    }
    return true
  }

  /** Simulates one node and multiplies: the pods are alike and the group is the last one. */
  onManyAlike(pods: PodGroup): boolean {
    if (pods.length === 0) return true
    if (!this.permission()) return false
    this.addNode()
    const full = pods.findIndex(pod => {
      if (this.snapshot.schedule(pod, this.lastNode) !== undefined) return true
      this.track(pod, this.lastNode)
      return false
    })
    const perNode = full < 0 ? pods.length : full
    if (perNode === 0) return true
    for (let node = 1; node < divCeil(pods.length, perNode); node += 1) {
      if (!this.permission()) return false
      const name = `${this.lastNode}-fake-${node}`
      for (const pod of pods.slice(node * perNode, (node + 1) * perNode)) this.track(pod, name)
    }
    return true
  }

  private onLastNode(pod: Pod): boolean {
    if (this.lastNode === '') return false
    const unfit = this.snapshot.schedule(pod, this.lastNode)
    if (unfit === undefined) {
      this.track(pod, this.lastNode)
      return true
    }
    if (!isSpreadOverHosts(pod, unfit)) return false
    const node = this.snapshot.scheduleAnywhere(pod, ({ name }) => name !== this.lastNode)
    if (node === undefined) return false
    this.track(pod, node)
    return true
  }

  private track(pod: Pod, node: string): void {
    this.withPods.add(node)
    this.scheduled.push(pod)
  }

  private permission(): boolean {
    if (this.nodesMax > 0 && this.permitted >= this.nodesMax) return false
    this.permitted += 1
    return true
  }

  private addNode(): void {
    const suffix = `e-${this.added.size}`
    const info = freshNode(this.template, suffix)
    this.snapshot.put(info)
    this.lastNode = info.name
    this.added.add(info.name)
  }
}

function freshNode({ node, pods }: Template, suffix: string): NodeInfo {
  const name = `${node.metadata.name ?? ''}-${suffix}`
  const labels = { ...node.metadata.labels, [hostname]: name }
  const fresh = { ...node, metadata: { ...node.metadata, name, labels } }
  const running = pods.map(pod => ({
    ...pod,
    metadata: {
      ...pod.metadata,
      name: `${pod.metadata.name ?? ''}-${suffix}`,
      uid: `${pod.metadata.uid ?? ''}-${suffix}`,
    },
    spec: { ...(pod.spec as NonNullable<Pod['spec']>), nodeName: name },
  }))
  return running.reduce(withPod, newNodeInfo(fresh))
}

function isSpreadOverHosts({ spec }: Pod, { reasons }: Unfit): boolean {
  const isOverHosts = (spec?.topologySpreadConstraints ?? []).some(
    ({ topologyKey }) => topologyKey === hostname,
  )
  return isOverHosts && reasons.includes(spreadMismatch)
}

/** Larger shares of a node's cpu and memory first; the sort of Go keeps ties of few groups. */
function byDecreasingScore(groups: readonly PodGroup[], { status }: Node): readonly PodGroup[] {
  const cpu = milliValueOf(quantityOf(status?.allocatable?.['cpu'] ?? 0))
  const memory = valueOf(quantityOf(status?.allocatable?.['memory'] ?? 0))
  const scoreOf = ([pod]: PodGroup): number => {
    if (pod === undefined) return 0
    const ofCpu = cpu > 0 ? milliValueOf(requestOf(pod, 'cpu')) / cpu : 0
    return ofCpu + (memory > 0 ? valueOf(requestOf(pod, 'memory')) / memory : 0)
  }
  return groups
    .map(group => ({ group, score: scoreOf(group) }))
    .sort((a, b) => b.score - a.score)
    .map(({ group }) => group)
}

/** The group for which multiplying saves most simulations; -1 when none may be multiplied. */
function bestForFastpath(groups: readonly PodGroup[], node: Node): number {
  let best = -1
  let savedMost = 0
  for (const [index, group] of groups.entries()) {
    const [pod] = group
    if (pod === undefined) continue
    const nodes = Math.max(nodesByAntiAffinity(group), ...nodesByRequests(group, node))
    const saved = nodes > 0 ? group.length - Math.trunc(group.length / nodes) : 0
    if (saved >= savedMost && isMultipliable(pod)) {
      best = index
      savedMost = saved
    }
  }
  return best
}

function antiAffinityOf({ spec }: Pod) {
  return spec?.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []
}

function nodesByAntiAffinity(group: PodGroup): number {
  const [pod] = group as readonly [Pod, ...Pod[]]
  const excludesItself = antiAffinityOf(pod).some(
    ({ topologyKey, labelSelector }) =>
      topologyKey === hostname && selectorMatches(labelSelector, pod.metadata.labels),
  )
  return excludesItself ? group.length : 0
}

/** By the first container alone, over the capacity of the node. */
function nodesByRequests(group: PodGroup, { status }: Node): readonly number[] {
  const requests = group[0]?.spec?.containers?.[0]?.resources?.requests
  if (requests === undefined) return [0]
  return ['cpu', 'memory'].map(resource => {
    const requested = milliValueOf(quantityOf(requests[resource] ?? 0))
    const capacity = milliValueOf(quantityOf(status?.capacity?.[resource] ?? 0))
    return requested === 0 ? 0 : Math.ceil((group.length * requested) / capacity)
  })
}

function isMultipliable(pod: Pod): boolean {
  return (
    pod.spec?.topologySpreadConstraints === undefined &&
    antiAffinityOf(pod).every(({ topologyKey }) => topologyKey === hostname)
  )
}
