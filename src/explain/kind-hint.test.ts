import { expect, it } from 'vitest'
import { definedKinds, kindMeant } from './kind-hint.ts'

const crd = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'issuers.cert-manager.io' },
  spec: { group: 'cert-manager.io', names: { kind: 'Issuer' }, versions: [{ name: 'v1' }] },
}

it.each([
  { name: 'two letters swapped', given: ['apps/v1', 'Deploymnet'], want: 'Deployment (apps/v1)' },
  { name: 'a letter of the group', given: ['app/v1', 'Deployment'], want: 'Deployment (apps/v1)' },
  {
    name: 'a letter in a group with a dot',
    given: ['networking.k8s.io/v1', 'Ingres'],
    want: 'Ingress (networking.k8s.io/v1)',
  },
  {
    name: 'a version that is gone',
    given: ['policy/v1beta1', 'PodDisruptionBudget'],
    want: 'PodDisruptionBudget (policy/v1)',
  },
  {
    name: 'a defined kind',
    given: ['cert-manager.io/v1', 'Isuer'],
    want: 'Issuer (cert-manager.io/v1)',
  },
  { name: 'a defined kind itself', given: ['cert-manager.io/v1', 'Issuer'], want: undefined },
  { name: 'a custom Service', given: ['serving.knative.dev/v1', 'Service'], want: undefined },
  { name: 'a short word beside another', given: ['gateway.x.io/v1', 'Job'], want: undefined },
])('$name', ({ given: [apiVersion = '', kind = ''], want }) => {
  const object = { apiVersion, kind, metadata: { name: 'a' } }
  expect(kindMeant(object, definedKinds([crd]))).toBe(want)
})
