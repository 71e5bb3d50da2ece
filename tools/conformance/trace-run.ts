// Replays a recorded trace on a World: the same nodes, the same actions at the same times.

import type { ApiRequest, ApiResponse, PatchType } from '../../src/apiserver/request.ts'
import { createCluster, request } from '../../src/cluster/cluster.ts'
import type { World } from '../../src/engine/world.ts'
import { kindKeyOf, kinds } from '../../src/kube/kinds.ts'
import { controllerOf, keyFrom, type KubeObject } from '../../src/kube/object.ts'
import { parseTime } from '../../src/kube/time.ts'
import { kubeletName, type KubeletOrder } from '../../src/nodes/kubelet.ts'
import { hollowModel } from './hollow-kubelet.ts'
import { controllerFlagsOf } from './trace-flags.ts'
import { differences, type Mismatch, podsOf, workloadsOf } from './trace-compare.ts'
import type { Deed, TraceAction, TraceCase, TraceSnapshot } from './trace-format.ts'

export interface TraceResult {
  readonly id: string
  /** What happened on the World, one line per write and event. */
  readonly log: () => readonly string[]
  readonly mismatches: readonly Mismatch[]
  readonly steps: number
  /** The cluster as the replay left it. */
  readonly world: World
}

/** One case on a fresh World. */
interface Replay {
  readonly trace: TraceCase
  readonly world: World
  readonly t0: number
  readonly mismatches: Mismatch[]
}

/** Where recorded and replayed pods of one owner correspond: by order of creation. */
function podNames(trace: TraceCase, world: World): ReadonlyMap<string, string> {
  const recorded = trace.changes.filter(({ verb, kind }) => verb === 'ADDED' && kind === 'Pod')
  const wanted = groupByOwner(recorded.flatMap(({ object }) => object ?? []))
  const replayed = world.store
    .changesAfter(0)
    .filter(({ kind, before }) => kind === 'Pod' && before === undefined)
  const found = groupByOwner([...replayed].flatMap(({ after }) => after ?? []))
  const names = new Map<string, string>()
  for (const [owner, list] of wanted) {
    list.forEach((name, index) => names.set(name, found.get(owner)?.[index] ?? name))
  }
  return names
}

function groupByOwner(pods: readonly KubeObject[]): Map<string, string[]> {
  const groups = new Map<string, string[]>()
  for (const { metadata } of pods) {
    const owner = controllerOf(metadata)
    if (owner === undefined || owner.kind === 'StatefulSet') continue
    const key = `${owner.kind}/${owner.name}`
    groups.set(key, [...(groups.get(key) ?? []), metadata.name ?? ''])
  }
  return groups
}

function namespaced(kind: string): boolean {
  return kinds.get(kind)?.namespaced ?? true
}

function inNamespace(object: KubeObject, namespace: string): KubeObject {
  if (!namespaced(kindKeyOf(object))) return object
  return { ...object, metadata: { namespace, ...object.metadata } }
}

function targetOf(replay: Replay, deed: Deed): { kind: string; namespace?: string; name: string } {
  const { trace, world } = replay
  const kind = deed.kind ?? 'Pod'
  const recorded = deed.name ?? ''
  const name = kind === 'Pod' ? (podNames(trace, world).get(recorded) ?? recorded) : recorded
  return namespaced(kind) ? { kind, namespace: trace.namespace, name } : { kind, name }
}

function requestOf(replay: Replay, deed: Deed): ApiRequest | undefined {
  const { object, options = {} } = deed
  switch (deed.op) {
    case 'create':
    case 'addNode':
      if (object === undefined) return undefined
      return { verb: 'create', object: inNamespace(object, replay.trace.namespace) }
    case 'patch':
      return {
        verb: 'patch',
        target: targetOf(replay, deed),
        patchType: (deed.patchType ?? 'merge') as PatchType,
        patch: deed.patch,
        ...(deed.subresource !== undefined && { subresource: deed.subresource as 'status' }),
      }
    case 'delete':
      return { verb: 'delete', target: targetOf(replay, deed), options }
    case 'evict':
      return { verb: 'evict', target: targetOf(replay, deed) }
    case 'removeNode':
      return { verb: 'delete', target: { kind: 'Node', name: deed.node ?? '' } }
    default:
      return undefined
  }
}

function orderOf(replay: Replay, deed: Deed): KubeletOrder | undefined {
  const { node = '', ready = false, restartCount, exitCode = 0 } = deed
  const pod = keyFrom(replay.trace.namespace, targetOf(replay, deed).name)
  switch (deed.op) {
    case 'killNode':
      return { type: 'disconnect', node }
    case 'reviveNode':
      return { type: 'connect', node }
    case 'kubeletReady':
      return { type: 'ready', pod, ready, ...(restartCount !== undefined && { restartCount }) }
    case 'kubeletExit':
      return { type: 'exit', pod, exitCode }
    default:
      return undefined
  }
}

function act(replay: Replay, action: TraceAction): void {
  const { world } = replay
  const order = orderOf(replay, action.do)
  if (order !== undefined) {
    world.signal(kubeletName, order)
    return
  }
  const asked = requestOf(replay, action.do)
  if (asked === undefined) return
  const response: ApiResponse = request(world, asked)
  compareAnswer(replay, action, response)
}

function compareAnswer(replay: Replay, action: TraceAction, response: ApiResponse): void {
  const { code: want, message } = action.result ?? {}
  if (want === undefined || want === response.code) return
  const got = response.ok ? response.code : `${response.code} ${response.status.message}`
  const { op, kind = 'object', name = action.do.object?.metadata.name } = action.do
  const subject = `${op} ${action.do.object?.kind ?? kind} ${name}`
  const wanted = message === undefined ? want : `${want} ${message}`
  replay.mismatches.push({ aspect: 'answers', t: action.t, subject, want: wanted, got })
}

function compareSnapshot(replay: Replay, snapshot: TraceSnapshot): void {
  const { trace, world } = replay
  const { store } = world
  const ours = ['Pod', 'Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'Job']
    .concat('PodDisruptionBudget')
    .flatMap(kind => store.list(kind, trace.namespace))
  const theirs = snapshot.objects ?? []
  const { t } = snapshot
  for (const difference of differences(workloadsOf(theirs), workloadsOf(ours))) {
    replay.mismatches.push({ aspect: 'workloads', t, ...difference })
  }
  for (const difference of differences(podsOf(theirs), podsOf(ours))) {
    replay.mismatches.push({ aspect: 'pods', t, ...difference })
  }
}

/** Node events are echoes of the scenario before, or depend on the phase of a loop. */
const uncountedReasons = new Set(['RemovingNode', 'RegisteredNode', 'Starting'])

function countEvents(
  events: readonly { readonly type: string; readonly reason: string; readonly kind: string }[],
): Map<string, unknown> {
  const counts = new Map<string, number>()
  for (const { type, reason, kind } of events) {
    if (uncountedReasons.has(reason)) continue
    const key = `${type} ${reason} ${kind}`
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  return counts
}

function compareEvents(replay: Replay): void {
  const { trace, world, mismatches } = replay
  const ours = world.traceFrom(0).flatMap(entry => {
    if (entry.type !== 'event') return []
    return [{ type: entry.eventType, reason: entry.reason, kind: entry.kind }]
  })
  for (const difference of differences(countEvents(trace.events), countEvents(ours))) {
    mismatches.push({ aspect: 'events', ...difference })
  }
}

/**
 * Placement among equal nodes is random on a real cluster: the replay takes the recorded node
 * where that is one of the equal ones. Pods correspond by owner and order of creation.
 */
function recordedNode(trace: TraceCase, world: () => World | undefined) {
  const nodes = new Map<string, string>()
  for (const { kind, name, diff } of trace.changes) {
    const node = (diff as { spec?: { nodeName?: string } } | undefined)?.spec?.nodeName
    if (kind === 'Pod' && node !== undefined) nodes.set(name, node)
  }
  return (pod: { readonly metadata: { readonly name?: string } }): string | undefined => {
    const current = world()
    if (current === undefined) return undefined
    const { name = '' } = pod.metadata
    const recorded = [...podNames(trace, current)].find(([, replayed]) => replayed === name)
    return nodes.get(recorded?.[0] ?? name)
  }
}

function start(trace: TraceCase): Replay {
  const t0 = parseTime(trace.t0)
  let made: World | undefined
  const world = createCluster({
    preferNode: recordedNode(trace, () => made),
    kubernetes: '1.36',
    nodes: trace.nodes,
    epochMs: t0,
    model: hollowModel(trace.hollow.runAfterMs),
    controllerFlags: controllerFlagsOf(trace),
    leases: { renewEveryMs: trace.hollow.leaseRenewMs },
  })
  made = world
  const { namespace } = trace
  const setup: KubeObject[] = [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace } },
  ]
  for (const object of setup) request(world, { verb: 'create', object })
  return { trace, world, t0, mismatches: [] }
}

/** Runs the case and compares every snapshot, every answer and the events of the whole. */
export function replayTrace(trace: TraceCase): TraceResult {
  const replay = start(trace)
  const { world, t0, mismatches } = replay
  try {
    let [action, snapshot] = [0, 0]
    while (action < trace.actions.length || snapshot < trace.snapshots.length) {
      const nextAction = trace.actions[action]
      const nextSnapshot = trace.snapshots[snapshot]
      const snapshotFirst =
        nextSnapshot !== undefined && (nextAction === undefined || nextSnapshot.t <= nextAction.t)
      const t = (snapshotFirst ? nextSnapshot : nextAction)?.t ?? 0
      world.run({ untilMs: Math.max(world.nowMs, t0 + t) })
      if (snapshotFirst) {
        compareSnapshot(replay, nextSnapshot)
        snapshot++
      } else if (nextAction !== undefined) {
        act(replay, nextAction)
        action++
      }
    }
    compareEvents(replay)
  } catch (error) {
    const got = error instanceof Error ? (error.stack ?? error.message) : String(error)
    mismatches.push({ aspect: 'crash', subject: trace.id, want: 'no exception', got })
  }
  return { id: trace.id, mismatches, steps: world.steps, world, log: () => logOf(replay) }
}

function verbOf({ before, after }: { before: unknown; after: unknown }): string {
  if (before === undefined) return 'ADDED'
  return after === undefined ? 'DELETED' : 'MODIFIED'
}

/** Writes and events in order of revision, as the recordings tell them. */
function logOf({ world, t0 }: Replay): readonly string[] {
  const writes = world.store.changesAfter(0).map(change => {
    const { revision, atMs, kind, key, writer, after } = change
    const status = JSON.stringify(after?.['status'])
    return { revision, text: `${atMs - t0} ${verbOf(change)} ${kind} ${key} ${writer} ${status}` }
  })
  const events = world.traceFrom(0).flatMap(entry => {
    if (entry.type !== 'event') return []
    const { atMs, reason, kind, key, message } = entry
    const text = `${atMs - t0} EVENT ${reason} ${kind} ${key} ${message}`
    return [{ revision: entry.revision + 0.5, text }]
  })
  return [...writes, ...events].sort((a, b) => a.revision - b.revision).map(({ text }) => text)
}
