import { expect, it } from 'vitest'
import type { KubeObject } from '../kube/object.ts'
import type { Platform } from '../trials/platform.ts'
import { unmodelledIn } from './unmodelled.ts'

function platformOf(object: KubeObject): Platform {
  const place = { locate: () => ({ file: 'a.yaml', line: 1, column: 1 }), range: () => undefined }
  return { kubernetes: '1.36', pools: [], objects: [{ object, ...place }] }
}

function object(apiVersion: string, kind: string, spec: object): KubeObject {
  return { apiVersion, kind, metadata: { name: 'x' }, spec }
}

const admission = 'admissionregistration.k8s.io/v1'
const mutations = 'mutations.gatekeeper.sh/v1'

it.each([
  {
    name: 'admission policies are modelled',
    given: object(admission, 'ValidatingAdmissionPolicy', {}),
    want: [],
  },
  {
    name: 'webhooks of others are not',
    given: object(admission, 'ValidatingWebhookConfiguration', {}),
    want: [{ effect: 'its webhooks allow everything when somebody answers', decisive: false }],
  },
  {
    name: 'a mutator with a constant is modelled',
    given: object(mutations, 'Assign', { parameters: { assign: { value: 1 } } }),
    want: [],
  },
  {
    name: 'a rule of Kyverno that merges a patch is modelled, one with variables is not',
    given: object('kyverno.io/v1', 'ClusterPolicy', {
      rules: [
        { name: 'a', match: {}, mutate: { patchStrategicMerge: { spec: { x: 1 } } } },
        { name: 'b', match: {}, mutate: { patchStrategicMerge: { spec: { x: '{{ y }}' } } } },
        { name: 'c', match: {}, validate: {} },
      ],
    }),
    want: [{ kind: 'ClusterPolicy x', effect: 'not applied: b (variables), c (validate)' }],
  },
  {
    name: 'a mutator that asks a provider is not',
    given: object(mutations, 'Assign', { parameters: { assign: { externalData: {} } } }),
    want: [
      {
        kind: 'Assign (mutations.gatekeeper.sh/v1)',
        effect: 'sets nothing: what its provider of external data answers is not known',
        decisive: false,
      },
    ],
  },
  {
    name: 'a number of instances means pods',
    given: object('db.io/v1', 'Cluster', { instances: 3 }),
    want: [{ decisive: true }],
  },
  {
    name: 'a size with a unit and the name of a template mean none',
    given: object('db.io/v1', 'Database', { size: '10Gi', template: 'template1' }),
    want: [{ effect: 'kept as data; nothing acts on it', decisive: false }],
  },
])('$name', ({ given, want }) => {
  expect(unmodelledIn(platformOf(given))).toMatchObject(want)
  expect(unmodelledIn(platformOf(given))).toHaveLength(want.length)
})
