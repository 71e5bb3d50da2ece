import { describe, expect, it } from 'vitest'
import { schemaOf, type StructType } from '../schema.ts'
import { difference, fieldsOf, pathsOf, recursiveDifference, setOf, union } from './field-set.ts'
import { mergedTyped } from './merge.ts'
import { compareElements, pathText } from './path-element.ts'
import { compareTyped, fieldSetOf, withoutFields } from './typed.ts'
import { typedProblems } from './validate.ts'

const pod = { type: schemaOf('v1', 'Pod') as StructType }
const container = (name: string, rest: object = {}): object => ({ name, ...rest })
const withContainers = (...containers: object[]): object => ({ spec: { containers } })
const texts = (set: Parameters<typeof pathsOf>[0]): readonly string[] => pathsOf(set).map(pathText)

describe('sets of fields', () => {
  const a = setOf({ 'f:spec': { '.': {}, 'f:a': {}, 'f:b': { 'f:c': {} } } })
  const b = setOf({ 'f:spec': { 'f:b': {} } })

  it('come back the same from their JSON form', () => {
    expect(fieldsOf(a)).toEqual({ 'f:spec': { '.': {}, 'f:a': {}, 'f:b': { 'f:c': {} } } })
  })

  it('are joined and taken apart, with or without what lies below', () => {
    expect(texts(union(a, b))).toEqual(['.spec', '.spec.a', '.spec.b', '.spec.b.c'])
    expect(texts(difference(a, b))).toEqual(['.spec', '.spec.a', '.spec.b.c'])
    expect(texts(recursiveDifference(a, b))).toEqual(['.spec', '.spec.a'])
  })

  it('order numbers in keys as numbers', () => {
    const keys = ['k:{"port":80}', 'k:{"port":9}', 'f:x']
    expect(keys.sort(compareElements)).toEqual(['f:x', 'k:{"port":9}', 'k:{"port":80}'])
  })
})

describe('typed values', () => {
  it('have items by key, and atomic lists as one field', () => {
    const value = {
      spec: { containers: [container('a', { args: ['x'] })], tolerations: [{ key: 'k' }] },
    }
    expect(texts(fieldSetOf(pod, value))).toEqual([
      '.spec.containers[name="a"]',
      '.spec.containers[name="a"].args',
      '.spec.containers[name="a"].name',
      '.spec.tolerations',
    ])
  })

  it('take defaults for keys that are absent', () => {
    const ports = [{ containerPort: 80 }]
    const value = withContainers(container('a', { ports }))
    expect(texts(fieldSetOf(pod, value))).toContain(
      '.spec.containers[name="a"].ports[containerPort=80,protocol="TCP"]',
    )
  })

  it('differ in what was added, modified and removed', () => {
    const before = withContainers(container('a', { image: '1' }), container('b'))
    const after = withContainers(container('a', { image: '2' }), container('c'))
    const { added, modified, removed } = compareTyped(pod, before, after)
    expect(texts(modified)).toEqual(['.spec.containers[name="a"].image'])
    expect(texts(added)).toEqual(['.spec.containers[name="c"]', '.spec.containers[name="c"].name'])
    expect(texts(removed)).toContain('.spec.containers[name="b"]')
  })

  it('merge in the order of the applied items, others near their place', () => {
    const live = withContainers(container('a'), container('x'), container('b'))
    const applied = withContainers(container('b'), container('a', { image: '2' }))
    expect(mergedTyped(pod, live, applied)).toEqual(
      withContainers(container('x'), container('b'), container('a', { image: '2' })),
    )
  })

  it('lose exactly the fields of a set', () => {
    const value = withContainers(container('a', { image: '1' }), container('b'))
    const image = { 'k:{"name":"a"}': { 'f:image': {} }, 'k:{"name":"b"}': {} }
    const set = setOf({ 'f:spec': { 'f:containers': image } })
    expect(withoutFields(pod, value, set)).toEqual(withContainers(container('a')))
  })

  const problems = [
    { given: { spec: { foo: 1 } }, want: '.spec.foo: field not declared in schema' },
    { given: { spec: { nodeName: 5 } }, want: '.spec.nodeName: expected string, got &value' },
    {
      given: withContainers(container('a'), container('a')),
      want: '.spec.containers: duplicate entries for key [name="a"]',
    },
    { given: { spec: [] }, want: '.spec: expected map' },
  ]

  it.each(problems)('are refused: $want', ({ given, want }) => {
    expect(typedProblems(pod, given)[0]).toContain(want)
  })
})
