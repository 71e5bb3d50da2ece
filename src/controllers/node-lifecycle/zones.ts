// How disrupted each zone is, and the rate at which its nodes may be tainted NoExecute.
// Upstream: pkg/controller/nodelifecycle/node_lifecycle_controller.go (handleDisruption,
// ComputeZoneState) and scheduler/rate_limited_queue.go, v1.36.3.

import type { Node, NodeCondition } from '../../kube/generated/types.ts'
import type { NodeLifecycleOptions } from './options.ts'

export type ZoneState = 'Initial' | 'Normal' | 'PartialDisruption' | 'FullDisruption'

/** One zone: its state and the nodes that wait to be tainted. */
export interface Zone {
  readonly state: ZoneState
  readonly queue: TaintQueue
}

/** Node names in order; a token bucket of one token refills at `perSecond`. */
export interface TaintQueue {
  readonly waiting: readonly string[]
  /** Waiting or already tainted; such a node is not queued again. */
  readonly known: readonly string[]
  readonly perSecond: number
  /** When the last token was taken; undefined: the bucket is full. */
  readonly takenMs?: number
}

export type Zones = Readonly<Record<string, Zone>>

/** Region and zone of a node as one key; empty for a node without both labels. */
export function zoneKey(node: Node): string {
  const { labels = {} } = node.metadata
  const region =
    labels['topology.kubernetes.io/region'] ?? labels['failure-domain.beta.kubernetes.io/region']
  const zone =
    labels['topology.kubernetes.io/zone'] ?? labels['failure-domain.beta.kubernetes.io/zone']
  if ((region ?? '') === '' && (zone ?? '') === '') return ''
  return `${region ?? ''}:\u0000:${zone ?? ''}`
}

export function newZone(options: NodeLifecycleOptions): Zone {
  const queue = { waiting: [], known: [], perSecond: options.evictionsPerSecond }
  return { state: 'Initial', queue }
}

export function enqueued(queue: TaintQueue, node: string): TaintQueue {
  if (queue.known.includes(node)) return queue
  return { ...queue, waiting: [...queue.waiting, node], known: [...queue.known, node] }
}

export function dequeued(queue: TaintQueue, node: string): TaintQueue {
  if (!queue.known.includes(node)) return queue
  const others = (names: readonly string[]): string[] => names.filter(name => name !== node)
  return { ...queue, waiting: others(queue.waiting), known: others(queue.known) }
}

/** When the next token is there; undefined when the zone's evictions are stopped. */
export function tokenAtMs(queue: TaintQueue, nowMs: number): number | undefined {
  if (queue.perSecond <= 0) return undefined
  if (queue.takenMs === undefined) return nowMs
  return Math.max(nowMs, queue.takenMs + Math.ceil(1000 / queue.perSecond))
}

/** The queue at another rate. A bucket that was being waited for is handed over empty. */
export function withRate(queue: TaintQueue, perSecond: number, nowMs: number): TaintQueue {
  if (queue.perSecond === perSecond) return queue
  const { takenMs: _taken, ...rest } = queue
  const empty = tokenAtMs(queue, nowMs) !== nowMs
  return { ...rest, perSecond, ...(perSecond > 0 && empty && { takenMs: nowMs }) }
}

export function zoneState(
  conditions: readonly (NodeCondition | undefined)[],
  options: NodeLifecycleOptions,
): ZoneState {
  const ready = conditions.filter(condition => condition?.status === 'True').length
  const notReady = conditions.length - ready
  if (ready === 0 && notReady > 0) return 'FullDisruption'
  const share = Math.fround(Math.fround(notReady) / Math.fround(conditions.length))
  const partial = notReady > 2 && share >= Math.fround(options.unhealthyShare)
  return partial ? 'PartialDisruption' : 'Normal'
}

export function rateOf(state: ZoneState, nodes: number, options: NodeLifecycleOptions): number {
  if (state !== 'PartialDisruption') return options.evictionsPerSecond
  return nodes > options.largeZoneNodes ? options.secondaryEvictionsPerSecond : 0
}

/** What the states of the zones demand after a look at all nodes. */
export interface DisruptionVerdict {
  readonly zones: Zones
  /** All zones are down at once: nothing is evicted and taints are taken off. */
  readonly entersMasterDisruption: boolean
  /** The first zone is back: every node gets a new grace period. */
  readonly leavesMasterDisruption: boolean
}

export function judgeDisruption(
  zones: Zones,
  conditions: ReadonlyMap<string, readonly (NodeCondition | undefined)[]>,
  options: NodeLifecycleOptions,
  nowMs: number,
): DisruptionVerdict {
  const states = new Map<string, ZoneState>()
  for (const [key, list] of conditions) states.set(key, zoneState(list, options))
  const known = Object.entries(zones).filter(([key]) => conditions.has(key))
  const missing = [...conditions.keys()].filter(key => zones[key] === undefined)
  const all = [...known, ...missing.map(key => [key, newZone(options)] as const)]
  const allAreFull = [...states.values()].every(state => state === 'FullDisruption')
  const allWereFull = all.every(([, zone]) => zone.state === 'FullDisruption')
  const enters = allAreFull && !allWereFull
  const leaves = allWereFull && !allAreFull
  const next: Record<string, Zone> = {}
  for (const [key, zone] of all) {
    const state = states.get(key) ?? 'Normal'
    if (allAreFull && allWereFull) next[key] = zone
    else if (enters) next[key] = { state, queue: withRate(zone.queue, 0, nowMs) }
    else if (zone.state === state && !leaves) next[key] = zone
    else {
      const rate = rateOf(state, conditions.get(key)?.length ?? 0, options)
      next[key] = { state, queue: withRate(zone.queue, rate, nowMs) }
    }
  }
  return { zones: next, entersMasterDisruption: enters, leavesMasterDisruption: leaves }
}
