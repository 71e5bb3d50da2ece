import { describe, expect, it } from 'vitest'
import { memoryServer } from '../apiserver/testing.ts'
import type { KubeObject } from '../kube/object.ts'
import { mutatingAdmissionPolicy } from './mutating-admission-policy.ts'
import { configMap, matching, mutatingBinding, mutatingPolicy } from './policies/testing.ts'
import { priority } from './priority.ts'
import { object, pod } from './testing.ts'

/** The object as it is stored after the policies, or the message of the refusal. */
function stored(given: KubeObject, ...policies: readonly KubeObject[]): KubeObject | string {
  const on = memoryServer([priority, mutatingAdmissionPolicy])
  const high = { ...object('scheduling.k8s.io/v1', 'PriorityClass', 'high'), value: 1000 }
  for (const each of [object('v1', 'Namespace', 'default'), high, ...policies]) {
    const response = on.request({ verb: 'create', object: each })
    if (!response.ok) throw new Error(response.status.message)
  }
  const response = on.request({ verb: 'create', object: given })
  return response.ok ? response.object : response.status.message
}

const apply = (expression: string): object => ({
  patchType: 'ApplyConfiguration',
  applyConfiguration: { expression },
})
const patch = (expression: string): object => ({
  patchType: 'JSONPatch',
  jsonPatch: { expression },
})

function policy(name: string, resource: string, ...mutations: readonly object[]): KubeObject {
  return mutatingPolicy(name, { ...matching(resource), mutations })
}

describe('apply configurations', () => {
  it('are merged by the keys of lists', () => {
    const expression =
      "Object{spec: Object.spec{containers: [Object.spec.containers{name: 'c', " +
      "env: [Object.spec.containers.env{name: 'B', value: '2'}]}]}}"
    const env = [{ name: 'A', value: '1' }]
    const given = pod({ containers: [{ name: 'c', image: 'a:1', env }] })
    const changed = stored(given, policy('env', 'pods', apply(expression)), mutatingBinding('env'))
    expect(changed).toMatchObject({
      spec: { containers: [{ name: 'c', image: 'a:1', env: [...env, { name: 'B', value: '2' }] }] },
    })
  })

  it('may not replace lists without keys', () => {
    const expression =
      "Object{spec: Object.spec{tolerations: [Object.spec.tolerations{operator: 'Exists'}]}}"
    const changed = stored(pod(), policy('p', 'pods', apply(expression)), mutatingBinding('p'))
    expect(changed).toBe(
      "policy 'p' with binding 'p-binding' denied request: error applying patch: invalid " +
        'ApplyConfiguration: may not mutate atomic arrays, maps or structs: .spec.tolerations',
    )
  })

  it('must name fields that there are, in the place that they are for', () => {
    const unknown = apply("Object{spec: Object.spec{colour: 'red'}}")
    expect(stored(pod(), policy('p', 'pods', unknown), mutatingBinding('p'))).toContain(
      'failed to convert patch object to typed object: .spec.colour: field not declared in schema',
    )
    const misplaced = apply('Object{spec: Object.metadata{}}')
    expect(stored(pod(), policy('p', 'pods', misplaced), mutatingBinding('p'))).toContain(
      'type mismatch: unexpected type name "Object.metadata", expected "Object.spec"',
    )
  })
})

describe('JSON patches', () => {
  it('are made one after the other, each from what the one before left', () => {
    const first = patch("[JSONPatch{op: 'add', path: '/data/a', value: '1'}]")
    const second = patch("[JSONPatch{op: 'add', path: '/data/b', value: object.data.a + '2'}]")
    const changed = stored(
      configMap('m', { x: '' }),
      policy('p', 'configmaps', first, second),
      mutatingBinding('p'),
    )
    expect(changed).toMatchObject({ data: { x: '', a: '1', b: '12' } })
  })

  it('do nothing when their test fails, and refuse when they do not apply', () => {
    const test = patch(
      "[JSONPatch{op: 'test', path: '/data/x', value: 'no'}, JSONPatch{op: 'remove', path: '/data'}]",
    )
    const bound = mutatingBinding('p')
    const data = { x: '' }
    expect(stored(configMap('m', data), policy('p', 'configmaps', test), bound)).toMatchObject({
      data,
    })
    const misfit = patch("[JSONPatch{op: 'remove', path: '/data/none'}]")
    expect(stored(configMap('m', data), policy('p', 'configmaps', misfit), bound)).toContain(
      "denied request: JSON Patch: error in remove for path: '/data/none'",
    )
  })
})

describe('a second round', () => {
  const mark = patch(
    "[JSONPatch{op: 'add', path: '/data/n', value: 'n' in object.data ? '2' : '1'}]",
  )

  it('lets the policies run again that ask for it', () => {
    const again = mutatingPolicy('again', {
      ...matching('configmaps'),
      mutations: [mark],
      reinvocationPolicy: 'IfNeeded',
    })
    const changed = stored(configMap('m', { x: '' }), again, mutatingBinding('again'))
    expect(changed).toMatchObject({ data: { n: '2' } })
    const once = policy('once', 'configmaps', mark)
    const kept = stored(configMap('m', { x: '' }), once, mutatingBinding('once'))
    expect(kept).toMatchObject({ data: { n: '1' } })
  })

  it('shows changed objects to the built-in plugins', () => {
    const change = apply("Object{spec: Object.spec{priorityClassName: 'high'}}")
    const changed = stored(pod(), policy('p', 'pods', change), mutatingBinding('p'))
    expect(changed).toContain('the integer value of priority (0) must not be provided in pod spec')
  })
})

describe('failures', () => {
  it('are ignored when the policy says so', () => {
    const spec = {
      mutations: [patch('[JSONPatch{op: object.data.none}]')],
      failurePolicy: 'Ignore',
    }
    const lenient = mutatingPolicy('p', { ...matching('configmaps'), ...spec })
    const data = { x: '' }
    expect(stored(configMap('m', data), lenient, mutatingBinding('p'))).toMatchObject({ data })
  })
})
