// The scheduler's state and what one turn of it works with.

import type { Forkable, Turn } from '../engine/actor.ts'
import type { Batch } from './batching.ts'
import { AssumedObjects } from './assumed-objects.ts'
import type { SchedulerCache } from './cache.ts'
import type { SchedulingEngine } from './engine.ts'
import type { SchedulerFeatures } from './features.ts'
import type { Pod, SchedulerListers } from './framework.ts'
import type { Profile } from './profile.ts'
import type { QueuedPod, QueueOptions } from './queue/queued-pod.ts'
import type { QueueMoment, SchedulingQueue } from './queue/scheduling-queue.ts'

export const schedulerName = 'default-scheduler'

/** A pod that waits for its volumes before it can be bound. */
interface WaitingBind {
  readonly popped: QueuedPod
  readonly node: string
}

export class SchedulerState implements Forkable {
  readonly cache: SchedulerCache
  readonly queue: SchedulingQueue
  readonly waiting: Map<string, WaitingBind>
  /** What this scheduler wrote and its informer does not show yet. */
  assumed = new AssumedObjects()
  nextStartNodeIndex = 0
  /** Attempts so far. */
  cycles = 0
  /** By profile; replaced, never changed. */
  batches: ReadonlyMap<string, Batch> = new Map()
  /** When something last changed that an attempt could depend on. */
  lastChangeMs = 0
  /** Time of the wake that is planned, or -1. */
  wakeAtMs = -1

  constructor(cache: SchedulerCache, queue: SchedulingQueue, waiting: Map<string, WaitingBind>) {
    this.cache = cache
    this.queue = queue
    this.waiting = waiting
  }

  fork(): this {
    const copy = new SchedulerState(this.cache.fork(), this.queue.fork(), new Map(this.waiting))
    copy.assumed = this.assumed.fork()
    copy.nextStartNodeIndex = this.nextStartNodeIndex
    copy.cycles = this.cycles
    copy.batches = this.batches
    copy.lastChangeMs = this.lastChangeMs
    copy.wakeAtMs = this.wakeAtMs
    return copy as this
  }
}

/** What distinguishes two states of a scheduler: what it knows beyond what it was told. */
export function schedulerIdentity(state: SchedulerState): unknown {
  const { cache, queue, waiting, nextStartNodeIndex, lastChangeMs, wakeAtMs } = state
  const waits = [...waiting].map(([uid, { node }]) => [uid, node])
  const moments = [nextStartNodeIndex, lastChangeMs, wakeAtMs]
  const batches = [...state.batches]
  return [cache.assumedPods(), queue.identity(), waits, state.assumed.all(), moments, batches]
}

export interface SchedulerOptions {
  /** How the component is called; its first profile when absent. */
  readonly name?: string
  /** Pods choose one by its `schedulerName`; at least one. */
  readonly profiles: readonly Profile[]
  readonly features: SchedulerFeatures
  readonly queue?: QueueOptions
  /** What decides; the fast engine when absent. */
  readonly engine?: SchedulingEngine
  /** The node to take when it is among equal ones: how a replay follows a recorded placement. */
  readonly preferNode?: (pod: Pod) => string | undefined
}

/** The name by which a pod asks for its scheduler. */
export function schedulerOf({ spec }: Pod): string {
  return spec?.schedulerName ?? schedulerName
}

/** Everything one turn of the scheduler needs; `at` is what the queue may look at. */
export interface SchedulerTurn {
  readonly turn: Turn
  readonly state: SchedulerState
  readonly options: SchedulerOptions
  /** The profile of a pod that this scheduler is responsible for. */
  readonly profileOf: (pod: Pod) => Profile
  readonly engine: SchedulingEngine
  readonly listers: SchedulerListers
  readonly at: QueueMoment
}
