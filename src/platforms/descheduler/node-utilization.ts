// What LowNodeUtilization and HighNodeUtilization have in common: evicting from some nodes as long
// as others have room. Port of descheduler v0.36.0 pkg/framework/plugins/nodeutilization.

import type { Node, Pod } from '../../kube/generated/types.ts'
import { tolerationsTolerate } from '../../kube/toleration.ts'
import type { Namespaces } from './args.ts'
import { movePod, type NodeUsage, type Thresholds, type Usage } from './node-usage.ts'
import { byPriorityLowToHigh, type PodFilter } from './pods.ts'
import type { Handle } from './strategy.ts'

export interface Sources {
  readonly strategy: string
  readonly sources: readonly NodeUsage[]
  readonly destinations: readonly Node[]
  readonly available: Usage
  readonly isRemovable: PodFilter
  readonly evictableNamespaces: Namespaces | undefined
  readonly goesOn: (source: NodeUsage, available: Usage) => boolean
  readonly nodeLimit: number | undefined
}

/** Evicts node by node, least important pods first, until there is no need or no room. */
export function evictFromSources(handle: Handle, sources: Sources): void {
  for (const source of sources.sources) {
    const removable = source.pods.filter(sources.isRemovable)
    if (removable.length === 0) continue
    if (!evictFrom(handle, sources, source, byPriorityLowToHigh(removable))) return
  }
}

/** False when the limit of the whole cycle is reached. */
function evictFrom(
  handle: Handle,
  sources: Sources,
  source: NodeUsage,
  pods: readonly Pod[],
): boolean {
  const { available, goesOn, nodeLimit, strategy } = sources
  if (!goesOn(source, available)) return true
  const excluded = sources.evictableNamespaces?.exclude ?? []
  let evicted = 0
  for (const pod of pods) {
    if (nodeLimit !== undefined && evicted >= nodeLimit) return true
    if (!toleratesAny(pod, sources.destinations)) continue
    if (excluded.includes(pod.metadata.namespace ?? '') || !handle.isEvictableNow(pod)) continue
    const outcome = handle.evict(pod, strategy)
    if (outcome === 'total-limit') return false
    if (outcome === 'node-limit') return true
    if (outcome !== 'evicted') continue
    evicted += 1
    movePod(pod, source, available)
    if (!goesOn(source, available)) return true
  }
  return true
}

/** All taints of a node count, and a pod needs as many tolerations as the node has taints. */
function toleratesAny({ spec }: Pod, nodes: readonly Node[]): boolean {
  const tolerations = spec?.tolerations ?? []
  return nodes.some(node => {
    const taints = node.spec?.taints ?? []
    return (
      tolerations.length >= taints.length &&
      taints.every(taint => tolerationsTolerate(tolerations, taint, { comparison: true }))
    )
  })
}

/** What is wrong with percentages; resources in alphabetical order. */
export function thresholdError(thresholds: Thresholds = {}): string | undefined {
  const names = Object.keys(thresholds).sort()
  if (names.length === 0) return 'no resource threshold is configured'
  const wrong = names.find(name => (thresholds[name] ?? 0) < 0 || (thresholds[name] ?? 0) > 100)
  return wrong === undefined ? undefined : `${wrong} threshold not in [0, 100] range`
}

const nothingUnderutilized =
  'No node is underutilized, nothing to do here, you might tune your thresholds further'
const tooFewUnderutilized =
  'Number of nodes underutilized is less or equal than NumberOfNodes, nothing to do here'
const allUnderutilized = 'All nodes are underutilized, nothing to do here'

/** Why nothing is to be done with so many underutilized nodes of all; undefined when something is. */
export function idleReason(low: number, all: number, numberOfNodes: number): string | undefined {
  if (low === 0) return nothingUnderutilized
  if (low <= numberOfNodes) return tooFewUnderutilized
  return low === all ? allUnderutilized : undefined
}
