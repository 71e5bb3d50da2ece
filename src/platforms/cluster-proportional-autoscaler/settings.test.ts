import { expect, it } from 'vitest'
import type { Container, Pod } from '../../kube/generated/types.ts'
import { settingsOf } from './settings.ts'

const pod: Pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'own' } }
const usual = ['--configmap=dns', '--namespace=kube-system', '--target=Deployment/CoreDNS']
const container = (args: readonly string[], more: Partial<Container> = {}): Container => ({
  name: 'c',
  args,
  ...more,
})

it('reads the command line: targets of any case, parameters as the ConfigMap has them', () => {
  const params = '--default-params={"linear":{"nodesPerReplica":2,"min":1}}'
  const args = [
    ...usual,
    '--target',
    'deployment/a, ReplicationController/b',
    params,
    '--poll-period-seconds=30',
  ]
  expect(settingsOf(container(args), pod)).toMatchObject({
    value: {
      namespace: 'kube-system',
      configMap: 'dns',
      targets: [
        { kind: 'Deployment', name: 'a' },
        { kind: 'ReplicationController', name: 'b' },
      ],
      defaultParams: { linear: '{"min":1,"nodesPerReplica":2}' },
      pollMs: 30_000,
    },
  })
})

it('polls every ten seconds in the namespace that the pod tells it, where nothing is said', () => {
  const valueFrom = { fieldRef: { fieldPath: 'metadata.namespace' } }
  const env = [{ name: 'MY_POD_NAMESPACE', valueFrom }]
  const given = container(['--configmap=dns', '--target=deployment/dns'], { env })
  expect(settingsOf(given, pod)).toMatchObject({ value: { namespace: 'own', pollMs: 10_000 } })
})

const wrong = [
  { args: [], error: '--target parameter cannot be empty' },
  { args: [], error: '--configmap parameter cannot be empty' },
  { args: [], error: '--namespace parameter not set and failed to fallback' },
  { args: [...usual, '--target=coredns'], error: 'target format error: coredns' },
  { args: [...usual, '--target=deployment/a/b'], error: 'target format error' },
  { args: [...usual, '--target=statefulset/a'], error: 'target format error' },
  { args: [...usual, '--poll-period-seconds=0'], error: 'cannot be less than 1' },
  { args: [...usual, '--poll-period-seconds=10s'], error: 'is not a whole number' },
  {
    args: [...usual, '--default-params={'],
    error: '--default-params: unexpected end of JSON input',
  },
  { args: [...usual, '--default-params=[]'], error: '--default-params: it is no object' },
  { args: [...usual, '--nodelabels=a in'], error: 'unable to parse requirement' },
]
it.each(wrong)('$args: $error', ({ args, error }) => {
  const read = settingsOf(container(args), pod)
  expect(read).toEqual({ ok: false, error: expect.stringContaining(error) })
})
