import { describe, expect, it } from 'vitest'
import type { Job } from '../kube/generated/types.ts'
import { formatTime } from '../kube/time.ts'
import { FakeCluster } from './testing.ts'
import { ttlAfterFinished } from './ttl-after-finished.ts'

function cluster(condition: string, ttlSecondsAfterFinished?: number): FakeCluster {
  const fake = new FakeCluster(ttlAfterFinished)
  fake.add<Job>({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'a', namespace: 'ns' },
    spec: {
      template: {},
      ...(ttlSecondsAfterFinished !== undefined && { ttlSecondsAfterFinished }),
    },
    status: {
      conditions: [{ type: condition, status: 'True', lastTransitionTime: formatTime(fake.nowMs) }],
    },
  })
  fake.settle()
  fake.takeTrace()
  return fake
}

describe('time to live of finished jobs', () => {
  it.each(['Complete', 'Failed'])('a %s job goes when its time is over', condition => {
    const fake = cluster(condition, 30)
    expect(fake.later.map(({ delayMs }) => delayMs)).toEqual([30_000])
    fake.nowMs += 30_000
    fake.reconcile(ttlAfterFinished, 'ns/a')
    expect(fake.takeTrace()).toEqual(['delete Job a'])
  })

  it('is asked again when it is woken early', () => {
    const fake = cluster('Complete', 30)
    fake.nowMs += 29_000
    expect(fake.reconcile(ttlAfterFinished, 'ns/a')).toEqual({ requeueAfterMs: 1000 })
    expect(fake.takeTrace()).toEqual([])
  })

  it.each([
    ['without a time to live', 'Complete', undefined],
    ['that has not finished', 'Suspended', 30],
  ] as const)('a job %s stays', (_, condition, ttl) => {
    const fake = cluster(condition, ttl)
    fake.nowMs += 60_000
    fake.reconcile(ttlAfterFinished, 'ns/a')
    expect(fake.takeTrace()).toEqual([])
  })
})
