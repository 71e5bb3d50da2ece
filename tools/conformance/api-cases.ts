// Replays recorded API cases: HTTP requests become requests of the twin's API server.

import { type PolicyNote, policyTopic, warningText } from '../../src/admission/policy-note.ts'
import { admissionPluginsWith } from '../../src/admission/registry.ts'
import { systemPriorityClasses } from '../../src/apiserver/bootstrap.ts'
import { countedBooks } from '../../src/apiserver/quota/books.ts'
import type { ApiRequest, ApiResponse, PatchType } from '../../src/apiserver/request.ts'
import { type MemoryServer, memoryServer } from '../../src/apiserver/testing.ts'
import { withManagedFields } from '../../src/apiserver/ownership.ts'
import { resourceOf } from '../../src/apiserver/resource.ts'
import { gatesOf } from '../../src/kube/feature-gates.ts'
import { readJsonText } from '../../src/kube/json-text.ts'
import { kindKeyOf, kinds } from '../../src/kube/kinds.ts'
import type { ResourceQuota } from '../../src/kube/generated/types.ts'
import type { KubeObject } from '../../src/kube/object.ts'
import { aligned, type Drawn, inOrder, shown, translated } from './api-normal.ts'
import { differences } from './compare.ts'
import type { ReadBody } from '../../src/apiserver/body.ts'
import { readRawBody } from './raw-body.ts'
import type { Tally } from './tally.ts'

interface Step {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly path: string
  readonly contentType?: string
  readonly user?: string
  readonly body?: unknown
  readonly rawBody?: string
  readonly code: number
  readonly response: unknown
  /** Headers: `299 - "…"`. */
  readonly warnings?: readonly string[]
}

export interface ApiCase {
  readonly id: string
  readonly topic: string
  readonly namespace: string
  readonly unstable?: boolean
  readonly steps: readonly Step[]
}

interface Place {
  readonly kind: string
  readonly apiVersion: string
  readonly namespace: string | undefined
  readonly name: string
  readonly subresource: string
  readonly dryRun: boolean
}

const byPlural = new Map([...kinds.values()].map(kind => [`${kind.group}/${kind.plural}`, kind]))

interface Names {
  readonly key: string
}

/** The resource of a plural: built in, or defined by what the case has created. */
function resourceNamed(server: MemoryServer, group: string, plural: string): Names | undefined {
  const known = byPlural.get(`${group}/${plural}`)
  if (known !== undefined) return known
  const definition = server.object('CustomResourceDefinition', `${plural}.${group}`)
  const { names } = (definition?.['spec'] ?? {}) as { names?: { kind?: string } }
  return names?.kind === undefined ? undefined : { key: `${names.kind}.${group}` }
}

/** What a path names, if the twin knows the resource. */
function placeOf(server: MemoryServer, path: string): Place | undefined {
  const [route = '', query = ''] = path.split('?')
  const parts = route.split('/').filter(part => part !== '')
  const core = parts[0] === 'api'
  const group = core ? '' : (parts[1] ?? '')
  const version = core ? (parts[1] ?? '') : (parts[2] ?? '')
  const rest = parts.slice(core ? 2 : 3)
  const scoped = rest[0] === 'namespaces' && rest.length > 2 && rest[2] !== 'finalize'
  const namespace = scoped ? rest[1] : undefined
  const [plural = '', name = '', subresource = ''] = scoped ? rest.slice(2) : rest
  const kind = resourceNamed(server, group, plural)
  if (kind === undefined) return undefined
  const apiVersion = core ? version : `${group}/${version}`
  return {
    kind: kind.key,
    apiVersion,
    namespace,
    name,
    subresource,
    dryRun: query.includes('dryRun=All'),
  }
}

const patchTypes: Readonly<Record<string, PatchType>> = {
  'application/apply-patch+yaml': 'apply',
  'application/json-patch+json': 'json',
  'application/merge-patch+json': 'merge',
  'application/strategic-merge-patch+json': 'strategic',
}

/** A path of a group that nobody serves. */
const noSuchPath = { code: 404, response: '404 page not found\n' }

const groups = new Set([...kinds.values()].map(({ group }) => group))

/** What the HTTP server answers before a request reaches any resource. */
function answerOfPath(
  server: MemoryServer,
  step: Step,
): { code: number; response: unknown } | undefined {
  const [, root = '', group = ''] = step.path.split('/')
  const place = placeOf(server, step.path)
  const isServed = groups.has(group) || place !== undefined
  if (root !== 'api' && !(root === 'apis' && isServed)) return noSuchPath
  if (place === undefined) return noRoute(404, 'NotFound', 'could not find the requested resource')
  const takes = place.name === '' ? ['GET', 'POST', 'DELETE'] : ['GET', 'PUT', 'PATCH', 'DELETE']
  const isOwn = place.subresource === '' && step.rawBody !== undefined
  if (!isOwn || takes.includes(step.method)) return undefined
  return noRoute(405, 'MethodNotAllowed', 'does not allow this method on the requested resource')
}

function noRoute(code: number, reason: string, what: string): { code: number; response: unknown } {
  const failed = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure' }
  const message = `the server ${what}`
  return { code, response: { ...failed, message, reason, details: {}, code } }
}

/** What a text holds, or the answer that it cannot be read; undefined when a step sends no text. */
function textBodyOf(server: MemoryServer, step: Step): ReadBody | undefined {
  const place = placeOf(server, step.path)
  const isObject = step.method === 'POST' || step.method === 'PUT'
  if (step.rawBody === undefined || place === undefined || !isObject) return undefined
  const [, encoded] = /[?&]fieldValidation=([^&]*)/.exec(step.path) ?? []
  const fieldValidation = encoded === undefined ? undefined : decodeURIComponent(encoded)
  const { contentType, rawBody: text } = step
  const { kind, apiVersion } = place
  return readRawBody(
    { text, contentType, fieldValidation },
    { kind, apiVersion, isNew: step.method === 'POST' },
  )
}

/** The request that a step stands for; a text says why the twin has none. */
function requestOf(server: MemoryServer, step: Step, body: unknown): ApiRequest | string {
  const place = placeOf(server, step.path)
  if (place === undefined) return `unknown resource ${step.path}`
  const target = { kind: place.kind, namespace: place.namespace, name: place.name }
  switch (step.method) {
    case 'GET':
      return { verb: 'get', target, ...subresourceOf(place) }
    case 'DELETE':
      return { verb: 'delete', target, ...(isFields(body) && { options: body }) }
    case 'PATCH': {
      const patchType = patchTypes[step.contentType ?? ''] ?? 'strategic'
      const subresource = subresourceOf(place)
      const manager = managerOf(step)
      const force = step.path.includes('force=true')
      return { verb: 'patch', target, patchType, patch: body, force, ...manager, ...subresource }
    }
    default:
      return writeOf(step, place, body)
  }
}

function subresourceOf({ subresource }: Place): { subresource?: 'scale' } {
  return subresource === '' ? {} : { subresource: subresource as 'scale' }
}

function managerOf({ path }: Step): { fieldManager?: string } {
  const found = /[?&]fieldManager=([^&]*)/.exec(path)
  return found === null ? {} : { fieldManager: found[1] as string }
}

function writeOf(step: Step, place: Place, body: unknown): ApiRequest | string {
  const target = { kind: place.kind, namespace: place.namespace, name: place.name }
  if (!isFields(body)) return 'the body is no object'
  if (place.subresource === 'binding') {
    const node = (body as { target?: { name?: string } }).target?.name ?? ''
    return { verb: 'bind', target, node }
  }
  if (place.subresource === 'eviction') return { verb: 'evict', target }
  if (place.subresource === 'scale') {
    const { spec = {} } = body as { spec?: { replicas?: number } }
    return { verb: 'scale', target, replicas: spec.replicas ?? 0 }
  }
  const given = body['metadata'] ?? {}
  const metadata = isFields(given) ? given : undefined
  const namespace = place.namespace === undefined ? {} : { namespace: place.namespace }
  // Metadata of another type go as they are: to be refused.
  const object = (
    metadata === undefined ? body : { ...body, metadata: { ...namespace, ...metadata } }
  ) as KubeObject
  const { kind, name } = place
  const address = { kind, namespace: place.namespace, ...(name !== '' && { name }) }
  const manager = managerOf(step)
  const fieldValidation = step.path.includes('fieldValidation=Strict') ? 'Strict' : 'Ignore'
  if (step.method === 'POST') {
    return { verb: 'create', object, address, ...manager, dryRun: place.dryRun, fieldValidation }
  }
  return place.subresource === 'status'
    ? { verb: 'update', object, address, ...manager, subresource: 'status', fieldValidation }
    : { verb: 'update', object, address, ...manager, fieldValidation }
}

function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Who a step asks as; the recordings know one user besides the administrator. */
function userOf({ user }: Step): MemoryServer['user'] {
  return user === undefined ? undefined : { username: user, groups: ['developers'] }
}

/** Those of the version that is recorded. */
const plugins = admissionPluginsWith({ gates: gatesOf(36) })

/** A server as the recordings found theirs. */
function preparedServer(namespace: string): MemoryServer {
  const server = memoryServer(plugins)
  const names = new Set(['default', 'kube-node-lease', 'kube-public', 'kube-system', namespace])
  const objects: KubeObject[] = [...names].map(name => object('v1', 'Namespace', { name }))
  for (const name of names) {
    objects.push(object('v1', 'ServiceAccount', { name: 'default', namespace: name }))
  }
  const high = object('scheduling.k8s.io/v1', 'PriorityClass', { name: 'high' })
  for (const each of [...objects, ...systemPriorityClasses, { ...high, value: 1000 }]) {
    add(server, each)
  }
  return server
}

function add(server: MemoryServer, each: KubeObject): void {
  const response = server.request({ verb: 'create', object: each })
  if (!response.ok) throw new Error(response.status.message)
}

function object(apiVersion: string, kind: string, metadata: KubeObject['metadata']): KubeObject {
  return { apiVersion, kind, metadata }
}

function ownersShown(response: unknown): boolean {
  const metadata = isFields(response) ? response['metadata'] : undefined
  return isFields(metadata) && 'managedFields' in metadata
}

/** Most recordings leave metadata.managedFields out. */
function asRead(server: MemoryServer, response: ApiResponse, owners: boolean): ApiResponse {
  if (!response.ok) return response
  const { object } = response
  if (owners) {
    const { context } = server
    const resource = resourceOf(context, kindKeyOf(object), object.metadata.namespace !== undefined)
    return { ...response, object: withManagedFields(context, resource, object) }
  }
  const { managedFields: _fields, ...metadata } = object.metadata
  return { ...response, object: { ...object, metadata } }
}

/** What the client of a step reads; deletions answer with a Status unless the object stays. */
function answerOf(response: ApiResponse): { code: number; response: unknown } {
  if (!response.ok) {
    const { reason, ...status } = response.status
    const reasoned = reason === '' ? status : { ...status, reason }
    return { code: response.code, response: { ...reasoned, metadata: {} } }
  }
  return { code: response.code, response: shown(response.object) }
}

const definitions = /\/customresourcedefinitions\/([^/?]+)/

/** The server writes the status of a definition soon after: an update names that version. */
function current(server: MemoryServer, { path }: Step, body: unknown): unknown {
  const name = definitions.exec(path)?.[1]
  const stored = name === undefined ? undefined : server.object('CustomResourceDefinition', name)
  const { resourceVersion } = stored?.metadata ?? {}
  if (resourceVersion === undefined || !isFields(body) || !isFields(body['metadata'])) return body
  if (!('resourceVersion' in body['metadata'])) return body
  return { ...body, metadata: { ...body['metadata'], resourceVersion } }
}

interface Replayed {
  readonly want: readonly unknown[]
  readonly got: readonly unknown[]
}

/** What the twin answers to a step; a text says why it cannot. */
function answered(
  server: MemoryServer,
  step: Step,
  given: unknown,
): { code: number; response: unknown } | string {
  const path = answerOfPath(server, step)
  if (path !== undefined) return path
  const text = textBodyOf(server, step)
  if (text?.ok === false) {
    return answerOf({ ok: false, code: text.status.code, status: text.status })
  }
  const rest = step.rawBody === undefined ? given : readJsonText(step.rawBody).value
  const request = requestOf(server, step, text === undefined ? rest : text.object)
  if (typeof request === 'string') return request
  const owners = ownersShown(step.response)
  return answerOf(asRead(server, server.request(request), owners))
}

/** Replays one case; a text says why the twin cannot. */
function replayed(each: ApiCase, backwards: readonly string[]): Replayed | string {
  const server = preparedServer(each.namespace)
  for (const kind of backwards) server.backwards.add(kind)
  // The controller manager ran while quotas were recorded; it also writes the root certificate.
  const managed = each.topic === 'quota'
  if (managed)
    add(server, object('v1', 'ConfigMap', { name: 'kube-root-ca.crt', namespace: each.namespace }))
  const drawn: Drawn = new Map()
  const versions = new Map<string, string>()
  const want: unknown[] = []
  const got: unknown[] = []
  for (const step of each.steps) {
    const body = current(server, step, translated(step.body, drawn, versions))
    server.user = userOf(step)
    const told = server.notes.length
    const answer = answered(server, step, body)
    if (typeof answer === 'string') return answer
    remember(step.response, answer.response, versions)
    want.push({
      code: step.code,
      response: aligned(expected(step), inOrder(answer.response), drawn, baseOf(step.body)),
      warnings: recordedWarnings(step),
    })
    got.push({ ...comparable(step, answer), warnings: warningsOf(server.notes.slice(told)) })
    if (managed) keepBooks(server)
    server.nowMs += 1000
  }
  return { want, got }
}

/** What the name of a new object is made of. */
function baseOf(body: unknown): string {
  const metadata = isFields(body) ? body['metadata'] : undefined
  const base = isFields(metadata) ? metadata['generateName'] : undefined
  return typeof base === 'string' ? base : ''
}

/** The warnings of policies; those of other origin are not modelled. */
function recordedWarnings({ warnings = [] }: Step): readonly string[] {
  return warnings
    .map(header => JSON.parse(header.slice(header.indexOf('"'))) as string)
    .filter(text => text.startsWith('Validation failed for ValidatingAdmissionPolicy'))
}

function warningsOf(notes: MemoryServer['notes']): readonly string[] {
  return notes
    .filter(({ topic }) => topic === policyTopic)
    .map(({ data }) => data as PolicyNote)
    .filter(({ action }) => action === 'Warn')
    .map(warningText)
}

/** The API server takes policies and their parameters from maps, in no order: each is right. */
const orders: readonly (readonly string[])[] = [
  [],
  ['ConfigMap', 'MutatingAdmissionPolicy', 'ValidatingAdmissionPolicy'],
]

/** Replays one case and counts it. */
export function replayApiCase(each: ApiCase, family: string, tally: Tally): void {
  const name = { family, id: each.id }
  const tried: Replayed[] = []
  for (const order of family.startsWith('api-policy/') ? orders : [[]]) {
    const replay = replayed(each, order)
    if (typeof replay === 'string') return tally.cannotRun(name, replay)
    tried.push(replay)
  }
  const same = tried.find(({ want, got }) => differences(want, got).length === 0)
  const { want, got } = same ?? (tried[0] as Replayed)
  tally.compare(name, want, got)
}

/** The quota controller has had the time to count. */
function keepBooks(server: MemoryServer): void {
  for (const quota of server.context.list('ResourceQuota') as readonly ResourceQuota[]) {
    const status = { ...countedBooks(quota, server.context, server.nowMs) }
    const answer = server.request({
      verb: 'update',
      object: { ...quota, status },
      subresource: 'status',
    })
    if (!answer.ok) throw new Error(answer.status.message)
  }
}

function expected(step: Step): unknown {
  return withoutDeletionBody(step, inOrder(shown(step.response)))
}

/** A finished deletion answers with a Status or the last object: only its code is compared. */
function withoutDeletionBody({ method, code, path }: Step, response: unknown): unknown {
  const answersStatus = method === 'DELETE' && code === 200
  if (answersStatus || (path.includes('/scale') && method !== 'GET')) return undefined
  if (!definitions.test(path) || !isFields(response)) return response
  const { status: _written, ...rest } = response
  return code < 300 ? rest : response
}

function comparable(step: Step, answer: { code: number; response: unknown }): object {
  return { code: answer.code, response: withoutDeletionBody(step, inOrder(answer.response)) }
}

function remember(recorded: unknown, own: unknown, versions: Map<string, string>): void {
  const from = versionOf(recorded)
  const to = versionOf(own)
  if (from !== undefined && to !== undefined) versions.set(from, to)
}

function versionOf(response: unknown): string | undefined {
  if (!isFields(response) || !isFields(response['metadata'])) return undefined
  const { resourceVersion } = response['metadata']
  return typeof resourceVersion === 'string' ? resourceVersion : undefined
}
