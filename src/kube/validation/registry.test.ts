import { expect, it } from 'vitest'
import { applyDefaults } from '../defaults/registry.ts'
import type { KubeObject } from '../object.ts'
import { validateCreate, validateUpdate } from './registry.ts'

const deployment = (spec: object): KubeObject =>
  applyDefaults('Deployment', {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'w', namespace: 'default' },
    spec: {
      selector: { matchLabels: { app: 'w' } },
      template: {
        metadata: { labels: { app: 'w' } },
        spec: { containers: [{ name: 'c', image: 'a' }] },
      },
      ...spec,
    },
  })

const texts = (object: KubeObject): readonly string[] =>
  validateCreate('Deployment', object, true).map(({ field, body }) => `${field}: ${body}`)

it.each([
  { name: 'a valid one', spec: {}, want: [] },
  {
    name: 'negative replicas',
    spec: { replicas: -1 },
    want: ['spec.replicas: Invalid value: -1: must be greater than or equal to 0'],
  },
  {
    name: 'a rolling update without room',
    spec: { strategy: { rollingUpdate: { maxSurge: '0%', maxUnavailable: 0 } } },
    want: [
      'spec.strategy.rollingUpdate.maxUnavailable: Invalid value: 0: may not be 0 when `maxSurge` is 0',
    ],
  },
  {
    name: 'a selector that misses its pods',
    spec: { selector: { matchLabels: { app: 'other' } } },
    want: [
      'spec.template.metadata.labels: Invalid value: {"app":"w"}: `selector` does not match template `labels`',
    ],
  },
])('says of $name what the API server says', ({ spec, want }) => {
  expect(texts(deployment(spec))).toEqual(want)
})

it('keeps the selector as it was', () => {
  const changed = deployment({
    selector: { matchLabels: { app: 'w', tier: 'x' } },
    template: {
      metadata: { labels: { app: 'w', tier: 'x' } },
      spec: { containers: [{ name: 'c', image: 'a' }] },
    },
  })
  expect(validateUpdate('Deployment', changed, deployment({}))).toEqual([
    {
      reason: 'FieldValueInvalid',
      field: 'spec.selector',
      body: 'Invalid value: {"matchLabels":{"app":"w","tier":"x"}}: field is immutable',
    },
  ])
})

it.each([
  {
    name: 'an Argo CD Application may have a finalizer without a slash',
    key: 'Application.argoproj.io',
    apiVersion: 'argoproj.io/v1alpha1',
    want: [],
  },
  {
    name: 'a webhook configuration may as well',
    key: 'ValidatingWebhookConfiguration',
    apiVersion: 'admissionregistration.k8s.io/v1',
    want: [],
  },
  {
    name: 'a ConfigMap may not',
    key: 'ConfigMap',
    apiVersion: 'v1',
    want: [
      'metadata.finalizers[0]: Invalid value: "resources-finalizer.argocd.argoproj.io": ' +
        'name is neither a standard finalizer name nor is it fully qualified',
    ],
  },
])('$name, when it is made and when it is changed', ({ key, apiVersion, want }) => {
  const kind = key.replace(/\..*/, '')
  const namespaced = kind !== 'ValidatingWebhookConfiguration'
  const metadata = {
    name: 'a',
    ...(namespaced && { namespace: 'argocd' }),
    finalizers: ['resources-finalizer.argocd.argoproj.io'],
  }
  const object: KubeObject = { apiVersion, kind, metadata }
  const inWords = ({ field, body }: { field: string; body: string }) => `${field}: ${body}`
  expect(validateCreate(key, object, namespaced).map(inWords)).toEqual(want)
  expect(validateUpdate(key, object, object).map(inWords)).toEqual(want)
})

it.each(['constructor', 'toString'])('a ConfigMap may have a key %s', key => {
  const metadata = { name: 'c', namespace: 'default' }
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { [key]: 'x' } }
  expect(validateCreate('ConfigMap', object, true)).toEqual([])
})
