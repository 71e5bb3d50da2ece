import fc from 'fast-check'
import { expect, it } from 'vitest'
import {
  earliest,
  type EventQueue,
  inserted,
  runnable,
  without,
  withoutEarliest,
} from './event-queue.ts'

function queueOf(times: readonly number[]): EventQueue {
  let queue: EventQueue
  times.forEach((atMs, sequence) => {
    queue = inserted(queue, { atMs, sequence, actor: 0, payload: undefined })
  })
  return queue
}

function drained(from: EventQueue): string[] {
  const order: string[] = []
  for (let queue = from; queue !== undefined; queue = withoutEarliest(queue)) {
    order.push(`${earliest(queue)?.atMs}/${earliest(queue)?.sequence}`)
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

it('removes one event by sequence and leaves the original queue as it was', () => {
  fc.assert(
    fc.property(times, fc.nat({ max: 70 }), (list, sequence) => {
      const queue = queueOf(list)
      const before = drained(queue)
      const rest = drained(without(queue, sequence))
      expect(rest).toEqual(before.filter(text => !text.endsWith(`/${sequence}`)))
      expect(drained(queue)).toEqual(before)
    }),
  )
})

it('names everything that is due at the earliest time', () => {
  fc.assert(
    fc.property(times, list => {
      const least = Math.min(...list)
      const due = list.flatMap((atMs, sequence) => (atMs === least ? [sequence] : []))
      expect(runnable(queueOf(list)).map(({ sequence }) => sequence)).toEqual(due)
    }),
  )
})
