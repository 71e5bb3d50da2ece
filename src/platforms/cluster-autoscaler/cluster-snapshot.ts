// A copy of the cluster on which the autoscaler tries where pods would fit, with the filters of the
// scheduler. Port of cluster-autoscaler 1.36.1 simulator/clustersnapshot/predicate.

import type { Node, Pod } from '../../kube/generated/types.ts'
import { defaultProfile } from '../../scheduler/configuration.ts'
import type { SchedulerListers } from '../../scheduler/framework.ts'
import { newNodeInfo, type NodeInfo, withoutPod, withPod } from '../../scheduler/node-info.ts'
import type { Profile } from '../../scheduler/profile.ts'
import { newAttempt, runFilters, runPreFilter } from '../../scheduler/runtime.ts'
import { snapshotOf } from '../../scheduler/snapshot.ts'

const noObjects: SchedulerListers = { get: () => undefined, list: () => [] }

/** Why a pod does not fit: the reasons of the plugin that refused it. */
export interface Unfit {
  readonly reasons: readonly string[]
}

/** Nodes and pods of one simulation; what a fork places is not seen where it was forked from. */
export class ClusterSnapshot {
  private nodes: ReadonlyMap<string, NodeInfo>
  private readonly profile: Profile
  private readonly listers: SchedulerListers
  /** Where the last pod was placed, in whatever fork: the next search starts behind it. */
  private cursor = { last: 0 }

  constructor(
    nodes: Iterable<NodeInfo>,
    {
      profile = defaultProfile(),
      listers = noObjects,
    }: {
      readonly profile?: Profile
      readonly listers?: SchedulerListers
    } = {},
  ) {
    this.nodes = new Map([...nodes].map(node => [node.name, node]))
    this.profile = profile
    this.listers = listers
  }

  fork(): ClusterSnapshot {
    const copy = new ClusterSnapshot(this.nodes.values(), {
      profile: this.profile,
      listers: this.listers,
    })
    copy.cursor = this.cursor
    return copy
  }

  nodeInfo(name: string): NodeInfo | undefined {
    return this.nodes.get(name)
  }

  put(node: NodeInfo): void {
    this.nodes = new Map(this.nodes).set(node.name, node)
  }

  remove(name: string): void {
    const nodes = new Map(this.nodes)
    nodes.delete(name)
    this.nodes = nodes
  }

  unschedule(pod: Pod, nodeName: string): void {
    const node = this.nodes.get(nodeName)
    const without = node && withoutPod(node, pod.metadata.uid ?? '')
    if (without !== undefined) this.put(without)
  }

  /** Puts the pod on the node if it fits there; undefined means that it did. */
  schedule(pod: Pod, nodeName: string): Unfit | undefined {
    const node = this.nodes.get(nodeName)
    if (node === undefined) return { reasons: [] }
    const found = this.search(pod, [node])
    if ('reasons' in found) return found
    this.put(withPod(node, pod))
    return undefined
  }

  /** Puts the pod on the first acceptable node where it fits; gives its name. */
  scheduleAnywhere(pod: Pod, isAcceptable: (node: NodeInfo) => boolean): string | undefined {
    const all = [...this.nodes.values()]
    const start = (this.cursor.last + 1) % Math.max(1, all.length)
    const ordered = [...all.slice(start), ...all.slice(0, start)]
    const candidates = ordered.filter(
      node => node.node.spec?.unschedulable !== true && isAcceptable(node),
    )
    const found = this.search(pod, candidates)
    if ('reasons' in found) return undefined
    this.cursor.last = all.indexOf(found.node)
    this.put(withPod(found.node, pod))
    return found.node.name
  }

  /** The first of the candidates that passes all filters, or why the last one did not. */
  private search(pod: Pod, candidates: readonly NodeInfo[]): { readonly node: NodeInfo } | Unfit {
    const cycle = newAttempt({
      profile: this.profile,
      snapshot: snapshotOf([...this.nodes.values()]),
      listers: this.listers,
      nominator: { nominatedPods: () => [], nodeNames: () => [] },
      choices: { tie: ({ first }) => first, preemptionOffset: () => 0 },
    })
    const { status, nodeNames } = runPreFilter(this.profile, cycle, pod)
    if (status.code !== 'Success') return { reasons: status.reasons }
    let reasons: readonly string[] = []
    for (const node of candidates) {
      if (nodeNames !== undefined && !nodeNames.includes(node.name)) continue
      const verdict = runFilters(this.profile, cycle, pod, node)
      if (verdict.code === 'Success') return { node }
      reasons = verdict.reasons
    }
    return { reasons }
  }
}

/** Nodes with the pods that run on them, each in the given order. */
export function nodeInfosOf(nodes: readonly Node[], pods: readonly Pod[]): readonly NodeInfo[] {
  return nodes.map(node =>
    pods
      .filter(({ spec }) => spec?.nodeName === node.metadata.name)
      .reduce(withPod, newNodeInfo(node)),
  )
}
