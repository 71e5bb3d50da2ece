import { expect, it } from 'vitest'
import type { Pod } from '../generated/types.ts'
import type { KubeObject } from '../object.ts'
import { applyDefaults } from './registry.ts'

const container = { name: 'c', image: 'app' }
const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [container] } }
const selector = { matchLabels: { a: 'b' } }

const given: readonly (readonly [kind: string, spec: object])[] = [
  ['Pod', { containers: [container], volumes: [{ name: 'v', secret: { secretName: 's' } }] }],
  ['Deployment', { selector, template }],
  ['StatefulSet', { selector, template, serviceName: 's' }],
  ['DaemonSet', { selector, template }],
  ['Job', { template }],
  ['CronJob', { schedule: '* * * * *', jobTemplate: { spec: { template } } }],
  ['Service', { ports: [{ port: 80 }] }],
  ['HorizontalPodAutoscaler', { maxReplicas: 3, behavior: { scaleUp: {} } }],
  ['PersistentVolume', { hostPath: { path: '/x' } }],
  ['NetworkPolicy', { egress: [{ ports: [{ port: 80 }] }] }],
]

it.each(given)('gives the same %s again when its defaults are set', (kind, spec) => {
  const object: KubeObject = { apiVersion: 'v1', kind, metadata: { name: 'x' }, spec }
  const once = applyDefaults(kind, object)
  expect(once).not.toBe(object)
  expect(applyDefaults(kind, once)).toBe(once)
})

const podOf = (spec: object): Pod =>
  applyDefaults('Pod', { apiVersion: 'v1', kind: 'Pod', metadata: {}, spec }) as Pod

it('requests of a pod follow its limits, those of a template do not', () => {
  const limited = { ...container, resources: { limits: { cpu: '1' } } }
  expect(podOf({ containers: [limited] }).spec?.containers[0]?.resources).toEqual({
    limits: { cpu: '1' },
    requests: { cpu: '1' },
  })
  const spec = { selector, template: { spec: { containers: [limited] } } }
  const deployment: KubeObject = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: {}, spec }
  expect(applyDefaults('Deployment', deployment)).toMatchObject({
    spec: { template: { spec: { containers: [{ resources: { limits: { cpu: '1' } } }] } } },
  })
})

it.each([
  ['app', 'Always'],
  ['app:latest', 'Always'],
  ['registry:5000/app:1', 'IfNotPresent'],
  ['app@sha256:0123456789abcdef0123456789abcdef', 'IfNotPresent'],
])('pulls the image %s %s', (image, policy) => {
  const spec = podOf({ containers: [{ name: 'c', image }] }).spec
  expect(spec?.containers[0]?.imagePullPolicy).toBe(policy)
})

it('gives ports of a pod on the host network the same number there', () => {
  const ports = [{ containerPort: 80 }]
  const spec = podOf({ hostNetwork: true, containers: [{ ...container, ports }] }).spec
  expect(spec?.containers[0]?.ports).toEqual([{ containerPort: 80, hostPort: 80, protocol: 'TCP' }])
})
