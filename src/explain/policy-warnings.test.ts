import { expect, it } from 'vitest'
import type { KubeObject } from '../kube/object.ts'
import { install } from '../trials/install.ts'
import type { Platform } from '../trials/platform.ts'
import { policyWarnings, typeWarnings } from './policy-warnings.ts'

function platformOf(...objects: readonly KubeObject[]): Platform {
  const range = () => undefined
  return {
    kubernetes: '1.36',
    pools: [],
    objects: objects.map(object => ({
      object,
      locate: path => ({ file: `${object.kind}.yaml`, line: 1, column: 1, path }),
      range,
    })),
  }
}

const group = 'admissionregistration.k8s.io/v1'
const policy = (expression: string): KubeObject => ({
  apiVersion: group,
  kind: 'ValidatingAdmissionPolicy',
  metadata: { name: 'small' },
  spec: {
    failurePolicy: 'Fail',
    matchConstraints: {
      resourceRules: [
        { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] },
      ],
    },
    validations: [{ expression, message: 'too much' }],
    auditAnnotations: [{ key: 'size', valueExpression: 'string(size(object.data))' }],
  },
})
const binding = (action: string): KubeObject => ({
  apiVersion: group,
  kind: 'ValidatingAdmissionPolicyBinding',
  metadata: { name: 'all' },
  spec: { policyName: 'small', validationActions: [action] },
})
const config: KubeObject = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'c', namespace: 'default' },
  data: { a: '1', b: '2' },
}

function told(action: string): (string | undefined)[] {
  const platform = platformOf(policy('size(object.data) < 2'), binding(action), config)
  const problems = policyWarnings(platform, install(platform).world)
  return problems.map(({ code, what, location }) => `${code} ${location?.file} ${what}`)
}

it('a policy that warns is told with the object, its audit annotations too', () => {
  expect(told('Warn')).toEqual([
    "ST0154 ConfigMap.yaml Validation failed for ValidatingAdmissionPolicy 'small' with binding 'all': too much",
    'ST0154 ConfigMap.yaml small/size: 2',
  ])
})

it('a policy that audits is told in its own words', () => {
  expect(told('Audit')).toEqual([
    'ST0154 ConfigMap.yaml too much',
    'ST0154 ConfigMap.yaml small/size: 2',
  ])
})

it('a policy that denies refuses the object', () => {
  expect(told('Deny')).toEqual(['ST0154 ConfigMap.yaml small/size: 2'])
})

it('an expression that does not fit the kind is told with its place', () => {
  const platform = platformOf(policy('object.dato.size() < 2'))
  const [problem] = typeWarnings(platform, install(platform).world)
  expect(problem?.what).toBe(
    "spec.validations[0].expression: /v1, Kind=ConfigMap: ERROR: <input>:1:7: undefined field 'dato'",
  )
  expect(problem?.location?.path).toBe('spec.validations[0].expression')
})
