// Scenarios of the namespace controller.

import { describe, expect, it } from 'vitest'
import type { Namespace, Pod } from '../kube/generated/types.ts'
import { namespace, namespaceBefore133 } from './namespace.ts'
import { FakeCluster } from './testing.ts'

function deletedNamespace(): Namespace {
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'shop', deletionTimestamp: '2026-01-01T00:00:00Z' },
    spec: { finalizers: ['kubernetes'] },
    status: { phase: 'Active' },
  }
}

function inShop(kind: string, name: string) {
  return { apiVersion: 'v1', kind, metadata: { name, namespace: 'shop' } }
}

describe('a namespace that is being deleted', () => {
  it('is looked at after five seconds', () => {
    const fake = new FakeCluster(namespace)
    fake.add(deletedNamespace())
    expect(fake.later).toEqual([{ controller: namespace.name, key: 'shop', delayMs: 5_000 }])
  })

  it('loses its content and then itself', () => {
    const fake = new FakeCluster(namespace)
    fake.add(deletedNamespace())
    fake.add(inShop('ConfigMap', 'settings'))
    fake.add(inShop('Pod', 'web'))
    expect(fake.reconcile(namespace, 'shop')).toEqual({})
    expect(fake.trace).toEqual([
      'update Namespace shop/status',
      'delete Pod web',
      'delete ConfigMap settings',
      'update Namespace shop/status',
      'update Namespace shop/finalize',
    ])
    expect(fake.list('Namespace')).toEqual([])
  })

  it('keeps everything else while pods stop, and comes back after half their grace period', () => {
    const fake = new FakeCluster(namespace)
    fake.add(deletedNamespace())
    fake.add(inShop('ConfigMap', 'settings'))
    const spec = { nodeName: 'n1', terminationGracePeriodSeconds: 30, containers: [] }
    fake.add({ ...inShop('Pod', 'web'), spec } as Pod)
    expect(fake.reconcile(namespace, 'shop')).toEqual({ requeueAfterMs: 16_000 })
    expect(fake.list('ConfigMap')).toHaveLength(1)
  })

  it('before 1.33 lost everything together with its pods', () => {
    const fake = new FakeCluster(namespaceBefore133)
    fake.add(deletedNamespace())
    fake.add(inShop('ConfigMap', 'settings'))
    const spec = { nodeName: 'n1', terminationGracePeriodSeconds: 30, containers: [] }
    fake.add({ ...inShop('Pod', 'web'), spec } as Pod)
    expect(fake.reconcile(namespaceBefore133, 'shop')).toEqual({ requeueAfterMs: 16_000 })
    expect(fake.list('ConfigMap')).toHaveLength(0)
  })

  it('waits for objects with finalizers', () => {
    const fake = new FakeCluster(namespace)
    fake.add(deletedNamespace())
    const held = inShop('ConfigMap', 'held')
    fake.add({ ...held, metadata: { ...held.metadata, finalizers: ['example.com/hold'] } })
    expect(fake.reconcile(namespace, 'shop')).toEqual({ requeueAfterMs: 8_000 })
    const { conditions } = fake.get<Namespace>('Namespace', 'shop')?.status ?? {}
    const messages = conditions?.filter(({ status }) => status === 'True')
    expect(messages?.map(({ message }) => message)).toEqual([
      'Some resources are remaining: configmaps. has 1 resource instances',
      'Some content in the namespace has finalizers remaining: ' +
        'example.com/hold in 1 resource instances',
    ])
  })
})
