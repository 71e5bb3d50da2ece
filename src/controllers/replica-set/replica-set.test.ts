// Scenarios of the ReplicaSet controller.

import { describe, expect, it } from 'vitest'
import type { Pod, ReplicaSet } from '../../kube/generated/types.ts'
import { type Expectations, expectationsKey } from '../expectations.ts'
import { FakeCluster, refusal } from '../testing.ts'
import { replicaSet, replicaSetBefore135 } from './replica-set.ts'

function web(replicas: number, spec: Readonly<Record<string, unknown>> = {}): ReplicaSet {
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name: 'web', namespace: 'default' },
    spec: {
      replicas,
      selector: { matchLabels: { app: 'web' } },
      template: {
        metadata: { labels: { app: 'web' } },
        spec: { containers: [{ name: 'main', image: 'web:1' }] },
      },
      ...spec,
    },
  } as unknown as ReplicaSet
}

function pod(name: string, app: string): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', labels: { app } },
    spec: { containers: [] },
  } as unknown as Pod
}

function setReplicas(fake: FakeCluster, replicas: number): void {
  fake.change<ReplicaSet>('ReplicaSet', 'default/web', before => ({
    ...before,
    spec: { ...before.spec, replicas } as NonNullable<ReplicaSet['spec']>,
  }))
}

function makeReady(fake: FakeCluster, key: string, lastTransitionTime: string): void {
  fake.change<Pod>('Pod', key, before => ({
    ...before,
    spec: { ...before.spec, nodeName: 'n1' } as NonNullable<Pod['spec']>,
    status: {
      phase: 'Running',
      conditions: [{ type: 'Ready', status: 'True', lastTransitionTime }],
    } as NonNullable<Pod['status']>,
  }))
}

function statusOf(fake: FakeCluster) {
  return fake.get<ReplicaSet>('ReplicaSet', 'default/web')?.status
}

describe('a ReplicaSet', () => {
  it('creates missing pods, first counts none of them, then all', () => {
    const fake = new FakeCluster(replicaSet)
    fake.add(web(3))
    fake.reconcile(replicaSet, 'default/web')
    expect(fake.takeTrace()).toEqual([
      'create Pod web-00001',
      'Normal SuccessfulCreate: Created pod: web-00001',
      'create Pod web-00002',
      'Normal SuccessfulCreate: Created pod: web-00002',
      'create Pod web-00003',
      'Normal SuccessfulCreate: Created pod: web-00003',
      'update ReplicaSet web/status',
    ])
    expect(statusOf(fake)).toEqual({ replicas: 0, terminatingReplicas: 0, observedGeneration: 1 })
    fake.settle()
    expect(statusOf(fake)).toEqual({
      replicas: 3,
      fullyLabeledReplicas: 3,
      terminatingReplicas: 0,
      observedGeneration: 1,
    })
  })

  it('waits for its own creations before it counts again', () => {
    const fake = new FakeCluster(replicaSet)
    fake.add(web(2))
    const awaited: Expectations = { add: 2, remove: 0, podKeys: [], setAtMs: fake.nowMs }
    fake.memory(replicaSet.name).set(expectationsKey('default/web'), awaited)
    fake.settle()
    expect(fake.list('Pod')).toHaveLength(0)
    fake.nowMs += 300_001
    fake.reconcile(replicaSet, 'default/web')
    expect(fake.list('Pod')).toHaveLength(2)
  })

  it('stops after the first refused pod and keeps the first failure text', () => {
    const fake = new FakeCluster(replicaSet)
    fake.add(web(5))
    let calls = 0
    fake.intercept = request => {
      if (request.verb !== 'create') return undefined
      return ++calls > 1 ? refusal(403, 'Forbidden', `no room for ${calls}`) : undefined
    }
    expect(fake.reconcile(replicaSet, 'default/web').error).toBe('no room for 2')
    // Batches of 1 and 2: the second batch fails, a third is not tried.
    expect(calls).toBe(3)
    expect(statusOf(fake)?.conditions).toMatchObject([
      { type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: 'no room for 2' },
    ])
    fake.reconcile(replicaSet, 'default/web')
    expect(statusOf(fake)?.conditions?.[0]?.message).toBe('no room for 2')
    fake.intercept = () => undefined
    fake.settle()
    expect(fake.list('Pod')).toHaveLength(5)
    expect(statusOf(fake)).not.toHaveProperty('conditions')
  })

  it('counts a pod that is being deleted as terminating and replaces it at once', () => {
    const fake = new FakeCluster(replicaSet)
    fake.add(web(2))
    fake.settle()
    makeReady(fake, 'default/web-00001', '2026-01-01T00:00:00Z')
    fake.change<Pod>('Pod', 'default/web-00001', before => ({
      ...before,
      metadata: { ...before.metadata, deletionTimestamp: '2026-01-01T00:00:30Z' },
    }))
    fake.settle()
    expect(fake.list('Pod')).toHaveLength(3)
    expect(statusOf(fake)).toMatchObject({ replicas: 2, terminatingReplicas: 1 })
  })

  it('before 1.35 says nothing of terminating pods', () => {
    const fake = new FakeCluster(replicaSetBefore135)
    fake.add(web(1))
    fake.settle()
    expect(statusOf(fake)).toMatchObject({ replicas: 1 })
    expect(statusOf(fake)).not.toHaveProperty('terminatingReplicas')
  })

  it('deletes the pod that is not scheduled before the one that is', () => {
    const fake = new FakeCluster(replicaSet)
    fake.add(web(2))
    fake.settle()
    makeReady(fake, 'default/web-00001', '2026-01-01T00:00:00Z')
    fake.settle()
    fake.takeTrace()
    setReplicas(fake, 1)
    fake.settle()
    expect(fake.trace).toContain('Normal SuccessfulDelete: Deleted pod: web-00002')
    expect(fake.list('Pod').map(({ metadata }) => metadata.name)).toEqual(['web-00001'])
  })

  it('with minReadySeconds looks again when the pod has been ready long enough', () => {
    const fake = new FakeCluster(replicaSet)
    fake.add(web(1, { minReadySeconds: 10 }))
    fake.settle()
    fake.nowMs += 500
    makeReady(fake, 'default/web-00001', '2026-01-01T00:00:00Z')
    expect(fake.later).toEqual([
      { controller: replicaSet.name, key: 'default/web', delayMs: 10_000 },
    ])
    expect(fake.reconcile(replicaSet, 'default/web')).toEqual({ requeueAfterMs: 9_500 })
    expect(statusOf(fake)).toMatchObject({ readyReplicas: 1 })
    expect(statusOf(fake)).not.toHaveProperty('availableReplicas')
    fake.nowMs += 9_500
    expect(fake.reconcile(replicaSet, 'default/web')).toEqual({})
    expect(statusOf(fake)).toMatchObject({ availableReplicas: 1 })
  })

  it('adopts matching orphans and releases a pod whose labels changed', () => {
    const fake = new FakeCluster(replicaSet)
    fake.add(pod('stray', 'web'))
    fake.add(web(1))
    fake.settle()
    expect(fake.list('Pod').map(({ metadata }) => metadata.name)).toEqual(['stray'])
    expect(fake.get('Pod', 'default/stray')?.metadata.ownerReferences?.[0]?.kind).toBe('ReplicaSet')
    fake.change<Pod>('Pod', 'default/stray', before => ({
      ...before,
      metadata: { ...before.metadata, labels: { app: 'other' } },
    }))
    fake.settle()
    expect(fake.get('Pod', 'default/stray')?.metadata.ownerReferences).toEqual([])
    expect(fake.list('Pod')).toHaveLength(2)
  })

  it('that is being deleted creates nothing', () => {
    const fake = new FakeCluster(replicaSet)
    const deleting = { ...web(2) }
    fake.add({
      ...deleting,
      metadata: { ...deleting.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' },
    })
    fake.settle()
    expect(fake.list('Pod')).toHaveLength(0)
  })
})
