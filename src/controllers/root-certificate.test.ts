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

describe('the certificate of a namespace', () => {
  it('gets its certificate back when somebody has written over it', () => {
    const world = cluster()
    const before = get(world, 'ConfigMap', 'kube-root-ca.crt') as KubeObject
    const target = { kind: 'ConfigMap', namespace: 'shop', name: 'kube-root-ca.crt' }
    request(world, { verb: 'patch', target, patchType: 'merge', patch: { data: { extra: 'x' } } })
    world.runFor(1000)
    expect(get(world, 'ConfigMap', 'kube-root-ca.crt')?.['data']).toEqual(before['data'])
  })
})

it('a quota of ConfigMaps counts the certificate', () => {
  const world = cluster()
  request(world, {
    verb: 'create',
    object: {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'few', namespace: 'shop' },
      spec: { hard: { configmaps: '1' } },
    } as KubeObject,
  })
  world.runFor(1000)
  const own = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'own', namespace: 'shop' } }
  expect(request(world, { verb: 'create', object: own })).toMatchObject({ ok: false, code: 403 })
})
