import { describe, expect, it } from 'vitest'
import type { Node, Pod } from '../kube/generated/types.ts'
import { podGarbageCollection } from './pod-garbage-collection.ts'
import { FakeCluster } from './testing.ts'

function node(ready: boolean, taints: readonly string[] = []): Node {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'n1' },
    spec: { taints: taints.map(key => ({ key, effect: 'NoExecute' })) },
    status: { conditions: [{ type: 'Ready', status: ready ? 'True' : 'Unknown' }] },
  }
}

function pod(name: string, nodeName: string, deleting = false): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'ns',
      ...(deleting && { deletionTimestamp: '2026-01-01T00:00:00Z' }),
    },
    spec: { containers: [], ...(nodeName !== '' && { nodeName }) },
    status: { phase: 'Running' },
  }
}

const controller = podGarbageCollection()

function cluster(...objects: (Node | Pod)[]): FakeCluster {
  const fake = new FakeCluster(controller)
  fake.reconcile(controller, 'start')
  for (const object of objects) fake.add<Node | Pod>(object)
  fake.takeTrace()
  return fake
}

function tick(fake: FakeCluster, seconds: number): string[] {
  fake.nowMs += seconds * 1000
  fake.reconcile(controller, 'loop')
  return fake.takeTrace()
}

describe('pod garbage collection', () => {
  it('deletes pods of a node that has been gone for more than 40 s', () => {
    const fake = cluster(pod('a', 'gone'))
    expect(tick(fake, 20)).toEqual([])
    expect(tick(fake, 20)).toEqual([])
    expect(tick(fake, 20)).toEqual([])
    expect(tick(fake, 20)).toEqual(['patch Pod a', 'delete Pod a'])
  })

  it('spares them when the node comes back in time', () => {
    const fake = cluster(pod('a', 'n1'))
    tick(fake, 20)
    fake.add(node(true))
    expect(tick(fake, 40)).toEqual([])
  })

  it('deletes terminating pods of a silent node that is out of service, on the next tick', () => {
    const fake = cluster(node(false, ['node.kubernetes.io/out-of-service']), pod('a', 'n1', true))
    expect(tick(fake, 20)).toEqual(['patch Pod a', 'delete Pod a'])
  })

  it('leaves those of a living node to its kubelet, whatever its taints', () => {
    const fake = cluster(node(true, ['node.kubernetes.io/out-of-service']), pod('a', 'n1', true))
    expect(tick(fake, 20)).toEqual([])
  })

  it('deletes terminating pods that were never scheduled', () => {
    const fake = cluster(pod('a', '', true), pod('b', ''))
    expect(tick(fake, 20)).toEqual(['patch Pod a', 'delete Pod a'])
  })

  it('does nothing between its ticks', () => {
    const fake = cluster(pod('a', '', true))
    expect(tick(fake, 7)).toEqual([])
  })

  it('keeps the newest finished pods up to the threshold', () => {
    const few = podGarbageCollection({ terminatedMax: 1 })
    const fake = new FakeCluster(few)
    fake.reconcile(few, 'start')
    for (const name of ['b', 'a'])
      fake.add<Pod>({ ...pod(name, ''), status: { phase: 'Succeeded' } })
    fake.takeTrace()
    fake.reconcile(few, 'loop')
    expect(fake.takeTrace()).toEqual(['delete Pod a'])
  })

  it('plans a tick only when there is something to do', () => {
    const fake = cluster(node(true))
    fake.later.length = 0
    fake.add(pod('a', 'n1'))
    expect(fake.later).toEqual([])
    fake.remove('Node', 'n1')
    expect(fake.later.map(({ key }) => key)).toEqual(['loop'])
  })
})
