import { expect, it } from 'vitest'
import { load, runCheck } from '../../index.ts'

const manifest = (min: number, replicas: string): string => `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
${replicas}  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: web}]}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: web}
spec: {minAvailable: 1, selector: {matchLabels: {app: web}}}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
  minReplicas: ${min}
  maxReplicas: 4
  metrics:
  - {type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 80}}}
`

function podsOf(text: string): number {
  const pools = [{ name: 'n', count: 3, cpu: '4', memory: '8Gi' }]
  const loaded = load(['-'], { pools, readStdin: () => text })
  const report = runCheck(loaded, { version: 'test', sources: [], trials: ['drain'] })
  const errors = report.findings.filter(({ severity }) => severity === 'error')
  expect(errors.map(({ verdict }) => verdict)).toEqual(
    report.platform.pods === 1 ? ['drain-stuck'] : [],
  )
  return report.platform.pods
}

it('lifts to minReplicas without any metric', () => {
  expect(podsOf(manifest(2, ''))).toBe(2)
})

it('cuts to maxReplicas', () => {
  expect(podsOf(manifest(2, '  replicas: 6\n'))).toBe(4)
})

it('leaves alone what lies between', () => {
  expect(podsOf(manifest(1, ''))).toBe(1)
})
