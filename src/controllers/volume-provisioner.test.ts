import { describe, expect, it } from 'vitest'
import type {
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  StorageClass,
} from '../kube/generated/types.ts'
import { FakeCluster } from './testing.ts'
import { volumeProvisioner } from './volume-provisioner.ts'

function cluster(provisioner: string, annotations: Record<string, string>): FakeCluster {
  const fake = new FakeCluster(volumeProvisioner)
  const labels = { 'kubernetes.io/hostname': 'n1', 'topology.kubernetes.io/zone': 'a' }
  fake.add<Node>({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1', labels } })
  const metadata = { name: 'fast' }
  fake.add<StorageClass>({
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata,
    provisioner,
  })
  fake.add<PersistentVolumeClaim>({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'data', namespace: 'ns', annotations },
    spec: {
      storageClassName: 'fast',
      accessModes: ['ReadWriteOnce'],
      resources: { requests: { storage: '1Gi' } },
    },
  })
  fake.settle()
  fake.takeTrace()
  return fake
}

const asked = { 'volume.kubernetes.io/storage-provisioner': 'x' }
const chosen = { ...asked, 'volume.kubernetes.io/selected-node': 'n1' }

function volumes(fake: FakeCluster): PersistentVolume[] {
  fake.nowMs += 1000
  fake.reconcile(volumeProvisioner, 'ns/data')
  return fake.list<PersistentVolume>('PersistentVolume')
}

describe('volume provisioner', () => {
  const cases = [
    {
      name: 'without a chosen node the volume is reachable from everywhere',
      given: ['csi.x', asked],
      want: undefined,
    },
    {
      name: 'else from the zone of the node',
      given: ['csi.x', chosen],
      want: ['topology.kubernetes.io/zone', 'a'],
    },
    {
      name: 'a local provisioner ties it to the node',
      given: ['rancher.io/local-path', chosen],
      want: ['kubernetes.io/hostname', 'n1'],
    },
  ] as const
  it.each(cases)('$name', ({ given: [provisioner, annotations], want }) => {
    const [volume] = volumes(cluster(provisioner, annotations))
    const [term] = volume?.spec?.nodeAffinity?.required?.nodeSelectorTerms ?? []
    const found = term?.matchExpressions?.map(({ key, values = [] }) => [key, values[0]])[0]
    expect(found).toEqual(want)
    expect(volume?.spec?.claimRef).toMatchObject({ namespace: 'ns', name: 'data' })
    expect(volume?.spec?.capacity).toEqual({ storage: '1Gi' })
  })

  it('takes a second', () => {
    const fake = cluster('csi.x', asked)
    expect(fake.list('PersistentVolume')).toEqual([])
    expect(fake.later).toEqual([
      { controller: 'volume-provisioner', key: 'ns/data', delayMs: 1000 },
    ])
  })

  it('does nothing for a claim that asks no one', () => {
    expect(volumes(cluster('csi.x', {}))).toEqual([])
  })

  it('deletes a released volume of its own', () => {
    const fake = cluster('csi.x', asked)
    const [volume] = volumes(fake)
    const name = volume?.metadata.name ?? ''
    fake.change<PersistentVolume>('PersistentVolume', name, before => ({
      ...before,
      status: { phase: 'Released' },
    }))
    fake.settle()
    fake.nowMs += 1000
    fake.reconcile(volumeProvisioner, `volume:${name}`)
    expect(fake.list('PersistentVolume')).toEqual([])
  })
})
