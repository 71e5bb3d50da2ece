import { describe, expect, it } from 'vitest'
import { createCluster, epochMsDefault, request } from '../cluster/cluster.ts'
import type { World } from '../engine/world.ts'
import type { KubeObject } from '../kube/object.ts'
import { nodeFromPool } from '../nodes/node-object.ts'
import { diverged } from './diverged.ts'
import { observed } from './testing.ts'

const labels = { app: 'web' }
const template = { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'i' }] } }

function cluster(): World {
  const details = { nowMs: epochMsDefault, kubeletVersion: 'v1.36.0', ordinal: 1 }
  const node = nodeFromPool({ name: 'n', count: 1, cpu: '4', memory: '8Gi' }, 0, details)
  const world = createCluster({ kubernetes: '1.36', nodes: [node] })
  const metadata = { name: 'web', namespace: 'default' }
  const objects = [
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata,
      spec: { selector: labels, ports: [{ port: 80 }] },
    },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata,
      spec: { replicas: 2, selector: { matchLabels: labels }, template },
    },
    {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: { ...metadata, name: 'db' },
      spec: {
        serviceName: 'db',
        selector: { matchLabels: { app: 'db' } },
        template: { ...template, metadata: { labels: { app: 'db' } } },
      },
    },
  ] as readonly KubeObject[]
  for (const object of objects) {
    expect(request(world, { verb: 'create', object })).toMatchObject({ ok: true })
  }
  world.runFor(30_000)
  return world
}

/** Puts another object in the place of one, without anybody hearing of it. */
function plant(world: World, kind: string, edit: (object: KubeObject) => KubeObject): void {
  const [found] = world.store.list(kind, 'default')
  const { namespace, name } = found?.metadata ?? {}
  world.write(kind, `${namespace}/${name}`, edit(found as KubeObject), 'test')
}

function verdicts(world: World, quiet = true) {
  return diverged
    .judge(observed({ world, quiet, endMs: world.nowMs }))
    .map(({ object, message }) => `${object.kind} ${message}`)
}

function withStatus(status: object): (object: KubeObject) => KubeObject {
  return object => ({ ...object, status: { ...(object['status'] as object), ...status } })
}

describe('at rest', () => {
  it('nothing differs in a healthy cluster', () => {
    expect(verdicts(cluster())).toEqual([])
  })

  it.each([
    ['Deployment', { readyReplicas: 1 }, 'status.readyReplicas says 1, and it is 2'],
    ['ReplicaSet', { replicas: 5 }, 'status.replicas says 5, and it is 2'],
    ['StatefulSet', { observedGeneration: 0 }, 'status.observedGeneration says 0, and it is 1'],
  ])('a %s with %j is told', (kind, status, message) => {
    const world = cluster()
    plant(world, kind, withStatus(status))
    expect(verdicts(world)).toContain(`${kind} ${message}`)
  })

  it('an endpoint of a pod that is gone, or not ready, is told', () => {
    const world = cluster()
    const fork = world.fork()
    const pod = world.store
      .list('Pod', 'default')
      .find(each => each.metadata.labels?.['app'] === 'web')
    const key = `default/${pod?.metadata.name}`
    world.write('Pod', key, undefined, 'test')
    expect(verdicts(world)).toContain(
      `EndpointSlice endpoint of pod ${key} says listed, and it is gone`,
    )
    fork.write('Pod', key, { ...(pod as KubeObject), status: { phase: 'Running' } }, 'test')
    expect(verdicts(fork)).toContain(
      `EndpointSlice endpoint of pod ${key} says ready, and it is not ready`,
    )
  })

  it('nothing is told while something still happens, or while nobody could write', () => {
    const world = cluster()
    plant(world, 'ReplicaSet', withStatus({ replicas: 5 }))
    expect(verdicts(world, false)).toEqual([])
    world.takeDown('kube-controller-manager', 'stopped')
    expect(verdicts(world)).toEqual([])
  })

  it('it is gone when the controllers have looked again', () => {
    const world = cluster()
    plant(world, 'ReplicaSet', withStatus({ replicas: 5 }))
    world.runFor(30_000)
    expect(verdicts(world)).toEqual([])
  })
})
