import { expect, it } from 'vitest'
import { noscale } from './noscale.ts'
import { observed, stillWorld } from './testing.ts'

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
  return noscale.judge(observed({ world }))
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
