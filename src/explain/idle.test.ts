import { expect, it } from 'vitest'
import type { KubeObject } from '../kube/object.ts'
import type { Platform } from '../trials/platform.ts'
import { idleIn } from './idle.ts'

function platformOf(...objects: readonly KubeObject[]): Platform {
  const locate = (path: string) => ({ file: 'a.yaml', line: 1, column: 1, path })
  const range = () => undefined
  return {
    kubernetes: '1.36',
    pools: [],
    objects: objects.map(object => ({ object, locate, range })),
  }
}

function object(apiVersion: string, kind: string, name: string, spec: object): KubeObject {
  return { apiVersion, kind, metadata: { name, namespace: 'default' }, spec }
}

const admission = 'admissionregistration.k8s.io/v1'
const policy = object(admission, 'ValidatingAdmissionPolicy', 'p', {})
const binding = (policyName: string) =>
  object(admission, 'ValidatingAdmissionPolicyBinding', 'b', { policyName })

const assign = (name: string, location: string) =>
  object('mutations.gatekeeper.sh/v1', 'Assign', name, {
    applyTo: [{ groups: [''], versions: ['v1'], kinds: ['Pod'] }],
    location,
    parameters: { assign: { value: 'x' } },
  })

const cronJobs = (location: string) =>
  object('mutations.gatekeeper.sh/v1alpha1', 'Assign', 'c', {
    applyTo: [{ groups: ['batch'], versions: ['v1'], kinds: ['CronJob'] }],
    location,
    parameters: { assign: { value: {} } },
  })

const helm = 'helm.cattle.io/v1'
const chart = (kind: string, name: string, namespace: string): KubeObject => ({
  ...object(helm, kind, name, {}),
  metadata: { name, namespace },
})
const config = (name: string, namespace = 'kube-system') =>
  chart('HelmChartConfig', name, namespace)

it.each([
  { name: 'a policy with a binding', given: [policy, binding('p')], want: [] },
  { name: 'a policy without', given: [policy], want: ['ValidatingAdmissionPolicyBinding'] },
  {
    name: 'a binding of another',
    given: [policy, binding('q')],
    want: ['for it', 'none of the files has the ValidatingAdmissionPolicy q that it names'],
  },
  {
    name: 'mutators that take a field for a list and for an object',
    given: [assign('a', 'spec.containers.image'), assign('b', 'spec.containers[name: *].image')],
    want: [
      'conflicting schemas: [Assign',
      'conflicting schemas: [Assign',
      'spec.containers of Pod is a list',
    ],
  },
  {
    name: 'mutators that agree',
    given: [assign('a', 'spec.priority'), assign('b', 'spec.containers[name: *].image')],
    want: [],
  },
  {
    name: 'a mutator of CronJobs one template too high',
    given: [cronJobs('spec.jobTemplate.spec.affinity.nodeAffinity')],
    want: ['no effect on any CronJob: CronJob has no field spec.jobTemplate.spec.affinity'],
  },
  {
    name: 'a mutator of CronJobs at their pod template',
    given: [cronJobs('spec.jobTemplate.spec.template.spec.affinity.nodeAffinity')],
    want: [],
  },
  {
    name: 'a slip of the pen in a location',
    given: [assign('a', 'spec.containers[name: *].imagePullPolcy')],
    want: ['Pod has no field spec.containers[name: *].imagePullPolcy'],
  },
  {
    name: 'a list taken for an object',
    given: [assign('a', 'spec.containers.image')],
    want: ['spec.containers of Pod is a list'],
  },
  {
    name: 'a resource that its operator reads',
    given: [object('argoproj.io/v1beta1', 'ArgoCD', 'argocd', {})],
    want: [],
  },
  {
    name: 'a resource with fields of other types',
    given: [
      object('argoproj.io/v1beta1', 'ArgoCD', 'argocd', {
        ha: true,
        server: { replicas: '3' },
        nodePlacement: { nodeSelector: { pool: 1 }, affinity: {} },
      }),
    ],
    want: [
      'spec.ha in body must be of type object: "boolean"',
      'spec.server.replicas in body must be of type integer: "string"',
      'spec.nodePlacement.nodeSelector.pool in body must be of type string: "integer"',
      'ArgoCD has no field spec.nodePlacement.affinity',
    ],
  },
  {
    name: 'a resource of a version that its operator does not read',
    given: [object('argoproj.io/v1', 'ArgoCD', 'argocd', {})],
    want: ['argocd-operator does not read argoproj.io/v1 of ArgoCD'],
  },
  { name: 'a config of no chart', given: [config('coredns')], want: ['kube-system/coredns'] },
  { name: 'configs of charts of k3s', given: [config('traefik'), config('traefik-crd')], want: [] },
  { name: 'a config of a chart of RKE2', given: [config('rke2-coredns')], want: [] },
  {
    name: 'a config of a chart in the files',
    given: [chart('HelmChart', 'grafana', 'web'), config('grafana', 'web')],
    want: [],
  },
  {
    name: 'a config beside its chart, in another namespace',
    given: [chart('HelmChart', 'grafana', 'web'), config('grafana')],
    want: ['kube-system/grafana'],
  },
])('$name', ({ given, want }) => {
  const problems = idleIn(platformOf(...given))
  expect(problems.map(({ code }) => code)).toEqual(want.map(() => 'ST0151'))
  for (const [index, text] of want.entries()) expect(problems[index]?.what).toContain(text)
})
