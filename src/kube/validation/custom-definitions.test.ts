import { describe, expect, it } from 'vitest'
import { validateCreate } from './registry.ts'

/** The complaints about a definition with this schema. */
function complaints(schema: object, spec: object = {}): readonly string[] {
  const versions = [
    { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema } },
  ]
  const names = { kind: 'Foo', plural: 'foos', singular: 'foo', listKind: 'FooList' }
  const definition = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'foos.ex.io' },
    spec: { group: 'ex.io', scope: 'Namespaced', names, versions, ...spec },
    status: { storedVersions: ['v1'] },
  }
  const errors = validateCreate('CustomResourceDefinition', definition, false)
  return errors.map(({ field, body }) => `${field}: ${body}`)
}

const spec = (schema: object): object => ({ type: 'object', properties: { spec: schema } })
const root = 'spec.validation.openAPIV3Schema'

describe('schemas', () => {
  it('say of every field what type it has', () => {
    expect(complaints(spec({ type: 'object' }))).toEqual([])
    expect(complaints(spec({}))).toEqual([
      `${root}.properties[spec].type: Required value: must not be empty for specified object fields`,
    ])
    expect(complaints(spec({ 'x-kubernetes-preserve-unknown-fields': true }))).toEqual([])
  })

  it('have conditions without types, about fields that there are', () => {
    const oneOf = [{ required: ['a'] }, { properties: { b: { type: 'string' } } }]
    expect(complaints(spec({ type: 'object', oneOf }))).toEqual([
      `${root}.properties[spec].oneOf[1].properties[b].type: Forbidden: must be empty to be structural`,
      `${root}.properties[spec].properties[b]: Required value: because it is defined in ` +
        `${root}.properties[spec].oneOf[1].properties[b]`,
    ])
    const anyOf = [{ type: 'integer' }, { type: 'string' }]
    expect(complaints(spec({ 'x-kubernetes-int-or-string': true, anyOf }))).toEqual([])
  })

  it('name the keys of lists that are maps', () => {
    const items = { type: 'object', properties: { name: { type: 'string' } } }
    const list = { type: 'array', items, 'x-kubernetes-list-type': 'map' }
    const keyed = { ...list, 'x-kubernetes-list-map-keys': ['id'] }
    expect(complaints(spec(keyed))).toEqual([
      `${root}.properties[spec].x-kubernetes-list-map-keys: Invalid value: ["id"]: ` +
        'entries must all be names of item properties',
    ])
  })
})

describe('rules', () => {
  const withRule = (rule: string, more: object = {}): readonly string[] =>
    complaints(
      spec({
        type: 'object',
        properties: {
          'max-size': { type: 'integer' },
          at: { type: 'string', format: 'date-time' },
        },
        'x-kubernetes-validations': [{ rule, ...more }],
      }),
    )

  it('know the fields of the schema by their names', () => {
    expect(
      withRule("self.max__dash__size > 1 && self.at > timestamp('2024-01-01T00:00:00Z')"),
    ).toEqual([])
    expect(withRule('self.none > 1')[0]).toContain("ERROR: <input>:1:5: undefined field 'none'")
    expect(withRule('self.max__dash__size')[0]).toContain('cel expression must evaluate to a bool')
    expect(withRule('oldSelf.at == self.at')).toEqual([])
  })

  it('have messages that are texts', () => {
    expect(withRule('true', { messageExpression: '1' })[0]).toContain(
      'messageExpression must evaluate to a string',
    )
    expect(withRule('true', { reason: 'Other' })[0]).toContain('Unsupported value: "Other"')
  })
})

it('groups of the Kubernetes project need an approval', () => {
  const names = { kind: 'Foo', plural: 'foos', singular: 'foo', listKind: 'FooList' }
  const found = complaints({ type: 'object' }, { group: 'ex.k8s.io', names })
  expect(found.some(each => each.startsWith('metadata.annotations[api-approved'))).toBe(true)
})

describe('conversions', () => {
  it.each([
    { name: 'a URL without TLS', client: { url: 'http://a/convert' }, want: 'url: Invalid value' },
    {
      name: 'a service without a name',
      client: { service: { namespace: 'n', name: '', port: 443 } },
      want: 'service.namespace: Required value',
    },
    {
      name: 'a port that is none',
      client: { service: { namespace: 'n', name: 's', port: 70_000 } },
      want: 'service.port: Invalid value: 70000: port is not valid',
    },
  ])('are asked where there can be a webhook: $name', ({ client, want }) => {
    const webhook = { clientConfig: client, conversionReviewVersions: ['v1'] }
    const [complaint, ...more] = complaints(spec({ type: 'object' }), {
      conversion: { strategy: 'Webhook', webhook },
    })
    expect(complaint).toContain(`spec.conversion.webhookClientConfig.${want}`)
    expect(more).toEqual([])
  })
})
