// What a node is to all pods with the same tolerations, node affinity and node name: rejected by
// which plugin, and the raw scores that no pod on the node changes. Computed by the plugins
// themselves, once per node and again when the node changes.

import type { CycleState, Pod } from '../framework.ts'
import type { NodeInfo } from '../node-info.ts'
import type { Profile } from '../profile.ts'
import { withPlugin } from '../status.ts'
import type { Cluster } from './cluster.ts'
import { grown } from './interning.ts'
import type { StatusTable } from './status-table.ts'

/** Filters that read the node object and nothing else; they come first in the default order. */
export const nodeFilters: ReadonlySet<string> = new Set([
  'NodeUnschedulable',
  'NodeName',
  'TaintToleration',
  'NodeAffinity',
])

export class NodeClass {
  private readonly pod: Pod
  private readonly cycle: CycleState
  private readonly profile: Profile
  /** Code of the first rejection, 0 where the pod may go. */
  codes = new Uint16Array(0)
  /** Raw scores of TaintToleration and NodeAffinity. */
  taints = new Int32Array(0)
  preferences = new Int32Array(0)
  /** Nodes with a taint score; without one all nodes score the same. */
  nodesWithTaints = 0
  /** Preferred node affinity is not valid; absent, so that NodeAffinity does not score. */
  readonly isInvalid: boolean
  readonly hasPreferences: boolean
  private seen = 0

  constructor(profile: Profile, cycle: CycleState, pod: Pod) {
    this.profile = profile
    this.cycle = cycle
    this.pod = pod
    let code = 'Skip'
    for (const plugin of profile.preScore) {
      if (plugin.name === 'TaintToleration') plugin.preScore(cycle, pod, [])
      if (plugin.name === 'NodeAffinity') code = plugin.preScore(cycle, pod, []).code
    }
    this.isInvalid = code === 'Error'
    this.hasPreferences = code === 'Success'
  }

  /** Looks at the nodes that changed since the last time. */
  follow(cluster: Cluster, statuses: StatusTable): void {
    const { changedNodes, nodes } = cluster
    if (this.seen === changedNodes.length) return
    if (this.codes.length < nodes.capacity) {
      this.codes = grown(this.codes, nodes.capacity)
      this.taints = grown(this.taints, nodes.capacity)
      this.preferences = grown(this.preferences, nodes.capacity)
    }
    for (let index = this.seen; index < changedNodes.length; index += 1) {
      const slot = changedNodes[index] as number
      this.look(slot, nodes.infos[slot], statuses)
    }
    this.seen = changedNodes.length
  }

  private look(slot: number, info: NodeInfo | undefined, statuses: StatusTable): void {
    if (this.taints[slot] !== 0) this.nodesWithTaints -= 1
    this.codes[slot] = 0
    this.taints[slot] = 0
    this.preferences[slot] = 0
    if (info === undefined) return
    for (const plugin of this.profile.filter) {
      if (!nodeFilters.has(plugin.name)) continue
      const status = plugin.filter(this.cycle, this.pod, info)
      if (status.code === 'Success') continue
      this.codes[slot] = statuses.codeOf(withPlugin(status, plugin.name))
      break
    }
    for (const { plugin } of this.profile.score) {
      if (plugin.name !== 'TaintToleration' && plugin.name !== 'NodeAffinity') continue
      const score = plugin.score(this.cycle, this.pod, info)
      if (typeof score !== 'number') continue
      if (plugin.name === 'TaintToleration') this.taints[slot] = score
      else this.preferences[slot] = score
    }
    if (this.taints[slot] !== 0) this.nodesWithTaints += 1
  }
}
