// The four places where a waiting pod can be, each pod in one of them.

import { assert } from '../../base/assert.ts'
import { LayeredMap } from '../../base/layered-map.ts'
import { OrderedList, type Compare } from './ordered-list.ts'
import {
  compareActive,
  compareArrival,
  compareBackoff,
  compareErrorBackoff,
  type QueuedPod,
  type QueueOptions,
} from './queued-pod.ts'

export type Place = 'active' | 'backoff' | 'errorBackoff' | 'unschedulable'

export interface Placed {
  readonly place: Place
  readonly queued: QueuedPod
}

/** One sorted list per place and a map by key over all of them. */
export class SubQueues {
  private readonly options: QueueOptions
  private readonly orders: Readonly<Record<Place, Compare<QueuedPod>>>
  private placed = new LayeredMap<Placed>()
  private lists: Readonly<Record<Place, OrderedList<QueuedPod>>>

  constructor(options: QueueOptions, from?: SubQueues) {
    this.options = options
    this.orders = from?.orders ?? {
      active: compareActive,
      backoff: compareBackoff(options),
      errorBackoff: compareErrorBackoff(options),
      unschedulable: compareArrival,
    }
    if (from !== undefined) this.placed = from.placed.fork()
    const list = (place: Place): OrderedList<QueuedPod> =>
      from === undefined ? new OrderedList<QueuedPod>() : from.lists[place].fork()
    this.lists = {
      active: list('active'),
      backoff: list('backoff'),
      errorBackoff: list('errorBackoff'),
      unschedulable: list('unschedulable'),
    }
  }

  fork(): SubQueues {
    return new SubQueues(this.options, this)
  }

  get(key: string): Placed | undefined {
    return this.placed.get(key)
  }

  /** Moves or adds the pod to a place. */
  put(place: Place, queued: QueuedPod): void {
    this.remove(queued.key)
    this.placed.set(queued.key, { place, queued })
    this.lists[place].insert(queued, this.orders[place])
  }

  /** Takes the pod out of wherever it is. */
  remove(key: string): Placed | undefined {
    const placed = this.placed.get(key)
    if (placed === undefined) return undefined
    this.placed.delete(key)
    const removed = this.lists[placed.place].remove(placed.queued, this.orders[placed.place])
    assert(removed, 'a placed pod is in the list of its place')
    return placed
  }

  first(place: Place): QueuedPod | undefined {
    return this.lists[place].first()
  }

  /** The pods of a place in its own order, unschedulable ones by the time of their last attempt. */
  pods(place: Place): readonly QueuedPod[] {
    return this.lists[place].values()
  }
}
