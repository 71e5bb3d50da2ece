import { describe, expect, it } from 'vitest'
import type { ApiResponse } from '../apiserver/request.ts'
import { type MemoryServer, memoryServer } from '../apiserver/testing.ts'
import type { KubeObject } from '../kube/object.ts'
import { configMap, matching, validatingBinding, validatingPolicy } from './policies/testing.ts'
import { object } from './testing.ts'
import { validatingAdmissionPolicy } from './validating-admission-policy.ts'

function server(...objects: readonly KubeObject[]): MemoryServer {
  const made = memoryServer([validatingAdmissionPolicy])
  for (const each of [object('v1', 'Namespace', 'default'), ...objects]) {
    const response = made.request({ verb: 'create', object: each })
    if (!response.ok) throw new Error(response.status.message)
  }
  return made
}

function text(response: ApiResponse): string {
  return response.ok ? 'accepted' : `${response.code} ${response.status.message}`
}

const create = (on: MemoryServer, given: KubeObject): string =>
  text(on.request({ verb: 'create', object: given }))

describe('a bound policy', () => {
  const short = {
    ...matching('configmaps'),
    variables: [{ name: 'size', expression: 'object.data.size()' }],
    validations: [
      {
        expression: 'variables.size < 3',
        messageExpression: "'has ' + string(variables.size) + ' entries'",
        reason: 'Forbidden',
      },
    ],
  }

  it('refuses what its expression does not accept, in the words of messageExpression', () => {
    const on = server(validatingPolicy('short', short), validatingBinding('short'))
    expect(create(on, configMap('a', { x: '1' }))).toBe('accepted')
    const head =
      '403 configmaps "b" is forbidden: ValidatingAdmissionPolicy \'short\' with binding '
    expect(create(on, configMap('b', { x: '1', y: '2', z: '3' }))).toBe(
      `${head}'short-binding' denied request: has 3 entries`,
    )
  })

  it('lets everything pass that the binding or a match condition leaves out', () => {
    const matchResources = { objectSelector: { matchLabels: { strict: 'yes' } } }
    const conditions = { matchConditions: [{ name: 'not-x', expression: "!('x' in object.data)" }] }
    const on = server(
      validatingPolicy('short', { ...short, ...conditions }),
      validatingBinding('short', { matchResources }),
    )
    const data = { a: '1', b: '2', c: '3' }
    const labels = { strict: 'yes' }
    expect(create(on, configMap('a', data))).toBe('accepted')
    expect(create(on, configMap('b', { ...data, x: '1' }, { labels }))).toBe('accepted')
    expect(create(on, configMap('c', data, { labels }))).toContain('has 3 entries')
  })

  it('only tells when its binding warns or audits', () => {
    const on = server(
      validatingPolicy('short', short),
      validatingBinding('short', { validationActions: ['Warn', 'Audit'] }),
    )
    expect(create(on, configMap('a', { a: '1', b: '2', c: '3' }))).toBe('accepted')
  })
})

describe('failures of expressions', () => {
  const broken = {
    ...matching('configmaps'),
    validations: [{ expression: "object.data.a == '1'" }],
  }

  it('refuse by default', () => {
    const on = server(validatingPolicy('broken', broken), validatingBinding('broken'))
    expect(create(on, configMap('a', { b: '1' }))).toContain(
      "denied request: expression 'object.data.a == '1'' resulted in error: no such key: a",
    )
  })

  it('are ignored when the policy says so', () => {
    const lenient = { ...broken, failurePolicy: 'Ignore' }
    const on = server(validatingPolicy('broken', lenient), validatingBinding('broken'))
    expect(create(on, configMap('a', { b: '1' }))).toBe('accepted')
    expect(create(on, configMap('b', { a: '2' }))).toContain('failed expression')
  })
})

describe('parameters', () => {
  const policy = validatingPolicy('max', {
    ...matching('configmaps'),
    paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
    validations: [{ expression: 'params == null || object.data.size() <= int(params.data.max)' }],
  })
  const bound = (paramRef: object): KubeObject => validatingBinding('max', { paramRef })

  it('come from the object that the binding names', () => {
    const limits = configMap('limits', { max: '1' })
    const on = server(limits, policy, bound({ name: 'limits', parameterNotFoundAction: 'Deny' }))
    expect(create(on, configMap('a', { x: '1' }))).toBe('accepted')
    expect(create(on, configMap('b', { x: '1', y: '2' }))).toContain('failed expression: params ==')
  })

  it('that are missing refuse or let pass, as the binding says', () => {
    const denies = server(policy, bound({ name: 'none', parameterNotFoundAction: 'Deny' }))
    expect(create(denies, configMap('a'))).toContain(
      'failed to configure binding: no params found for policy binding with `Deny`',
    )
    const allows = server(policy, bound({ name: 'none', parameterNotFoundAction: 'Allow' }))
    expect(create(allows, configMap('a'))).toBe('accepted')
  })
})

describe('the request', () => {
  it('is what expressions see of user, operation and old object', () => {
    const on = server(
      validatingPolicy('who', {
        ...matching('configmaps', '', ['DELETE']),
        validations: [
          { expression: "request.userInfo.username == 'alice' && oldObject.metadata.name == 'a'" },
        ],
      }),
      validatingBinding('who'),
      configMap('a'),
    )
    const target = { kind: 'ConfigMap', namespace: 'default', name: 'a' }
    expect(text(on.request({ verb: 'delete', target }))).toContain('denied request')
    on.user = { username: 'alice', groups: [] }
    expect(text(on.request({ verb: 'delete', target }))).toBe('accepted')
  })

  it('for an eviction is the creation of an Eviction', () => {
    const on = server(
      validatingPolicy('no-evictions', {
        ...matching('pods/eviction', '', ['CREATE']),
        validations: [{ expression: "request.kind.kind != 'Eviction'", message: 'stay' }],
      }),
      validatingBinding('no-evictions'),
      {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'p', namespace: 'default' },
        spec: { containers: [{ name: 'c', image: 'a:1' }] },
      },
    )
    const target = { kind: 'Pod', namespace: 'default', name: 'p' }
    expect(text(on.request({ verb: 'evict', target }))).toContain('denied request: stay')
  })
})
