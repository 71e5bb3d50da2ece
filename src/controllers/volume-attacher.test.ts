import { describe, expect, it } from 'vitest'
import type { VolumeAttachment } from '../kube/generated/types.ts'
import { FakeCluster } from './testing.ts'
import { volumeAttacher } from './volume-attacher.ts'

function cluster(attached: boolean): FakeCluster {
  const fake = new FakeCluster(volumeAttacher)
  fake.add<VolumeAttachment>({
    apiVersion: 'storage.k8s.io/v1',
    kind: 'VolumeAttachment',
    metadata: { name: 'a' },
    spec: { attacher: 'x', nodeName: 'n1', source: { persistentVolumeName: 'v' } },
    status: { attached },
  })
  fake.settle()
  fake.takeTrace()
  return fake
}

describe('volume attacher', () => {
  it('takes a second', () => {
    const fake = cluster(false)
    fake.nowMs += 999
    expect(fake.reconcile(volumeAttacher, 'a')).toEqual({ requeueAfterMs: 1 })
    fake.nowMs += 1
    fake.reconcile(volumeAttacher, 'a')
    expect(fake.takeTrace()).toEqual(['patch VolumeAttachment a'])
  })

  it('leaves alone what is attached', () => {
    const fake = cluster(true)
    fake.nowMs += 1000
    fake.reconcile(volumeAttacher, 'a')
    expect(fake.takeTrace()).toEqual([])
  })
})
