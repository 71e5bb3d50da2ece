import { describe, expect, it } from 'vitest'
import { type Body, readBody, type ReadYaml } from './body.ts'
import { resourceOf } from './resource.ts'

const resource = resourceOf({ list: () => [] }, 'Pod', true)
const readYaml: ReadYaml = text =>
  text === '{'
    ? { value: undefined, duplicates: [], error: 'line 1: did not find expected node content' }
    : { value: { kind: 'Pod', metadata: { name: 'q' } }, duplicates: ['line 3: key "a" twice'] }

function read(body: Body): ReturnType<typeof readBody> {
  return readBody(body, { resource, apiVersion: 'v1', verb: 'create', readYaml })
}

function messageOf(body: Body): string {
  const result = read(body)
  return result.ok ? 'accepted' : result.status.message
}

const doubled = '{"metadata":{"name":"p","nam":1,"name":"q"},"spec":{"x":1}}'

describe('a body', () => {
  it('that names no version and kind is of those of its path', () => {
    expect(read({ text: '{}' })).toMatchObject({ object: { apiVersion: 'v1', kind: 'Pod' } })
    expect(read({ text: 'null' }).ok).toBe(true)
  })

  it('may complain of fields in the order in which they stand', () => {
    const complaints = [
      'unknown field "metadata.nam"',
      'duplicate field "metadata.name"',
      'unknown field "spec.x"',
    ]
    expect(read({ text: doubled })).toMatchObject({ ok: true, warnings: complaints })
    expect(read({ text: doubled, fieldValidation: 'Ignore' })).toMatchObject({ warnings: [] })
    expect(messageOf({ text: doubled, fieldValidation: 'Strict' })).toBe(
      `Pod in version "v1" cannot be handled as a Pod: strict decoding error: ${complaints.join(', ')}`,
    )
  })

  it('in YAML tells all keys that are written twice first', () => {
    const body = { text: 'kind: Pod', contentType: 'application/yaml; charset=utf-8' }
    expect(messageOf(body)).toBe('accepted')
    expect(messageOf({ ...body, fieldValidation: 'Strict' })).toContain(
      'strict decoding error: yaml: unmarshal errors:\n  line 3: key "a" twice',
    )
  })

  it.each([
    [{ text: '' }, 'json parse error: unexpected end of JSON input (<empty>)'],
    [
      { text: '[1]' },
      'cannot unmarshal array into Go value of type struct { APIVersion string ' +
        '"json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" } (5b315d)',
    ],
    [
      { text: '{"kind":7}' },
      'cannot unmarshal number into Go struct field .kind of type string ({"kind":7})',
    ],
    [{ text: '{"apiVersion":"a/b/c"}' }, 'unexpected GroupVersion string: a/b/c'],
    [
      { text: `{"a": "${'é'.repeat(20)}"` },
      `unexpected end of JSON input ({"a": "${'é'.repeat(11)} ...)`,
    ],
    [
      { text: '{', contentType: 'application/yaml' },
      'must be of type Pod): yaml: line 1: did not find expected node content ({)',
    ],
    [
      { text: '{}', contentType: 'text/plain' },
      'in an unknown format - accepted media types include: application/json, application/yaml, ' +
        'application/vnd.kubernetes.protobuf',
    ],
    [
      { text: '{}', fieldValidation: 'Bad' },
      'CreateOptions.meta.k8s.io "" is invalid: fieldValidation: Unsupported value: "Bad"',
    ],
  ])('%j is refused', (body, message) => {
    expect(messageOf(body)).toContain(message)
  })
})
