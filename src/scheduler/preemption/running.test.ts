import { describe, expect, it } from 'vitest'
import type { Pod } from '../framework.ts'
import { pod } from '../plugin-testing.ts'
import { evictionsOf } from './eviction.ts'
import { awaitLast, begin, end, isRunning, noPreemptions } from './running.ts'

const terminating = (name: string): Pod => {
  const deletionTimestamp = '2026-01-01T00:00:30Z'
  return pod(name, {}, { metadata: { name, namespace: 'default', deletionTimestamp } })
}

describe('a preemption whose evictions are being written', () => {
  const started = begin(noPreemptions, 'uid-vip')
  const nearlyDone = awaitLast(started, 'uid-vip', pod('last'))
  const cases = [
    { name: 'has not begun', given: noPreemptions, last: pod('last'), want: false },
    { name: 'has several victims left', given: started, last: terminating('last'), want: true },
    { name: 'has one victim left', given: nearlyDone, last: pod('last'), want: true },
    {
      name: 'sees the last victim terminate',
      given: nearlyDone,
      last: terminating('last'),
      want: false,
    },
    { name: 'sees the last victim gone', given: nearlyDone, last: undefined, want: false },
    { name: 'is over', given: end(nearlyDone, 'uid-vip'), last: pod('last'), want: false },
  ]
  it.each(cases)('$name', ({ given, last, want }) => {
    expect(isRunning(given, 'uid-vip', () => last)).toBe(want)
  })

  it('does not hold up other pods', () => {
    expect(isRunning(started, 'uid-other', () => undefined)).toBe(false)
  })
})

describe('what is written for the victims', () => {
  it('names the scheduler in the condition and the preemptor in the event', () => {
    const [eviction, ...others] = evictionsOf(pod('vip'), 'n1', [terminating('old'), pod('new')])
    expect(others).toEqual([])
    expect(eviction).toMatchObject({
      victim: { metadata: { name: 'new' } },
      condition: {
        reason: 'PreemptionByScheduler',
        message: 'default-scheduler: preempting to accommodate a higher priority pod',
      },
      eventMessage: 'Preempted by pod uid-vip on node n1',
    })
  })
})
