// How large a cluster is: its nodes and the cores that pods may ask of them.
// Upstream: cluster-proportional-autoscaler v1.10.3 pkg/autoscaler/k8sclient/k8sclient.go.

import type { Node } from '../../kube/generated/types.ts'
import { matches, type Selector } from '../../kube/label-selector.ts'
import { quantityOf } from '../../kube/quantity.ts'
import { addQuantities, valueOf } from '../../kube/quantity-math.ts'
import type { ClusterSize } from './linear.ts'

/** Whether a node is open and ready. */
function isSchedulable({ spec, status }: Node): boolean {
  const isReady = status?.conditions?.some(
    ({ type, status: value }) => type === 'Ready' && value === 'True',
  )
  return spec?.unschedulable !== true && isReady === true
}

export interface Counted {
  /** Which nodes count at all, by their labels. */
  readonly nodeLabels: Selector
  /** Nodes that are closed or not ready count, too. */
  readonly includesUnschedulable: boolean
}

/** What is counted of these nodes; the sum of the cores is rounded up: 3 x 1500m is 5. */
export function clusterSize(
  nodes: readonly Node[],
  { nodeLabels, includesUnschedulable }: Counted,
): ClusterSize {
  const counted = nodes.filter(
    node =>
      matches(nodeLabels, node.metadata.labels) && (includesUnschedulable || isSchedulable(node)),
  )
  const cores = counted.reduce(
    (sum, { status }) => addQuantities(sum, quantityOf(status?.allocatable?.['cpu'])),
    quantityOf(undefined),
  )
  return { nodes: counted.length, cores: valueOf(cores) }
}

/** Whether two states of a node may count differently. */
export function countsDifferently(before: Node | undefined, after: Node | undefined): boolean {
  if (before === undefined || after === undefined) return true
  if (before.metadata.labels !== after.metadata.labels) return true
  if (isSchedulable(before) !== isSchedulable(after)) return true
  return before.status?.allocatable?.['cpu'] !== after.status?.allocatable?.['cpu']
}
