// kube-scheduler as a component of the cluster: its cache, its queue, one pod at a time.
// Upstream: pkg/scheduler/{scheduler,eventhandlers,schedule_one}.go, v1.36.3.

import { assert } from '../base/assert.ts'
import type { ApiRequest, ApiResponse } from '../apiserver/request.ts'
import type { Actor, Turn } from '../engine/actor.ts'
import type { Change } from '../engine/store.ts'
import type { View } from '../engine/view.ts'
import { keyFrom, keyOf } from '../kube/object.ts'
import { formatTime } from '../kube/time.ts'
import { SchedulerCache } from './cache.ts'
import type { DiagnosisView } from './diagnosis.ts'
import { AssumedObjects } from './assumed-objects.ts'
import { handleChange, living } from './event-handlers.ts'
import type { EngineRequest } from './engine.ts'
import { scheduleBatched } from './batching.ts'
import { FastEngine } from './fast/engine.ts'
import type { Node } from '../kube/generated/types.ts'
import type { Pod, SchedulerListers, TiedNodes } from './framework.ts'
import { representatives } from './interchangeable.ts'
import { unschedulableTopic, type UnschedulableNote } from './notes.ts'
import { podInfoOf } from './pod-info.ts'
import { windowsMax } from './windows.ts'
import { submitWrites, type WriteContext } from './pre-bind-writes.ts'
import { evictionsOf } from './preemption/eviction.ts'
import { eventAssignedPodDelete } from './queue/queue-events.ts'
import { queueProfile } from './queue/queue-profile.ts'
import { defaultQueueOptions, type QueuedPod } from './queue/queued-pod.ts'
import { type QueueMoment, SchedulingQueue } from './queue/scheduling-queue.ts'
import type { Profile } from './profile.ts'
import { runPreBind, runReserve } from './runtime.ts'
import { afterReserve, type Placed, type ScheduleOutcome, type Unfit } from './schedule-pod.ts'
import { messageOf } from './status.ts'
import {
  schedulerIdentity,
  schedulerName,
  schedulerOf,
  type SchedulerOptions,
  SchedulerState,
  type SchedulerTurn,
} from './turn.ts'

const messageLengthMax = 1024

/** Kinds that decide where pods fit, besides pods and nodes. */
export const listedKinds = [
  'CSIDriver',
  'CSINode',
  'CSIStorageCapacity',
  'DeviceClass',
  'Namespace',
  'PersistentVolume',
  'PersistentVolumeClaim',
  'PodDisruptionBudget',
  'ReplicaSet',
  'ReplicationController',
  'ResourceClaim',
  'ResourceClaimTemplate',
  'ResourceSlice',
  'Service',
  'StatefulSet',
  'StorageClass',
  'VolumeAttachment',
] as const

/** The actor that plays kube-scheduler. */
export function scheduler(options: SchedulerOptions): Actor<SchedulerState> {
  // Columns are derived from the cache of whichever fork asks: sharing them changes no decision.
  const engine = options.engine ?? new FastEngine()
  // The queue's hints are bound once to listers that look at the view of the current turn.
  let view: View | undefined
  let assumed = new AssumedObjects()
  const listers: SchedulerListers = {
    get: (kind, key) => assumed.get(kind, key, view?.get(kind, key)) as never,
    list: (kind, namespace) =>
      assumed.list(kind, namespace, view?.list(kind, namespace) ?? []) as never,
  }
  const { features, profiles } = options
  const byName = new Map(profiles.map(profile => [profile.schedulerName, profile]))
  const queued = new Map(
    profiles.map(({ schedulerName: name, plugins, args }) => [
      name,
      queueProfile(plugins, { args, features, listers }),
    ]),
  )
  const profileOf = (pod: Pod): Profile => {
    const profile = byName.get(schedulerOf(pod))
    assert(profile !== undefined, 'only pods of known profiles are queued')
    return profile
  }
  const queueProfiles = [...queued.values()]
  let taken: SchedulerTurn | undefined
  const take = (turn: Turn, state: SchedulerState): SchedulerTurn => {
    view = turn.view
    assumed = state.assumed
    // Most turns are of the same moment as the one before.
    if (taken?.turn === turn && taken.state === state && taken.at.nowMs === turn.nowMs) return taken
    const at: QueueMoment = {
      nowMs: turn.nowMs,
      profile: name => queued.get(name),
      profiles: queueProfiles,
      findPod: (namespace, name) => living(turn.view.get('Pod', keyFrom(namespace, name))),
    }
    taken = { turn, state, options, profileOf, engine, listers, at }
    return taken
  }
  return {
    name: options.name ?? schedulerName,
    identity: schedulerIdentity,
    watches: ['Node', 'Pod', ...listedKinds],
    start: turn =>
      new SchedulerState(
        new SchedulerCache(),
        new SchedulingQueue(options.queue ?? defaultQueueOptions, turn.nowMs),
        new Map(),
      ),
    deliver: (turn, state, changes) => deliver(take(turn, state), changes),
    wake: (turn, state) => wake(take(turn, state)),
  }
}

function deliver(context: SchedulerTurn, changes: readonly Change[]): void {
  const { state, at } = context
  for (const change of changes) {
    const { kind, key, after } = change
    state.assumed.observe(kind, key, after)
    if (handleChange(context, change)) state.lastChangeMs = at.nowMs
  }
  bindWaiting(context)
  planWake(context)
}

/** Schedules one pod; others get their turn before the next. */
function wake(context: SchedulerTurn): void {
  const { state, at } = context
  if (state.wakeAtMs <= at.nowMs) state.wakeAtMs = -1
  state.queue.flush(at)
  const popped = state.queue.pop()
  if (popped !== undefined) attempt(context, popped)
  planWake(context)
}

/** Plans the next attempt: now when a pod is ready, else when a back-off or timeout ends. */
function planWake({ turn, state, at }: SchedulerTurn): void {
  const wakeAtMs = state.queue.hasPod() ? at.nowMs : nextFlushMs(state, at.nowMs)
  if (wakeAtMs === undefined) return
  if (state.wakeAtMs >= 0 && state.wakeAtMs <= wakeAtMs) return
  state.wakeAtMs = wakeAtMs
  turn.wakeAfter(Math.max(0, wakeAtMs - at.nowMs), undefined)
}

/**
 * When the queue has to be flushed. Upstream retries unschedulable pods every 5 minutes; as long
 * as nothing has changed since the last attempt a retry would end the same, so it is left out.
 */
function nextFlushMs({ queue, lastChangeMs }: SchedulerState, nowMs: number): number | undefined {
  const isBackingOff = queue.pods('backoff').length + queue.pods('errorBackoff').length > 0
  const isWorthwhile =
    isBackingOff ||
    queue
      .pods('unschedulable')
      .some(pod => pod.gatingPlugin === '' && pod.timestampMs < lastChangeMs)
  return isWorthwhile ? queue.nextWakeMs(nowMs) : undefined
}

function attempt(context: SchedulerTurn, popped: QueuedPod): void {
  const { state, at } = context
  const { pod } = popped
  const isGone = at.findPod(pod.metadata.namespace ?? '', pod.metadata.name ?? '') === undefined
  if (isGone || pod.metadata.deletionTimestamp !== undefined || state.cache.isAssumed(popped.uid)) {
    state.queue.done(popped.uid)
    return
  }
  const outcome = decide(context, pod)
  state.nextStartNodeIndex = outcome.nextStartNodeIndex
  if (outcome.type === 'placed') place(context, popped, outcome)
  else fail(context, popped, outcome)
}

function decide(context: SchedulerTurn, pod: Pod): ScheduleOutcome {
  const { turn, state, options, profileOf, engine, listers, at } = context
  state.cycles += 1
  const profile = profileOf(pod)
  const request: EngineRequest = {
    profile,
    cache: state.cache,
    listers,
    nextStartNodeIndex: state.nextStartNodeIndex,
    nominator: {
      nodeNames: () => state.queue.nominator.nodeNames(),
      nominatedPods: node =>
        state.queue.nominatedPodsForNode(node, at.findPod).map(other => podInfoOf(other)),
    },
    choices: {
      tie: tied => {
        const preferred = options.preferNode?.(pod)
        if (preferred !== undefined) {
          const followed = tied.indexes().find(index => tied.nameOf(index) === preferred)
          if (followed !== undefined) return followed
        }
        if (turn.isOrderFree) return differentNode(context, tied)
        const choice = turn.choose('scheduler-tie', tied.count)
        if (choice === 0) return tied.heapPick
        return tied.indexes().filter(index => index !== tied.heapPick)[choice - 1] as number
      },
      preemptionOffset: count => turn.choose('preemption-offset', count),
      preemptionCandidate: count => turn.choose('preemption-candidate', count),
      window: () => turn.choose('scheduler-window', windowsMax),
    },
  }
  if (!profile.batches) return engine.schedule(pod, request)
  const name = profile.schedulerName
  const attempted = { engine, request, cycle: state.cycles, nowMs: at.nowMs }
  const { outcome, batch } = scheduleBatched(pod, state.batches.get(name), attempted)
  if (batch !== undefined) state.batches = new Map(state.batches).set(name, batch)
  return outcome
}

/** One of the tied nodes, where those that are the same but for their names count once. */
function differentNode({ turn, state }: SchedulerTurn, tied: TiedNodes): number {
  const others = tied.indexes().filter(index => index !== tied.heapPick)
  const different = representatives([tied.heapPick, ...others], index => {
    const name = tied.nameOf(index)
    const node = turn.view.get<Node>('Node', name)
    const pods = state.cache.nodeInfo(name)?.pods ?? []
    return node && { node, pods: pods.map(({ pod }) => pod) }
  })
  return different[turn.choose('scheduler-tie', different.length)] as number
}

/** Reserves, assumes, and binds unless volumes have to be bound first. */
function place(context: SchedulerTurn, popped: QueuedPod, placed: Placed): void {
  const { state } = context
  const { pod } = popped
  if (placed.isPlain === true) {
    assume(state, popped, placed.node)
    bind(context, popped, placed.node)
    return
  }
  const { cycle } = placed.trace
  const profile = context.profileOf(pod)
  const reserved = runReserve(profile, cycle, pod, placed.node)
  if (reserved.code !== 'Success') {
    fail(context, popped, afterReserve(placed, reserved))
    return
  }
  assume(state, popped, placed.node)
  const { status, writes } = runPreBind(profile, cycle, pod, placed.node)
  const problem = submitWrites(writeContext(context), writes)
  if (problem !== undefined || status.code !== 'Success') {
    unbind(context, popped, problem ?? messageOf(status))
    return
  }
  if (writes.length > 0 && unboundClaims(context, pod)) {
    state.waiting.set(popped.uid, { popped, node: placed.node })
  } else bind(context, popped, placed.node)
}

function assume(state: SchedulerState, { pod, uid }: QueuedPod, nodeName: string): void {
  state.cache.assume({ ...pod, spec: { ...pod.spec, nodeName } } as Pod, pod)
  state.queue.nominator.delete(uid)
}

function writeContext({ turn, state }: SchedulerTurn): WriteContext {
  return {
    submit: request => turn.submit(request),
    assumed: state.assumed,
    stored: (kind, key) => turn.view.get(kind, key),
  }
}

/** Takes a pod back that was assumed on a node: for others it was deleted, for itself it failed. */
function unbind(context: SchedulerTurn, popped: QueuedPod, message: string): void {
  const { state, at } = context
  const oldObject = state.cache.podOf(popped.uid) ?? popped.pod
  state.cache.forget(popped.uid)
  state.queue.moveAll({ event: eventAssignedPodDelete, oldObject, newObject: undefined }, at)
  const { nextStartNodeIndex } = state
  fail(context, popped, { type: 'error', message, trace: undefined, nextStartNodeIndex })
}

function unboundClaims({ listers }: SchedulerTurn, { metadata, spec }: Pod): boolean {
  return (spec?.volumes ?? []).some(({ persistentVolumeClaim, ephemeral, name }) => {
    const claim = persistentVolumeClaim?.claimName ?? (ephemeral && `${metadata.name}-${name}`)
    if (claim === undefined) return false
    const found = listers.get('PersistentVolumeClaim', keyFrom(metadata.namespace, claim))
    return found?.status?.phase !== 'Bound'
  })
}

function bindWaiting(context: SchedulerTurn): void {
  for (const [uid, { popped, node }] of context.state.waiting) {
    if (unboundClaims(context, popped.pod)) continue
    context.state.waiting.delete(uid)
    bind(context, popped, node)
  }
}

function bind(context: SchedulerTurn, popped: QueuedPod, node: string): void {
  const { turn, state } = context
  const { pod, uid } = popped
  const { namespace, name = '' } = pod.metadata
  const target = { kind: 'Pod', namespace, name }
  const response = turn.submit({ verb: 'bind', target, node }) as ApiResponse
  if (!response.ok) {
    unbind(context, popped, `running Bind plugin "DefaultBinder": ${response.status.message}`)
    return
  }
  state.queue.done(uid)
  const message = `Successfully assigned ${keyOf(pod.metadata)} to ${node}`
  const source = schedulerOf(pod)
  turn.emit({ object: pod, type: 'Normal', reason: 'Scheduled', message, source })
}

type Failure = Exclude<ScheduleOutcome, Placed>

function fail(context: SchedulerTurn, popped: QueuedPod, failure: Failure): void {
  const { turn, state, at } = context
  const diagnosis = failure.type === 'unfit' ? failure.trace.diagnosis : undefined
  const { namespace = '', name = '' } = popped.pod.metadata
  const pod = at.findPod(namespace, name)
  const isOther = pod?.metadata.uid !== popped.uid
  if (pod === undefined || isOther || (pod.spec?.nodeName ?? '') !== '') {
    state.queue.done(popped.uid)
    return
  }
  const rejection = {
    unschedulablePlugins: [...(diagnosis?.unschedulablePlugins ?? [])].sort(),
    pendingPlugins: [...(diagnosis?.pendingPlugins ?? [])].sort(),
    pod,
  }
  state.queue.addUnschedulableIfNotPresent(popped, rejection, at)
  const nominate = failure.type === 'unfit' ? failure.postFilter?.nominate : ''
  const nomination = nominate === undefined ? undefined : { nodeName: nominate }
  state.queue.addNominatedPod(pod, nomination, at)
  if (failure.type === 'unfit') preempt(context, pod, failure)
  const { message } = failure
  const text =
    message.length <= messageLengthMax ? message : `${message.slice(0, messageLengthMax - 4)} ...`
  const source = schedulerOf(pod)
  turn.emit({ object: pod, type: 'Warning', reason: 'FailedScheduling', message: text, source })
  if (diagnosis !== undefined) {
    turn.note(unschedulableTopic, noteOf(keyOf(pod.metadata), message, diagnosis))
  }
  patchCondition(context, pod, failure)
}

/** Gives up claims or evicts victims, as the PostFilter plugins want it. */
function preempt(context: SchedulerTurn, pod: Pod, { postFilter }: Unfit): void {
  if (postFilter === undefined) return
  const { turn } = context
  const { nominate, preemption, writes = [] } = postFilter
  submitWrites(writeContext(context), writes)
  if (preemption === undefined || nominate === undefined || nominate === '') return
  for (const { metadata, status } of preemption.clearedNominations) {
    if ((status?.nominatedNodeName ?? '') === '') continue
    const { namespace, name = '' } = metadata
    turn.submit(statusPatch({ kind: 'Pod', namespace, name }, { nominatedNodeName: null }))
  }
  for (const eviction of evictionsOf(pod, nominate, preemption.victims)) {
    const { victim, condition, eventMessage } = eviction
    const { namespace, name = '' } = victim.metadata
    const target = { kind: 'Pod', namespace, name }
    const stamped = { ...condition, lastTransitionTime: formatTime(turn.nowMs) }
    turn.submit(statusPatch(target, { conditions: [stamped] }))
    turn.submit({ verb: 'delete', target })
    const reason = 'Preempted'
    const source = schedulerOf(pod)
    turn.emit({ object: victim, type: 'Normal', reason, message: eventMessage, source })
  }
}

function statusPatch(
  target: { readonly kind: string; readonly namespace?: string | undefined; readonly name: string },
  status: unknown,
): ApiRequest {
  return { verb: 'patch', target, patchType: 'strategic', patch: { status }, subresource: 'status' }
}

/** Writes the PodScheduled condition (and the nomination), if that changes anything. */
function patchCondition({ turn }: SchedulerTurn, pod: Pod, failure: Failure): void {
  const reason = failure.type === 'error' ? 'SchedulerError' : 'Unschedulable'
  const { message } = failure
  const old = pod.status?.conditions?.find(({ type }) => type === 'PodScheduled')
  const nominate = failure.type === 'unfit' ? failure.postFilter?.nominate : ''
  const nominated = pod.status?.nominatedNodeName ?? ''
  const keepsNomination = nominate === undefined || nominate === nominated
  const isSame = old?.status === 'False' && old.reason === reason && old.message === message
  if (isSame && keepsNomination) return
  const since = old?.status === 'False' ? old.lastTransitionTime : formatTime(turn.nowMs)
  const condition = {
    type: 'PodScheduled',
    status: 'False',
    reason,
    message,
    lastProbeTime: null,
    lastTransitionTime: since,
    ...(pod.metadata.generation !== undefined && { observedGeneration: pod.metadata.generation }),
  }
  const { namespace, name = '' } = pod.metadata
  const nomination = keepsNomination ? {} : { nominatedNodeName: nominate === '' ? null : nominate }
  const status = { conditions: [condition], ...nomination }
  turn.submit(statusPatch({ kind: 'Pod', namespace, name }, status))
}

function noteOf(pod: string, message: string, diagnosis: DiagnosisView): UnschedulableNote {
  const groups = new Map<string, { plugin: string; reasons: readonly string[]; nodes: string[] }>()
  for (const [node, { plugin, reasons }] of diagnosis.explicit) {
    const key = `${plugin}\0${reasons.join('\0')}`
    const known = groups.get(key)
    if (known === undefined) groups.set(key, { plugin, reasons, nodes: [node] })
    else known.nodes.push(node)
  }
  return { pod, message, rejections: [...groups.values()] }
}
