// Scenarios of the StatefulSet controller.

import { describe, expect, it } from 'vitest'
import type { Pod, PersistentVolumeClaim, StatefulSet } from '../../kube/generated/types.ts'
import { FakeCluster } from '../testing.ts'
import { namePartsOf } from './identity.ts'
import { statefulSet } from './stateful-set.ts'

type Fields = Readonly<Record<string, unknown>>

function db(replicas: number, spec: Fields = {}): StatefulSet {
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'db', namespace: 'default' },
    spec: {
      replicas,
      serviceName: 'db',
      selector: { matchLabels: { app: 'db' } },
      podManagementPolicy: 'OrderedReady',
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
      revisionHistoryLimit: 10,
      template: {
        metadata: { labels: { app: 'db' } },
        spec: { containers: [{ name: 'main', image: 'db:1' }] },
      },
      ...spec,
    },
  } as unknown as StatefulSet
}

const claimTemplate = {
  metadata: { name: 'data' },
  spec: { accessModes: ['ReadWriteOnce'] },
}

function setSpec(fake: FakeCluster, spec: Fields): void {
  fake.change<StatefulSet>('StatefulSet', 'default/db', before => ({
    ...before,
    spec: { ...before.spec, ...spec } as unknown as NonNullable<StatefulSet['spec']>,
  }))
}

function template(image: string): Fields {
  const metadata = { labels: { app: 'db' } }
  return { template: { metadata, spec: { containers: [{ name: 'main', image }] } } }
}

function setPhase(fake: FakeCluster, name: string, phase: string): void {
  const ready = phase === 'Running' ? 'True' : 'False'
  fake.change<Pod>('Pod', `default/${name}`, before => ({
    ...before,
    spec: { ...before.spec, nodeName: 'n1' } as NonNullable<Pod['spec']>,
    status: {
      phase,
      conditions: [{ type: 'Ready', status: ready, lastTransitionTime: '2026-01-01T00:00:00Z' }],
    } as NonNullable<Pod['status']>,
  }))
}

function names(fake: FakeCluster): (string | undefined)[] {
  return fake.list<Pod>('Pod').map(({ metadata }) => metadata.name)
}

/** One round: pods that are being deleted go, pods that are pending run. */
function runPods(fake: FakeCluster): void {
  for (const pod of fake.list<Pod>('Pod')) {
    const { name = '', deletionTimestamp } = pod.metadata
    if (deletionTimestamp !== undefined) fake.remove('Pod', `default/${name}`)
    else if (pod.status?.phase === 'Pending') setPhase(fake, name, 'Running')
  }
}

function rollOut(fake: FakeCluster, rounds = 12): void {
  for (let round = 0; round < rounds; round++) {
    fake.settle()
    runPods(fake)
  }
  fake.settle()
}

function statusOf(fake: FakeCluster) {
  return fake.get<StatefulSet>('StatefulSet', 'default/db')?.status
}

function images(fake: FakeCluster): (string | undefined)[] {
  return fake.list<Pod>('Pod').map(pod => pod.spec?.containers[0]?.image)
}

function podWrites(fake: FakeCluster): string[] {
  return fake.takeTrace().filter(line => / Pod db-/.test(line) && !line.startsWith('Normal'))
}

describe('the name of a pod', () => {
  it.each([
    { name: 'db-0', want: { parent: 'db', ordinal: 0 } },
    { name: 'db-a-12', want: { parent: 'db-a', ordinal: 12 } },
    { name: 'db', want: { parent: '', ordinal: -1 } },
    { name: 'db-x', want: { parent: '', ordinal: -1 } },
    { name: 'db-99999999999', want: { parent: 'db', ordinal: -1 } },
  ])('$name has its parent and ordinal', ({ name, want }) => {
    expect(namePartsOf({ apiVersion: 'v1', kind: 'Pod', metadata: { name } })).toEqual(want)
  })
})

describe('an ordered StatefulSet', () => {
  it('creates the next pod when the one before is ready', () => {
    const fake = new FakeCluster(statefulSet)
    fake.add(db(2))
    fake.settle()
    expect(names(fake)).toEqual(['db-0'])
    expect(fake.trace).toContain(
      'Normal SuccessfulCreate: Create Pod db-0 in StatefulSet db successful',
    )
    setPhase(fake, 'db-0', 'Running')
    fake.settle()
    expect(names(fake)).toEqual(['db-0', 'db-1'])
    const { metadata, spec } = fake.get<Pod>('Pod', 'default/db-1') as Pod
    expect(metadata.labels).toEqual({
      app: 'db',
      'apps.kubernetes.io/pod-index': '1',
      'controller-revision-hash': statusOf(fake)?.updateRevision,
      'statefulset.kubernetes.io/pod-name': 'db-1',
    })
    expect(spec).toMatchObject({ hostname: 'db-1', subdomain: 'db' })
  })

  it('names its revision after the template', () => {
    const fake = new FakeCluster(statefulSet)
    fake.add(db(1))
    fake.settle()
    const [revision] = fake.list('ControllerRevision')
    const hash = revision?.metadata.labels?.['controller.kubernetes.io/hash']
    expect(revision?.metadata.name).toBe(`db-${hash}`)
    expect(revision?.['revision']).toBe(1)
    expect(statusOf(fake)).toEqual({
      observedGeneration: 1,
      replicas: 1,
      currentReplicas: 1,
      updatedReplicas: 1,
      currentRevision: `db-${hash}`,
      updateRevision: `db-${hash}`,
      collisionCount: 0,
      availableReplicas: 0,
    })
  })

  it('rolls from the highest ordinal down and ends with one current revision', () => {
    const fake = new FakeCluster(statefulSet)
    fake.add(db(3))
    rollOut(fake)
    fake.takeTrace()
    setSpec(fake, template('db:2'))
    rollOut(fake)
    expect(podWrites(fake)).toEqual([
      'delete Pod db-2',
      'create Pod db-2',
      'delete Pod db-1',
      'create Pod db-1',
      'delete Pod db-0',
      'create Pod db-0',
    ])
    expect(images(fake)).toEqual(['db:2', 'db:2', 'db:2'])
    expect(statusOf(fake)?.currentRevision).toBe(statusOf(fake)?.updateRevision)
  })

  it('leaves ordinals below the partition alone, also when they are born again', () => {
    const fake = new FakeCluster(statefulSet)
    fake.add(db(3))
    rollOut(fake)
    setSpec(fake, {
      ...template('db:2'),
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 2 } },
    })
    rollOut(fake)
    fake.remove('Pod', 'default/db-0')
    rollOut(fake)
    expect(images(fake)).toEqual(['db:1', 'db:1', 'db:2'])
    expect(statusOf(fake)).toMatchObject({ currentReplicas: 2, updatedReplicas: 1 })
  })

  it('with a pending ordinal replaces no pod, not even the pending one', () => {
    const fake = new FakeCluster(statefulSet)
    fake.add(db(2))
    fake.settle()
    setPhase(fake, 'db-0', 'Running')
    fake.settle()
    fake.takeTrace()
    setSpec(fake, template('db:2'))
    fake.settle()
    expect(podWrites(fake)).toEqual([])
    expect(images(fake)).toEqual(['db:1', 'db:1'])
  })

  it('scales down one at a time, highest first, and waits for each to go', () => {
    const fake = new FakeCluster(statefulSet)
    fake.add(db(3))
    rollOut(fake)
    fake.takeTrace()
    setSpec(fake, { replicas: 1 })
    fake.settle()
    expect(podWrites(fake)).toEqual(['delete Pod db-2'])
    rollOut(fake)
    expect(names(fake)).toEqual(['db-0'])
  })

  it('deletes a failed pod and bears it again under the same name', () => {
    const fake = new FakeCluster(statefulSet)
    fake.add(db(1))
    rollOut(fake)
    fake.takeTrace()
    setPhase(fake, 'db-0', 'Failed')
    fake.settle()
    expect(podWrites(fake)).toEqual(['delete Pod db-0'])
    rollOut(fake)
    expect(fake.get<Pod>('Pod', 'default/db-0')?.status?.phase).toBe('Running')
  })

  it('goes back to an old template by giving its revision the highest number', () => {
    const fake = new FakeCluster(statefulSet)
    fake.add(db(1))
    rollOut(fake)
    setSpec(fake, template('db:2'))
    rollOut(fake)
    setSpec(fake, template('db:1'))
    rollOut(fake)
    const numbers = fake.list('ControllerRevision').map(revision => revision['revision'])
    expect([...numbers].sort()).toEqual([2, 3])
    expect(images(fake)).toEqual(['db:1'])
  })

  it('keeps only as many old revisions as the history limit says', () => {
    const fake = new FakeCluster(statefulSet)
    fake.add(db(1, { revisionHistoryLimit: 1 }))
    for (const image of ['db:2', 'db:3', 'db:4']) {
      rollOut(fake)
      setSpec(fake, template(image))
    }
    rollOut(fake)
    const numbers = fake.list('ControllerRevision').map(revision => revision['revision'])
    expect([...numbers].sort()).toEqual([3, 4])
  })
})

describe('a parallel StatefulSet', () => {
  it('creates and deletes all pods at once', () => {
    const fake = new FakeCluster(statefulSet)
    fake.add(db(3, { podManagementPolicy: 'Parallel' }))
    fake.settle()
    expect(names(fake)).toEqual(['db-0', 'db-1', 'db-2'])
    setSpec(fake, { replicas: 0 })
    fake.settle()
    expect(names(fake)).toEqual([])
  })
})

describe('a StatefulSet that deletes pods on the user side only', () => {
  it('keeps old pods until somebody deletes them', () => {
    const fake = new FakeCluster(statefulSet)
    fake.add(db(2, { updateStrategy: { type: 'OnDelete' } }))
    rollOut(fake)
    setSpec(fake, template('db:2'))
    rollOut(fake)
    expect(images(fake)).toEqual(['db:1', 'db:1'])
    fake.remove('Pod', 'default/db-1')
    rollOut(fake)
    expect(images(fake)).toEqual(['db:1', 'db:2'])
  })
})

describe('claims', () => {
  function claimOwners(fake: FakeCluster): (string | undefined)[] {
    return fake
      .list<PersistentVolumeClaim>('PersistentVolumeClaim')
      .map(({ metadata }) => metadata.ownerReferences?.[0]?.kind)
  }

  it('come before their pod and stay when it goes', () => {
    const fake = new FakeCluster(statefulSet)
    fake.add(db(2, { volumeClaimTemplates: [claimTemplate] }))
    fake.settle()
    expect(fake.takeTrace().slice(1, 5)).toEqual([
      'create PersistentVolumeClaim data-db-0',
      'Normal SuccessfulCreate: Create Claim data-db-0 Pod db-0 in StatefulSet db success',
      'create Pod db-0',
      'Normal SuccessfulCreate: Create Pod db-0 in StatefulSet db successful',
    ])
    expect(fake.get<Pod>('Pod', 'default/db-0')?.spec?.volumes).toEqual([
      { name: 'data', persistentVolumeClaim: { claimName: 'data-db-0' } },
    ])
    rollOut(fake)
    setSpec(fake, { replicas: 0 })
    rollOut(fake)
    expect(claimOwners(fake)).toEqual([undefined, undefined])
  })

  it('belong to the set, and to a pod that is scaled away, when the policy deletes them', () => {
    const fake = new FakeCluster(statefulSet)
    const policy = { whenDeleted: 'Delete', whenScaled: 'Delete' }
    fake.add(
      db(2, {
        volumeClaimTemplates: [claimTemplate],
        persistentVolumeClaimRetentionPolicy: policy,
      }),
    )
    rollOut(fake)
    expect(claimOwners(fake)).toEqual(['StatefulSet', 'StatefulSet'])
    setSpec(fake, { replicas: 1 })
    fake.settle()
    expect(claimOwners(fake)).toEqual(['StatefulSet', 'Pod'])
  })
})
