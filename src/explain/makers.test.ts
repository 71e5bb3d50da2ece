import { expect, it } from 'vitest'
import type { KubeObject } from '../kube/object.ts'
import { makerOf } from './makers.ts'

const wanted = { kind: 'Secret', namespace: 'shop', name: 'web-tls' } as const

function object(kind: string, rest: object, apiVersion = 'v1'): KubeObject {
  return { apiVersion, kind, metadata: { name: 'x', namespace: 'shop' }, ...rest }
}

function job(container: object, namespace = 'shop'): KubeObject {
  const spec = { template: { spec: { containers: [container] } } }
  return { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'j', namespace }, spec }
}

function role(verb: string): KubeObject {
  const rule = { resources: ['secrets'], resourceNames: ['other', 'web-tls'], verbs: ['get', verb] }
  return object('Role', { rules: [rule] }, 'rbac.authorization.k8s.io/v1')
}

it.each([
  {
    name: 'a Certificate says where its key goes',
    given: object('Certificate', { spec: { secretName: 'web-tls' } }, 'cert-manager.io/v1'),
    want: 'spec.secretName',
  },
  {
    name: 'an ExternalSecret makes one of its own name',
    given: object('ExternalSecret', { metadata: { name: 'web-tls' } }, 'external-secrets.io/v1'),
    want: 'metadata.name',
  },
  {
    name: 'a program is told the name',
    given: job({ args: ['create', '--secret-name=web-tls'] }),
    want: 'spec.template.spec.containers[0].args[1]',
  },
  {
    name: 'a program is told namespace and name',
    given: job({ env: [{ name: 'S', value: 'shop/web-tls' }] }),
    want: 'spec.template.spec.containers[0].env[0].value',
  },
  { name: 'a role may write it', given: role('update'), want: 'rules[0].resourceNames[1]' },
  { name: 'a role may only read it', given: role('list'), want: undefined },
  {
    name: 'a role may read it and create one',
    given: object('Role', {
      rules: [
        { resources: ['secrets'], resourceNames: ['web-tls'], verbs: ['get'] },
        { resources: ['secrets'], verbs: ['create'] },
      ],
    }),
    want: 'rules[0].resourceNames[0]',
  },
  { name: 'a path of that name', given: job({ args: ['--cert=/etc/web-tls'] }), want: undefined },
  { name: 'a program elsewhere', given: job({ args: ['web-tls'] }, 'other'), want: undefined },
  {
    name: 'a Service of that name',
    given: object('Service', { metadata: { name: 'web-tls' } }),
    want: undefined,
  },
])('$name', ({ given, want }) => {
  const platform = { object: given, locate: () => ({ file: 'a' }), range: () => undefined }
  expect(makerOf([platform], wanted)?.path).toBe(want)
})
