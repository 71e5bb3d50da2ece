import { describe, expect, it } from 'vitest'
import { createCluster, request } from '../../cluster/cluster.ts'
import type { World } from '../../engine/world.ts'
import type { Node } from '../../kube/generated/types.ts'
import type { KubeObject } from '../../kube/object.ts'
import { defaultModel } from '../../nodes/model.ts'
import { nodeFromPool } from '../../nodes/node-object.ts'
import type { NodeGroup } from '../program.ts'
import { platformActors } from '../registry.ts'

const nodeOf = (pool: string, index: number, nowMs: number): Node =>
  nodeFromPool({ name: pool, count: 1, cpu: '4', memory: '8Gi' }, index, {
    nowMs,
    kubeletVersion: 'v1.36.0',
    ordinal: (pool === 'base' ? 1 : 10) + index,
  })

const group: NodeGroup = {
  name: 'more',
  count: 0,
  min: 0,
  max: 5,
  node: (index, nowMs) => nodeOf('more', index, nowMs),
}

interface Given {
  readonly image?: string
  readonly cpu: string
  readonly args?: readonly string[]
  readonly graceSeconds?: number
  readonly node?: string
}

function deployment(name: string, { image = 'web', cpu, args = [], graceSeconds, node }: Given) {
  const containers = [{ name, image, args, resources: { requests: { cpu } } }]
  const spec = {
    containers,
    ...(graceSeconds !== undefined && { terminationGracePeriodSeconds: graceSeconds }),
    ...(node !== undefined && { nodeSelector: { 'kubernetes.io/hostname': node } }),
  }
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'default' },
    spec: {
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels: { app: name } }, spec },
    },
  } satisfies KubeObject
}

const autoscaler = deployment('autoscaler', {
  image: 'registry.k8s.io/autoscaling/cluster-autoscaler:v1.36.1',
  cpu: '2',
  node: 'base-1',
  args: ['--scale-down-unneeded-time=5m', '--scale-down-delay-after-add=1m'],
})

/** Pods use all of the time that they have to end. */
const model = { ...defaultModel, stopMs: (_: unknown, graceMs: number) => graceMs }

function cluster(...objects: readonly KubeObject[]): World {
  const nodes = [nodeOf('base', 0, 0) as unknown as KubeObject]
  const programs = platformActors({ objects: [autoscaler], groups: [group] })
  const world = createCluster({ kubernetes: '1.36', nodes, programs, model })
  world.runFor(2000)
  for (const object of [autoscaler, ...objects]) request(world, { verb: 'create', object })
  return world
}

function runUntil(world: World, isOver: () => boolean): void {
  for (let left = 100_000; !isOver() && left > 0; left -= 1) world.runFor(1)
}

const nodeNames = (world: World): readonly (string | undefined)[] =>
  world.store.list('Node').map(({ metadata }) => metadata.name)

const add = (world: World, object: KubeObject) => request(world, { verb: 'create', object })

const remove = (world: World, kind: string, name: string) =>
  request(world, { verb: 'delete', target: { kind, namespace: 'default', name } })

const podOf = (world: World, app: string): string =>
  world.store.list('Pod').find(({ metadata }) => metadata.name?.startsWith(app))?.metadata.name ??
  ''

describe('the cluster autoscaler in a cluster', () => {
  it.each([0, 1, 2, 3, 4, 5, 6, 7, 8])(
    'asks for one node for one pod, also when it looks %i ms around its registration',
    afterMs => {
      const world = cluster()
      world.runFor(20_000)
      add(world, deployment('web', { cpu: '3' }))
      const said = () =>
        world
          .traceFrom(0)
          .find(entry => entry.type === 'event' && entry.reason === 'TriggeredScaleUp')?.atMs
      runUntil(world, () => said() !== undefined)
      world.run({ untilMs: (said() ?? 0) + 50_000 - 2 + afterMs })
      add(world, deployment('something-new', { cpu: '1m' }))
      world.runFor(200_000)
      expect(nodeNames(world)).toEqual(['base-1', 'more-1'])
    },
  )

  it('that starts again knows nothing of how long a node was unneeded', () => {
    const world = cluster(deployment('web', { cpu: '3' }))
    world.runFor(200_000)
    expect(nodeNames(world)).toEqual(['base-1', 'more-1'])
    remove(world, 'Deployment', 'web')
    world.runFor(240_000)
    remove(world, 'Pod', podOf(world, 'autoscaler'))
    world.runFor(240_000)
    expect(nodeNames(world)).toEqual(['base-1', 'more-1'])
    world.runFor(180_000)
    expect(nodeNames(world)).toEqual(['base-1'])
  })

  it('waits for pods that take their time to end', () => {
    const world = cluster(deployment('filler', { cpu: '2' }))
    world.runFor(20_000)
    add(world, deployment('web', { cpu: '3' }))
    add(world, deployment('slow', { cpu: '500m', graceSeconds: 300 }))
    world.runFor(200_000)
    expect(nodeNames(world)).toEqual(['base-1', 'more-1'])
    remove(world, 'Deployment', 'filler')
    remove(world, 'Deployment', 'web')
    world.runFor(700_000)
    expect(nodeNames(world)).toEqual(['base-1'])
  })
})
