import { describe, expect, it } from 'vitest'
import { createCluster, request } from '../../cluster/cluster.ts'
import type { World } from '../../engine/world.ts'
import type { HorizontalPodAutoscaler } from '../../kube/generated/types.ts'
import type { KubeObject } from '../../kube/object.ts'
import { nodeFromPool } from '../../nodes/node-object.ts'

function apply(world: World, object: KubeObject): void {
  const response = request(world, { verb: 'create', object })
  if (!response.ok) throw new Error(response.status.message)
}

const deployment: KubeObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'default' },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: {
        containers: [{ name: 'web', image: 'web', resources: { requests: { cpu: '100m' } } }],
      },
    },
  },
}

const autoscaler = (metric: object, spec: object = {}): KubeObject => ({
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'web', namespace: 'default' },
  spec: {
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
    minReplicas: 1,
    maxReplicas: 10,
    metrics: [metric],
    ...spec,
  },
})

const load = (spec: object, name = 'web'): KubeObject => ({
  apiVersion: 'seatrial.dev/v1',
  kind: 'Load',
  metadata: { name, namespace: 'default' },
  spec: { window: '0s', ...spec },
})

const cpu = {
  type: 'Resource',
  resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } },
}

const details = { nowMs: 0, kubeletVersion: 'v1.36.0', ordinal: 1 }
const node = nodeFromPool({ name: 'n', count: 1, cpu: '32', memory: '64Gi' }, 0, details)

function cluster(...objects: readonly KubeObject[]): World {
  const world = createCluster({ kubernetes: '1.36', nodes: [node as unknown as KubeObject] })
  for (const object of [deployment, ...objects]) apply(world, object)
  return world
}

const replicasOf = (world: World): unknown => {
  const spec = world.store.get('Deployment', 'default/web')?.['spec']
  return (spec as { readonly replicas?: number } | undefined)?.replicas
}

const conditionOf = (world: World, type: string) =>
  (
    world.store.get('HorizontalPodAutoscaler', 'default/web') as HorizontalPodAutoscaler
  ).status?.conditions?.find(each => each.type === type)

describe('HorizontalPodAutoscaler', () => {
  it('scales to what a total load needs, twice as many at a time', () => {
    const world = cluster(autoscaler(cpu), load({ metric: 'cpu', total: '380m' }))
    world.runFor(16_000)
    expect(replicasOf(world)).toBe(4)
    world.runFor(15_000)
    // 380m over 8 pods of 100m at 50 %: 7.6 pods.
    expect(replicasOf(world)).toBe(8)
  })

  it('comes down only after the stabilisation of five minutes', () => {
    const steps = [
      { after: '0s', value: '200m' },
      { after: '60s', value: '50m' },
    ]
    const world = cluster(autoscaler(cpu), load({ metric: 'cpu', total: { steps } }))
    world.runFor(90_000)
    expect(replicasOf(world)).toBe(4)
    expect(conditionOf(world, 'AbleToScale')?.reason).toBe('ScaleDownStabilized')
    world.runFor(300_000)
    expect(replicasOf(world)).toBe(1)
  })

  it('takes external metrics per pod', () => {
    const target = { type: 'AverageValue', averageValue: '10' }
    const queue = { type: 'External', external: { metric: { name: 'queue' }, target } }
    const world = cluster(autoscaler(queue), load({ metric: 'queue', total: '30' }))
    world.runFor(16_000)
    expect(replicasOf(world)).toBe(3)
  })

  it('says that a metrics API is down', () => {
    const down = load({ metric: 'cpu', perPod: '1', down: 'no route to host' })
    const world = cluster(autoscaler(cpu), down)
    world.runFor(16_000)
    expect(replicasOf(world)).toBe(2)
    expect(conditionOf(world, 'ScalingActive')).toMatchObject({
      status: 'False',
      reason: 'FailedGetResourceMetric',
    })
  })

  it('says what is wrong with a load', () => {
    const world = cluster(autoscaler(cpu), load({ metric: 'cpu', perPod: 'much' }))
    world.runFor(16_000)
    expect(conditionOf(world, 'ScalingActive')?.message).toContain('Load web: spec.perPod')
  })

  it('is at rest between two looks that change nothing', () => {
    const world = cluster(autoscaler(cpu), load({ metric: 'cpu', total: '100m' }))
    const outcome = world.run({ untilMs: world.nowMs + 3_600_000 })
    expect(outcome.reason).toBe('quiescent')
    expect(world.elapsedMs).toBeLessThan(700_000)
  })
})
