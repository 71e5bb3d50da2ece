// Replays a recorded trace on a World: the same nodes, the same actions at the same times.

import type { ApiRequest, ApiResponse, PatchType } from '../../src/apiserver/request.ts'
import { drawBelow } from '../../src/base/prng.ts'
import { createCluster, request } from '../../src/cluster/cluster.ts'
import { defaultSchedule } from '../../src/engine/schedule.ts'
import type { World } from '../../src/engine/world.ts'
import type { Node } from '../../src/kube/generated/types.ts'
import { kindKeyOf, kinds } from '../../src/kube/kinds.ts'
import { keyFrom, type KubeObject } from '../../src/kube/object.ts'
import { parseTime } from '../../src/kube/time.ts'
import { kubeletName, type KubeletOrder } from '../../src/nodes/kubelet.ts'
import { hollowModel, type RecordedTimes } from './hollow-kubelet.ts'
import { controllerFlagsOf } from './trace-flags.ts'
import { differences, type Mismatch, podsOf, workloadKinds, workloadsOf } from './trace-compare.ts'
import { PodPairs } from './trace-pods.ts'
import { changeLoad } from './trace-metrics.ts'
import { scriptWebhooks } from './trace-webhooks.ts'
import { racingReasons, shortLivedIn, shortLivedOn } from './trace-short-lives.ts'
import type { Deed, TraceAction, TraceCase, TraceSnapshot } from './trace-format.ts'

export interface TraceResult {
  readonly id: string
  /** What happened on the World, one line per write and event. */
  readonly log: () => readonly string[]
  readonly mismatches: readonly Mismatch[]
  readonly steps: number
  /** The cluster as the replay left it. */
  readonly world: World
  readonly answers: readonly Answer[]
}

/** What the twin's API server said to an action. */
export interface Answer {
  readonly action: TraceAction
  /** The request as the twin got it: generated names are its own. */
  readonly asked: ApiRequest
  readonly response: ApiResponse
  readonly atMs: number
  /** The object that was meant, if it was there: a later one of its name is another. */
  readonly uid: string | undefined
}

/** One case on a fresh World. */
interface Replay {
  readonly trace: TraceCase
  readonly world: World
  readonly t0: number
  readonly pods: PodPairs
  readonly mismatches: Mismatch[]
  readonly answers: Answer[]
}

function namespaced(kind: string): boolean {
  return kinds.get(kind)?.namespaced ?? true
}

function inNamespace(object: KubeObject, namespace: string): KubeObject {
  if (!namespaced(kindKeyOf(object))) return object
  return { ...object, metadata: { namespace, ...object.metadata } }
}

function targetOf(replay: Replay, deed: Deed): { kind: string; namespace?: string; name: string } {
  const { trace, pods } = replay
  const kind = deed.kind ?? 'Pod'
  const recorded = deed.name ?? ''
  const name = kind === 'Pod' ? pods.nameOf(recorded) : recorded
  return namespaced(kind) ? { kind, namespace: trace.namespace, name } : { kind, name }
}

/** A stored object as its creator sent it: without what only the server sets. */
function asPosted(object: KubeObject): KubeObject {
  const { resourceVersion: _version, uid: _uid, ...metadata } = object.metadata
  return { ...object, metadata }
}

/** The Node as its hollow kubelet registered it: the action names only what was asked for. */
function registeredNode(trace: TraceCase, name: string | undefined): KubeObject | undefined {
  const added = trace.changes.find(
    change => change.verb === 'ADDED' && change.kind === 'Node' && change.name === name,
  )
  return added?.object
}

function requestOf(replay: Replay, deed: Deed): ApiRequest | undefined {
  const { object, options = {} } = deed
  switch (deed.op) {
    case 'addNode': {
      const node = registeredNode(replay.trace, object?.metadata.name)
      return node && { verb: 'create', object: asPosted(node) }
    }
    case 'create':
      if (object === undefined) return undefined
      return {
        verb: 'create',
        object: inNamespace(object, replay.trace.namespace),
        ...(deed.fieldValidation === 'Strict' && { fieldValidation: 'Strict' }),
      }
    case 'patch':
      return {
        verb: 'patch',
        target: targetOf(replay, deed),
        patchType: (deed.patchType ?? 'merge') as PatchType,
        patch: deed.patch,
        ...(deed.fieldManager !== undefined && { fieldManager: deed.fieldManager }),
        ...(deed.force === true && { force: true }),
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
  const { world, trace } = replay
  scriptWebhooks(world, trace, action)
  if (action.do.op === 'stopComponent' || action.do.op === 'startComponent') {
    for (const name of action.do.component?.split(' ') ?? []) {
      const component = name === 'kube-scheduler' ? 'default-scheduler' : name
      if (action.do.op === 'stopComponent') world.takeDown(component, 'stopped')
      else world.bringUp(component)
    }
    return
  }
  const order = orderOf(replay, action.do)
  if (order !== undefined) {
    world.signal(kubeletName, order)
    return
  }
  if (action.do.op === 'removeNode') {
    // The machine goes with its Node.
    world.signal(kubeletName, { type: 'disconnect', node: action.do.node ?? '' })
  }
  if (action.do.op === 'metrics') {
    changeLoad(world, trace.namespace, action.do)
    return
  }
  const asked = requestOf(replay, action.do)
  if (asked === undefined) return
  const uid = uidOf(world, asked)
  const response: ApiResponse = request(world, asked)
  replay.answers.push({ action, asked, response, atMs: world.nowMs, uid })
  compareAnswer(replay, action, response)
}

function uidOf(world: World, asked: ApiRequest): string | undefined {
  if (!('target' in asked)) return undefined
  const { kind, namespace, name } = asked.target
  return world.store.get(kind, keyFrom(namespace, name))?.metadata.uid
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
  const ours = ['Pod', ...workloadKinds].flatMap(kind => store.list(kind, trace.namespace))
  const theirs = replay.pods.renamed(snapshot.objects ?? [])
  const { t } = snapshot
  for (const difference of differences(workloadsOf(theirs), workloadsOf(ours))) {
    replay.mismatches.push({ aspect: 'workloads', t, ...difference })
  }
  for (const difference of differences(podsOf(theirs), podsOf(ours))) {
    replay.mismatches.push({ aspect: 'pods', t, ...difference })
  }
}

/**
 * Node events are echoes of the scenario before; WaitForPodScheduled comes with each tick of a loop
 * of unknown phase; NoPods tells that a budget was there some ms before the first pods.
 */
const uncountedReasons = new Set([
  'RemovingNode',
  'RegisteredNode',
  'Starting',
  'WaitForPodScheduled',
  'NoPods',
])

/** How often these are tried again is a race with what makes them succeed: once is enough. */
const repeatedReasons = new Set([
  'FailedScheduling',
  'ProvisioningFailed',
  'MultiplePodDisruptionBudgets',
])

/** After so many events about one object a component drops most of the rest. */
const eventBurst = 25

interface CountedEvent {
  readonly name: string
  readonly type: string
  readonly reason: string
  readonly kind: string
  readonly message: string
}

/**
 * How much an event counts. In how many steps a Deployment sizes its ReplicaSets depends on how
 * many of its pods became ready in the same milliseconds, so pods are counted, not steps.
 */
function weightOf({ reason, message }: CountedEvent): number {
  const steps = / from (\d+) to (\d+)$/.exec(message)
  if (reason !== 'ScalingReplicaSet' || steps === null) return 1
  return Math.abs(Number(steps[2]) - Number(steps[1]))
}

function countEvents(
  events: readonly CountedEvent[],
  shortLived: ReadonlySet<string>,
): Map<string, unknown> {
  const counts = new Map<string, number>()
  for (const event of events) {
    const { type, reason, kind, name } = event
    if (uncountedReasons.has(reason)) continue
    if (racingReasons.has(reason) && shortLived.has(name)) continue
    const key = `${type} ${reason} ${kind}`
    const before = repeatedReasons.has(reason) ? 0 : (counts.get(key) ?? 0)
    counts.set(key, before + weightOf(event))
  }
  return counts
}

/** True when steps of rollouts are missing from the events, because there were too many. */
function dropsSteps(events: readonly CountedEvent[]): boolean {
  return events.filter(({ reason }) => reason === 'ScalingReplicaSet').length >= eventBurst
}

function compareEvents(replay: Replay): void {
  const { trace, world, mismatches } = replay
  const ours = world.traceFrom(0).flatMap(entry => {
    if (entry.type !== 'event') return []
    const { eventType: type, reason, kind, key, message } = entry
    return [{ type, reason, kind, message, name: key.slice(key.indexOf('/') + 1) }]
  })
  const incomplete = dropsSteps(trace.events) || dropsSteps(ours)
  const wanted = countEvents(trace.events, shortLivedIn(trace))
  for (const difference of differences(wanted, countEvents(ours, shortLivedOn(world)))) {
    if (incomplete && difference.subject.includes('ScalingReplicaSet')) continue
    mismatches.push({ aspect: 'events', ...difference })
  }
}

function timesOf(pods: PodPairs, elapsedMs: () => number): RecordedTimes {
  const until = (atMs: number | undefined): number | undefined =>
    atMs === undefined ? undefined : atMs - elapsedMs()
  return {
    untilStart: pod => until(pods.recordedOf(pod)?.runningMs),
    untilStop: pod => until(pods.recordedOf(pod)?.stoppedMs),
  }
}

/** Before t = 0 the taints of new nodes settle. */
const settlingMs = 2000

/**
 * A kubelet renews its lease from when it came up, which its first heartbeat tells to the second;
 * `seed` decides the rest.
 */
function firstHeartbeatMs(trace: TraceCase, name: string, seed: number): number {
  const found = trace.nodes.find(({ metadata }) => metadata.name === name) as Node | undefined
  const at = found?.status?.conditions?.[0]?.lastHeartbeatTime
  if (at === undefined) return parseTime(trace.t0) - settlingMs
  const isFirst = seed === defaultSchedule.seed
  return parseTime(at) + (isFirst ? 0 : drawBelow(1000, seed, 'heartbeat', 0))
}

function start(trace: TraceCase, seed: number): Replay {
  const t0 = parseTime(trace.t0)
  const pods = new PodPairs(trace)
  const world = createCluster({
    preferNode: pod => pods.recordedOf(pod)?.node,
    kubernetes: '1.36',
    schedule: { ...defaultSchedule, seed },
    nodes: trace.nodes.map(asPosted),
    epochMs: t0 - settlingMs,
    model: hollowModel(
      trace.hollow.runAfterMs,
      timesOf(pods, () => (pods.nowMs ?? t0) - t0),
    ),
    controllerFlags: controllerFlagsOf(trace, seed),
    leases: {
      renewEveryMs: trace.hollow.leaseRenewMs,
      correctsStatus: false,
      firstRenewalMs: node => firstHeartbeatMs(trace, node, seed) - (t0 - settlingMs),
    },
  })
  pods.attach(world)
  world.run({ untilMs: t0 })
  world.advanceTo(t0)
  const { namespace } = trace
  const setup: KubeObject[] = [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace } },
  ]
  for (const object of setup) request(world, { verb: 'create', object })
  return { trace, world, t0, pods, mismatches: [], answers: [] }
}

/**
 * Runs the case and compares every snapshot, every answer and the events of the whole. `seed`
 * decides what upstream draws at random.
 */
export function replayTrace(trace: TraceCase, seed = defaultSchedule.seed): TraceResult {
  const replay = start(trace, seed)
  const { world, t0, mismatches } = replay
  try {
    let [action, snapshot] = [0, 0]
    while (action < trace.actions.length || snapshot < trace.snapshots.length) {
      const nextAction = trace.actions[action]
      const nextSnapshot = trace.snapshots[snapshot]
      const snapshotFirst =
        nextSnapshot !== undefined && (nextAction === undefined || nextSnapshot.t <= nextAction.t)
      const t = (snapshotFirst ? nextSnapshot : nextAction)?.t ?? 0
      const untilMs = Math.max(world.nowMs, t0 + t)
      world.run({ untilMs, standing: true })
      // A cluster at rest leaves the clock where it was.
      world.advanceTo(untilMs)
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
  const { answers } = replay
  return { id: trace.id, mismatches, steps: world.steps, world, answers, log: () => logOf(replay) }
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
