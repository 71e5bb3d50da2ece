import { expect, it } from 'vitest'
import type { KubeObject } from '../kube/object.ts'
import { missingReferences } from './references.ts'

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
  expect(missingReferences([pod({ containers: [container], volumes })])).toEqual([
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
  expect(missingReferences(objects)).toEqual([])
})

it('survives fields of any type', () => {
  expect(missingReferences([pod({ containers: 1, volumes: [null, 'x'] })])).toEqual([])
})
