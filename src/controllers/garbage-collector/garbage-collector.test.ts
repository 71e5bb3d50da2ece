// Scenarios of the garbage collector.

import { describe, expect, it } from 'vitest'
import type { KubeObject, ObjectMeta, OwnerReference } from '../../kube/object.ts'
import { FakeCluster } from '../testing.ts'
import { garbageCollector } from './garbage-collector.ts'

function object(kind: string, name: string, metadata: ObjectMeta = {}): KubeObject {
  const apiVersion = kind === 'ReplicaSet' || kind === 'Deployment' ? 'apps/v1' : 'v1'
  return { apiVersion, kind, metadata: { name, namespace: 'default', ...metadata } }
}

function owner(of: KubeObject, blocks = true): OwnerReference {
  const { name = '', uid = '' } = of.metadata
  const { apiVersion, kind } = of
  return { apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: blocks }
}

/** A ReplicaSet with one pod, both known to the collector. */
function pair(metadata: ObjectMeta = {}): FakeCluster {
  const fake = new FakeCluster(garbageCollector)
  const set = fake.add(object('ReplicaSet', 'web', metadata))
  fake.add(object('Pod', 'web-1', { ownerReferences: [owner(set)] }))
  fake.settle()
  return fake
}

describe('the garbage collector', () => {
  it('leaves objects alone whose owner lives', () => {
    expect(pair().trace).toEqual([])
  })

  it('deletes dependents when their owner has gone, down to the last generation', () => {
    const fake = new FakeCluster(garbageCollector)
    const top = fake.add(object('Deployment', 'web'))
    const set = fake.add(object('ReplicaSet', 'web-1', { ownerReferences: [owner(top)] }))
    fake.add(object('Pod', 'web-1-a', { ownerReferences: [owner(set)] }))
    fake.settle()
    fake.remove('Deployment', 'default/web')
    fake.settle()
    expect(fake.trace).toEqual(['delete ReplicaSet web-1', 'delete Pod web-1-a'])
  })

  it('deletes an object that is born after its owner died', () => {
    const fake = new FakeCluster(garbageCollector)
    const gone = object('ReplicaSet', 'web', { uid: 'gone' })
    fake.add(object('Pod', 'late', { ownerReferences: [owner(gone)] }))
    fake.settle()
    expect(fake.trace).toEqual(['delete Pod late'])
  })

  it('takes an owner of the same name but another uid for a stranger', () => {
    const fake = new FakeCluster(garbageCollector)
    fake.add(object('ReplicaSet', 'web', { uid: 'new' }))
    const old = object('ReplicaSet', 'web', { uid: 'old' })
    fake.add(object('Pod', 'web-1', { ownerReferences: [owner(old)] }))
    fake.settle()
    expect(fake.trace).toEqual(['delete Pod web-1'])
  })

  it('keeps an object while one owner lives, and drops the reference to the other', () => {
    const fake = new FakeCluster(garbageCollector)
    const [a, b] = [fake.add(object('ConfigMap', 'a')), fake.add(object('ConfigMap', 'b'))]
    fake.add(object('Secret', 's', { ownerReferences: [owner(a), owner(b)] }))
    fake.settle()
    fake.remove('ConfigMap', 'default/a')
    fake.settle()
    expect(fake.trace).toEqual(['patch Secret s'])
    const left = fake.get('Secret', 'default/s')?.metadata.ownerReferences
    expect(left?.map(({ name }) => name)).toEqual(['b'])
  })

  it('leaves owners of a kind that nobody defines alone', () => {
    const fake = new FakeCluster(garbageCollector)
    const custom = {
      apiVersion: 'example.com/v1',
      kind: 'Widget',
      metadata: { name: 'w', uid: 'w' },
    }
    fake.add(object('Pod', 'p', { ownerReferences: [owner(custom)] }))
    fake.settle()
    expect(fake.trace).toEqual([])
  })

  it('in a foreground deletion removes blocking dependents before the owner', () => {
    const fake = pair({ finalizers: ['foregroundDeletion'] })
    fake.change('ReplicaSet', 'default/web', before => ({
      ...before,
      metadata: { ...before.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' },
    }))
    fake.settle()
    expect(fake.trace).toEqual(['delete Pod web-1', 'patch ReplicaSet web'])
    expect(fake.get('ReplicaSet', 'default/web')?.metadata.finalizers ?? []).toEqual([])
  })

  it('in a foreground deletion also removes a dependent that comes too late', () => {
    const fake = pair({ finalizers: ['foregroundDeletion'] })
    const set = fake.change('ReplicaSet', 'default/web', before => ({
      ...before,
      metadata: { ...before.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' },
    }))
    fake.add(object('Pod', 'late', { ownerReferences: [owner(set)] }))
    fake.settle()
    expect([...fake.trace].sort()).toEqual([
      'delete Pod late',
      'delete Pod web-1',
      'patch ReplicaSet web',
    ])
  })

  it('in an orphaning deletion frees the dependents', () => {
    const fake = pair({ finalizers: ['orphan'] })
    fake.change('ReplicaSet', 'default/web', before => ({
      ...before,
      metadata: { ...before.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' },
    }))
    fake.settle()
    expect(fake.trace).toEqual(['patch Pod web-1', 'patch ReplicaSet web'])
    expect(fake.get('Pod', 'default/web-1')?.metadata.ownerReferences).toEqual([])
  })
})
