// Which nodes may be looked at for removal at all. Port of cluster-autoscaler 1.36.1
// core/scaledown/eligibility/eligibility.go.

import type { Node } from '../../kube/generated/types.ts'
import { gpuResourceOf, type NodePods, type Utilization, utilizationOf } from './utilization.ts'

export interface EligibilityOptions {
  readonly scaleDownUtilizationThreshold: number
  readonly scaleDownGpuUtilizationThreshold: number
  readonly ignoreDaemonSetsUtilization: boolean
  readonly ignoreMirrorPodsUtilization: boolean
  readonly scaleDownUnreadyEnabled: boolean
}

export interface EligibilityContext {
  readonly options: EligibilityOptions
  readonly isAutoscaled: (node: Node) => boolean
  /** The label by which the cloud provider marks nodes with a GPU. */
  readonly gpuLabel: string
  readonly nowMs: number
}

export interface Eligibility {
  /** Why the node stays; undefined when it may go. */
  readonly reason?: string
  /** Known unless the node was ruled out before. */
  readonly utilization?: Utilization
}

export const toBeDeletedTaint = 'ToBeDeletedByClusterAutoscaler'
const deletionMsMax = 300_000

/** FilterOutUnremovable for one node. */
export function eligibilityOf(nodePods: NodePods, context: EligibilityContext): Eligibility {
  const { node } = nodePods
  const { options, nowMs, gpuLabel } = context
  if (isBeingDeleted(node, nowMs)) return { reason: 'CurrentlyBeingDeleted' }
  const disabled = 'cluster-autoscaler.kubernetes.io/scale-down-disabled'
  if (node.metadata.annotations?.[disabled] === 'true') {
    return { reason: 'ScaleDownDisabledAnnotation' }
  }
  if (!context.isAutoscaled(node)) return { reason: 'NotAutoscaled' }
  const gpuResource = gpuResourceOf(node, gpuLabel)
  const utilization = utilizationOf(nodePods, {
    ignoreDaemonSets: options.ignoreDaemonSetsUtilization,
    ignoreMirrorPods: options.ignoreMirrorPodsUtilization,
    gpuResource,
    nowMs,
  })
  if ('error' in utilization) return { reason: 'UnexpectedError' }
  if (!options.scaleDownUnreadyEnabled && !isReady(node)) {
    return { reason: 'ScaleDownUnreadyDisabled' }
  }
  const threshold =
    gpuResource === undefined
      ? options.scaleDownUtilizationThreshold
      : options.scaleDownGpuUtilizationThreshold
  return utilization.utilization > threshold
    ? { reason: 'NotUnderutilized', utilization }
    : { utilization }
}

/** Marked within the last five minutes; an older mark is left from a removal that failed. */
function isBeingDeleted({ spec }: Node, nowMs: number): boolean {
  const taint = spec?.taints?.find(({ key }) => key === toBeDeletedTaint)
  if (taint === undefined || !/^[+-]?\d+$/.test(taint.value ?? '')) return false
  return nowMs - Number(taint.value) * 1000 < deletionMsMax
}

const notReadyTaints: readonly string[] = [
  'node.kubernetes.io/not-ready',
  'node.kubernetes.io/disk-pressure',
  'node.kubernetes.io/network-unavailable',
]

function isReady({ spec, status }: Node): boolean {
  const conditions = status?.conditions ?? []
  const hasReady = conditions.some(({ type }) => type === 'Ready')
  const isBroken = conditions.some(condition =>
    condition.type === 'Ready'
      ? condition.status === 'False' || condition.status === 'Unknown'
      : (condition.type === 'DiskPressure' || condition.type === 'NetworkUnavailable') &&
        condition.status === 'True',
  )
  return (
    hasReady && !isBroken && !(spec?.taints ?? []).some(({ key }) => notReadyTaints.includes(key))
  )
}
