import { expect, it } from 'vitest'
import type { KubeObject } from '../kube/object.ts'
import { missingReferences, referenceText } from './references.ts'

function missingIn(objects: readonly KubeObject[]): readonly string[] {
  return missingReferences(objects.map(each => ({ object: each }))).map(referenceText)
}

function pod(spec: object): KubeObject {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'a' }, spec }
}

function object(kind: string, name: string): KubeObject {
  return { apiVersion: 'v1', kind, metadata: { name, namespace: 'a' } }
}

const container = {
  env: [{ valueFrom: { secretKeyRef: { name: 'password', key: 'p' } } }],
  envFrom: [{ configMapRef: { name: 'settings' } }, { secretRef: { name: 'x', optional: true } }],
}
const volumes = [
  { name: 'a', secret: { secretName: 'tls' } },
  { name: 'b', configMap: { name: 'files' } },
  { name: 'c', projected: { sources: [{ configMap: { name: 'kube-root-ca.crt' } }] } },
]

it('names what pods need and nobody defines, but nothing optional', () => {
  expect(missingIn([pod({ containers: [container], volumes })])).toEqual([
    'ConfigMap a/files',
    'ConfigMap a/settings',
    'Secret a/password',
    'Secret a/tls',
  ])
})

it('is content with what the files define', () => {
  const objects = [
    pod({ containers: [container], volumes }),
    ...['files', 'settings'].map(name => object('ConfigMap', name)),
    ...['password', 'tls'].map(name => object('Secret', name)),
  ]
  expect(missingIn(objects)).toEqual([])
})

it('survives fields of any type', () => {
  expect(missingIn([pod({ containers: 1, volumes: [null, 'x'] })])).toEqual([])
})

it('says which field names it, and how often it is named', () => {
  const objects = [
    pod({ initContainers: [container], containers: [container], volumes }),
    pod({ volumes: [{ name: 'a', secret: { secretName: 'tls' } }] }),
  ].map(each => ({ object: each }))
  const found = missingReferences(objects).map(({ name, path, use, count }) => [
    name,
    path,
    use,
    count,
  ])
  expect(found).toEqual([
    ['files', 'spec.volumes[1].configMap.name', 'volume', 1],
    ['settings', 'spec.initContainers[0].envFrom[0].configMapRef.name', 'env', 2],
    ['password', 'spec.initContainers[0].env[0].valueFrom.secretKeyRef.name', 'env', 2],
    ['tls', 'spec.volumes[0].secret.secretName', 'volume', 2],
  ])
})

it('finds the pod spec of a workload and of a CronJob', () => {
  const template = { template: { spec: { volumes } } }
  const workload = { ...pod(template), kind: 'Deployment' }
  const cron = { ...pod({ jobTemplate: { spec: template } }), kind: 'CronJob' }
  const paths = [workload, cron].map(each => missingReferences([{ object: each }])[0]?.path)
  expect(paths).toEqual([
    'spec.template.spec.volumes[1].configMap.name',
    'spec.jobTemplate.spec.template.spec.volumes[1].configMap.name',
  ])
})
