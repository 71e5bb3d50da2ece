import { describe, expect, it } from 'vitest'
import { createCluster, request } from '../../cluster/cluster.ts'
import type { World } from '../../engine/world.ts'
import type { Deployment } from '../../kube/generated/types.ts'
import type { KubeObject } from '../../kube/object.ts'
import { nodeFromPool } from '../../nodes/node-object.ts'
import { type SettingsNote, settingsTopic } from '../program.ts'
import { platformActors } from '../registry.ts'

const namespace = 'default'
const config = (data: Readonly<Record<string, string>>): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'scaling', namespace },
  data,
})
const perNode = { linear: '{"nodesPerReplica": 1, "min": 1}' }

const deployment = (name: string, container: object, labels = {}): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, namespace },
  spec: {
    replicas: 1,
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name, ...labels } },
      spec: { containers: [{ name, ...container }] },
    },
  },
})
const dns = deployment('dns', { image: 'dns' })
const autoscaler = (args: readonly string[] = [], image = 'cpa/cluster-proportional-autoscaler') =>
  deployment('autoscaler', {
    image: `registry.k8s.io/${image}:v1.10.3`,
    args: ['--namespace=default', '--configmap=scaling', '--target=deployment/dns', ...args],
  })

const node = (index: number): KubeObject =>
  nodeFromPool({ name: 'n', count: 9, cpu: '1500m', memory: '8Gi' }, index, {
    nowMs: 0,
    kubeletVersion: 'v1.36.0',
    ordinal: index + 1,
  }) as unknown as KubeObject

/** Three nodes of 1.5 cores. */
function cluster(objects: readonly KubeObject[], seconds = 60): World {
  const programs = platformActors({ objects, groups: [] })
  const nodes = [0, 1, 2].map(node)
  const world = createCluster({ kubernetes: '1.36', nodes, programs })
  world.runFor(2000)
  for (const object of objects) request(world, { verb: 'create', object })
  world.runFor(seconds * 1000)
  return world
}

function replicas(world: World, name = 'dns'): number | undefined {
  const found = world.store.get('Deployment', `${namespace}/${name}`) as Deployment | undefined
  return found?.spec?.replicas
}

function cordon(world: World, name: string): void {
  const target = { kind: 'Node', name }
  request(world, {
    verb: 'patch',
    target,
    patchType: 'merge',
    patch: { spec: { unschedulable: true } },
  })
}

function refusals(world: World): readonly SettingsNote[] {
  return world
    .traceFrom(0)
    .flatMap(entry =>
      entry.type === 'note' && entry.topic === settingsTopic ? [entry.data as SettingsNote] : [],
    )
}

describe('the cluster-proportional-autoscaler in a cluster', () => {
  it('follows nodes that are closed and nodes that join, at its period', () => {
    const world = cluster([config(perNode), dns, autoscaler()])
    expect(replicas(world)).toBe(3)
    cordon(world, 'n-1')
    expect(replicas(world)).toBe(3)
    world.runFor(11_000)
    expect(replicas(world)).toBe(2)
    for (const index of [3, 4]) request(world, { verb: 'create', object: node(index) })
    world.runFor(60_000)
    expect(replicas(world)).toBe(4)
    expect(refusals(world)).toEqual([])
  })

  it('counts closed nodes where it is told to', () => {
    const linear = '{"nodesPerReplica": 1, "includeUnschedulableNodes": true}'
    const world = cluster([config({ linear }), dns, autoscaler()])
    cordon(world, 'n-1')
    world.runFor(60_000)
    expect(replicas(world)).toBe(3)
  })

  it('counts cores as a sum: 3 x 1500m is 5 of 1', () => {
    const world = cluster([config({ linear: '{"coresPerReplica": 1}' }), dns, autoscaler()])
    expect(replicas(world)).toBe(5)
  })

  it('counts nodes of its labels only', () => {
    const labelled = autoscaler(['--nodelabels=kubernetes.io/hostname=n-1'])
    expect(replicas(cluster([config(perNode), dns, labelled]))).toBe(1)
    const others = autoscaler(['--nodelabels=kubernetes.io/hostname!=n-1'])
    expect(replicas(cluster([config(perNode), dns, others]))).toBe(2)
  })

  it('takes back what somebody else wrote, and follows a change of its ConfigMap', () => {
    const world = cluster([config(perNode), dns, autoscaler()])
    const target = { kind: 'Deployment', namespace, name: 'dns' }
    request(world, { verb: 'scale', target, replicas: 7 })
    world.runFor(11_000)
    expect(replicas(world)).toBe(3)
    request(world, { verb: 'update', object: config({ ladder: '{"nodesToReplicas":[[1,6]]}' }) })
    world.runFor(11_000)
    expect(replicas(world)).toBe(6)
  })

  it('makes its ConfigMap from the default parameters, and again when it is deleted', () => {
    const params = '--default-params={"linear":{"nodesPerReplica":1}}'
    const world = cluster([dns, autoscaler([params])])
    const key = `${namespace}/scaling`
    expect(world.store.get('ConfigMap', key)).toMatchObject({
      data: { linear: '{"nodesPerReplica":1}' },
    })
    expect(replicas(world)).toBe(3)
    request(world, { verb: 'delete', target: { kind: 'ConfigMap', namespace, name: 'scaling' } })
    expect(world.store.get('ConfigMap', key)).toBeUndefined()
    world.runFor(11_000)
    expect(world.store.get('ConfigMap', key)).toBeDefined()
  })

  it('acts for as long as its pod runs', () => {
    const world = cluster([config(perNode), dns, autoscaler()])
    const target = { kind: 'Deployment', namespace, name: 'autoscaler' }
    request(world, { verb: 'scale', target, replicas: 0 })
    world.runFor(60_000)
    cordon(world, 'n-1')
    world.runFor(60_000)
    expect(replicas(world)).toBe(3)
  })

  it('is no part of a platform that does not install it; older images are known', () => {
    expect(platformActors({ objects: [dns], groups: [] })).toEqual([])
    const old = autoscaler([], 'cluster-proportional-autoscaler-amd64')
    expect(replicas(cluster([config(perNode), dns, old]))).toBe(3)
  })

  it('is at rest between changes', () => {
    const world = cluster([config(perNode), dns, autoscaler()])
    expect(world.run({ untilMs: world.nowMs + 3_600_000 }).reason).toBe('quiescent')
  })
})

describe('settings that it does not take', () => {
  it('a ConfigMap is told at once, and what it wanted stays', () => {
    const world = cluster([config({ linear: '{"min": "1"}' }), dns, autoscaler()])
    expect(replicas(world)).toBe(1)
    expect(refusals(world)).toEqual([
      {
        kind: 'ConfigMap',
        key: 'default/scaling',
        message: expect.stringContaining('linearParams.min of type int'),
      },
    ])
    request(world, { verb: 'update', object: config(perNode) })
    world.runFor(11_000)
    expect(replicas(world)).toBe(3)
  })

  it('a command line is told once, of the pod', () => {
    const world = cluster([config(perNode), dns, autoscaler(['--target=dns'])])
    expect(replicas(world)).toBe(1)
    expect(refusals(world)).toMatchObject([{ kind: 'Pod', message: 'target format error: dns' }])
  })

  const missing = [
    { objects: [dns], message: 'configmaps "scaling" not found' },
    { objects: [config(perNode)], message: 'deployments.apps "dns" not found' },
  ]
  it.each(missing)('what is still missing at its second poll: $message', ({ objects, message }) => {
    const world = cluster([...objects, autoscaler()], 8)
    expect(refusals(world)).toEqual([])
    world.runFor(100_000)
    expect(refusals(world)).toMatchObject([{ kind: 'Pod', message }])
  })

  it('what comes late is taken up without a word', () => {
    const world = cluster([config(perNode), autoscaler()], 8)
    request(world, { verb: 'create', object: dns })
    world.runFor(20_000)
    expect(replicas(world)).toBe(3)
    expect(refusals(world)).toEqual([])
  })
})
