// When a node was last heard of, as the monitor would have noticed it on its 5 s ticks.
// Upstream: pkg/controller/nodelifecycle/node_lifecycle_controller.go (tryUpdateNodeHealth).

import type { Node, NodeCondition } from '../../kube/generated/types.ts'
import { lastRenewalMs, type NodeHeartbeat } from '../../kube/node-heartbeat.ts'
import { formatTime, parseTime } from '../../kube/time.ts'
import { monitorPeriodMs, type NodeLifecycleOptions, tickAtOrAfter } from './options.ts'

/** What the monitor remembers of a node. */
export interface Health {
  /** The tick at which a sign of life was last noticed. */
  readonly probeMs: number
  /** lastHeartbeatTime of the Ready condition as last seen; undefined without that condition. */
  readonly heartbeatTime: string | undefined
  /** The last lease renewal noticed. */
  readonly renewalMs: number | undefined
}

export function readyConditionOf(node: Node): NodeCondition | undefined {
  const conditions = node.status?.conditions ?? []
  // Asked of every node at every look: a loop, no closure.
  for (let index = 0; index < conditions.length; index += 1) {
    const condition = conditions[index] as NodeCondition
    if (condition.type === 'Ready') return condition
  }
  return undefined
}

/**
 * What the monitor knows at the tick `nowMs`. Ticks in between were skipped: a renewal counts from
 * the tick that would have noticed it, the first at or after the renewal.
 */
export function observed(options: {
  readonly before: Health | undefined
  readonly node: Node
  readonly heartbeat: NodeHeartbeat | undefined
  readonly nowMs: number
  readonly startMs: number
}): Health {
  const { before, node, heartbeat, nowMs, startMs } = options
  const ready = readyConditionOf(node)
  const heartbeatTime = ready === undefined ? undefined : String(ready.lastHeartbeatTime ?? '')
  const renewalMs = heartbeat && lastRenewalMs(heartbeat, nowMs)
  if (before === undefined) {
    const created = parseTime(node.metadata.creationTimestamp ?? formatTime(nowMs))
    const heard = ready !== undefined || renewalMs !== undefined
    return { probeMs: heard ? nowMs : created, heartbeatTime, renewalMs }
  }
  if (before.heartbeatTime !== heartbeatTime) return { probeMs: nowMs, heartbeatTime, renewalMs }
  if (renewalMs === undefined || renewalMs === before.renewalMs) return before
  if (before.renewalMs !== undefined && renewalMs < before.renewalMs) return before
  const noticed = tickAtOrAfter(renewalMs, startMs, monitorPeriodMs)
  return { ...before, renewalMs, probeMs: Math.max(before.probeMs, Math.min(noticed, nowMs)) }
}

/**
 * The tick at which the node will count as silent, unless something changes; undefined while its
 * lease is renewed for ever. In reality ticks drift a little behind whole seconds, so that the
 * tick exactly one grace period after a sign of life already finds it too old.
 */
export function silentAtMs(
  health: Health,
  heartbeat: NodeHeartbeat | undefined,
  graceMs: number,
  startMs: number,
): number | undefined {
  let { probeMs } = health
  if (heartbeat !== undefined) {
    if (heartbeat.untilMs === undefined) return undefined
    const lastMs = lastRenewalMs(heartbeat, heartbeat.untilMs)
    if (lastMs !== undefined) {
      probeMs = Math.max(probeMs, tickAtOrAfter(lastMs, startMs, monitorPeriodMs))
    }
  }
  return tickAtOrAfter(probeMs + graceMs, startMs, monitorPeriodMs)
}

/** How long a node may be silent: longer before its kubelet has posted a status. */
export function graceOf(node: Node, options: NodeLifecycleOptions): number {
  return readyConditionOf(node) === undefined ? options.startupGraceMs : options.graceMs
}

const silentTypes = ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure']

/** The node with its conditions turned Unknown, or itself when they are already. */
export function silenced(node: Node, nowMs: number): Node {
  const conditions = [...(node.status?.conditions ?? [])]
  const before = readyConditionOf(node)
  const now = formatTime(nowMs)
  for (const type of silentTypes) {
    const index = conditions.findIndex(condition => condition.type === type)
    const condition = conditions[index]
    if (condition === undefined) {
      conditions.push({
        type,
        status: 'Unknown',
        reason: 'NodeStatusNeverUpdated',
        message: 'Kubelet never posted node status.',
        lastHeartbeatTime: node.metadata.creationTimestamp ?? now,
        lastTransitionTime: now,
      })
    } else if (condition.status !== 'Unknown') {
      conditions[index] = {
        ...condition,
        status: 'Unknown',
        reason: 'NodeStatusUnknown',
        message: 'Kubelet stopped posting node status.',
        lastTransitionTime: now,
      }
    }
  }
  // Only a turn of the Ready condition is written; the others follow it.
  return before?.status === 'Unknown' ? node : { ...node, status: { ...node.status, conditions } }
}
