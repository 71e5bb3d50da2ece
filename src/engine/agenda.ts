// What is planned in a World: events that must happen, and those that only stand in the calendar.

import { EventQueue, type PendingEvent } from './event-queue.ts'

export class Agenda {
  readonly queue: EventQueue
  /** What stands on the calendar: due like anything else, but no reason to go on. */
  readonly standing: EventQueue
  private sequence: number

  constructor(from?: Agenda) {
    this.queue = from?.queue.fork() ?? new EventQueue()
    this.standing = from?.standing.fork() ?? new EventQueue()
    this.sequence = from?.sequence ?? 0
  }

  /** An independent copy: neither side sees what the other plans. */
  fork(): Agenda {
    return new Agenda(this)
  }

  /** An event with a number of its own, not planned yet. */
  event(actor: number, atMs: number, payload: unknown): PendingEvent {
    const { sequence } = this
    this.sequence += 1
    return { atMs, sequence, actor, payload }
  }

  /** Plans an event; returns its number. */
  plan(actor: number, atMs: number, payload: unknown, standing = false): number {
    const event = this.event(actor, atMs, payload)
    if (standing) this.standing.add(event)
    else this.queue.add(event)
    return event.sequence
  }

  /** Takes out the event of that number; whether it was planned still. */
  cancel(sequence: number): boolean {
    return this.queue.remove(sequence) || this.standing.remove(sequence)
  }

  /** Takes out everything that is planned for an actor, or only what is about `payload`. */
  forget(actor: number, payload?: unknown): void {
    this.queue.removeActor(actor, payload)
    this.standing.removeActor(actor, payload)
  }

  /** What is due first; of what stands only where it `counts`, or comes before the rest. */
  next(counts: boolean): PendingEvent | undefined {
    const first = this.queue.first()
    const other = this.standing.first()
    if (other === undefined || (first === undefined && !counts)) return first
    if (first === undefined || other.atMs < first.atMs) return other
    return other.atMs === first.atMs && other.sequence < first.sequence ? other : first
  }

  /** Something that stood on the calendar has to happen once its time has come. */
  begin(first: PendingEvent): void {
    if (first !== this.standing.first()) return
    this.standing.removeFirst()
    this.queue.add(first)
  }
}
