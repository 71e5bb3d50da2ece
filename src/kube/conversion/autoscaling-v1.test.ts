import { expect, it } from 'vitest'
import type { KubeObject } from '../object.ts'
import { servedForm, storedForm } from './registry.ts'

const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }

const autoscaler = (spec: object, annotations?: Record<string, string>): KubeObject => ({
  apiVersion: 'autoscaling/v1',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'web', ...(annotations !== undefined && { annotations }) },
  spec: { scaleTargetRef, maxReplicas: 3, ...spec },
})

const cpu = (averageUtilization: number): object => ({
  type: 'Resource',
  resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization } },
})

it('stores the CPU target of version 1 as a metric', () => {
  const stored = storedForm(autoscaler({ targetCPUUtilizationPercentage: 60 }))
  expect(stored.apiVersion).toBe('autoscaling/v2')
  expect(stored['spec']).toEqual({ scaleTargetRef, maxReplicas: 3, metrics: [cpu(60)] })
})

it('reads further metrics and the behavior from annotations, which are dropped', () => {
  const metric = { type: 'Pods', pods: { metricName: 'rps', targetAverageValue: '10' } }
  const annotations = {
    'autoscaling.alpha.kubernetes.io/metrics': JSON.stringify([metric]),
    'autoscaling.alpha.kubernetes.io/behavior': '{"ScaleUp":{"SelectPolicy":"Min"}}',
    note: 'kept',
  }
  const stored = storedForm(autoscaler({ targetCPUUtilizationPercentage: 60 }, annotations))
  expect(stored.metadata.annotations).toEqual({ note: 'kept' })
  const target = { type: 'AverageValue', averageValue: '10' }
  expect(stored['spec']).toEqual({
    scaleTargetRef,
    maxReplicas: 3,
    metrics: [{ type: 'Pods', pods: { metric: { name: 'rps' }, target } }, cpu(60)],
    behavior: { scaleUp: { selectPolicy: 'Min' } },
  })
})

it('takes an annotation that is no JSON for absent', () => {
  const annotations = { 'autoscaling.alpha.kubernetes.io/metrics': '{' }
  expect(storedForm(autoscaler({}, annotations))['spec']).toEqual({
    scaleTargetRef,
    maxReplicas: 3,
  })
})

it('comes back the same through both versions', () => {
  const target = { type: 'Value', value: '5' }
  const external = { type: 'External', external: { metric: { name: 'queue' }, target } }
  const stored: KubeObject = {
    ...autoscaler({ minReplicas: 1, metrics: [external, cpu(70)] }),
    apiVersion: 'autoscaling/v2',
  }
  const back = storedForm(servedForm(stored, 'autoscaling/v1'))
  expect(back['spec']).toEqual(stored['spec'])
  expect(back.metadata).toEqual(stored.metadata)
})
