// Which node group to grow when several would help. Port of cluster-autoscaler 1.36.1 expander/.

import type { Node, Pod } from '../../kube/generated/types.ts'
import { quantityOf } from '../../kube/quantity.ts'
import { addQuantities, milliValueOf, valueOf } from '../../kube/quantity-math.ts'
import { requestOf } from './pods.ts'

/** One node group, how many nodes it would get, and the pods that would run on them. */
export interface ExpansionOption {
  readonly nodeGroup: string
  readonly nodeCount: number
  readonly pods: readonly Pod[]
  readonly template: Node
  /** False for a group that would have to be created. */
  readonly exists: boolean
}

export type Expander = (options: readonly ExpansionOption[]) => readonly ExpansionOption[]

/** least-nodes. */
export const leastNodes: Expander = options => {
  const counts = options.map(({ nodeCount }) => nodeCount).filter(count => count !== 0)
  const least = Math.min(...counts)
  return options.filter(({ nodeCount }) => nodeCount === least)
}

/** most-pods. */
export const mostPods: Expander = options => {
  const most = Math.max(0, ...options.map(({ pods }) => pods.length))
  return options.filter(({ pods }) => pods.length === most)
}

/** least-waste: the smallest share of cpu plus memory that stays free on the new nodes. */
export const leastWaste: Expander = options => {
  let best: readonly ExpansionOption[] = []
  let least = 0
  for (const option of options) {
    const wasted = wasteOf(option)
    if (wasted === least) best = [...best, option]
    if (best.length === 0 || wasted < least) {
      least = wasted
      best = [option]
    }
  }
  return best
}

function wasteOf({ pods, template, nodeCount }: ExpansionOption): number {
  const sum = (resource: string) =>
    pods.reduce((total, pod) => addQuantities(total, requestOf(pod, resource)), quantityOf(0))
  const capacity = (resource: string) => quantityOf(template.status?.capacity?.[resource] ?? 0)
  const cpu = milliValueOf(capacity('cpu')) * nodeCount
  const memory = valueOf(capacity('memory')) * nodeCount
  return (cpu - milliValueOf(sum('cpu'))) / cpu + (memory - valueOf(sum('memory'))) / memory
}
