import fc from 'fast-check'
import { expect, it } from 'vitest'
import { EventQueue } from './event-queue.ts'

function queueOf(times: readonly number[]): EventQueue {
  const queue = new EventQueue()
  times.forEach((atMs, sequence) => {
    queue.add({ atMs, sequence, actor: 0, payload: undefined })
  })
  return queue
}

/** What the queue would give, one after the other; the queue itself stays as it is. */
function drained(queue: EventQueue): string[] {
  const copy = queue.fork()
  const order: string[] = []
  for (let next = copy.first(); next !== undefined; next = copy.first()) {
    order.push(`${next.atMs}/${next.sequence}`)
    copy.removeFirst()
  }
  return order
}

const times = fc.array(fc.nat({ max: 20 }), { maxLength: 60 })

it('gives events by time, then by insertion, like a sorted list', () => {
  fc.assert(
    fc.property(times, list => {
      const sorted = list
        .map((atMs, sequence) => ({ atMs, sequence }))
        .sort((a, b) => a.atMs - b.atMs || a.sequence - b.sequence)
      expect(drained(queueOf(list))).toEqual(sorted.map(e => `${e.atMs}/${e.sequence}`))
    }),
  )
})

it('removes one event by sequence; the queue that it was forked from keeps it', () => {
  fc.assert(
    fc.property(times, fc.nat({ max: 70 }), (list, sequence) => {
      const queue = queueOf(list)
      const before = drained(queue)
      const fork = queue.fork()
      fork.remove(sequence)
      expect(drained(fork)).toEqual(before.filter(text => !text.endsWith(`/${sequence}`)))
      expect(drained(queue)).toEqual(before)
      fork.add({ atMs: 5, sequence: 1000, actor: 0, payload: undefined })
      queue.remove(sequence)
      expect(drained(queue)).toEqual(before.filter(text => !text.endsWith(`/${sequence}`)))
    }),
  )
})

it('names everything that is due at the earliest time', () => {
  fc.assert(
    fc.property(times, list => {
      const least = Math.min(...list)
      const due = list.flatMap((atMs, sequence) => (atMs === least ? [sequence] : []))
      expect(
        queueOf(list)
          .due()
          .map(({ sequence }) => sequence),
      ).toEqual(due)
    }),
  )
})
