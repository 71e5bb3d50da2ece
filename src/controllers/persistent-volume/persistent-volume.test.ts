// Scenarios of the volume binder.

import { describe, expect, it } from 'vitest'
import type {
  PersistentVolume,
  PersistentVolumeClaim,
  StorageClass,
} from '../../kube/generated/types.ts'
import { FakeCluster } from '../testing.ts'
import { persistentVolume } from './persistent-volume.ts'

type Fields = Readonly<Record<string, unknown>>

function storageClass(name: string, provisioner: string, mode: string): StorageClass {
  const metadata = { name }
  return {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata,
    provisioner,
    volumeBindingMode: mode,
  }
}

function volume(name: string, size: string, spec: Fields = {}): PersistentVolume {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name },
    spec: { capacity: { storage: size }, accessModes: ['ReadWriteOnce'], ...spec },
  } as PersistentVolume
}

function claim(size: string, spec: Fields = {}): PersistentVolumeClaim {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'data', namespace: 'default' },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: size } }, ...spec },
    status: { phase: 'Pending' },
  } as PersistentVolumeClaim
}

/** Lets the time pass that keys wait for. */
function settle(fake: FakeCluster): void {
  fake.settle()
  for (const { key } of fake.later.splice(0)) fake.reconcile(persistentVolume, key)
  fake.settle()
}

function phases(fake: FakeCluster): Record<string, string | undefined> {
  const volumes = fake.list<PersistentVolume>('PersistentVolume')
  const claims = fake.list<PersistentVolumeClaim>('PersistentVolumeClaim')
  return Object.fromEntries(
    [...volumes, ...claims].map(({ metadata, status }) => [metadata.name, status?.phase]),
  )
}

describe('the volume binder', () => {
  it('gives a claim the smallest volume that fits', () => {
    const fake = new FakeCluster(persistentVolume)
    for (const [name, size] of [
      ['big', '10Gi'],
      ['fits', '2Gi'],
      ['small', '512Mi'],
    ] as const) {
      fake.add(volume(name, size))
    }
    settle(fake)
    fake.add(claim('1Gi'))
    settle(fake)
    expect(phases(fake)).toEqual({
      big: 'Available',
      data: 'Bound',
      fits: 'Bound',
      small: 'Available',
    })
    const bound = fake.get<PersistentVolumeClaim>('PersistentVolumeClaim', 'default/data')
    expect(bound?.spec?.volumeName).toBe('fits')
    expect(bound?.status?.capacity).toEqual({ storage: '2Gi' })
    expect(bound?.metadata.annotations).toEqual({
      'pv.kubernetes.io/bind-completed': 'yes',
      'pv.kubernetes.io/bound-by-controller': 'yes',
    })
  })

  it('leaves a claim that binds late to the scheduler, then finishes what it began', () => {
    const fake = new FakeCluster(persistentVolume)
    fake.add(storageClass('local', 'kubernetes.io/no-provisioner', 'WaitForFirstConsumer'))
    fake.add(volume('lv', '10Gi', { storageClassName: 'local' }))
    const stored = fake.add(claim('1Gi', { storageClassName: 'local' }))
    settle(fake)
    expect(fake.trace).toContain(
      'Normal WaitForFirstConsumer: waiting for first consumer to be created before binding',
    )
    expect(phases(fake)).toEqual({ data: 'Pending', lv: 'Available' })
    const { uid = '' } = stored.metadata
    fake.change<PersistentVolume>('PersistentVolume', 'lv', before => ({
      ...before,
      spec: { ...before.spec, claimRef: { namespace: 'default', name: 'data', uid } },
    }))
    settle(fake)
    expect(phases(fake)).toEqual({ data: 'Bound', lv: 'Bound' })
  })

  it('asks the provisioner of the class and says that it waits', () => {
    const fake = new FakeCluster(persistentVolume)
    fake.add(storageClass('fast', 'csi.example.com', 'Immediate'))
    fake.add(claim('1Gi', { storageClassName: 'fast' }))
    settle(fake)
    const metadata = fake.get('PersistentVolumeClaim', 'default/data')?.metadata
    expect(metadata?.annotations?.['volume.kubernetes.io/storage-provisioner']).toBe(
      'csi.example.com',
    )
    expect(fake.trace.some(line => line.startsWith('Normal ExternalProvisioning'))).toBe(true)
  })

  it('refuses a requested volume that is too small', () => {
    const fake = new FakeCluster(persistentVolume)
    fake.add(volume('lv', '1Gi'))
    fake.add(claim('2Gi', { volumeName: 'lv' }))
    settle(fake)
    expect(fake.trace).toContain(
      'Warning VolumeMismatch: Cannot bind to requested volume "lv": requested PV is too small',
    )
    expect(phases(fake)).toEqual({ data: 'Pending', lv: 'Available' })
  })

  it('releases a volume whose claim is gone', () => {
    const fake = new FakeCluster(persistentVolume)
    fake.add(volume('lv', '1Gi', { persistentVolumeReclaimPolicy: 'Retain' }))
    settle(fake)
    fake.add(claim('1Gi'))
    settle(fake)
    fake.remove('PersistentVolumeClaim', 'default/data')
    settle(fake)
    expect(phases(fake)).toEqual({ lv: 'Released' })
  })

  it('looks again at unbound claims at the next tick after a volume came free', () => {
    const fake = new FakeCluster(persistentVolume)
    fake.add(claim('1Gi'))
    settle(fake)
    fake.nowMs += 4_000
    fake.add(volume('lv', '1Gi'))
    fake.settle()
    expect(fake.later).toContainEqual({
      controller: persistentVolume.name,
      key: 'claim/default/data',
      delayMs: 11_000,
    })
  })
})
