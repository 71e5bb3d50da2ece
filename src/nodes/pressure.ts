// Which pods a kubelet evicts when its node runs short, and what their status says then.
// Upstream: pkg/kubelet/eviction/helpers.go (rankMemoryPressure, evictionMessage),
// pkg/kubelet/types/pod_update.go (IsCriticalPod), v1.36.3.

import { compareStrings } from '../base/compare.ts'
import type { Node, NodeCondition, Pod, PodStatus } from '../kube/generated/types.ts'
import { keyOf } from '../kube/object.ts'
import { isPodTerminal } from '../kube/pod.ts'
import { quantityOf, quantityText } from '../kube/quantity.ts'
import { newQuantity, scaledInt64 } from '../kube/quantity-math.ts'
import { podRequests } from '../kube/resources.ts'
import { formatTime } from '../kube/time.ts'

/** What a node may run short of: the name of its condition. */
export type Pressure = 'MemoryPressure' | 'DiskPressure'

interface Signal {
  readonly resource: 'memory' | 'ephemeral-storage'
  readonly short: string
  readonly shortMessage: string
  readonly fine: string
  readonly fineMessage: string
}

const signals: Readonly<Record<Pressure, Signal>> = {
  MemoryPressure: {
    resource: 'memory',
    short: 'KubeletHasInsufficientMemory',
    shortMessage: 'kubelet has insufficient memory available',
    fine: 'KubeletHasSufficientMemory',
    fineMessage: 'kubelet has sufficient memory available',
  },
  DiskPressure: {
    resource: 'ephemeral-storage',
    short: 'KubeletHasDiskPressure',
    shortMessage: 'kubelet has disk pressure',
    fine: 'KubeletHasNoDiskPressure',
    fineMessage: 'kubelet has no disk pressure',
  },
}

/** Pods of this priority are never evicted. */
const criticalPriority = 2_000_000_000

/** How much a pod uses of what is short, in thousandths, and in which container. */
export type UsageOf = (
  pod: Pod,
  resource: string,
) => { readonly milli: bigint; readonly container: string | undefined } | undefined

/** What a pod uses beyond its request; one of which nobody knows uses what it requests, or a bit. */
function excessOf(pod: Pod, { resource }: Signal, usageOf: UsageOf): bigint {
  const request = podRequests(pod).get(resource)
  const requested = request === undefined ? 0n : scaledInt64(request, -3)
  const used = usageOf(pod, resource)?.milli
  if (used === undefined) return request === undefined ? 1n : 0n
  return used - requested
}

/**
 * The pods of a node in the order in which they are evicted: those that use more than they request
 * first, then the lower priority, then who exceeds the request by more, then by name.
 */
export function evictionOrder(
  pods: readonly Pod[],
  pressure: Pressure,
  usageOf: UsageOf = () => undefined,
): readonly Pod[] {
  const excess = new Map(pods.map(pod => [pod, excessOf(pod, signals[pressure], usageOf)]))
  const exceeds = (pod: Pod): number => ((excess.get(pod) ?? 0n) > 0n ? 0 : 1)
  const priority = (pod: Pod): number => pod.spec?.priority ?? 0
  return pods
    .filter(pod => !isPodTerminal(pod) && pod.metadata.deletionTimestamp === undefined)
    .filter(pod => priority(pod) < criticalPriority)
    .sort(
      (a, b) =>
        exceeds(a) - exceeds(b) ||
        priority(a) - priority(b) ||
        Number((excess.get(b) ?? 0n) - (excess.get(a) ?? 0n)) ||
        compareStrings(keyOf(a.metadata), keyOf(b.metadata)),
    )
}

/** The text of an eviction, in the pod's status and in its event. */
export function evictionText(pod: Pod, pressure: Pressure, usageOf: UsageOf): string {
  const { resource } = signals[pressure]
  const low = `The node was low on resource: ${resource}. `
  const usage = usageOf(pod, resource)
  const container = pod.spec?.containers.find(({ name }) => name === usage?.container)
  if (usage === undefined || container === undefined) return low
  const request = quantityOf(container.resources?.requests?.[resource] ?? '0')
  if (usage.milli <= scaledInt64(request, -3)) return low
  const used = quantityText(newQuantity(usage.milli / 1000n, 'BinarySI'))
  const asked = quantityText(request)
  const larger = `has larger consumption of ${resource}. `
  return `${low}Container ${container.name} was using ${used}, request is ${asked}, ${larger}`
}

/** The status of an evicted pod: what it was, failed. */
export function evictedStatus(pod: Pod, message: string, nowMs: number): PodStatus {
  const target = {
    type: 'DisruptionTarget',
    status: 'True',
    reason: 'TerminationByKubelet',
    message,
    lastTransitionTime: formatTime(nowMs),
  }
  const others = (pod.status?.conditions ?? []).filter(({ type }) => type !== target.type)
  const conditions = others.map(condition =>
    condition.type === 'Ready' || condition.type === 'ContainersReady'
      ? {
          ...condition,
          status: 'False',
          reason: 'PodFailed',
          lastTransitionTime: formatTime(nowMs),
        }
      : condition,
  )
  return { phase: 'Failed', reason: 'Evicted', message, conditions: [target, ...conditions] }
}

/** The conditions of a node with this one as the kubelet finds it now. */
export function withPressure(
  node: Node,
  { pressure, isShort, nowMs }: { pressure: Pressure; isShort: boolean; nowMs: number },
): readonly NodeCondition[] {
  const { short, shortMessage, fine, fineMessage } = signals[pressure]
  const conditions = node.status?.conditions ?? []
  const before = conditions.find(({ type }) => type === pressure)
  const status = isShort ? 'True' : 'False'
  const now = formatTime(nowMs)
  const since = before?.status === status ? before.lastTransitionTime : undefined
  const condition: NodeCondition = {
    type: pressure,
    status,
    lastHeartbeatTime: now,
    lastTransitionTime: since ?? now,
    reason: isShort ? short : fine,
    message: isShort ? shortMessage : fineMessage,
  }
  return [condition, ...conditions.filter(({ type }) => type !== pressure)]
}
