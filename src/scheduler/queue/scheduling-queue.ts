// Pods that wait for a node: the active queue, two backoff queues and unschedulable pods.
// Upstream: pkg/scheduler/backend/queue/scheduling_queue.go, v1.36.3. It keeps no function and
// no timer; its owner passes the moment and calls flush() when nextWakeMs() says so.

import { sortedStrings } from '../../base/compare.ts'
import { keyOf } from '../../kube/object.ts'
import type { ClusterEvent, EventObject, Pod } from '../framework.ts'
import { podChanges } from './cluster-changes.ts'
import { InFlightLog } from './in-flight.ts'
import { Nominator, type Nomination, type PodLookup, type PodRef } from './nominator.ts'
import { eventForceActivate, eventTimeout, eventUnscheduledPodUpdate } from './queue-events.ts'
import { isWildcard, matchesEvent, type QueueProfile } from './queue-profile.ts'
import {
  backoffEndMs,
  backoffWindowMs,
  defaultQueueOptions,
  hasNoRejector,
  isBackingOff,
  type QueuedPod,
  type QueueOptions,
} from './queued-pod.ts'
import { worthRequeuing, type Strategy } from './requeue-strategy.ts'
import { SubQueues, type Place } from './sub-queues.ts'

/** Everything outside the queue that an operation needs; nothing of it is kept. */
export interface QueueMoment {
  readonly nowMs: number
  /** The profile of a pod's schedulerName; undefined when nobody is responsible. */
  readonly profile: (schedulerName: string) => QueueProfile | undefined
  /** All profiles, for the question whether anybody cares about an event. */
  readonly profiles: readonly QueueProfile[]
  /** The newest version of a pod in the scheduler's informer. */
  readonly findPod: PodLookup
}

/** A change that the scheduler was told about. */
export interface QueueEvent {
  readonly event: ClusterEvent
  readonly oldObject: EventObject | undefined
  readonly newObject: EventObject | undefined
}

/** Which plugins ended an attempt; none after an error. */
export interface Rejection {
  readonly unschedulablePlugins: readonly string[]
  readonly pendingPlugins: readonly string[]
}

/** How often pods that stay unschedulable for too long are looked for. */
const leftoverPeriodMs = 30_000

/** The scheduling queue with its nominator. */
export class SchedulingQueue {
  readonly nominator: Nominator
  private readonly options: QueueOptions
  private readonly startMs: number
  private readonly queues: SubQueues
  private readonly inFlight: InFlightLog
  private nextSequence = 0
  private leftoverTicksDone = 0

  constructor(options: QueueOptions = defaultQueueOptions, startMs = 0, from?: SchedulingQueue) {
    this.options = options
    this.startMs = startMs
    this.queues = from === undefined ? new SubQueues(options) : from.queues.fork()
    this.inFlight = from === undefined ? new InFlightLog() : from.inFlight.fork()
    this.nominator = from === undefined ? new Nominator() : from.nominator.fork()
    if (from === undefined) return
    this.nextSequence = from.nextSequence
    this.leftoverTicksDone = from.leftoverTicksDone
  }

  /** An independent copy; nothing is copied before one side writes. */
  fork(): SchedulingQueue {
    return new SchedulingQueue(this.options, this.startMs, this)
  }

  /** A pod without a node was created. */
  add(pod: Pod, at: QueueMoment): void {
    this.moveToActive(this.newQueued(pod, at), at, { nominates: true })
  }

  /** The next pod to schedule; it stays in flight until done() or its return. */
  pop(): QueuedPod | undefined {
    for (;;) {
      const head = this.queues.first('active') ?? this.firstOfBackoff()
      if (head === undefined) return undefined
      this.queues.remove(head.key)
      if (this.inFlight.has(head.uid)) continue
      this.inFlight.begin(head.uid)
      return { ...head, attempts: head.attempts + 1 }
    }
  }

  /** Ends the attempt of a popped pod that does not return. */
  done(uid: string): void {
    this.inFlight.end(uid)
  }

  /**
   * Puts a popped pod back after a failed attempt. `pod` is its newest version. Events that
   * arrived since it was popped decide whether it waits for its back-off or for another event.
   */
  addUnschedulableIfNotPresent(
    popped: QueuedPod,
    failure: Rejection & { readonly pod: Pod },
    at: QueueMoment,
  ): void {
    if (this.queues.get(popped.key) === undefined) {
      const queued = this.afterFailure(popped, failure, at)
      this.requeue(queued, this.strategyInFlight(queued, at), at)
    }
    this.inFlight.end(popped.uid)
  }

  /** A pod without a node changed. */
  update(oldPod: Pod, newPod: Pod, at: QueueMoment): void {
    const events = podChanges(oldPod, newPod)
    const uid = newPod.metadata.uid ?? ''
    if (this.inFlight.has(uid)) {
      for (const event of events) {
        this.inFlight.record({ event, oldObject: oldPod, newObject: newPod })
      }
      return
    }
    const placed = this.queues.get(keyOf(newPod.metadata))
    if (placed === undefined) {
      this.moveToActive(this.newQueued(newPod, at), at, { nominates: true })
      return
    }
    const queued = { ...placed.queued, pod: newPod, priority: priorityOf(newPod) }
    this.queues.put(placed.place, queued)
    this.nominator.update(oldPod, newPod, at.findPod)
    if (placed.place !== 'unschedulable') return
    for (const event of events) {
      const current = this.queues.get(queued.key)?.queued ?? queued
      const strategy = worthRequeuing(current, { event, oldObject: oldPod, newObject: newPod }, at)
      const nominates = event === eventUnscheduledPodUpdate
      if (this.requeue(current, strategy, at, { nominates }) !== 'unschedulable') return
    }
  }

  /** A pod without a node is gone or was bound. */
  delete(pod: Pod): void {
    this.nominator.delete(pod.metadata.uid ?? '')
    this.queues.remove(keyOf(pod.metadata))
  }

  /** Moves the unschedulable pods that the event may help; pods in flight see it on return. */
  moveAll(seen: QueueEvent, at: QueueMoment, preCheck?: (pod: Pod) => boolean): void {
    if (!this.awaitsEvents) return
    if (!isOfInterest(seen.event, at)) return
    const pods = this.queues.pods('unschedulable').slice()
    this.movePods(preCheck === undefined ? pods : pods.filter(({ pod }) => preCheck(pod)), seen, at)
  }

  /** Whether an event can matter: a pod was found unschedulable, or is on its way. */
  get awaitsEvents(): boolean {
    return this.inFlight.podCount > 0 || this.queues.pods('unschedulable').length > 0
  }

  /** Moves these pods to the active queue whatever rejected them. */
  activate(pods: readonly Pod[], at: QueueMoment): void {
    for (const pod of pods) {
      const placed = this.queues.get(keyOf(pod.metadata))
      if (placed !== undefined && placed.place !== 'active') {
        const fromBackoff = placed.place !== 'unschedulable'
        if (fromBackoff) this.queues.remove(placed.queued.key)
        if (this.moveToActive(placed.queued, at, { fromBackoff })) continue
      }
      if (!this.inFlight.has(pod.metadata.uid ?? '')) continue
      this.inFlight.record({ event: eventForceActivate, oldObject: undefined, newObject: pod })
    }
  }

  /** Does what the timers of the real queue would have done until now. */
  flush(at: QueueMoment): void {
    this.flushBackoff('backoff', at)
    this.flushBackoff('errorBackoff', at)
    const tick = Math.floor((at.nowMs - this.startMs) / leftoverPeriodMs)
    if (tick < this.leftoverTicksDone) return
    this.leftoverTicksDone = tick + 1
    this.flushLeftover(this.startMs + tick * leftoverPeriodMs, at)
  }

  /** When flush() has something to do next; undefined when only events can help. */
  nextWakeMs(nowMs: number): number | undefined {
    let wake: number | undefined
    const consider = (ms: number): void => {
      if (wake === undefined || ms < wake) wake = ms
    }
    for (const place of ['backoff', 'errorBackoff'] as const) {
      const head = this.queues.first(place)
      if (head !== undefined) consider(this.backoffTick(head))
    }
    const oldest = this.queues.pods('unschedulable').find(pod => pod.gatingPlugin === '')
    if (oldest !== undefined) consider(this.leftoverTick(oldest))
    return wake === undefined ? undefined : Math.max(wake, nowMs)
  }

  /** Where a pod waits; undefined when it is unknown or in flight. */
  find(key: string): { readonly place: Place; readonly queued: QueuedPod } | undefined {
    return this.queues.get(key)
  }

  /** The pods of one place, active and backoff ones in the order they would be popped. */
  pods(place: Place): readonly QueuedPod[] {
    return this.queues.pods(place)
  }

  inFlightUids(): string[] {
    return this.inFlight.podUids()
  }

  /** Who waits where since when, as plain data; the order within a place is kept. */
  identity(): unknown {
    const places = (['active', 'backoff', 'errorBackoff', 'unschedulable'] as const).map(place =>
      this.queues.pods(place).map(({ pod: _, sequence: __, ...rest }) => rest),
    )
    return [places, this.inFlight.podUids(), this.nominator.identity()]
  }

  /** Whether pop() would return a pod. */
  hasPod(): boolean {
    return this.queues.first('active') !== undefined || this.firstOfBackoff() !== undefined
  }

  addNominatedPod(pod: Pod, nomination: Nomination | undefined, at: QueueMoment): void {
    this.nominator.add(pod, nomination, at.findPod)
  }

  /** Pods nominated to a node, in their newest version known to the queue. */
  nominatedPodsForNode(nodeName: string, findPod: PodLookup): Pod[] {
    const pods: Pod[] = []
    for (const ref of this.nominator.podsForNode(nodeName)) {
      const pod = this.queuedPod(ref) ?? findPod(ref.namespace, ref.name)
      if (pod !== undefined) pods.push(pod)
    }
    return pods
  }

  private queuedPod(ref: PodRef): Pod | undefined {
    return this.queues.get(`${ref.namespace}/${ref.name}`)?.queued.pod
  }

  private newQueued(pod: Pod, at: QueueMoment): QueuedPod {
    return {
      pod,
      key: keyOf(pod.metadata),
      uid: pod.metadata.uid ?? '',
      priority: priorityOf(pod),
      timestampMs: at.nowMs,
      sequence: this.takeSequence(),
      attempts: 0,
      unschedulableCount: 0,
      consecutiveErrorsCount: 0,
      unschedulablePlugins: [],
      pendingPlugins: [],
      gatingPlugin: '',
      wasFlushedFromUnschedulable: false,
    }
  }

  private afterFailure(
    popped: QueuedPod,
    failure: Rejection & { readonly pod: Pod },
    at: QueueMoment,
  ): QueuedPod {
    const { unschedulablePlugins, pendingPlugins, pod } = failure
    const failed = unschedulablePlugins.length === 0 && pendingPlugins.length === 0
    return {
      ...popped,
      pod,
      priority: priorityOf(pod),
      unschedulablePlugins,
      pendingPlugins,
      gatingPlugin: '',
      unschedulableCount: popped.unschedulableCount + (failed ? 0 : 1),
      consecutiveErrorsCount: failed ? popped.consecutiveErrorsCount + 1 : 0,
      timestampMs: at.nowMs,
      sequence: this.takeSequence(),
      wasFlushedFromUnschedulable: false,
    }
  }

  private takeSequence(): number {
    this.nextSequence += 1
    return this.nextSequence
  }

  private firstOfBackoff(): QueuedPod | undefined {
    return this.options.popFromBackoffQ ? this.queues.first('backoff') : undefined
  }

  private strategyInFlight(queued: QueuedPod, at: QueueMoment): Strategy {
    if (hasNoRejector(queued)) return 'afterBackoff'
    const events = this.inFlight.eventsSince(queued.uid)
    if (events === undefined) return 'afterBackoff'
    let strategy: Strategy = 'skip'
    for (const seen of events) {
      const hint = worthRequeuing(queued, seen, at)
      if (hint === 'immediately') return hint
      if (hint === 'skip') continue
      if (queued.pendingPlugins.length === 0) return hint
      strategy = hint
    }
    return strategy
  }

  private movePods(pods: readonly QueuedPod[], seen: QueueEvent, at: QueueMoment): void {
    if (!isOfInterest(seen.event, at)) return
    for (const queued of pods) {
      if (queued.gatingPlugin !== '' && !ungates(queued, seen.event, at)) continue
      const strategy = worthRequeuing(queued, seen, at)
      if (strategy !== 'skip') this.requeue(queued, strategy, at)
    }
    this.inFlight.record(seen)
  }

  private requeue(
    queued: QueuedPod,
    strategy: Strategy,
    at: QueueMoment,
    how: MoveOptions = {},
  ): Place {
    if (strategy === 'skip') {
      this.queues.put('unschedulable', queued)
      return 'unschedulable'
    }
    if (strategy === 'afterBackoff' && isBackingOff(queued, at.nowMs, this.options)) {
      return this.moveToBackoff(queued, at) ? 'backoff' : 'unschedulable'
    }
    return this.moveToActive(queued, at, how) ? 'active' : 'unschedulable'
  }

  /** Returns false when a plugin keeps the pod out: it then is unschedulable. */
  private moveToActive(queued: QueuedPod, at: QueueMoment, how: MoveOptions): boolean {
    const skipGates = this.options.popFromBackoffQ && how.fromBackoff === true
    const checked = skipGates ? queued : throughGates(queued, at)
    if (checked.gatingPlugin !== '') {
      const place = this.queues.get(checked.key)?.place
      if (place === undefined || place === 'unschedulable') {
        this.queues.put('unschedulable', checked)
      }
      return false
    }
    const initialAttemptMs = checked.initialAttemptMs ?? at.nowMs
    this.queues.put('active', { ...checked, initialAttemptMs })
    if (how.nominates === true) this.nominator.add(checked.pod, undefined, at.findPod)
    return true
  }

  private moveToBackoff(queued: QueuedPod, at: QueueMoment): boolean {
    const checked = this.options.popFromBackoffQ ? throughGates(queued, at) : queued
    if (checked.gatingPlugin !== '') {
      this.queues.put('unschedulable', checked)
      return false
    }
    this.queues.put(hasNoRejector(checked) ? 'errorBackoff' : 'backoff', checked)
    return true
  }

  private flushBackoff(place: 'backoff' | 'errorBackoff', at: QueueMoment): void {
    for (;;) {
      const head = this.queues.first(place)
      if (head === undefined || isBackingOff(head, at.nowMs, this.options)) return
      this.queues.remove(head.key)
      this.moveToActive(head, at, { fromBackoff: true })
    }
  }

  private flushLeftover(tickMs: number, at: QueueMoment): void {
    const due: QueuedPod[] = []
    for (const queued of this.queues.pods('unschedulable')) {
      if (tickMs - queued.timestampMs <= this.options.podMaxInUnschedulableMs) break
      due.push({ ...queued, wasFlushedFromUnschedulable: true })
    }
    if (due.length === 0) return
    this.movePods(due, { event: eventTimeout, oldObject: undefined, newObject: undefined }, at)
  }

  private backoffTick(head: QueuedPod): number {
    const end = backoffEndMs(head, this.options)
    return (Math.floor(end / backoffWindowMs) + 1) * backoffWindowMs
  }

  private leftoverTick(queued: QueuedPod): number {
    const dueMs = queued.timestampMs + this.options.podMaxInUnschedulableMs
    const tick = Math.floor((dueMs - this.startMs) / leftoverPeriodMs) + 1
    return this.startMs + Math.max(tick, this.leftoverTicksDone) * leftoverPeriodMs
  }
}

interface MoveOptions {
  /** The pod comes straight from a backoff queue, where it already passed the gates. */
  readonly fromBackoff?: boolean
  /** The pod's own status decides its nomination: it was created or changed. */
  readonly nominates?: boolean
}

function priorityOf(pod: Pod): number {
  return pod.spec?.priority ?? 0
}

function isOfInterest(event: ClusterEvent, at: QueueMoment): boolean {
  if (isWildcard(event)) return true
  for (const { hints } of at.profiles) {
    for (const hint of hints) if (matchesEvent(hint.event, event)) return true
  }
  return false
}

/** Whether the plugin that keeps the pod out has registered the event. */
function ungates(queued: QueuedPod, event: ClusterEvent, at: QueueMoment): boolean {
  for (const { hints } of at.profiles) {
    for (const hint of hints) {
      if (hint.plugin === queued.gatingPlugin && matchesEvent(hint.event, event)) return true
    }
  }
  return false
}

/** Runs the gates, the one that kept the pod out first, and notes the first that refuses. */
function throughGates(queued: QueuedPod, at: QueueMoment): QueuedPod {
  const gates = at.profile(queued.pod.spec?.schedulerName ?? '')?.gates ?? []
  const first = gates.find(gate => gate.plugin === queued.gatingPlugin)
  if (first !== undefined && !first.admits(queued.pod)) return gatedBy(queued, first.plugin)
  for (const gate of gates) {
    if (gate !== first && !gate.admits(queued.pod)) return gatedBy(queued, gate.plugin)
  }
  return queued.gatingPlugin === '' ? queued : { ...queued, gatingPlugin: '' }
}

function gatedBy(queued: QueuedPod, plugin: string): QueuedPod {
  const known = queued.unschedulablePlugins
  if (queued.gatingPlugin === plugin && known.includes(plugin)) return queued
  const unschedulablePlugins = known.includes(plugin) ? known : sortedStrings([...known, plugin])
  return { ...queued, gatingPlugin: plugin, unschedulablePlugins }
}
