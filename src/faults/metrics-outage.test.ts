import { expect, it } from 'vitest'
import type { World } from '../engine/world.ts'
import type { Deployment, HorizontalPodAutoscaler } from '../kube/generated/types.ts'
import type { KubeObject } from '../kube/object.ts'
import { metricsOutage } from './metrics-outage.ts'
import { apply, clusterWithWeb } from './testing.ts'

const autoscaler = {
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'web', namespace: 'default' },
  spec: {
    minReplicas: 1,
    maxReplicas: 9,
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
    metrics: [
      {
        type: 'Resource',
        resource: { name: 'memory', target: { type: 'AverageValue', averageValue: '100Mi' } },
      },
    ],
  },
} as KubeObject

function load(total: string): KubeObject {
  const metadata = { name: 'web', namespace: 'default' }
  return {
    apiVersion: 'seatrial.dev/v1',
    kind: 'Load',
    metadata,
    spec: { metric: 'memory', total },
  }
}

function replicas(world: World): number | undefined {
  return (world.store.get('Deployment', 'default/web') as Deployment).spec?.replicas
}

function activity(world: World): string {
  const { status } = world.store.get(
    'HorizontalPodAutoscaler',
    'default/web',
  ) as HorizontalPodAutoscaler
  const found = status?.conditions?.find(({ type }) => type === 'ScalingActive')
  return `${found?.status} ${found?.reason}`
}

it('autoscalers cannot compute, say so and leave everything as it is, then go on', () => {
  const world = clusterWithWeb()
  apply(world, load('200Mi'))
  apply(world, autoscaler)
  world.runFor(60_000)
  expect([replicas(world), activity(world)]).toEqual([2, 'True ValidMetricFound'])
  metricsOutage.apply(world)
  expect(metricsOutage.canApply(world).ok).toBe(false)
  world.submit(
    {
      verb: 'patch',
      target: { kind: 'Load.seatrial.dev', namespace: 'default', name: 'web' },
      patchType: 'merge',
      patch: { spec: { total: '500Mi' } },
    },
    'test',
  )
  world.runFor(120_000)
  expect([replicas(world), activity(world)]).toEqual([2, 'False FailedGetResourceMetric'])
  const told = world
    .traceFrom(0)
    .find(e => e.type === 'event' && e.reason === 'FailedGetResourceMetric')
  expect(told?.type === 'event' && told.message).toContain(
    'unable to fetch metrics from resource metrics API: the server is currently unable to handle ' +
      'the request (get pods.metrics.k8s.io)',
  )
  metricsOutage.recover(world)
  world.runFor(120_000)
  expect([replicas(world), activity(world)]).toEqual([5, 'True ValidMetricFound'])
})

it('without any Load an autoscaler notices as well', () => {
  const world = clusterWithWeb()
  apply(world, autoscaler)
  world.runFor(60_000)
  metricsOutage.apply(world)
  world.runFor(60_000)
  expect(activity(world)).toBe('False FailedGetResourceMetric')
  expect(replicas(world)).toBe(1)
})
