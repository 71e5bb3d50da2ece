// The interface of admission plugins: what they see of a request and how they answer.
// Upstream: apiserver pkg/admission/interfaces.go, v0.36.3.

import type { KubeObject } from '../kube/object.ts'
import type { ApiStatus, StatusCause } from '../kube/status.ts'
import type { ApiContext } from './request.ts'
import type { Resource } from './resource.ts'
import { forbiddenRequest, isStatus } from './responses.ts'

export type Operation = 'create' | 'update' | 'delete'

/** `object` is absent for delete, `old` for create. Names may still be empty on create. */
export interface AdmissionRequest {
  readonly operation: Operation
  readonly resource: Resource
  readonly subresource: '' | 'status' | 'scale' | 'finalize' | 'binding' | 'eviction'
  readonly namespace: string
  readonly name: string
  readonly object: KubeObject | undefined
  readonly old: KubeObject | undefined
  readonly dryRun: boolean
}

/** The part of the cluster that a plugin may read; it cannot write and sees no clock. */
export type AdmissionContext = Pick<ApiContext, 'get' | 'list' | 'randomBelow' | 'note' | 'user'>

/** A request that carries an object: the only kind that can be mutated. */
export type ObjectRequest = AdmissionRequest & { readonly object: KubeObject }

/** Plugins run a second time when one that users write has changed the object. */
export interface Round {
  readonly isSecond: boolean
  /** What a plugin keeps for the second round, by its name. */
  readonly memory: Map<string, ReadonlySet<string>>
}

/** One built-in plugin. Functions are pure; `admit` gives the same reference for no change. */
export interface AdmissionPlugin {
  /** Upstream's name: `NamespaceLifecycle`. */
  readonly name: string
  readonly doc: string
  /** Kind keys that the plugin handles; all when absent. */
  readonly kinds?: readonly string[]
  readonly operations: readonly Operation[]
  /** Calls a webhook, once per request: when that changes the object, the others run once more. */
  readonly isWebhook?: true
  /** When it changes the object, all plugins run once more, this one too. */
  readonly reinvokes?: true
  /** Subresources that the plugin handles; only the main resource when absent. */
  readonly subresources?: readonly AdmissionRequest['subresource'][]
  admit?(request: ObjectRequest, context: AdmissionContext, round: Round): KubeObject | ApiStatus
  validate?(request: AdmissionRequest, context: AdmissionContext): ApiStatus | undefined
  /** A write that belongs to the request, such as charging a quota, after every refusal is past. */
  commit?(request: AdmissionRequest, context: ApiContext): void
}

function handles(plugin: AdmissionPlugin, request: Shape): boolean {
  const { kinds, operations, subresources } = plugin
  if (!operations.includes(request.operation)) return false
  if (request.subresource !== '' && subresources?.includes(request.subresource) !== true) {
    return false
  }
  return kinds === undefined || kinds.includes(request.resource.key)
}

type Shape = Pick<AdmissionRequest, 'operation' | 'subresource' | 'resource'>

const concernedCache = new WeakMap<readonly AdmissionPlugin[], Map<string, AdmissionPlugin[]>>()

/** Those of `plugins` that handle requests of this shape: a function of both, so it is kept. */
function concerned(plugins: readonly AdmissionPlugin[], shape: Shape): readonly AdmissionPlugin[] {
  let byShape = concernedCache.get(plugins)
  if (byShape === undefined) {
    byShape = new Map()
    concernedCache.set(plugins, byShape)
  }
  const name = `${shape.operation} ${shape.subresource} ${shape.resource.key}`
  let found = byShape.get(name)
  if (found === undefined) {
    found = plugins.filter(plugin => handles(plugin, shape))
    byShape.set(name, found)
  }
  return found
}

/** The refusal of a request by admission; an object without a name goes by its generateName. */
export function denied(
  { resource, name, object }: AdmissionRequest,
  why: string,
  causes?: readonly StatusCause[],
): ApiStatus {
  const known = name === '' ? (object?.metadata.generateName ?? 'Unknown') : name
  return forbiddenRequest(resource, known, why, causes)
}

/** Runs the mutating phase; gives the admitted object or the first refusal. */
export function admit(
  plugins: readonly AdmissionPlugin[],
  request: ObjectRequest,
  context: AdmissionContext,
): KubeObject | ApiStatus {
  const wanted = concerned(plugins, request)
  const first: Round = { isSecond: false, memory: new Map() }
  const passed = pass(wanted, request, { context, round: first })
  if (isStatus(passed.answer) || !passed.isChangedByUsers) return passed.answer
  const builtIn = wanted.filter(plugin => plugin.isWebhook !== true)
  const again = { ...request, object: passed.answer }
  return pass(builtIn, again, { context, round: { ...first, isSecond: true } }).answer
}

interface Passed {
  readonly answer: KubeObject | ApiStatus
  readonly isChangedByUsers: boolean
}

function pass(
  plugins: readonly AdmissionPlugin[],
  request: ObjectRequest,
  { context, round }: { context: AdmissionContext; round: Round },
): Passed {
  let object = request.object
  let isChangedByUsers = false
  for (const plugin of plugins) {
    if (plugin.admit === undefined) continue
    const seen = object === request.object ? request : { ...request, object }
    const answer = plugin.admit(seen, context, round)
    if (isStatus(answer)) return { answer, isChangedByUsers }
    const isOfUsers = plugin.isWebhook === true || plugin.reinvokes === true
    if (isOfUsers && answer !== object) isChangedByUsers = true
    object = answer
  }
  return { answer: object, isChangedByUsers }
}

/** Runs the validating phase; gives the first refusal. */
export function validate(
  plugins: readonly AdmissionPlugin[],
  request: AdmissionRequest,
  context: AdmissionContext,
): ApiStatus | undefined {
  for (const plugin of concerned(plugins, request)) {
    if (plugin.validate === undefined) continue
    const refusal = plugin.validate(request, context)
    if (refusal !== undefined) return refusal
  }
  return undefined
}

/** Runs the writes of plugins that keep books. */
export function commit(
  plugins: readonly AdmissionPlugin[],
  request: AdmissionRequest,
  context: ApiContext,
): void {
  for (const plugin of concerned(plugins, request)) plugin.commit?.(request, context)
}
