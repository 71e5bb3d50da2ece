// Which pods a kubelet evicts when its node runs short, and what their status says then.
// Upstream: pkg/kubelet/eviction/{helpers,eviction_manager}.go (rank by excess over requests, then
// priority), pkg/kubelet/types/pod_update.go (IsCriticalPod), v1.36.3.

import { compareStrings } from '../base/compare.ts'
import type { Node, NodeCondition, Pod, PodStatus } from '../kube/generated/types.ts'
import { keyOf } from '../kube/object.ts'
import { isPodTerminal } from '../kube/pod.ts'
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

/**
 * The pods of a node in the order in which they are evicted. The twin knows no usage: it takes pods
 * to use what they request, so those that request nothing exceed their requests and go first; then
 * the lower priority, then by name.
 */
export function evictionOrder(pods: readonly Pod[], pressure: Pressure): readonly Pod[] {
  const { resource } = signals[pressure]
  const exceeds = (pod: Pod): number => (podRequests(pod).get(resource) === undefined ? 0 : 1)
  const priority = (pod: Pod): number => pod.spec?.priority ?? 0
  return pods
    .filter(pod => !isPodTerminal(pod) && pod.metadata.deletionTimestamp === undefined)
    .filter(pod => priority(pod) < criticalPriority)
    .sort(
      (a, b) =>
        exceeds(a) - exceeds(b) ||
        priority(a) - priority(b) ||
        compareStrings(keyOf(a.metadata), keyOf(b.metadata)),
    )
}

/** The text of an eviction, in the pod's status and in its event. */
export function evictionText(pressure: Pressure): string {
  return `The node was low on resource: ${signals[pressure].resource}. `
}

/** The status of an evicted pod: what it was, failed. */
export function evictedStatus(pod: Pod, pressure: Pressure, nowMs: number): PodStatus {
  const message = evictionText(pressure)
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
