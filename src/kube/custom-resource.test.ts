import { describe, expect, it } from 'vitest'
import { shapedResource } from './custom-resource.ts'

function shaped(schema: object, fields: object): { value: object; unknown: readonly string[] } {
  const openAPIV3Schema = { type: 'object', properties: { spec: schema } }
  const versions = [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema } }]
  const definition = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: {},
    spec: { versions },
  }
  const object = { apiVersion: 'ex.io/v1', kind: 'Foo', metadata: { name: 'a' }, ...fields }
  const { value, unknown } = shapedResource(object, definition)
  const { apiVersion: _version, kind: _kind, metadata: _metadata, ...rest } = value
  return { value: rest, unknown }
}

const text = { type: 'string' }

describe('fields that the schema does not have', () => {
  it('are dropped and told', () => {
    const schema = { type: 'object', properties: { a: text, list: { type: 'array', items: {} } } }
    const spec = { a: 'x', b: 1, list: [{ c: 1 }] }
    expect(shaped(schema, { spec, more: {} })).toEqual({
      value: { spec: { a: 'x', list: [{}] } },
      unknown: ['more', 'spec.b', 'spec.list[0].c'],
    })
  })

  it('stay where the schema preserves them, but not below what it describes', () => {
    const inner = { type: 'object', properties: { a: text } }
    const schema = {
      type: 'object',
      'x-kubernetes-preserve-unknown-fields': true,
      properties: { inner },
    }
    const spec = { any: { x: 1 }, inner: { a: 'x', b: 1 } }
    expect(shaped(schema, { spec })).toEqual({
      value: { spec: { any: { x: 1 }, inner: { a: 'x' } } },
      unknown: ['spec.inner.b'],
    })
  })

  it('have the values of a map as their schema', () => {
    const schema = {
      type: 'object',
      additionalProperties: { type: 'object', properties: { a: text } },
    }
    expect(shaped(schema, { spec: { one: { a: 'x', b: 1 } } })).toEqual({
      value: { spec: { one: { a: 'x' } } },
      unknown: ['spec.one.b'],
    })
  })
})

describe('defaults', () => {
  const item = { type: 'object', properties: { port: { type: 'integer', default: 80 } } }
  const schema = {
    type: 'object',
    default: {},
    properties: {
      size: { type: 'integer', default: 1 },
      note: { type: 'string', nullable: true },
      ports: { type: 'array', items: item },
    },
  }

  it('are set where nothing was said, inside of defaults too', () => {
    expect(shaped(schema, {}).value).toEqual({ spec: { size: 1 } })
    expect(shaped(schema, { spec: { size: 2, ports: [{}] } }).value).toEqual({
      spec: { size: 2, ports: [{ port: 80 }] },
    })
  })

  it('replace nulls that may not be', () => {
    const spec = { size: null, note: null, ports: null }
    expect(shaped(schema, { spec }).value).toEqual({ spec: { size: 1, note: null } })
  })
})
