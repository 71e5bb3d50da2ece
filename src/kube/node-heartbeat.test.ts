import { describe, expect, it } from 'vitest'
import { heartbeatOf, lastRenewalMs, leaseFor } from './node-heartbeat.ts'

describe('lastRenewalMs', () => {
  const cases = [
    {
      name: 'before the first renewal there is none',
      given: [{ fromMs: 100, everyMs: 10 }, 99],
      want: undefined,
    },
    {
      name: 'the first renewal counts at once',
      given: [{ fromMs: 100, everyMs: 10 }, 100],
      want: 100,
    },
    {
      name: 'between two renewals the earlier counts',
      given: [{ fromMs: 100, everyMs: 10 }, 119],
      want: 110,
    },
    {
      name: 'a silent kubelet keeps its last renewal',
      given: [{ fromMs: 100, everyMs: 10, untilMs: 125 }, 900],
      want: 120,
    },
    {
      name: 'a renewal due at the moment of silence is lost',
      given: [{ fromMs: 100, everyMs: 10, untilMs: 120 }, 900],
      want: 110,
    },
  ] as const
  it.each(cases)('$name', ({ given: [heartbeat, now], want }) => {
    expect(lastRenewalMs(heartbeat, now)).toBe(want)
  })
})

describe('leaseFor', () => {
  it('is read back by heartbeatOf', () => {
    for (const heartbeat of [
      { fromMs: 5, everyMs: 7 },
      { fromMs: 5, everyMs: 7, untilMs: 20 },
    ]) {
      expect(heartbeatOf(leaseFor({ name: 'n1', uid: 'u' }, heartbeat))).toEqual(heartbeat)
    }
  })
  it('leaves foreign leases alone', () => {
    expect(
      heartbeatOf({ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: {} }),
    ).toBeUndefined()
  })
})
