import { expect, it } from 'vitest'
import { noscale } from './noscale.ts'
import { lifeWith, observed, stillWorld } from './testing.ts'

function judged(status: string, reason: string): unknown {
  const world = stillWorld()
  const lastTransitionTime = '1970-01-01T00:00:20Z'
  const condition = { type: 'ScalingActive', status, reason, message: 'why', lastTransitionTime }
  const object = {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'web', namespace: 'default' },
    status: { conditions: [condition] },
  }
  const request = { kind: 'HorizontalPodAutoscaler', key: 'default/web', object }
  world.submit(request, 'test')
  return noscale.judge(observed({ world }), lifeWith({}))
}

it('an autoscaler without a metric cannot act', () => {
  expect(judged('False', 'FailedGetResourceMetric')).toMatchObject([
    { verdict: 'noscale', seconds: 40, open: true, message: 'why' },
  ])
})

it('one that acts, or was switched off by zero replicas, is fine', () => {
  expect(judged('True', 'ValidMetricFound')).toEqual([])
  expect(judged('False', 'ScalingDisabled')).toEqual([])
})

function autoscaled(reference: object, target?: object): unknown {
  const world = stillWorld()
  const metadata = { name: 'web', namespace: 'default', creationTimestamp: '1970-01-01T00:00:10Z' }
  const autoscaler = {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata,
    spec: { maxReplicas: 3, scaleTargetRef: reference },
    status: {},
  }
  world.submit({ kind: autoscaler.kind, key: 'default/web', object: autoscaler }, 'test')
  const object = { apiVersion: 'apps/v1', kind: 'Deployment', metadata, ...target }
  if (target !== undefined) world.submit({ kind: 'Deployment', key: 'default/web', object }, 'test')
  return noscale.judge(observed({ world }), lifeWith({}))
}

const web = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }

it('one whose target is there is fine, whatever its usage', () => {
  expect(autoscaled(web, {})).toEqual([])
})

it.each([
  { name: 'of another name', reference: web, says: 'deployments/scale.apps "web" not found' },
  {
    name: 'in a group that is no more',
    reference: { ...web, apiVersion: 'extensions/v1' },
    says: 'no matches for kind "Deployment" in group "extensions"',
  },
])('one whose target is $name scales nothing', ({ reference, says }) => {
  const message = `the HPA controller was unable to get the target's current scale: ${says}`
  expect(autoscaled(reference)).toMatchObject([
    { verdict: 'noscale', reason: 'FailedGetScale', message, seconds: 35, open: true },
  ])
})
