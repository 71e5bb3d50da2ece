// A pod with what the queue remembers about its attempts, and the orders of the sub-queues.
// Upstream: pkg/scheduler/framework/types.go QueuedPodInfo, backend/queue/backoff_queue.go,
// framework/plugins/queuesort/priority_sort.go, v1.36.3.

import type { Pod } from '../framework.ts'

/** Immutable: every change makes a new record, so forks of a queue share all of them. */
export interface QueuedPod {
  readonly pod: Pod
  /** `namespace/name`. */
  readonly key: string
  readonly uid: string
  readonly priority: number
  /** When the pod was last put into the queue by its creation or by a failed attempt. */
  readonly timestampMs: number
  /** Orders equal timestamps by arrival: real clocks have nanoseconds. */
  readonly sequence: number
  readonly attempts: number
  readonly unschedulableCount: number
  readonly consecutiveErrorsCount: number
  /** When the pod first reached the active queue. */
  readonly initialAttemptMs?: number
  /** Names of plugins that rejected the last attempt, sorted. */
  readonly unschedulablePlugins: readonly string[]
  /** Names of plugins that answered Pending, sorted. */
  readonly pendingPlugins: readonly string[]
  /** The plugin that keeps the pod out of the queue; empty when none does. */
  readonly gatingPlugin: string
  readonly wasFlushedFromUnschedulable: boolean
}

/** Durations and gates of the queue; the defaults are those of 1.33 to 1.36. */
export interface QueueOptions {
  readonly podInitialBackoffMs: number
  readonly podMaxBackoffMs: number
  readonly podMaxInUnschedulableMs: number
  /** Gate SchedulerPopFromBackoffQ: an idle scheduler takes pods out of the backoff queue. */
  readonly popFromBackoffQ: boolean
}

export const defaultQueueOptions: QueueOptions = {
  podInitialBackoffMs: 1000,
  podMaxBackoffMs: 10_000,
  podMaxInUnschedulableMs: 300_000,
  popFromBackoffQ: true,
}

/** Width of a window in which pods of the backoff queue are ordered by priority. */
export const backoffWindowMs = 1000

/** The order of the active queue: priority, then time, then arrival. */
export function compareActive(a: QueuedPod, b: QueuedPod): number {
  return b.priority - a.priority || a.timestampMs - b.timestampMs || a.sequence - b.sequence
}

/** The order of unschedulable pods; the real ones have none. */
export function compareArrival(a: QueuedPod, b: QueuedPod): number {
  return a.timestampMs - b.timestampMs || a.sequence - b.sequence
}

/** The order of the backoff queue: end of the back-off, then as the active queue. */
export function compareBackoff(options: QueueOptions): (a: QueuedPod, b: QueuedPod) => number {
  return (a, b) => backoffOrder(a, b, options) || compareActive(a, b)
}

/** The order of the error backoff queue: end of the back-off, then arrival. */
export function compareErrorBackoff(options: QueueOptions): (a: QueuedPod, b: QueuedPod) => number {
  return (a, b) => backoffOrder(a, b, options) || a.sequence - b.sequence
}

function backoffOrder(a: QueuedPod, b: QueuedPod, options: QueueOptions): number {
  const first = backoffEndMs(a, options)
  const second = backoffEndMs(b, options)
  return first < second ? -1 : first > second ? 1 : 0
}

/** When the pod's back-off ends (start of its window); minus infinity when it has none. */
export function backoffEndMs(queued: QueuedPod, options: QueueOptions): number {
  const { unschedulableCount, consecutiveErrorsCount } = queued
  const count = consecutiveErrorsCount > 0 ? consecutiveErrorsCount : unschedulableCount
  if (options.podMaxBackoffMs === 0 || count === 0) return Number.NEGATIVE_INFINITY
  return alignToWindow(queued.timestampMs + backoffDurationMs(count, options), options)
}

/** 1 s, 2 s, 4 s, 8 s, then 10 s with the default options. */
export function backoffDurationMs(count: number, options: QueueOptions): number {
  const factor = 2 ** (count - 1)
  if (options.podInitialBackoffMs > options.podMaxBackoffMs / factor) return options.podMaxBackoffMs
  return options.podInitialBackoffMs * factor
}

/** The start of the window of a moment. */
export function alignToWindow(ms: number, options: QueueOptions): number {
  return options.popFromBackoffQ ? Math.floor(ms / backoffWindowMs) * backoffWindowMs : ms
}

/** Whether the pod must still wait; a back-off that ends in the current window still counts. */
export function isBackingOff(queued: QueuedPod, nowMs: number, options: QueueOptions): boolean {
  return backoffEndMs(queued, options) >= alignToWindow(nowMs, options)
}

/** Whether no plugin is known to have rejected the pod: its last attempt ended with an error. */
export function hasNoRejector(queued: QueuedPod): boolean {
  return queued.unschedulablePlugins.length === 0 && queued.pendingPlugins.length === 0
}
