// What will happen, ordered by (time, sequence): an immutable leftist heap, so a fork shares it.
// Okasaki, Purely Functional Data Structures, section 3.1.

/** One future step of one actor. `payload` is immutable data, never a closure. */
export interface PendingEvent {
  readonly atMs: number
  /** Insertion order; breaks ties of time. */
  readonly sequence: number
  /** Index of the actor in the program. */
  readonly actor: number
  readonly payload: unknown
}

interface Node {
  readonly event: PendingEvent
  readonly rank: number
  readonly left: Node | undefined
  readonly right: Node | undefined
}

/** An immutable queue; undefined is the empty one. */
export type EventQueue = Node | undefined

function before(a: PendingEvent, b: PendingEvent): boolean {
  return a.atMs === b.atMs ? a.sequence < b.sequence : a.atMs < b.atMs
}

function make(event: PendingEvent, a: EventQueue, b: EventQueue): Node {
  const rankA = a?.rank ?? 0
  const rankB = b?.rank ?? 0
  return rankA >= rankB
    ? { event, rank: rankB + 1, left: a, right: b }
    : { event, rank: rankA + 1, left: b, right: a }
}

function merge(a: EventQueue, b: EventQueue): EventQueue {
  if (a === undefined) return b
  if (b === undefined) return a
  return before(a.event, b.event)
    ? make(a.event, a.left, merge(a.right, b))
    : make(b.event, b.left, merge(a, b.right))
}

/** The queue with one more event. */
export function inserted(queue: EventQueue, event: PendingEvent): Node {
  return merge(queue, { event, rank: 1, left: undefined, right: undefined }) as Node
}

/** The earliest event, or undefined. */
export function earliest(queue: EventQueue): PendingEvent | undefined {
  return queue?.event
}

/** The queue without its earliest event. */
export function withoutEarliest(queue: EventQueue): EventQueue {
  return queue === undefined ? undefined : merge(queue.left, queue.right)
}

/** The queue without the event of that sequence number. */
export function without(queue: EventQueue, sequence: number): EventQueue {
  if (queue === undefined) return undefined
  if (queue.event.sequence === sequence) return merge(queue.left, queue.right)
  const left = without(queue.left, sequence)
  if (left !== queue.left) return make(queue.event, left, queue.right)
  const right = without(queue.right, sequence)
  return right === queue.right ? queue : make(queue.event, queue.left, right)
}

/** Every event that is due at the earliest time, in sequence order. */
export function runnable(queue: EventQueue): PendingEvent[] {
  if (queue === undefined) return []
  const atMs = queue.event.atMs
  const due: PendingEvent[] = []
  collect(queue, atMs, due)
  return due.sort((a, b) => a.sequence - b.sequence)
}

function collect(queue: EventQueue, atMs: number, due: PendingEvent[]): void {
  if (queue === undefined || queue.event.atMs > atMs) return
  due.push(queue.event)
  collect(queue.left, atMs, due)
  collect(queue.right, atMs, due)
}
