// What will happen, ordered by (time, sequence): a binary heap in an array. A fork shares the array
// until one side writes, and then copies it: pointers only, some hundred of them.

/** One future step of one actor. `payload` is immutable data, never a closure. */
export interface PendingEvent {
  readonly atMs: number
  /** Insertion order; breaks ties of time. */
  readonly sequence: number
  /** Index of the actor in the program. */
  readonly actor: number
  readonly payload: unknown
}

function before(a: PendingEvent, b: PendingEvent): boolean {
  return a.atMs === b.atMs ? a.sequence < b.sequence : a.atMs < b.atMs
}

export class EventQueue {
  private heap: PendingEvent[] = []
  private owned = true

  /** An independent copy: neither side sees what the other adds or takes. */
  fork(): EventQueue {
    const copy = new EventQueue()
    copy.heap = this.heap
    copy.owned = false
    this.owned = false
    return copy
  }

  /** Every event in no particular order; to be read only. */
  all(): readonly PendingEvent[] {
    return this.heap
  }

  /** The earliest event, or undefined. */
  first(): PendingEvent | undefined {
    return this.heap[0]
  }

  add(event: PendingEvent): void {
    const heap = this.writable()
    heap.push(event)
    raise(heap, heap.length - 1)
  }

  /** Takes out the event of that sequence number; whether it was there. */
  remove(sequence: number): boolean {
    const at = this.heap.findIndex(event => event.sequence === sequence)
    if (at >= 0) this.removeAt(at)
    return at >= 0
  }

  /** Takes out everything that is planned for an actor, or only what is about `payload`. */
  removeActor(actor: number, payload?: unknown): void {
    const isLeft = (event: PendingEvent): boolean =>
      event.actor !== actor || (payload !== undefined && event.payload !== payload)
    const left = this.heap.filter(isLeft)
    // A sorted array is a heap.
    this.heap = left.sort((a, b) => (before(a, b) ? -1 : 1))
    this.owned = true
  }

  removeFirst(): void {
    if (this.heap.length > 0) this.removeAt(0)
  }

  /** Every event that is due at the earliest time, in sequence order. */
  due(): PendingEvent[] {
    const atMs = this.heap[0]?.atMs
    return this.heap.filter(event => event.atMs === atMs).sort((a, b) => a.sequence - b.sequence)
  }

  /** Every event up to a time, in the order in which they would happen. */
  upTo(atMs: number): PendingEvent[] {
    return this.heap.filter(event => event.atMs <= atMs).sort((a, b) => (before(a, b) ? -1 : 1))
  }

  private removeAt(at: number): void {
    const heap = this.writable()
    const last = heap.pop() as PendingEvent
    if (at === heap.length) return
    heap[at] = last
    raise(heap, at)
    sink(heap, at)
  }

  private writable(): PendingEvent[] {
    if (!this.owned) {
      this.heap = this.heap.slice()
      this.owned = true
    }
    return this.heap
  }
}

function raise(heap: PendingEvent[], from: number): void {
  const event = heap[from] as PendingEvent
  const { atMs, sequence } = event
  let at = from
  while (at > 0) {
    const parent = (at - 1) >> 1
    const above = heap[parent] as PendingEvent
    if (above.atMs < atMs || (above.atMs === atMs && above.sequence < sequence)) break
    heap[at] = above
    at = parent
  }
  heap[at] = event
}

function sink(heap: PendingEvent[], from: number): void {
  const event = heap[from] as PendingEvent
  const { atMs, sequence } = event
  const { length } = heap
  let at = from
  for (;;) {
    let child = 2 * at + 1
    if (child >= length) break
    let below = heap[child] as PendingEvent
    const other = heap[child + 1]
    if (other !== undefined && before(other, below)) {
      child += 1
      below = other
    }
    if (atMs < below.atMs || (atMs === below.atMs && sequence < below.sequence)) break
    heap[at] = below
    at = child
  }
  heap[at] = event
}
