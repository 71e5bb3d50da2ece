import { describe, expect, it } from 'vitest'
import type { ApiResponse } from '../apiserver/request.ts'
import type { Deployment, Pod } from '../kube/generated/types.ts'
import type { KubeObject } from '../kube/object.ts'
import { unmodelledRules } from './kyverno/policy.ts'
import { kyvernoMutation } from './kyverno-mutation.ts'
import { created, object, pod } from './testing.ts'

const namespace = object('v1', 'Namespace', 'default')
const plugins = [kyvernoMutation]
const toPool = { spec: { nodeSelector: { pool: 'apps' } } }

function policy(rule: object, spec: object = {}, metadata: object = {}): KubeObject {
  const match = { any: [{ resources: { kinds: ['Pod'] } }] }
  return {
    apiVersion: 'kyverno.io/v1',
    kind: 'ClusterPolicy',
    metadata: { name: 'p', ...metadata },
    spec: { ...spec, rules: [{ name: 'r', match, ...rule }] },
  }
}

function merging(patchStrategicMerge: object, more: object = {}): KubeObject {
  return policy({ mutate: { patchStrategicMerge }, ...more })
}

const deployment = object('apps/v1', 'Deployment', 'd', {
  metadata: { name: 'd', namespace: 'default' },
  spec: {
    selector: { matchLabels: { a: 'b' } },
    template: { metadata: { labels: { a: 'b' } }, spec: pod()['spec'] },
  },
})

function podOf(response: ApiResponse): Pod {
  expect(response).toMatchObject({ ok: true })
  return response.ok ? (response.object as Pod) : (pod() as Pod)
}

function selectorAfter(...objects: readonly KubeObject[]): unknown {
  return podOf(created(plugins, namespace, ...objects)).spec?.nodeSelector
}

describe('KyvernoMutation', () => {
  it('changes pods, and the templates that make them', () => {
    expect(selectorAfter(merging(toPool), pod())).toEqual({ pool: 'apps' })
    const made = created(plugins, namespace, merging(toPool), deployment)
    const template = made.ok ? (made.object as Deployment).spec?.template : undefined
    expect(template?.spec?.nodeSelector).toEqual({ pool: 'apps' })
  })

  it('leaves templates alone when the annotation says so', () => {
    const annotations = { 'pod-policies.kyverno.io/autogen-controllers': 'none' }
    const own = policy({ mutate: { patchStrategicMerge: toPool } }, {}, { annotations })
    const made = created(plugins, namespace, own, deployment)
    const template = made.ok ? (made.object as Deployment).spec?.template : undefined
    expect(template?.spec?.nodeSelector).toBeUndefined()
  })

  it('changes nothing in the namespaces that its chart filters', () => {
    const system = object('v1', 'Namespace', 'kube-system')
    const inside = pod({}, { namespace: 'kube-system' })
    expect(selectorAfter(system, merging(toPool), inside)).toBeUndefined()
  })

  it('looks at match and exclude', () => {
    const web = { resources: { selector: { matchLabels: { app: 'web' } } } }
    const exclude = { exclude: { any: [web] } }
    const labelled = pod({}, { labels: { app: 'web' } })
    expect(selectorAfter(merging(toPool, exclude), labelled)).toBeUndefined()
    expect(selectorAfter(merging(toPool, exclude), pod())).toEqual({ pool: 'apps' })
    const operations = {
      match: { any: [{ resources: { kinds: ['v1/Pod'], operations: ['UPDATE'] } }] },
    }
    expect(selectorAfter(merging(toPool, operations), pod())).toBeUndefined()
    const named = { match: { resources: { kinds: ['*'], names: ['q*', 'p?', 'p'] } } }
    expect(selectorAfter(merging(toPool, named), pod())).toEqual({ pool: 'apps' })
  })

  it('applies JSON patches, with what is missing on the way', () => {
    const operations = [
      { op: 'remove', path: '/spec/nothing' },
      { op: 'add', path: '/spec/tolerations/-', value: { key: 'k', operator: 'Exists' } },
    ]
    const patch = policy({ mutate: { patchesJson6902: JSON.stringify(operations) } })
    const made = podOf(created(plugins, namespace, patch, pod()))
    expect(made.spec?.tolerations).toEqual([{ key: 'k', operator: 'Exists' }])
  })

  it('refuses an object that a patch cannot be applied to', () => {
    const operations = [{ op: 'replace', path: '/spec/nothing', value: 1 }]
    const patch = policy({ mutate: { patchesJson6902: JSON.stringify(operations) } })
    const refused = created(plugins, namespace, patch, pod())
    expect(refused).toMatchObject({ ok: false, code: 400 })
    expect(refused.ok ? '' : refused.status.message).toContain('mutation policy p error: r: ')
  })

  it('skips rules that are not modelled, and keeps the others', () => {
    const withVariable = merging({
      metadata: { labels: { user: '{{ request.userInfo.username }}' } },
    })
    expect(podOf(created(plugins, namespace, withVariable, pod())).metadata.labels).toBeUndefined()
  })

  it('stops after the first rule that applies where the policy says One', () => {
    const match = { any: [{ resources: { kinds: ['Pod'] } }] }
    const rules = ['a', 'b'].map(name => ({
      name,
      match,
      mutate: { patchStrategicMerge: { metadata: { labels: { [name]: 'x' } } } },
    }))
    const own = policy({}, {})
    const one = { ...own, spec: { applyRules: 'One', rules } }
    expect(podOf(created(plugins, namespace, one, pod())).metadata.labels).toEqual({ a: 'x' })
  })

  it.each([
    { name: 'rules', spec: { rules: 'all' }, field: 'spec.rules' },
    { name: 'a rule', spec: { rules: [null] }, field: 'spec.rules[0]' },
    { name: 'any', spec: ruled({ any: {} }), field: 'spec.rules[0].match.any' },
    {
      name: 'kinds',
      spec: ruled({ resources: { kinds: 'Pod' } }),
      field: 'spec.rules[0].match.resources.kinds',
    },
    {
      name: 'a selector',
      spec: ruled({ resources: { kinds: ['Pod'], selector: 'app=web' } }),
      field: 'spec.rules[0].match.resources.selector',
    },
  ])('tells $name of another type, and applies no rule of the policy', ({ spec, field }) => {
    const wrong = { ...policy({}), spec }
    expect(selectorAfter(wrong, pod())).toBeUndefined()
    expect(unmodelledRules(wrong)).toMatchObject([{ index: 0, name: field }])
  })

  it('reads fields that are null as absent', () => {
    const match = { any: [{ resources: { kinds: ['Pod'], names: null, annotations: null } }] }
    expect(selectorAfter(merging(toPool, { match, exclude: null }), pod())).toEqual({
      pool: 'apps',
    })
  })
})

function ruled(match: object): object {
  return { rules: [{ name: 'r', match, mutate: { patchStrategicMerge: toPool } }] }
}
