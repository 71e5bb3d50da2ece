// What a client sends as text: media types, field validation, JSON or YAML, and the API server's
// words for what it cannot read. Upstream: apiserver pkg/endpoints/handlers/{create,rest}.go and
// pkg/endpoints/handlers/negotiation, apimachinery pkg/runtime/serializer/json, v0.36.3.

import { decodeObject, strictDecodingText } from '../kube/decode.ts'
import { goQuote } from '../kube/go-text.ts'
import { readJsonText } from '../kube/json-text.ts'
import type { KubeObject } from '../kube/object.ts'
import type { ApiStatus } from '../kube/status.ts'
import { notSupported } from '../kube/validation/field-error.ts'
import type { Resource } from './resource.ts'
import { badRequest, invalidObject, plainFailure } from './responses.ts'

/** YAML as the serializer of the API server reads it: the value, or why there is none. */
export type ReadYaml = (text: string) => {
  readonly value: unknown
  /** `line 3: key "name" already set in map`, for each key that is written twice. */
  readonly duplicates: readonly string[]
  readonly error?: string
}

export interface Body {
  readonly text: string
  /** `Content-Type`; JSON when absent. */
  readonly contentType?: string | undefined
  /** `?fieldValidation=`; Warn when absent. */
  readonly fieldValidation?: string | undefined
}

export interface Expected {
  readonly resource: Resource
  /** The version in the path: bodies that name none are taken to be of it. */
  readonly apiVersion: string
  readonly verb: 'create' | 'update'
  readonly readYaml: ReadYaml
}

export type ReadBody =
  | {
      readonly ok: true
      readonly object: KubeObject
      /** What the answer's Warning headers say of unknown and doubled fields. */
      readonly warnings: readonly string[]
    }
  | { readonly ok: false; readonly status: ApiStatus }

/** The object that a body carries; its unknown fields are dropped when it is decoded. */
export function readBody(body: Body, expected: Expected): ReadBody {
  const format = formatOf(body.contentType ?? '')
  if (format === undefined) return refuse(unknownFormat(expected.resource))
  const { fieldValidation = '' } = body
  if (!directives.includes(fieldValidation)) return refuse(badDirective(fieldValidation, expected))
  const text = format === 'yaml' ? readYamlBody(body.text, expected) : readJsonBody(body.text)
  if (text.error !== undefined) return refuse(unrecognized(text.error, body.text, expected))
  const found = versionAndKind(text.value)
  if (typeof found === 'string') return refuse(unrecognized(found, body.text, expected))
  const object = withDefaults(text.value, expected)
  const complaints = isOfKind(object, expected) ? strictErrors(object, text) : []
  if (fieldValidation === 'Strict' && complaints.length > 0) {
    const { kind, apiVersion } = object
    const handled = `${kind} in version "${versionOf(apiVersion)}" cannot be handled as a ${kind}`
    return refuse(badRequest(`${handled}: ${strictDecodingText(complaints)}`))
  }
  return { ok: true, object, warnings: fieldValidation === 'Ignore' ? [] : complaints }
}

function refuse(status: ApiStatus): ReadBody {
  return { ok: false, status }
}

const formats: Readonly<Record<string, 'json' | 'yaml'>> = {
  '': 'json',
  'application/json': 'json',
  'application/yaml': 'yaml',
}

function formatOf(contentType: string): 'json' | 'yaml' | undefined {
  const [mediaType = ''] = contentType.split(';')
  return formats[mediaType.trim().toLowerCase()]
}

function unknownFormat({ definition }: Resource): ApiStatus {
  const binary = definition === undefined ? ', application/vnd.kubernetes.protobuf' : ''
  const accepted = `application/json, application/yaml${binary}`
  const text = `the body of the request was in an unknown format - accepted media types include: `
  return plainFailure(415, text + accepted, 'UnsupportedMediaType')
}

const directives: readonly string[] = ['', 'Ignore', 'Strict', 'Warn']

function badDirective(given: string, { verb }: Expected): ApiStatus {
  const kind = verb === 'create' ? 'CreateOptions' : 'UpdateOptions'
  const resource = { group: 'meta.k8s.io', kind, groupKind: `${kind}.meta.k8s.io` }
  return invalidObject(resource, '', [notSupported('fieldValidation', given, directives)])
}

interface Text {
  readonly value: unknown
  readonly error?: string
  /** Complaints that come before those about unknown fields. */
  readonly first: readonly string[]
  /** Where the fields of a JSON text stand, to tell its complaints in their order. */
  readonly offsets: ReadonlyMap<string, number>
  readonly duplicates: readonly { readonly path: string; readonly offset: number }[]
}

const noOffsets: ReadonlyMap<string, number> = new Map()

function readJsonBody(text: string): Text {
  const { value, fields, duplicates, error } = readJsonText(text)
  if (error !== undefined) {
    const why = `couldn't get version/kind; json parse error: ${error}`
    return { value, error: why, first: [], offsets: noOffsets, duplicates: [] }
  }
  const offsets = new Map<string, number>()
  for (const { path, offset } of fields) if (!offsets.has(path)) offsets.set(path, offset)
  return { value, first: [], offsets, duplicates }
}

function readYamlBody(text: string, { readYaml }: Expected): Text {
  const { value, duplicates, error } = readYaml(text)
  const lines = duplicates.map(line => `\n  ${line}`).join('')
  const first = lines === '' ? [] : [`yaml: unmarshal errors:${lines}`]
  const read = { value, first, offsets: noOffsets, duplicates: [] }
  return error === undefined ? read : { ...read, error: `yaml: ${error}` }
}

/** Undefined when the body names its version and kind well, or not at all; else why not. */
function versionAndKind(value: unknown): string | undefined {
  const parsing = "couldn't get version/kind; json parse error: json: cannot unmarshal "
  if (value === null || value === undefined) return undefined
  if (typeof value !== 'object' || Array.isArray(value)) {
    return `${parsing}${jsonWord(value)} into Go value of type ${typeMeta}`
  }
  for (const field of ['apiVersion', 'kind'] as const) {
    const given = (value as Readonly<Record<string, unknown>>)[field]
    if (given === undefined || given === null || typeof given === 'string') continue
    return `${parsing}${jsonWord(given)} into Go struct field .${field} of type string`
  }
  const { apiVersion = '' } = value as { readonly apiVersion?: string }
  const isPath = apiVersion !== null && apiVersion.split('/').length > 2
  return isPath ? `unexpected GroupVersion string: ${apiVersion}` : undefined
}

const typeMeta =
  'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; ' +
  'Kind string "json:\\"kind,omitempty\\"" }'

function jsonWord(value: unknown): string {
  if (Array.isArray(value)) return 'array'
  return typeof value === 'boolean' ? 'bool' : typeof value
}

/** The body with version and kind of the path where it names none. */
function withDefaults(value: unknown, { resource, apiVersion }: Expected): KubeObject {
  const given = (value ?? {}) as Partial<KubeObject>
  const version = (given.apiVersion ?? '') === '' ? apiVersion : given.apiVersion
  const kind = (given.kind ?? '') === '' ? resource.kind : given.kind
  return { ...given, apiVersion: version, kind } as KubeObject
}

function isOfKind({ apiVersion, kind }: KubeObject, expected: Expected): boolean {
  return apiVersion === expected.apiVersion && kind === expected.resource.kind
}

/** Unknown and doubled fields, in the order in which they stand. */
function strictErrors(object: KubeObject, text: Text): readonly string[] {
  const unknown = decodeObject(object).strictErrors.map(error => ({
    error,
    offset: text.offsets.get(/^unknown field "(.*)"$/.exec(error)?.[1] ?? '') ?? 0,
  }))
  const doubled = text.duplicates.map(({ path, offset }) => ({
    error: `duplicate field ${goQuote(path)}`,
    offset,
  }))
  const inOrder = [...unknown, ...doubled].sort((a, b) => a.offset - b.offset)
  return [...text.first, ...new Set(inOrder.map(({ error }) => error))]
}

function unrecognized(why: string, text: string, { resource }: Expected): ApiStatus {
  const about = `the object provided is unrecognized (must be of type ${resource.kind})`
  return badRequest(`${about}: ${why} (${summary(text)})`)
}

const summaryMax = 30

/** The beginning of a body: JSON as it is, anything else in hexadecimal digits. */
function summary(text: string): string {
  if (text === '') return '<empty>'
  const bytes = utf8(text)
  const rest = bytes.length > summaryMax ? ' ...' : ''
  const head = bytes.slice(0, summaryMax)
  if (text.startsWith('{')) return (rest === '' ? text : decoded(head)) + rest
  return head.map(byte => byte.toString(16).padStart(2, '0')).join('') + rest
}

function utf8(text: string): number[] {
  const escaped = encodeURIComponent(text.replace(/[\uD800-\uDFFF]/gu, '\uFFFD'))
  const bytes: number[] = []
  for (let at = 0; at < escaped.length; at += 1) {
    if (escaped[at] !== '%') bytes.push(escaped.charCodeAt(at))
    else {
      bytes.push(Number.parseInt(escaped.slice(at + 1, at + 3), 16))
      at += 2
    }
  }
  return bytes
}

/** Bytes as text; a character that was cut in two is left out. */
function decoded(bytes: readonly number[]): string {
  for (let end = bytes.length; end > 0; end -= 1) {
    const escaped = bytes.slice(0, end).map(byte => `%${byte.toString(16).padStart(2, '0')}`)
    try {
      return decodeURIComponent(escaped.join(''))
    } catch {
      // The last character is not whole.
    }
  }
  return ''
}

function versionOf(apiVersion: string): string {
  return apiVersion.slice(apiVersion.indexOf('/') + 1)
}
