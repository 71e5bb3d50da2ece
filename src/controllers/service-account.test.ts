import { describe, expect, it } from 'vitest'
import { createCluster, request } from '../cluster/cluster.ts'
import type { World } from '../engine/world.ts'
import type { KubeObject } from '../kube/object.ts'

function cluster(): World {
  const world = createCluster({ kubernetes: '1.36', nodes: [] })
  const shop = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } }
  request(world, { verb: 'create', object: shop })
  world.runFor(1000)
  return world
}

function get(world: World, kind: string, name: string): KubeObject | undefined {
  return world.store.get(kind, `shop/${name}`)
}

function remove(world: World, kind: string, name: string, namespace?: string): void {
  request(world, { verb: 'delete', target: { kind, name, namespace } })
}

describe('a new namespace', () => {
  it('has its account, again after it was deleted', () => {
    const world = cluster()
    const first = get(world, 'ServiceAccount', 'default')
    expect(first).toBeDefined()
    remove(world, 'ServiceAccount', 'default', 'shop')
    world.runFor(1000)
    const second = get(world, 'ServiceAccount', 'default')
    expect(second?.metadata.uid).toBeDefined()
    expect(second?.metadata.uid).not.toBe(first?.metadata.uid)
  })

  it('is empty for good when it is deleted', () => {
    const world = cluster()
    remove(world, 'Namespace', 'shop')
    world.runFor(60_000)
    expect(world.store.get('Namespace', 'shop')).toBeUndefined()
    expect(get(world, 'ServiceAccount', 'default')).toBeUndefined()
    expect(get(world, 'ConfigMap', 'kube-root-ca.crt')).toBeUndefined()
  })
})
