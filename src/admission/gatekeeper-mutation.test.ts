import { describe, expect, it } from 'vitest'
import type { ApiResponse } from '../apiserver/request.ts'
import type { Pod } from '../kube/generated/types.ts'
import type { KubeObject } from '../kube/object.ts'
import { defaultTolerationSeconds } from './default-toleration-seconds.ts'
import { gatekeeperMutation } from './gatekeeper-mutation.ts'
import { created, object, pod } from './testing.ts'

const namespace = object('v1', 'Namespace', 'default')
const podApplyTo = [{ groups: [''], versions: ['v1'], kinds: ['Pod'] }]

function assign(location: string, value: unknown, more: object = {}): KubeObject {
  const spec = { applyTo: podApplyTo, location, parameters: { assign: { value } }, ...more }
  return object('mutations.gatekeeper.sh/v1', 'Assign', 'a', { spec })
}

const toPool = assign('spec.nodeSelector.pool', 'apps')

function specOf(response: ApiResponse): Pod['spec'] {
  expect(response).toMatchObject({ ok: true })
  return response.ok ? (response.object as Pod).spec : undefined
}

/** Gatekeeper's own webhook with a Service and, when it is up, an endpoint. */
function installed(failurePolicy: string, isUp: boolean): readonly KubeObject[] {
  const service = { name: 'hook', namespace: 'gk', path: '/v1/mutate' }
  const rule = { apiGroups: ['*'], apiVersions: ['*'], operations: ['CREATE'], resources: ['*'] }
  const webhook = {
    name: 'mutation.gatekeeper.sh',
    clientConfig: { service },
    rules: [rule],
    failurePolicy,
    timeoutSeconds: 1,
    sideEffects: 'None',
    admissionReviewVersions: ['v1'],
  }
  const slice = {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: 'hook-1',
      namespace: 'gk',
      labels: { 'kubernetes.io/service-name': 'hook' },
    },
    addressType: 'IPv4',
    endpoints: [{ addresses: ['10.0.0.1'], conditions: { ready: isUp } }],
    ports: [],
  }
  return [
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'hook', namespace: 'gk' },
      spec: { clusterIP: '10.96.0.5', ports: [{ port: 443 }] },
    },
    slice,
    object('admissionregistration.k8s.io/v1', 'MutatingWebhookConfiguration', 'gk', {
      webhooks: [webhook],
    }),
  ]
}

describe('GatekeeperMutation', () => {
  it('changes nothing in a cluster without mutators', () => {
    const given = pod()
    const response = created([gatekeeperMutation], namespace, given)
    expect(specOf(response)?.nodeSelector).toBeUndefined()
  })

  it('applies mutators to pods, but not in its own namespace', () => {
    const own = object('v1', 'Namespace', 'gatekeeper-system', {
      metadata: {
        name: 'gatekeeper-system',
        labels: { 'kubernetes.io/metadata.name': 'gatekeeper-system' },
      },
    })
    const plugins = [gatekeeperMutation]
    expect(specOf(created(plugins, namespace, toPool, pod()))?.nodeSelector).toEqual({
      pool: 'apps',
    })
    const inside = pod({}, { namespace: 'gatekeeper-system' })
    expect(specOf(created(plugins, own, toPool, inside))?.nodeSelector).toBeUndefined()
  })

  it('drops what the kind does not have: a location that cannot exist has no effect', () => {
    const nowhere = assign('spec.template.spec.nodeSelector', { pool: 'apps' })
    const spec = specOf(created([gatekeeperMutation], namespace, nowhere, pod()))
    expect(spec).not.toHaveProperty('template')
  })

  it('runs the built-in plugins once more over what it changed', () => {
    const none = assign('spec.tolerations', [])
    const plugins = [defaultTolerationSeconds, gatekeeperMutation]
    expect(specOf(created(plugins, namespace, none, pod()))?.tolerations).toHaveLength(2)
  })

  it('lets pods pass unchanged while nobody answers and failures are ignored', () => {
    const plugins = [gatekeeperMutation]
    const up = created(plugins, namespace, ...installed('Ignore', true), toPool, pod())
    expect(specOf(up)?.nodeSelector).toEqual({ pool: 'apps' })
    const down = created(plugins, namespace, ...installed('Ignore', false), toPool, pod())
    expect(specOf(down)?.nodeSelector).toBeUndefined()
  })

  it('refuses pods while nobody answers and failures matter', () => {
    const down = created(
      [gatekeeperMutation],
      namespace,
      ...installed('Fail', false),
      toPool,
      pod(),
    )
    const message =
      'Internal error occurred: failed calling webhook "mutation.gatekeeper.sh": failed to call ' +
      'webhook: Post "https://hook.gk.svc:443/v1/mutate?timeout=1s": ' +
      'dial tcp 10.96.0.5:443: connect: connection refused'
    expect(down).toMatchObject({ ok: false, code: 500, status: { message } })
  })

  it('refuses an object that a mutator cannot be applied to', () => {
    const wrong = assign('spec.containers.image', 'x')
    const response = created([gatekeeperMutation], namespace, wrong, pod())
    expect(response).toMatchObject({
      ok: false,
      code: 500,
      status: {
        message:
          'admission webhook "mutation.gatekeeper.sh" denied the request: mutation ' +
          '00000000-0000-0000-0000-000000000000 for mutator Assign.mutations.gatekeeper.sh /a ' +
          'failed for  Pod default p: mismatch between path entry (type: object) and received ' +
          'object (type: []interface {}). Path: image',
      },
    })
  })

  it('merges sets where nothing says otherwise, as the schema of the definition has it', () => {
    const parameters = { values: { fromList: ['-v'] } }
    const spec = { applyTo: podApplyTo, location: 'spec.containers[name: *].args', parameters }
    const set = object('mutations.gatekeeper.sh/v1', 'ModifySet', 's', { spec })
    const mutated = specOf(created([gatekeeperMutation], namespace, set, pod()))
    expect(mutated?.containers.map(({ args }) => args)).toEqual([['-v']])
  })

  it('takes in a mutator that asks a provider, and sets nothing', () => {
    const external = assign('spec.nodeSelector.pool', undefined, {
      parameters: { assign: { externalData: { provider: 'p' } } },
    })
    expect(created([gatekeeperMutation], namespace, external)).toMatchObject({ ok: true })
    const spec = specOf(created([gatekeeperMutation], namespace, external, pod()))
    expect(spec?.nodeSelector).toBeUndefined()
  })

  it.each([
    {
      name: 'an image by default, without a default',
      kind: 'Assign',
      location: 'spec.containers[name: *].image',
      externalData: { provider: 'p', failurePolicy: 'UseDefault' },
      want: '`default` must not be empty when `failurePolicy` is set to `UseDefault`',
    },
    {
      name: 'an element of a list',
      kind: 'Assign',
      location: 'spec.containers[name: *]',
      externalData: { provider: 'p' },
      want: 'cannot assign external data response to a list',
    },
    {
      name: 'a label from its own value',
      kind: 'AssignMetadata',
      location: 'metadata.labels.owner',
      externalData: { provider: 'p', dataSource: 'ValueAtLocation' },
      want: 'only username data source is supported for assignmetadata e',
    },
  ])('refuses to ask a provider for $name', ({ kind, location, externalData, want }) => {
    const spec = { applyTo: podApplyTo, location, parameters: { assign: { externalData } } }
    const mutator = object('mutations.gatekeeper.sh/v1', kind, 'e', { spec })
    const message = `admission webhook "validation.gatekeeper.sh" denied the request: ${want}`
    const response = created([gatekeeperMutation], mutator)
    expect(response).toMatchObject({ ok: false, code: 422, status: { message } })
  })

  it('refuses a mutator that is invalid', () => {
    const response = created([gatekeeperMutation], assign('spec..x', 1))
    expect(response).toMatchObject({
      ok: false,
      code: 422,
      status: {
        message:
          'admission webhook "validation.gatekeeper.sh" denied the request: invalid location ' +
          'format `spec..x` for Assign a: unexpected token: expected field name or eof, got: ' +
          'SEPARATOR: "."',
      },
    })
  })

  it('leaves out namespaces that the Config of Gatekeeper excludes', () => {
    const config = {
      apiVersion: 'config.gatekeeper.sh/v1alpha1',
      kind: 'Config',
      metadata: { name: 'config', namespace: 'gatekeeper-system' },
      spec: { match: [{ processes: ['mutation-webhook'], excludedNamespaces: ['def*'] }] },
    }
    const spec = specOf(created([gatekeeperMutation], namespace, config, toPool, pod()))
    expect(spec?.nodeSelector).toBeUndefined()
  })
})
