// The kubelets of all nodes as one actor: pods on connected nodes make progress, those on silent
// nodes do not. Upstream: pkg/kubelet/{kubelet,status/status_manager}.go, v1.36.3.

import { assertNever } from '../base/assert.ts'
import { fnv1a32 } from '../base/hash.ts'
import type { Actor } from '../engine/actor.ts'
import type { Change } from '../engine/store.ts'
import type { View } from '../engine/view.ts'
import { loadKind } from '../kube/loads/load.ts'
import type { Node, PersistentVolume, Pod, VolumeAttachment } from '../kube/generated/types.ts'
import { keyOf } from '../kube/object.ts'
import { formatTime } from '../kube/time.ts'
import {
  attachableVolumesOf,
  attachmentName,
  isAttachedByController,
  uniqueVolumeName,
} from '../kube/volume-attachment.ts'
import { rejectionOf } from './admission.ts'
import type { Context, KubeletOptions } from './context.ts'
import { type Disturbance, disturbedModel, sameDisturbance } from './disturbances.ts'
import { type Charge, KubeletState } from './kubelet-state.ts'
import type { KubeletModel } from './model.ts'
import {
  awaitAnswers,
  beginLease,
  endLease,
  gateKinds,
  type LeasePayload,
  needsCorrection,
  onGate,
  postReady,
  renew,
  resumeLease,
  settle,
} from './leases.ts'
import {
  advance,
  forceExit,
  forceReady,
  isOver,
  isUntouched,
  newPodRun,
  nextChangeMs,
  pullAgain,
  rebooted,
  stop,
} from './pod-run.ts'
import { isOverloaded } from './overload.ts'
import { statusOf } from './pod-status.ts'
import { nodeNameIndex, patchStatus, submit } from './requests.ts'
import { endPressure, press, type Pressed, relieve, type ShortagePayload } from './shortage.ts'

/** What trials and faults may tell the kubelets, by `world.signal('kubelet', order)`. */
export type KubeletOrder =
  | {
      readonly type: 'disconnect'
      readonly node: string
      /** Only the kubelet is silent: the containers run on and are reached. */
      readonly podsServe?: true
    }
  | {
      readonly type: 'connect'
      readonly node: string
      /** `kept`: they ran on meanwhile. `restarted`: the machine was off. */
      readonly containers?: 'kept' | 'restarted'
    }
  | ({
      readonly type: 'pressure'
      /** So many pods are evicted before the node has enough again. */
      readonly evictions: number
    } & Pressed)
  | ({ readonly type: 'relief' } & Pressed)
  | { readonly type: 'disturb'; readonly disturbance: Disturbance }
  | { readonly type: 'calm'; readonly disturbance: Disturbance }
  | {
      readonly type: 'ready'
      readonly pod: string
      readonly ready: boolean
      readonly restartCount?: number
    }
  | { readonly type: 'exit'; readonly pod: string; readonly exitCode: number }

type Payload =
  | KubeletOrder
  | LeasePayload
  | { readonly type: 'due'; readonly uid: string }
  | { readonly type: 'correct'; readonly node: string }
  | ShortagePayload

export const kubeletName = 'kubelet'

/** The actor that plays the kubelets of all nodes. */
export function kubelet(options: KubeletOptions): Actor<KubeletState> {
  return {
    name: kubeletName,
    survives: true,
    identity: ({ charges, links, disturbances, isAsked }) => [
      charges.values(),
      links.keys().map(name => [name, links.get(name)]),
      disturbances,
      isAsked,
    ],
    watches: ['Node', 'Pod', 'VolumeAttachment', loadKind, ...gateKinds],
    start: () => new KubeletState(),
    deliver: (turn, state, changes) => {
      const context: Context = { turn, state, options }
      for (const change of changes) {
        if (change.kind === 'Node') onNode(context, change)
        else if (change.kind === 'Pod') onPod(context, change)
        else if (change.kind === 'VolumeAttachment') onAttachment(context, change)
        else if (change.kind !== loadKind) onGate(context)
      }
      // What answers for a webhook is pods.
      if (state.isAsked) awaitAnswers(context)
    },
    wake: (turn, state, payload) => obey({ turn, state, options }, payload as Payload),
  }
}

function obey(context: Context, payload: Payload): void {
  switch (payload.type) {
    case 'due': {
      const charge = context.state.charges.get(payload.uid)
      if (charge !== undefined) progress(context, charge, 'report')
      return
    }
    case 'renew':
      renew(context, payload.node)
      return
    case 'settled':
      settle(context)
      return
    case 'correct':
      correct(context, payload.node)
      return
    case 'disconnect':
      disconnect(context, payload)
      return
    case 'connect':
      connect(context, payload)
      return
    case 'pressure':
      press(context, payload)
      return
    case 'shortage':
      relieve(context, payload)
      return
    case 'relief':
      endPressure(context, payload)
      return
    case 'disturb':
    case 'calm':
      disturb(context, payload)
      return
    case 'ready':
    case 'exit':
      force(context, payload)
      return
    default:
      assertNever(payload)
  }
}

function onNode(context: Context, change: Change): void {
  const { state } = context
  const name = change.key
  if (change.after === undefined) {
    for (const charge of chargesOn(context, name)) forget(context, charge)
    forgetTimers(context, name)
    state.links.delete(name)
  } else if (change.before === undefined) {
    beginLease(context, name)
    takeUp(context, name)
  } else if (needsCorrection(context, name)) planCorrection(context, name)
}

function forgetTimers({ turn, state }: Context, node: string): void {
  const { renewal, correction } = state.links.get(node) ?? {}
  if (renewal !== undefined) turn.cancel(renewal)
  if (correction !== undefined) turn.cancel(correction)
}

/** Somebody has turned the node NotReady: its kubelet says otherwise with its next status. */
function planCorrection({ turn, state }: Context, node: string): void {
  const link = state.links.get(node)
  if (link === undefined || link.correction !== undefined) return
  const { fromMs, everyMs } = link.heartbeat
  const sinceMs = Math.max(0, turn.nowMs - fromMs)
  const payload: Payload = { type: 'correct', node }
  const correction = turn.wakeAfter(everyMs - (sinceMs % everyMs), payload)
  state.links.set(node, { ...link, correction })
}

function correct(context: Context, node: string): void {
  const { state } = context
  const link = state.links.get(node)
  if (link === undefined) return
  const { correction: _due, ...rest } = link
  state.links.set(node, rest)
  if (!needsCorrection(context, node)) return
  postReady(context, node)
  takeUp(context, node, 'kept')
  // The request may be refused as well.
  planCorrection(context, node)
}

type Order<T extends KubeletOrder['type']> = Extract<KubeletOrder, { readonly type: T }>

function disconnect(context: Context, { node, podsServe }: Order<'disconnect'>): void {
  if (!context.state.isConnected(node)) return
  endLease(context, node, podsServe === true)
  for (const charge of chargesOn(context, node)) keep(context, charge, undefined)
}

function connect(context: Context, { node: name, containers }: Order<'connect'>): void {
  const { turn, state } = context
  const link = state.links.get(name)
  if (link === undefined || link.heartbeat.untilMs === undefined) return
  resumeLease(context, name)
  if (turn.view.get<Node>('Node', name) === undefined) return
  postReady(context, name)
  if (containers === 'restarted') rebootPods(context, name)
  takeUp(context, name, containers)
}

/** The machine starts again: every container that ran begins anew. */
function rebootPods(context: Context, node: string): void {
  const { turn, state } = context
  for (const charge of chargesOn(context, node)) {
    const pod = turn.view.get<Pod>('Pod', charge.key)
    if (charge.finished === true || pod === undefined || isOver(charge.run, pod)) continue
    state.charges.set(charge.run.uid, { ...charge, run: rebooted(charge.run, turn.nowMs) })
  }
}

/** Begins or ends something that hinders pods; those that waited for its end go on. */
function disturb(context: Context, order: Order<'disturb'> | Order<'calm'>): void {
  const { type, disturbance } = order
  const { turn, state } = context
  const others = state.disturbances.filter(other => !sameDisturbance(other, disturbance))
  state.disturbances = type === 'disturb' ? [...others, disturbance] : others
  if (type === 'disturb') {
    for (const node of state.links.keys()) panicIfOverloaded(context, node)
    return
  }
  for (const charge of state.charges.values()) {
    const run = pullAgain(charge.run, turn.nowMs)
    if (run !== charge.run) progress(context, { ...charge, run })
  }
}

/** The model as things that hinder pods leave it. */
function modelOf({ turn, state, options }: Context): KubeletModel {
  if (state.disturbances.length === 0) return options.model
  const podsOn = (node: string): readonly Pod[] => turn.view.indexed('Pod', nodeNameIndex, node)
  return disturbedModel(options.model, state.disturbances, podsOn)
}

/**
 * Lists the pods of a node again: new ones start, the others go on and are reported anew. Those
 * that were marked for deletion meanwhile are gone from the machine and finished at once.
 */
function takeUp(context: Context, node: string, containers?: 'kept' | 'restarted'): void {
  const { turn, state } = context
  const pods = turn.view.indexed<Pod>('Pod', nodeNameIndex, node)
  const present = new Set(pods.map(pod => pod.metadata.uid ?? ''))
  for (const charge of chargesOn(context, node)) {
    if (!present.has(charge.run.uid)) forget(context, charge)
  }
  for (const pod of pods) {
    // What runs may be more than the machine can bear.
    if (!state.isConnected(node)) return
    const charge = state.charges.get(pod.metadata.uid ?? '')
    if (charge === undefined || charge.finished === true) see(context, pod)
    else if (pod.metadata.deletionTimestamp === undefined) {
      if (charge.waitsFor === undefined) progress(context, charge, 'report')
      else attach(context, charge)
      see(context, pod)
    } else if (containers === 'kept') see(context, pod)
    else progress(context, { ...charge, run: stop(charge.run, turn.nowMs) })
  }
  reportVolumes(context, node)
}

/** A volume was attached: the pods that waited for it alone start now. */
function onAttachment(context: Context, change: Change): void {
  const attachment = change.after as VolumeAttachment | undefined
  if (attachment?.status?.attached !== true) return
  const { nodeName } = attachment.spec
  if (!context.state.isConnected(nodeName)) return
  for (const charge of chargesOn(context, nodeName)) {
    if (charge.waitsFor?.includes(change.key) === true) attach(context, charge)
  }
}

/** Looks what a pod still waits for; when there is nothing left it starts. */
function attach(context: Context, charge: Charge): void {
  const { turn, state } = context
  const { view } = turn
  const waitsFor = (charge.waitsFor ?? []).filter(name => !isAttached(view, name))
  const pod = view.get<Pod>('Pod', charge.key)
  if (waitsFor.length > 0 || pod === undefined) {
    state.charges.set(charge.run.uid, { ...charge, waitsFor })
    return
  }
  const { waitsFor: _, ...free } = charge
  const seen = { ...charge.run, seenMs: turn.nowMs }
  const run = advance(seen, pod, turn.nowMs, modelOf(context))
  const started = { ...free, run }
  state.charges.set(run.uid, started)
  reportVolumes(context, charge.node)
  progress(context, started, isUntouched(run) ? 'quiet' : 'report')
}

/** Posts which volumes the pods of a node use, when that has changed. */
function reportVolumes(context: Context, node: string): void {
  const { turn, state } = context
  const link = state.links.get(node)
  if (link === undefined || !state.isConnected(node)) return
  const inUse = chargesOn(context, node).flatMap(charge => {
    const isUsing = charge.finished !== true && charge.waitsFor === undefined
    return isUsing && charge.run.stopped !== true ? (charge.volumes ?? []) : []
  })
  const volumes = [...new Set(inUse)].sort()
  if (volumes.join() === (link.volumes ?? []).join()) return
  state.links.set(node, { ...link, volumes })
  const patch = { status: { volumesInUse: volumes } }
  const target = { kind: 'Node', name: node }
  submit(turn, { verb: 'patch', target, patchType: 'merge', patch, subresource: 'status' })
}

function onPod(context: Context, change: Change): void {
  const { state } = context
  const pod: Pod | undefined = change.after
  if (pod === undefined) {
    const charge = state.charges.get(change.before?.metadata.uid ?? '')
    if (charge !== undefined) forget(context, charge)
    return
  }
  const node = pod.spec?.nodeName
  if (node === undefined || node === '' || !state.isConnected(node)) return
  // A pod that was created with its node has passed by the scheduler.
  if (change.before === undefined && reject(context, pod)) return
  see(context, pod)
}

/** Turns away a pod that the node has no place for; true when it did. */
function reject(context: Context, pod: Pod): boolean {
  const { turn, state, options } = context
  const name = pod.spec?.nodeName ?? ''
  const node = turn.view.get<Node>('Node', name)
  const phase = pod.status?.phase ?? 'Pending'
  const isWeighed = options.model.admission?.(pod) === true && phase === 'Pending'
  if (!isWeighed || node === undefined) return false
  const others = turn.view
    .indexed<Pod>('Pod', nodeNameIndex, name)
    .filter(({ metadata }) => state.charges.has(metadata.uid ?? ''))
  const rejection = rejectionOf(pod, node, others)
  if (rejection === undefined) return false
  const { reason, message } = rejection
  turn.emit({ object: pod, type: 'Warning', reason, message })
  const startTime = formatTime(turn.nowMs)
  const text = `Pod was rejected: ${message}`
  patchStatus(turn, pod, { phase: 'Failed', reason, message: text, startTime })
  return true
}

/** Looks at a pod of a connected node: starts it, stops it, or lets it be. */
function see(context: Context, pod: Pod): void {
  const { turn, state, options } = context
  const known = state.charges.get(pod.metadata.uid ?? '')
  const charge = known ?? admit(context, pod)
  if (charge.finished === true) return
  const { deletionTimestamp, deletionGracePeriodSeconds = 0 } = pod.metadata
  const terminal = pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed'
  if (terminal && !isOver(charge.run, pod)) {
    endedByOthers(context, charge, pod)
    return
  }
  if (deletionTimestamp === undefined) {
    if (known === undefined) progress(context, charge)
    return
  }
  const stopMs = options.model.stopMs(pod, deletionGracePeriodSeconds * 1000)
  const run = isOver(charge.run, pod) ? charge.run : stop(charge.run, turn.nowMs + stopMs)
  if (run !== charge.run || isOver(run, pod)) progress(context, { ...charge, run })
}

/** Someone else ended the pod: its containers are killed and there is nothing to report. */
function endedByOthers(context: Context, charge: Charge, pod: Pod): void {
  const ended: Charge = { ...charge, run: { ...charge.run, stopped: true } }
  keep(context, ended, undefined)
  if (charge.volumes !== undefined) reportVolumes(context, charge.node)
  if (pod.metadata.deletionTimestamp !== undefined) finish(context, ended, pod)
}

function addressOf({ turn, state }: Context, { metadata }: Pod): string {
  if (!turn.isOrderFree) return state.nextAddress()
  const hash = fnv1a32(metadata.uid ?? '')
  return `10.${hash >>> 24}.${(hash >> 16) & 255}.${(hash >> 8) & 255}`
}

/** Takes charge of a pod and reports ContainerCreating at once. */
function admit(context: Context, pod: Pod): Charge {
  const { turn, state } = context
  const node = pod.spec?.nodeName ?? ''
  const hostIP = hostIPOf(context, node)
  const podIP = pod.spec?.hostNetwork === true ? (hostIP ?? '') : addressOf(context, pod)
  const volumes = volumesOf(turn.view, pod)
  const waitsFor = volumes
    .map(volume => attachmentName(volume, node))
    .filter(name => !isAttached(turn.view, name))
  const fresh = newPodRun(pod, turn.nowMs, podIP)
  const isFree = waitsFor.length === 0
  const charge: Charge = {
    key: keyOf(pod.metadata),
    node,
    run: isFree ? advance(fresh, pod, turn.nowMs, modelOf(context)) : fresh,
    ...(volumes.length > 0 && { volumes: volumes.map(uniqueVolumeName) }),
    ...(!isFree && { waitsFor }),
  }
  if (volumes.length > 0) {
    state.charges.set(charge.run.uid, charge)
    reportVolumes(context, node)
  }
  const phase = pod.status?.phase ?? 'Pending'
  if (phase === 'Pending' || phase === 'Running') report(context, charge, pod)
  return charge
}

/** Brings a pod up to now, reports what changed and sets the timer for the next change. */
function progress(context: Context, charge: Charge, mode: 'quiet' | 'report' = 'quiet'): void {
  const { turn, state } = context
  const pod = turn.view.get<Pod>('Pod', charge.key)
  if (pod === undefined || pod.metadata.uid !== charge.run.uid) {
    keep(context, charge, undefined)
    return
  }
  if (!state.isConnected(charge.node)) return
  if (charge.waitsFor !== undefined && charge.run.stopAtMs === undefined) {
    keep(context, charge, undefined)
    return
  }
  const run = advance(charge.run, pod, turn.nowMs, modelOf(context))
  const next = { ...charge, run }
  // A pod that is deleted before it has started goes without a last word.
  const silent = run.stopped === true && isUntouched(run)
  const changed = mode === 'report' || run.containers !== charge.run.containers
  if (changed && !silent) report(context, next, pod)
  if (isOver(run, pod) && pod.metadata.deletionTimestamp !== undefined) finish(context, next, pod)
  else if (isOver(run, pod) && charge.volumes !== undefined) {
    keep(context, { ...next, volumes: [] }, nextChangeMs(run, pod, turn.nowMs))
    reportVolumes(context, charge.node)
  } else keep(context, next, nextChangeMs(run, pod, turn.nowMs))
  if (changed) panicIfOverloaded(context, charge.node)
}

/** A machine that cannot bear its pods goes off, with all that runs on it. */
function panicIfOverloaded(context: Context, node: string): void {
  if (isOverloaded(context, node)) disconnect(context, { type: 'disconnect', node })
}

function finish(context: Context, charge: Charge, pod: Pod): void {
  const { turn } = context
  keep(context, { ...charge, finished: true }, undefined)
  if (charge.volumes !== undefined) reportVolumes(context, charge.node)
  const { name = '', namespace = '', uid = '' } = pod.metadata
  const target = { kind: 'Pod', namespace, name }
  const options = { gracePeriodSeconds: 0, preconditions: { uid } }
  submit(turn, { verb: 'delete', target, options })
}

function report(context: Context, charge: Charge, pod: Pod): void {
  const { turn } = context
  const hostIP = hostIPOf(context, charge.node)
  patchStatus(turn, pod, statusOf({ pod, run: charge.run, nowMs: turn.nowMs, hostIP }))
}

/** Stores a charge with its timer set to `atMs`, or without one. */
function keep(context: Context, charge: Charge, atMs: number | undefined): void {
  const { turn, state } = context
  const { timer, ...rest } = charge
  if (timer !== undefined && timer.atMs > turn.nowMs) turn.cancel(timer.sequence)
  if (atMs === undefined) {
    state.charges.set(charge.run.uid, rest)
    return
  }
  const payload: Payload = { type: 'due', uid: charge.run.uid }
  const sequence = turn.wakeAfter(atMs - turn.nowMs, payload)
  state.charges.set(charge.run.uid, { ...rest, timer: { atMs, sequence } })
}

function forget(context: Context, charge: Charge): void {
  keep(context, charge, undefined)
  context.state.charges.delete(charge.run.uid)
  if (charge.volumes !== undefined) reportVolumes(context, charge.node)
}

function force(
  context: Context,
  order: Extract<KubeletOrder, { readonly type: 'ready' | 'exit' }>,
): void {
  const { turn, state } = context
  const pod = turn.view.get<Pod>('Pod', order.pod)
  const charge = state.charges.get(pod?.metadata.uid ?? '')
  if (charge === undefined || charge.finished === true) return
  const run =
    order.type === 'ready'
      ? forceReady(charge.run, order.ready, order.restartCount)
      : forceExit(charge.run, turn.nowMs, order.exitCode)
  progress(context, { ...charge, run }, 'report')
}

/** The volumes of a pod that the controller attaches to its node. */
function volumesOf(view: View, pod: Pod): readonly PersistentVolume[] {
  if (pod.spec?.volumes === undefined) return []
  const node = view.get<Node>('Node', pod.spec.nodeName ?? '')
  if (node === undefined || !isAttachedByController(node)) return []
  return attachableVolumesOf(pod, {
    claim: key => view.get('PersistentVolumeClaim', key),
    volume: name => view.get('PersistentVolume', name),
    driver: name => view.get('CSIDriver', name),
  })
}

function isAttached(view: View, name: string): boolean {
  return view.get<VolumeAttachment>('VolumeAttachment', name)?.status?.attached === true
}

function chargesOn(context: Context, node: string): readonly Charge[] {
  return [...context.state.charges.values()].filter(charge => charge.node === node)
}

function hostIPOf(context: Context, node: string): string | undefined {
  const addresses = context.turn.view.get<Node>('Node', node)?.status?.addresses ?? []
  return addresses.find(({ type }) => type === 'InternalIP')?.address
}
