// Scenarios of the controllers that protect claims and volumes in use.

import { describe, expect, it } from 'vitest'
import type { PersistentVolume, PersistentVolumeClaim, Pod } from '../kube/generated/types.ts'
import { FakeCluster } from './testing.ts'
import { claimProtection, volumeProtection } from './volume-protection.ts'

const deletionTimestamp = '2026-01-01T00:00:00Z'

function claim(): PersistentVolumeClaim {
  const finalizers = ['kubernetes.io/pvc-protection']
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'data', namespace: 'default', deletionTimestamp, finalizers },
  }
}

function pod(nodeName: string): Pod {
  const volumes = [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }]
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'db', namespace: 'default' },
    spec: { containers: [], volumes, nodeName },
  }
}

function finalizers(fake: FakeCluster): readonly string[] {
  return fake.get('PersistentVolumeClaim', 'default/data')?.metadata.finalizers ?? []
}

describe('a claim that is being deleted', () => {
  it('stays while a pod on a node uses it and goes with that pod', () => {
    const fake = new FakeCluster(claimProtection)
    fake.add(pod('n1'))
    fake.add(claim())
    fake.settle()
    expect(finalizers(fake)).toHaveLength(1)
    fake.remove('Pod', 'default/db')
    fake.settle()
    expect(finalizers(fake)).toEqual([])
  })

  it('goes although a pod without a node names it', () => {
    const fake = new FakeCluster(claimProtection)
    fake.add(pod(''))
    fake.add(claim())
    fake.settle()
    expect(finalizers(fake)).toEqual([])
  })
})

describe('a volume that is being deleted', () => {
  it.each([
    { phase: 'Bound', want: ['kubernetes.io/pv-protection'] },
    { phase: 'Released', want: [] },
  ])('in phase $phase keeps the finalizers $want', ({ phase, want }) => {
    const fake = new FakeCluster(volumeProtection)
    const metadata = { name: 'lv', deletionTimestamp, finalizers: ['kubernetes.io/pv-protection'] }
    fake.add<PersistentVolume>({
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata,
      status: { phase },
    })
    fake.settle()
    expect(fake.get('PersistentVolume', 'lv')?.metadata.finalizers ?? []).toEqual(want)
  })
})
