// The two loops of the node lifecycle controller as one key: a look at the health of all nodes on
// 5 s ticks, and NoExecute taints on 100 ms ticks. Ticks at which nothing can change are skipped.
// Upstream: pkg/controller/nodelifecycle/node_lifecycle_controller.go, v1.36.3.

import type { Node, NodeCondition, Pod } from '../../kube/generated/types.ts'
import type { KubeObject } from '../../kube/object.ts'
import { heartbeatOf, leaseNamespace, type NodeHeartbeat } from '../../kube/node-heartbeat.ts'
import type { Api, Part, ReconcileResult } from '../framework.ts'
import { graceOf, type Health, observed, readyConditionOf, silenced, silentAtMs } from './health.ts'
import {
  monitorPeriodMs,
  type NodeLifecycleOptions,
  taintPeriodMs,
  tickAfter,
  tickAtOrAfter,
} from './options.ts'
import { markPodsNotReady } from './pods.ts'
import { hasTaint, notReadyTaint, removeTaints, swapTaints, unreachableTaint } from './taints.ts'
import {
  dequeued,
  enqueued,
  judgeDisruption,
  newZone,
  tokenAtMs,
  zoneKey,
  type Zone,
  type Zones,
} from './zones.ts'

export const memoryKeys = { start: 'start', monitor: 'monitor' } as const

/** All that the monitor remembers between its passes. */
export interface MonitorMemory {
  /** Known nodes by name, with the uid for the event of their removal. */
  readonly known: Readonly<Record<string, string>>
  readonly health: Readonly<Record<string, Health>>
  readonly zones: Zones
  /** Nodes whose pods could not all be marked. */
  readonly retry: readonly string[]
}

export const emptyMemory: MonitorMemory = { known: {}, health: {}, zones: {}, retry: [] }

/** The state of one pass; written back to memory at its end. */
interface Pass {
  readonly options: NodeLifecycleOptions
  readonly nowMs: number
  readonly startMs: number
  known: Record<string, string>
  health: Record<string, Health>
  zones: Record<string, Zone>
  retry: string[]
  /** The next tick at which a node will have been silent for too long. */
  silentMs: number | undefined
}

/** Runs what is due now and says when to come back, if ever. */
export function* runLoops(
  api: Api,
  options: NodeLifecycleOptions,
  startMs: number,
): Part<ReconcileResult> {
  const nowMs = yield* api.now()
  const memory = (yield* api.recall<MonitorMemory>(memoryKeys.monitor)) ?? emptyMemory
  const pass: Pass = {
    options,
    nowMs,
    startMs,
    known: { ...memory.known },
    health: { ...memory.health },
    zones: { ...memory.zones },
    retry: [...memory.retry],
    silentMs: undefined,
  }
  const isTick = tickAtOrAfter(nowMs, startMs, monitorPeriodMs) === nowMs
  if (tickAtOrAfter(nowMs, startMs, taintPeriodMs) === nowMs) yield* taintWaiting(api, pass)
  if (isTick) yield* monitor(api, pass)
  else yield* plan(api, pass)
  const { known, health, zones, retry } = pass
  yield* api.remember(memoryKeys.monitor, { known, health, zones, retry } satisfies MonitorMemory)
  const next = nextWakeMs(pass, isTick)
  return next === undefined ? {} : { requeueAfterMs: next - nowMs }
}

/** Before a pass outside the ticks only the next moment of interest is worked out. */
function* plan(api: Api, pass: Pass): Part<void> {
  for (const node of yield* api.list<Node>('Node')) {
    const name = node.metadata.name ?? ''
    const health = pass.health[name]
    if (health !== undefined) expectSilence(pass, node, health, yield* heartbeat(api, name))
  }
}

function nextWakeMs(pass: Pass, isTick: boolean): number | undefined {
  const { nowMs, startMs } = pass
  const wakes: number[] = []
  if (pass.silentMs !== undefined) wakes.push(pass.silentMs)
  if (pass.retry.length > 0 || !isTick) wakes.push(tickAfter(nowMs, startMs, monitorPeriodMs))
  for (const { queue } of Object.values(pass.zones)) {
    if (queue.waiting.length === 0) continue
    const token = tokenAtMs(queue, nowMs)
    if (token === undefined) continue
    wakes.push(tickAtOrAfter(Math.max(token, nowMs + 1), startMs, taintPeriodMs))
  }
  return wakes.length === 0 ? undefined : Math.min(...wakes)
}

function* heartbeat(api: Api, name: string): Part<NodeHeartbeat | undefined> {
  const lease = yield* api.get<KubeObject>('Lease', `${leaseNamespace}/${name}`)
  return lease && heartbeatOf(lease)
}

function expectSilence(
  pass: Pass,
  node: Node,
  health: Health,
  beat: NodeHeartbeat | undefined,
): void {
  if (readyConditionOf(node)?.status === 'Unknown') return
  const atMs = silentAtMs(health, beat, graceOf(node, pass.options), pass.startMs)
  if (atMs === undefined || atMs <= pass.nowMs) return
  pass.silentMs = Math.min(pass.silentMs ?? atMs, atMs)
}

/** Upstream: monitorNodeHealth. */
function* monitor(api: Api, pass: Pass): Part<void> {
  const nodes = yield* api.list<Node>('Node')
  yield* classify(api, pass, nodes)
  const conditions = new Map<string, (NodeCondition | undefined)[]>()
  for (const node of nodes) {
    const current = yield* updateHealth(api, pass, node)
    if (node.metadata.labels?.['node.kubernetes.io/exclude-disruption'] !== undefined) continue
    const zone = zoneKey(node)
    conditions.set(zone, [...(conditions.get(zone) ?? []), current])
  }
  const verdict = judgeDisruption(pass.zones, conditions, pass.options, pass.nowMs)
  pass.zones = { ...verdict.zones }
  if (verdict.entersMasterDisruption) {
    for (const node of nodes) yield* markReachable(api, pass, node)
  }
  if (!verdict.leavesMasterDisruption) return
  for (const node of nodes) {
    const name = node.metadata.name ?? ''
    const health = pass.health[name]
    if (health !== undefined) pass.health[name] = { ...health, probeMs: pass.nowMs }
  }
  pass.silentMs = undefined
  yield* plan(api, pass)
}

function* classify(api: Api, pass: Pass, nodes: readonly Node[]): Part<void> {
  for (const node of nodes) {
    const zone = zoneKey(node)
    pass.zones[zone] ??= newZone(pass.options)
    const name = node.metadata.name ?? ''
    if (pass.known[name] !== undefined) continue
    const message = `Node ${name} event: Registered Node ${name} in Controller`
    yield* api.event(node, 'Normal', 'RegisteredNode', message)
    pass.known[name] = node.metadata.uid ?? ''
    yield* markReachable(api, pass, node)
  }
  const present = new Set(nodes.map(({ metadata }) => metadata.name ?? ''))
  for (const [name, uid] of Object.entries(pass.known)) {
    if (present.has(name)) continue
    const gone: KubeObject = { apiVersion: 'v1', kind: 'Node', metadata: { name, uid } }
    const message = `Node ${name} event: Removing Node ${name} from Controller`
    yield* api.event(gone, 'Normal', 'RemovingNode', message)
    delete pass.known[name]
    delete pass.health[name]
    pass.retry = pass.retry.filter(other => other !== name)
  }
}

/** Looks at one node: turns it Unknown when silent, and taints, untaints and marks its pods. */
function* updateHealth(api: Api, pass: Pass, node: Node): Part<NodeCondition | undefined> {
  const { nowMs, startMs, options } = pass
  const name = node.metadata.name ?? ''
  const beat = yield* heartbeat(api, name)
  const before = pass.health[name]
  const health = observed({ before, node, heartbeat: beat, nowMs, startMs })
  pass.health[name] = health
  let current = node
  const grace = graceOf(node, options)
  if (nowMs >= health.probeMs + grace && isSilent(health, beat, grace, pass)) {
    const unknown = silenced(node, nowMs)
    if (unknown !== node) {
      const answer = yield* api.updateStatus(unknown)
      if (!answer.ok) {
        pass.silentMs = tickAfter(nowMs, startMs, monitorPeriodMs)
        return readyConditionOf(node)
      }
      current = answer.object
    }
  } else expectSilence(pass, node, health, beat)
  const observedReady = readyConditionOf(node)
  const currentReady = readyConditionOf(current)
  if (currentReady === undefined) return undefined
  yield* taintByHealth(api, pass, current, currentReady)
  yield* markPods(api, pass, current, { observedReady, currentReady })
  return currentReady
}

function isSilent(
  health: Health,
  beat: NodeHeartbeat | undefined,
  graceMs: number,
  pass: Pass,
): boolean {
  const atMs = silentAtMs(health, beat, graceMs, pass.startMs)
  return atMs !== undefined && atMs <= pass.nowMs
}

function* markPods(
  api: Api,
  pass: Pass,
  node: Node,
  ready: { observedReady: NodeCondition | undefined; currentReady: NodeCondition },
): Part<void> {
  const name = node.metadata.name ?? ''
  const { observedReady, currentReady } = ready
  const turned = currentReady.status !== 'True' && observedReady?.status === 'True'
  if (turned) {
    const message = `Node ${name} status is now: NodeNotReady`
    yield* api.event(node, 'Normal', 'NodeNotReady', message)
  }
  const again = pass.retry.includes(name) && observedReady?.status !== 'True'
  pass.retry = pass.retry.filter(other => other !== name)
  if (!turned && !again) return
  const pods = yield* api.onNode<Pod>(name)
  const error = yield* markPodsNotReady(api, pods, name)
  if (error !== undefined) pass.retry.push(name)
}

/** Upstream: processTaintBaseEviction. */
function* taintByHealth(api: Api, pass: Pass, node: Node, ready: NodeCondition): Part<void> {
  const name = node.metadata.name ?? ''
  if (ready.status === 'True') {
    yield* markReachable(api, pass, node)
    return
  }
  const silent = ready.status === 'Unknown'
  const wanted = silent ? unreachableTaint : notReadyTaint
  const opposite = silent ? notReadyTaint : unreachableTaint
  if (hasTaint(node, opposite)) {
    yield* swapTaints(api, name, { add: [wanted], remove: [opposite] })
    return
  }
  editQueue(pass, node, queue => {
    const base = hasTaint(node, wanted) ? queue : dequeued(queue, name)
    return enqueued(base, name)
  })
}

function* markReachable(api: Api, pass: Pass, node: Node): Part<void> {
  const name = node.metadata.name ?? ''
  for (const taint of [unreachableTaint, notReadyTaint]) {
    if (hasTaint(node, taint)) yield* removeTaints(api, name, [taint])
  }
  editQueue(pass, node, queue => dequeued(queue, name))
}

function editQueue(pass: Pass, node: Node, edit: (queue: Zone['queue']) => Zone['queue']): void {
  const key = zoneKey(node)
  const zone = pass.zones[key] ?? newZone(pass.options)
  const queue = edit(zone.queue)
  if (queue !== zone.queue) pass.zones[key] = { ...zone, queue }
}

/** Upstream: doNoExecuteTaintingPass. */
function* taintWaiting(api: Api, pass: Pass): Part<void> {
  for (const key of Object.keys(pass.zones)) {
    for (;;) {
      const zone = pass.zones[key] as Zone
      const { queue } = zone
      const [name, ...waiting] = queue.waiting
      if (name === undefined || tokenAtMs(queue, pass.nowMs) !== pass.nowMs) break
      const taken = { ...queue, waiting, takenMs: pass.nowMs }
      pass.zones[key] = { ...zone, queue: taken }
      if (yield* taintOne(api, name)) continue
      // Tried again with the next token.
      pass.zones[key] = { ...zone, queue: { ...taken, waiting: [...waiting, name] } }
    }
  }
}

/** True when the node needs no further attempt. */
function* taintOne(api: Api, name: string): Part<boolean> {
  const node = yield* api.get<Node>('Node', name)
  if (node === undefined) return true
  const ready = readyConditionOf(node)
  if (ready === undefined) return false
  if (ready.status === 'True') return true
  const silent = ready.status === 'Unknown'
  return yield* swapTaints(api, name, {
    add: [silent ? unreachableTaint : notReadyTaint],
    remove: [silent ? notReadyTaint : unreachableTaint],
  })
}
