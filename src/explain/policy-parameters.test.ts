import { expect, it } from 'vitest'
import type { KubeObject } from '../kube/object.ts'
import type { Platform } from '../trials/platform.ts'
import { parameterProblems } from './policy-parameters.ts'

function platformOf(...objects: readonly KubeObject[]): Platform {
  const locate = (path: string) => ({ file: 'a.yaml', line: 1, column: 1, path })
  const range = () => undefined
  return {
    kubernetes: '1.36',
    pools: [],
    objects: objects.map(object => ({ object, locate, range })),
  }
}

const admission = 'admissionregistration.k8s.io/v1'
const limit = { apiVersion: 'example.com/v1', kind: 'Limit' }

function policy(paramKind?: object, failurePolicy = 'Fail'): KubeObject {
  const spec = { failurePolicy, ...(paramKind && { paramKind }) }
  return { apiVersion: admission, kind: 'ValidatingAdmissionPolicy', metadata: { name: 'p' }, spec }
}

function binding(paramRef: object): KubeObject {
  const spec = { policyName: 'p', paramRef: { parameterNotFoundAction: 'Deny', ...paramRef } }
  const kind = 'ValidatingAdmissionPolicyBinding'
  return { apiVersion: admission, kind, metadata: { name: 'b' }, spec }
}

const maps = { apiVersion: 'v1', kind: 'ConfigMap' }
const map = (name: string, namespace: string, labels = {}): KubeObject => ({
  ...maps,
  metadata: { name, namespace, labels },
})
const limits = (scope: string): KubeObject => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'limits.example.com' },
  spec: { group: 'example.com', scope, names: { kind: 'Limit' }, versions: [] },
})
const selector = { matchLabels: { for: 'p' } }

it.each([
  { name: 'no parameters asked for', given: [policy(), binding({ name: 'x' })] },
  {
    name: 'the object that is named',
    given: [policy(maps), binding({ name: 'x', namespace: 'a' }), map('x', 'a')],
  },
  {
    name: 'an object of that name in another namespace',
    given: [policy(maps), binding({ name: 'x', namespace: 'a' }), map('x', 'b')],
    want: 'none of the files has a ConfigMap x in a',
  },
  {
    name: 'each namespace has its own',
    given: [policy(maps), binding({ name: 'x' }), map('x', 'b')],
  },
  {
    name: 'no namespace has one',
    given: [policy(maps), binding({ name: 'x' }), map('y', 'b')],
    want: 'none of the files has a ConfigMap x in any namespace',
  },
  {
    name: 'one that is selected',
    given: [policy(maps), binding({ selector }), map('x', 'b', { for: 'p' })],
  },
  {
    name: 'none that is selected',
    given: [policy(maps), binding({ selector }), map('x', 'b', { for: 'q' })],
    want: 'none of the files has a ConfigMap that the selector selects in any namespace',
  },
  {
    name: 'a custom resource of the cluster',
    given: [policy(limit), binding({ name: 'x' }), limits('Cluster')],
    want: 'none of the files has a Limit x',
  },
  { name: 'a kind that nobody knows', given: [policy(limit), binding({ name: 'x' })] },
])('$name', ({ given, want }) => {
  const found = parameterProblems(platformOf(...given))
  expect(found.map(({ code, what }) => `${code} ${what}`)).toEqual(
    want === undefined ? [] : [`ST0158 ${want}`],
  )
})

it.each([
  { action: 'Deny', failure: 'Fail', want: 'is refused with "no params found' },
  { action: 'Deny', failure: 'Ignore', want: 'failurePolicy Ignore lets every request pass' },
  { action: 'Allow', failure: 'Fail', want: 'accepts every request' },
])('says what $action and $failure make of it', ({ action, failure, want }) => {
  const bound = binding({ name: 'x', parameterNotFoundAction: action })
  const [problem] = parameterProblems(platformOf(policy(maps, failure), bound))
  expect(problem?.why).toContain(want)
  expect(problem?.location?.path).toBe('spec.paramRef.name')
})
