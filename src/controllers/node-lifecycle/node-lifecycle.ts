// Node lifecycle controller: turns silent nodes Unknown and taints nodes by their conditions.
// Upstream: pkg/controller/nodelifecycle/node_lifecycle_controller.go, v1.36.3.

import type { Node, Pod } from '../../kube/generated/types.ts'
import { leaseNamespace } from '../../kube/node-heartbeat.ts'
import {
  type Api,
  type Controller,
  done,
  type ObjectChange,
  type Part,
  type ReconcileResult,
  type WatchContext,
} from '../framework.ts'
import { readyConditionOf } from './health.ts'
import { emptyMemory, memoryKeys, type MonitorMemory, runLoops } from './monitor.ts'
import {
  monitorPeriodMs,
  nodeLifecycleDefaults,
  type NodeLifecycleOptions,
  tickAtOrAfter,
} from './options.ts'
import { markPodsNotReady } from './pods.ts'
import { noScheduleChange, swapTaints } from './taints.ts'

const loopsKey = 'loops'
const startKey = 'start'
const nodePrefix = 'node:'
const podPrefix = 'pod:'

/** The controller with the flags given; the rest as kube-controller-manager has them. */
export function nodeLifecycle(given: Partial<NodeLifecycleOptions> = {}): Controller {
  const options = { ...nodeLifecycleDefaults, ...given }
  return {
    name: 'node-controller',
    doc: 'Turns silent nodes Unknown, taints nodes by their conditions, marks their pods not ready.',
    watches: [
      { kind: 'Node', keys: (change, context) => onNode(change, context, options) },
      { kind: 'Lease', keys: (change, context) => onLease(change, context, options) },
      { kind: 'Pod', keys: onPod },
    ],
    periodic: { keys: [startKey], everyMs: 0 },
    *reconcile(key, api) {
      if (key === startKey) return yield* begin(api, options)
      if (key.startsWith(nodePrefix)) return yield* reconcileNode(api, key.slice(nodePrefix.length))
      if (key.startsWith(podPrefix)) return yield* reconcilePod(api, key.slice(podPrefix.length))
      const startMs = (yield* api.recall<number>(memoryKeys.start)) ?? (yield* api.now())
      return yield* runLoops(api, options, options.startMs ?? startMs)
    },
  }
}

/** The first look is taken at the start, at once. */
function* begin(api: Api, options: NodeLifecycleOptions): Part<ReconcileResult> {
  const nowMs = yield* api.now()
  yield* api.remember(memoryKeys.start, options.startMs ?? nowMs)
  return done
}

/** Queues a pass at the next tick. */
function wakeMonitor(context: WatchContext, options: NodeLifecycleOptions): void {
  const { memory, nowMs } = context
  const startMs = options.startMs ?? memory.get<number>(memoryKeys.start) ?? nowMs
  context.enqueueAfter(loopsKey, tickAtOrAfter(nowMs, startMs, monitorPeriodMs) - nowMs)
}

function onNode(
  change: ObjectChange,
  context: WatchContext,
  options: NodeLifecycleOptions,
): readonly string[] {
  const before: Node | undefined = change.before
  const after: Node | undefined = change.after
  if (before === undefined || after === undefined || matters(before, after)) {
    wakeMonitor(context, options)
  }
  return after === undefined ? [] : [nodePrefix + change.key]
}

/** Whether the monitor could see a difference: health, taints or zone. */
function matters(before: Node, after: Node): boolean {
  const old = readyConditionOf(before)
  const now = readyConditionOf(after)
  return (
    old?.status !== now?.status ||
    old?.lastHeartbeatTime !== now?.lastHeartbeatTime ||
    before.spec?.taints !== after.spec?.taints ||
    before.metadata.labels !== after.metadata.labels
  )
}

function onLease(
  change: ObjectChange,
  context: WatchContext,
  options: NodeLifecycleOptions,
): readonly string[] {
  if (change.key.startsWith(`${leaseNamespace}/`)) wakeMonitor(context, options)
  return []
}

/** Pods that come to a node are looked at once: the node may be silent already. */
function onPod(change: ObjectChange): readonly string[] {
  const before: Pod | undefined = change.before
  const after: Pod | undefined = change.after
  const node = after?.spec?.nodeName ?? ''
  return node !== '' && node !== before?.spec?.nodeName ? [podPrefix + change.key] : []
}

/** Upstream: doNoScheduleTaintingPass and reconcileNodeLabels. */
function* reconcileNode(api: Api, name: string): Part<ReconcileResult> {
  const node = yield* api.get<Node>('Node', name)
  if (node === undefined) return done
  const change = noScheduleChange(node)
  if (change.add.length > 0 || change.remove.length > 0) yield* swapTaints(api, name, change)
  const labels = betaLabels(node.metadata.labels)
  if (Object.keys(labels).length > 0) yield* api.patch(node, 'merge', { metadata: { labels } })
  return done
}

const betaLabelOf = {
  'kubernetes.io/os': 'beta.kubernetes.io/os',
  'kubernetes.io/arch': 'beta.kubernetes.io/arch',
} as const

/** The beta labels of a node that do not say what the stable ones say. */
function betaLabels(labels: Readonly<Record<string, string>> = {}): Record<string, string> {
  const wrong: Record<string, string> = {}
  for (const [stable, beta] of Object.entries(betaLabelOf)) {
    const value = labels[stable]
    if (value !== undefined && labels[beta] !== value) wrong[beta] = value
  }
  return wrong
}

function* reconcilePod(api: Api, key: string): Part<ReconcileResult> {
  const pod = yield* api.get<Pod>('Pod', key)
  if (pod === undefined) return done
  const name = pod.spec?.nodeName ?? ''
  const { health } = (yield* api.recall<MonitorMemory>(memoryKeys.monitor)) ?? emptyMemory
  if (health[name] === undefined) return done
  const node = yield* api.get<Node>('Node', name)
  if (node === undefined) return { error: `node "${name}" not found` }
  const ready = readyConditionOf(node)
  if (ready === undefined || ready.status === 'True') return done
  const error = yield* markPodsNotReady(api, [pod], name)
  return error === undefined ? done : { error }
}
