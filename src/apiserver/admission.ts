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

function handles(plugin: AdmissionPlugin, { operation, subresource, resource }: Shape): boolean {
  const { kinds, operations, subresources } = plugin
  if (!operations.includes(operation)) return false
  if (subresource !== '' && subresources?.includes(subresource) !== true) return false
  return kinds === undefined || kinds.includes(resource.key)
}

type Shape = Pick<AdmissionRequest, 'operation' | 'subresource' | 'resource'>

type With<Phase extends keyof AdmissionPlugin> = AdmissionPlugin &
  Required<Pick<AdmissionPlugin, Phase>>

/** The plugins that handle requests of one shape, by what they do; each list in their order. */
interface Concerned {
  readonly operation: AdmissionRequest['operation']
  readonly subresource: AdmissionRequest['subresource']
  readonly admit: readonly With<'admit'>[]
  readonly validate: readonly With<'validate'>[]
  readonly commit: readonly With<'commit'>[]
}

const concernedCache = new WeakMap<readonly AdmissionPlugin[], Map<string, Concerned[]>>()

/** Those of `plugins` that handle requests of this shape: a function of both, so it is kept. */
function concerned(plugins: readonly AdmissionPlugin[], shape: Shape): Concerned {
  const { operation, subresource, resource } = shape
  let byKind = concernedCache.get(plugins)
  if (byKind === undefined) concernedCache.set(plugins, (byKind = new Map()))
  let known = byKind.get(resource.key)
  if (known === undefined) byKind.set(resource.key, (known = []))
  for (let at = 0; at < known.length; at += 1) {
    const each = known[at] as Concerned
    if (each.operation === operation && each.subresource === subresource) return each
  }
  const all = plugins.filter(plugin => handles(plugin, shape))
  const found: Concerned = {
    operation,
    subresource,
    admit: all.filter((plugin): plugin is With<'admit'> => plugin.admit !== undefined),
    validate: all.filter((plugin): plugin is With<'validate'> => plugin.validate !== undefined),
    commit: all.filter((plugin): plugin is With<'commit'> => plugin.commit !== undefined),
  }
  known.push(found)
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
  const wanted = concerned(plugins, request).admit
  if (wanted.length === 0) return request.object
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
  plugins: readonly With<'admit'>[],
  request: ObjectRequest,
  { context, round }: { context: AdmissionContext; round: Round },
): Passed {
  let object = request.object
  let isChangedByUsers = false
  for (let at = 0; at < plugins.length; at += 1) {
    const plugin = plugins[at] as With<'admit'>
    const seen = object === request.object ? request : { ...request, object }
    const answer = plugin.admit(seen, context, round)
    if (answer === object) continue
    if (isStatus(answer)) return { answer, isChangedByUsers }
    if (plugin.isWebhook === true || plugin.reinvokes === true) isChangedByUsers = true
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
  const wanted = concerned(plugins, request).validate
  for (let at = 0; at < wanted.length; at += 1) {
    const refusal = (wanted[at] as With<'validate'>).validate(request, context)
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
  for (const plugin of concerned(plugins, request).commit) plugin.commit(request, context)
}
