// What the scheduler's informers do to its cache and queue. Upstream: pkg/scheduler/eventhandlers.go,
// v1.36.3, with queueing hints (so without pre-checks).

import type { Change } from '../engine/store.ts'
import {
  actions,
  type ClusterEvent,
  type EventObject,
  type EventResource,
  type Node,
  type Pod,
} from './framework.ts'
import { isAssigned } from './held-place.ts'
import { nodeChanges, podChanges } from './queue/cluster-changes.ts'
import { eventAssignedPodAdd, eventAssignedPodDelete } from './queue/queue-events.ts'
import { schedulerOf, type SchedulerTurn } from './turn.ts'

const nodeAdd: ClusterEvent = { resource: 'Node', actions: actions.add }
const nodeDelete: ClusterEvent = { resource: 'Node', actions: actions.delete }

/** Applies one change; true when a pod that failed before could fare differently now. */
export function handleChange(context: SchedulerTurn, change: Change): boolean {
  switch (change.kind) {
    case 'Pod':
      return onPod(context, living(change.before), living(change.after))
    case 'Node':
      return onNode(context, change.before as Node | undefined, change.after as Node | undefined)
    default:
      return onOther(context, change)
  }
}

/** The real informer selects pods that have not ended: to it, the end of a pod is a deletion. */
export function living(object: EventObject | undefined): Pod | undefined {
  const pod = object as Pod | undefined
  const phase = pod?.status?.phase
  return phase === 'Succeeded' || phase === 'Failed' ? undefined : pod
}

function onNode(
  { state, at }: SchedulerTurn,
  oldObject: Node | undefined,
  newObject: Node | undefined,
): boolean {
  const { cache, queue } = state
  if (newObject === undefined) {
    queue.moveAll({ event: nodeDelete, oldObject, newObject }, at)
    cache.removeNode(oldObject?.metadata.name ?? '')
    return true
  }
  cache.setNode(newObject)
  const events = oldObject === undefined ? [nodeAdd] : nodeChanges(oldObject, newObject)
  for (const event of events) queue.moveAll({ event, oldObject, newObject }, at)
  return events.length > 0
}

function isOurs({ at }: Pick<SchedulerTurn, 'at'>, pod: Pod): boolean {
  return at.profile(schedulerOf(pod)) !== undefined
}

function onPod(context: SchedulerTurn, before: Pod | undefined, after: Pod | undefined): boolean {
  if (after === undefined) return before !== undefined && onPodGone(context, before)
  if (isAssigned(before)) return onAssignedUpdate(context, before as Pod, after)
  if (isAssigned(after)) return onAssigned(context, before, after)
  if (!isOurs(context, after)) return false
  if (before === undefined) context.state.queue.add(after, context.at)
  else onWaitingUpdate(context, before, after)
  return before?.spec !== after.spec
}

function onAssigned({ state, at }: SchedulerTurn, before: Pod | undefined, after: Pod): boolean {
  state.cache.setPod(after)
  state.queue.moveAll({ event: eventAssignedPodAdd, oldObject: undefined, newObject: after }, at)
  if (before !== undefined && isOurs({ at }, before)) state.queue.delete(before)
  return true
}

function onAssignedUpdate({ state, at }: SchedulerTurn, before: Pod, after: Pod): boolean {
  state.cache.setPod(after)
  if (state.queue.awaitsEvents) {
    for (const event of podChanges(before, after)) {
      state.queue.moveAll({ event, oldObject: before, newObject: after }, at)
    }
  }
  return (
    before.spec !== after.spec ||
    before.metadata.labels !== after.metadata.labels ||
    before.metadata.deletionTimestamp !== after.metadata.deletionTimestamp
  )
}

function onWaitingUpdate({ state, at }: SchedulerTurn, before: Pod, after: Pod): void {
  const uid = after.metadata.uid ?? ''
  if (state.cache.isAssumed(uid)) {
    if (after.metadata.deletionTimestamp === undefined) return
    if (before.metadata.deletionTimestamp !== undefined) return
    forgetAssumed({ state, at }, before)
    return
  }
  state.queue.update(before, after, at)
  const nominated = before.status?.nominatedNodeName ?? ''
  if (nominated !== '' && nominated !== (after.status?.nominatedNodeName ?? '')) {
    lostNomination({ state, at }, before)
  }
}

type QueueTurn = Pick<SchedulerTurn, 'state' | 'at'>

/** Pods of equal or lower priority treated the nominated pod as if it were on the node. */
function lostNomination({ state, at }: QueueTurn, pod: Pod): void {
  const priority = pod.spec?.priority ?? 0
  state.queue.moveAll(
    { event: eventAssignedPodDelete, oldObject: pod, newObject: undefined },
    at,
    other => (other.spec?.priority ?? 0) <= priority,
  )
}

function forgetAssumed({ state, at }: QueueTurn, pod: Pod): void {
  const uid = pod.metadata.uid ?? ''
  const oldObject = state.cache.podOf(uid) ?? pod
  state.cache.forget(uid)
  state.waiting.delete(uid)
  state.queue.moveAll({ event: eventAssignedPodDelete, oldObject, newObject: undefined }, at)
}

function onPodGone({ state, at }: SchedulerTurn, pod: Pod): boolean {
  const uid = pod.metadata.uid ?? ''
  if (isAssigned(pod)) {
    state.cache.removePod(uid)
    state.queue.moveAll({ event: eventAssignedPodDelete, oldObject: pod, newObject: undefined }, at)
    return true
  }
  if (!isOurs({ at }, pod)) return false
  state.queue.delete(pod)
  if (state.cache.isAssumed(uid)) forgetAssumed({ state, at }, pod)
  else if ((pod.status?.nominatedNodeName ?? '') !== '') lostNomination({ state, at }, pod)
  return true
}

function onOther({ state, at }: SchedulerTurn, { kind, before, after }: Change): boolean {
  const action =
    before === undefined ? actions.add : after === undefined ? actions.delete : actions.update
  const event: ClusterEvent = { resource: kind as EventResource, actions: action }
  state.queue.moveAll({ event, oldObject: before, newObject: after }, at)
  return true
}
