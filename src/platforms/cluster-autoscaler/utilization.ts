// How much of a node its pods request: the measure by which nodes are found to be unneeded.
// Port of cluster-autoscaler 1.36.1 simulator/utilization/info.go and utils/gpu/gpu.go.

import type { Node, Pod } from '../../kube/generated/types.ts'
import { quantityOf } from '../../kube/quantity.ts'
import { addQuantities, isZero, milliValueOf } from '../../kube/quantity-math.ts'
import { isDaemonSetPod, isLongTerminating, isMirrorPod, requestOf } from './pods.ts'

export interface UtilizationOptions {
  readonly ignoreDaemonSets: boolean
  readonly ignoreMirrorPods: boolean
  /** The resource that counts instead of cpu and memory. */
  readonly gpuResource: string | undefined
  readonly nowMs: number
}

/** Fractions of what is allocatable. */
export interface Utilization {
  readonly cpu: number
  readonly memory: number
  readonly gpu: number
  /** The resource that is used most. */
  readonly resource: string
  readonly utilization: number
}

export interface NodePods {
  readonly node: Node
  readonly pods: readonly Pod[]
}

type Fraction =
  | { readonly ok: true; readonly value: number }
  | { readonly ok: false; readonly error: string }

/** Calculate: the larger of cpu and memory, or the GPU alone where the node has one. */
export function utilizationOf(
  nodePods: NodePods,
  options: UtilizationOptions,
): Utilization | { readonly error: string } {
  const { gpuResource } = options
  if (gpuResource !== undefined) {
    const fraction = fractionOf(nodePods, gpuResource, options)
    // A node whose GPU is not there yet can be removed.
    const gpu = fraction.ok ? fraction.value : 0
    return { cpu: 0, memory: 0, gpu, resource: gpuResource, utilization: gpu }
  }
  const cpu = fractionOf(nodePods, 'cpu', options)
  if (!cpu.ok) return { error: cpu.error }
  const memory = fractionOf(nodePods, 'memory', options)
  if (!memory.ok) return { error: memory.error }
  const most =
    cpu.value > memory.value
      ? { resource: 'cpu', utilization: cpu.value }
      : { resource: 'memory', utilization: memory.value }
  return { cpu: cpu.value, memory: memory.value, gpu: 0, ...most }
}

function fractionOf(
  { node, pods }: NodePods,
  resource: string,
  options: UtilizationOptions,
): Fraction {
  const name = node.metadata.name ?? ''
  const given = node.status?.allocatable?.[resource]
  if (given === undefined) return { ok: false, error: `failed to get ${resource} from ${name}` }
  const allocatable = milliValueOf(quantityOf(given))
  if (allocatable === 0) return { ok: false, error: `${resource} is 0 at ${name}` }
  let requested = quantityOf(0)
  let ignored = quantityOf(0)
  for (const pod of pods) {
    const amount = requestOf(pod, resource)
    const isIgnored =
      (options.ignoreDaemonSets && isDaemonSetPod(pod)) ||
      (options.ignoreMirrorPods && isMirrorPod(pod))
    if (isIgnored) ignored = addQuantities(ignored, amount)
    else if (!isLongTerminating(pod, options.nowMs)) requested = addQuantities(requested, amount)
  }
  return { ok: true, value: milliValueOf(requested) / (allocatable - milliValueOf(ignored)) }
}

const gpuResources: readonly string[] = [
  'nvidia.com/gpu',
  'habana.ai/gaudi',
  'gpu.intel.com/xe',
  'amd.com/gpu',
  'microsoft.com/directx',
]

/** The GPU resource of a node that has the provider's label or something allocatable of one. */
export function gpuResourceOf({ metadata, status }: Node, gpuLabel: string): string | undefined {
  const found = gpuResources.find(name => {
    const amount = status?.allocatable?.[name]
    return amount !== undefined && !isZero(quantityOf(amount))
  })
  const isLabelled = metadata.labels !== undefined && Object.hasOwn(metadata.labels, gpuLabel)
  return found ?? (isLabelled ? gpuResources[0] : undefined)
}
