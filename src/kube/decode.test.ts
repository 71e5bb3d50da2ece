import { describe, expect, it } from 'vitest'
import { decodeObject, strictDecodingText } from './decode.ts'
import type { KubeObject } from './object.ts'

function pod(spec: object, metadata: object = { name: 'p' }): KubeObject {
  return { apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers: [], ...spec } }
}

const container = { name: 'c', image: 'i', resources: {} }

function problem(object: KubeObject): string | undefined {
  const { error, strictErrors } = decodeObject(object)
  return error ?? (strictErrors.length > 0 ? strictDecodingText(strictErrors) : undefined)
}

const field = 'json: cannot unmarshal'

describe('decoding what users write', () => {
  const cases = [
    {
      name: 'unknown fields are named with their place',
      given: pod({ containers: [{ ...container, imagee: 'x' }], nodeSelectr: {} }),
      want: 'strict decoding error: unknown field "spec.containers[0].imagee", unknown field "spec.nodeSelectr"',
    },
    {
      name: 'a wrong type names the Go struct and field',
      given: pod({ containers: [{ ...container, args: [1] }] }),
      want: `${field} number into Go struct field Container.spec.containers.args of type string`,
    },
    {
      name: 'a list instead of an object names the Go type',
      given: { ...pod({}), spec: [] },
      want: `${field} array into Go struct field Pod.spec of type v1.PodSpec`,
    },
    {
      name: 'a fraction is no integer',
      given: pod({ priority: 1.5 }),
      want: `${field} number 1.5 into Go struct field PodSpec.spec.priority of type int32`,
    },
    {
      name: 'an inline struct is part of the path',
      given: pod({ containers: [{ ...container, livenessProbe: { exec: { command: 'x' } } }] }),
      want: `${field} string into Go struct field ExecAction.spec.containers.livenessProbe.ProbeHandler.exec.command of type []string`,
    },
    {
      name: 'a broken quantity stops decoding at once',
      given: pod({ priority: 'x', overhead: { cpu: '1x' } }),
      want: "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
    },
    {
      name: 'a broken time says where',
      given: pod({}, { name: 'p', creationTimestamp: 'yesterday' }),
      want: 'parsing time "yesterday" as "2006-01-02T15:04:05Z07:00": cannot parse "yesterday" as "2006"',
    },
  ]
  it.each(cases)('$name', ({ given, want }) => expect(problem(given)).toBe(want))
})

/** A definition whose resources have this spec. */
function definition(spec: object): KubeObject {
  const openAPIV3Schema = { type: 'object', properties: { spec } }
  const versions = [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema } }]
  const names = { plural: 'widgets', kind: 'Widget' }
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'widgets.example.com' },
    spec: { group: 'example.com', scope: 'Namespaced', names, versions },
  } as KubeObject
}

describe('schemas inside of schemas', () => {
  const ruled = { 'x-kubernetes-validations': [{ rule: 1 }] }
  it.each([
    { name: 'of a list', given: { items: ruled }, at: 'items' },
    { name: 'of a map', given: { additionalProperties: ruled }, at: 'additionalProperties' },
    { name: 'below one', given: { items: { items: ruled } }, at: 'items.items' },
  ])('are decoded apart: $name', ({ given, at }) => {
    const { error, faults } = decodeObject(definition(given))
    expect(error).toContain('cannot unmarshal number into Go struct field ValidationRule.')
    const schema = 'spec.versions[0].schema.openAPIV3Schema.properties.spec'
    expect(faults[0]?.path).toBe(`${schema}.${at}.x-kubernetes-validations[0].rule`)
  })

  it('are not read strictly', () => {
    expect(problem(definition({ items: { type: 'string', typ: 1 } }))).toBeUndefined()
  })

  it('of a map are a schema or a boolean', () => {
    expect(problem(definition({ additionalProperties: true }))).toBeUndefined()
    expect(problem(definition({ additionalProperties: 'x' }))).toBe(
      'boolean or JSON schema expected',
    )
  })

  it('of a list are taken for none where they are neither a schema nor a list', () => {
    const decode = (items: unknown) =>
      JSON.stringify(decodeObject(definition({ type: 'array', items })).value['spec'])
    expect(decode('x')).toBe(decode(undefined))
    expect(decode({ type: 'string', properties: { a: null } })).toContain('"a":{}')
  })
})

describe('the round trip through Go types', () => {
  it('drops empty values and unknown fields, writes inner structs, canonical quantities', () => {
    const given = pod({
      nodeName: '',
      hostNetwork: false,
      tolerations: [],
      nodeSelector: {},
      activeDeadlineSeconds: 0,
      securityContext: {},
      unknown: 1,
      containers: [
        { name: 'c', command: [], resources: { requests: { cpu: '0.5', memory: 1024 } } },
      ],
    })
    expect(decodeObject(given).value).toEqual({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p' },
      spec: {
        containers: [{ name: 'c', resources: { requests: { cpu: '500m', memory: '1024' } } }],
        activeDeadlineSeconds: 0,
        securityContext: {},
      },
      status: {},
    })
  })

  it('returns an object that is already clean itself', () => {
    const once = decodeObject(pod({ containers: [container] })).value
    expect(decodeObject(once).value).toBe(once)
  })

  it('treats null as not given', () => {
    const given = pod(
      { containers: [container], nodeSelector: null, priority: null },
      {
        name: 'p',
        creationTimestamp: null,
      },
    )
    expect(decodeObject(given).value).toEqual({
      ...pod({ containers: [container] }),
      status: {},
    })
  })

  it('knows only the metadata of custom resources', () => {
    const custom = { apiVersion: 'x.io/v1', kind: 'Widget', metadata: { name: 'w', nam: 1 }, a: 1 }
    const { value, strictErrors } = decodeObject(custom as KubeObject)
    expect(value).toEqual({ ...custom, metadata: { name: 'w' } })
    expect(strictErrors).toHaveLength(1)
  })
})

describe('faults', () => {
  const labels = { 'app.kubernetes.io/name': 1 }
  it.each([
    { name: 'a sound object has none', given: pod({}), want: [] },
    {
      name: 'a wrong type lies where it is written',
      given: pod({ containers: [container, { ...container, args: ['a', 1] }] }),
      want: ['spec.containers[1].args[1]'],
    },
    {
      name: 'a key with dots stands in brackets',
      given: pod({}, { name: 'p', labels }),
      want: ['metadata.labels[app.kubernetes.io/name]'],
    },
    {
      name: 'a quantity that cannot be read',
      given: pod({ containers: [{ ...container, resources: { limits: { cpu: 'x' } } }] }),
      want: ['spec.containers[0].resources.limits.cpu'],
    },
    {
      name: 'the error comes first, then unknown fields',
      given: pod({ nodeSelectr: {}, priority: 'high' }),
      want: ['spec.priority', 'spec.nodeSelectr'],
    },
    {
      name: 'of a custom resource only the metadata is known',
      given: { apiVersion: 'x.io/v1', kind: 'X', metadata: { name: 'x', labels } },
      want: ['metadata.labels[app.kubernetes.io/name]'],
    },
  ])('$name', ({ given, want }) => {
    expect(decodeObject(given as unknown as KubeObject).faults.map(({ path }) => path)).toEqual(
      want,
    )
  })
})
