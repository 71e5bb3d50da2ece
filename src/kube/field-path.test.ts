import { describe, expect, it } from 'vitest'
import { formatPath, pathAdvice, pathFault, pathParts, setAt, valueAt } from './field-path.ts'
import type { KubeObject } from './object.ts'

const web: KubeObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', labels: { 'a.b/c': 'x' } },
  spec: { replicas: 2, template: { spec: { containers: [{ name: 'web', image: 'web:1' }] } } },
}

describe('paths', () => {
  it.each(['spec.containers[0].image', 'metadata.labels[a.b/c]', 'items[0][1]'])(
    '%s is the same after splitting and joining',
    path => expect(formatPath(pathParts(path))).toBe(path),
  )

  it('quotes inside brackets are not part of the key', () => {
    expect(pathParts(`metadata.labels["a.b/c"]`)).toEqual(['metadata', 'labels', 'a.b/c'])
  })

  it('a value that is set can be read, and the given object stays', () => {
    const parts = pathParts('spec.template.spec.containers[0].image')
    const changed = setAt(web, parts, 'web:2')
    expect([valueAt(changed, parts), valueAt(web, parts)]).toEqual(['web:2', 'web:1'])
  })

  it('null takes a field or an item away', () => {
    expect(setAt({ a: { b: 1, c: 2 } }, ['a', 'b'], null)).toEqual({ a: { c: 2 } })
    expect(setAt({ a: [1, 2] }, ['a', 0], null)).toEqual({ a: [2] })
  })
})

describe('fields that a kind cannot have', () => {
  it.each([
    'spec.replicas',
    'spec.template.spec.containers[0].resources.limits[nvidia.com/gpu]',
    'spec.template.spec.containers[1].name',
    'spec.strategy.rollingUpdate.maxUnavailable',
    'metadata.labels[a.b/c]',
  ])('%s is none of them', path => expect(pathFault(web, path)).toBeUndefined())

  it.each([
    { path: 'spec.replica', want: 'did you mean spec.replicas?' },
    { path: 'specs.replicas', want: 'did you mean spec?' },
    { path: 'spec.template.spec.containers[0].imagee', want: 'containers[0].image?' },
    { path: 'spec.strategy.wobble', want: 'there are type, rollingUpdate' },
    { path: 'spec.template.spec.containers[2].name', want: 'write a path such as' },
    { path: 'spec.template.spec.containers.name', want: 'write a path such as' },
    { path: 'spec[0]', want: 'write a path such as' },
    { path: 'metadata.labels.a.b/c', want: 'write a path such as' },
    { path: '[', want: 'write a path such as' },
  ])('$path: $want', ({ path, want }) => {
    const fault = pathFault(web, path)
    expect(fault && pathAdvice(fault)).toContain(want)
  })

  it('a custom resource may have any, but no item beyond the end of a list', () => {
    const custom = { apiVersion: 'x.io/v1', kind: 'X', metadata: { name: 'x' }, spec: { l: [1] } }
    expect(pathFault(custom, 'spec.any.thing')).toBeUndefined()
    expect(pathFault(custom, 'spec.l[5]')?.what).toBe('spec.l has 1 item, none at [5]')
  })
})
