// A small cluster for tests of controllers: a store that answers the steps of a reconcile at once,
// delivers each write to the watches of all controllers, and writes down what was asked.

import type { Mutable } from '../base/mutable.ts'
import type { ApiRequest, ApiResponse, Target } from '../apiserver/request.ts'
import { assert } from '../base/assert.ts'
import { compareStrings } from '../base/compare.ts'
import { kindKeyOf } from '../kube/kinds.ts'
import { containsLabels } from '../kube/label-selector.ts'
import { controllerOf, keyFrom, keyOf, type KubeObject, type ObjectMeta } from '../kube/object.ts'
import { formatTime } from '../kube/time.ts'
import { api } from './api.ts'
import { sameValue } from './equality.ts'
import type {
  Controller,
  Lister,
  Memory,
  ObjectChange,
  ReconcileResult,
  Step,
  WatchContext,
} from './framework.ts'

/** Answers a request in place of the store, or leaves it to the store by undefined. */
export type Interceptor = (request: ApiRequest) => ApiResponse | undefined

/** An entry of a strategic patch of ownerReferences. */
interface OwnerChange {
  readonly uid?: string
  readonly $patch?: string
}

export function refusal(code: number, reason: string, message: string): ApiResponse {
  const fixed = { kind: 'Status', apiVersion: 'v1', status: 'Failure' } as const
  return { ok: false, code, status: { ...fixed, code, reason, message } }
}

export class FakeCluster {
  /** 2026-01-01T00:00:00Z. */
  nowMs = 1_767_225_600_000
  /** One line per write and event, in order. */
  readonly trace: string[] = []
  /** Keys waiting, by controller name; those with a delay under `later`. */
  readonly queued = new Map<string, Set<string>>()
  readonly later: { controller: string; key: string; delayMs: number }[] = []
  intercept: Interceptor = () => undefined
  private readonly objects = new Map<string, Map<string, KubeObject>>()
  private readonly memories = new Map<string, Map<string, unknown>>()
  private readonly controllers: readonly Controller[]
  private revision = 0
  private uids = 0
  private suffixes = 0

  constructor(...controllers: Controller[]) {
    this.controllers = controllers
  }

  get<T extends KubeObject>(kind: string, key: string): T | undefined {
    return this.objects.get(kind)?.get(key) as T | undefined
  }

  list<T extends KubeObject>(kind: string, namespace?: string): T[] {
    const all = [...(this.objects.get(kind)?.entries() ?? [])]
    const inNamespace = all.filter(
      ([, { metadata }]) => namespace === undefined || metadata.namespace === namespace,
    )
    return inNamespace.sort(([a], [b]) => compareStrings(a, b)).map(([, object]) => object as T)
  }

  /** Creates an object as a user would; answers it as stored. */
  add<T extends KubeObject>(object: T): T {
    const stored = this.create(object)
    assert(stored.ok, `adding ${object.kind} ${object.metadata.name} succeeds`)
    return stored.object as T
  }

  /** Replaces parts of a stored object as another component would. */
  change<T extends KubeObject>(kind: string, key: string, edit: (object: T) => T): T {
    const before = this.get<T>(kind, key)
    assert(before !== undefined, `${kind} ${key} exists`)
    return this.store(edit(before), before) as T
  }

  remove(kind: string, key: string): void {
    const before = this.get(kind, key)
    assert(before !== undefined, `${kind} ${key} exists`)
    this.objects.get(kind)?.delete(key)
    this.deliver({ kind, key, before, after: undefined })
  }

  /** Runs one reconcile to its end. */
  reconcile(controller: Controller, key: string): ReconcileResult {
    this.queued.get(controller.name)?.delete(key)
    const run = controller.reconcile(key, api)
    let next = run.next()
    while (next.done !== true) next = run.next(this.answer(controller, next.value))
    return next.value
  }

  /** Reconciles every queued key, controllers in turn, until none is left; errors queue again. */
  settle(roundsMax = 100): void {
    for (let round = 0; round < roundsMax; round++) {
      let idle = true
      for (const controller of this.controllers) {
        for (const key of [...(this.queued.get(controller.name) ?? [])].sort(compareStrings)) {
          idle = false
          const { error, requeueAfterMs } = this.reconcile(controller, key)
          if (error !== undefined) this.enqueue(controller.name, key)
          if (requeueAfterMs === undefined) continue
          this.later.push({ controller: controller.name, key, delayMs: requeueAfterMs })
        }
      }
      if (idle) return
    }
    assert(false, 'the cluster comes to rest')
  }

  /** The trace since the last call. */
  takeTrace(): string[] {
    return this.trace.splice(0)
  }

  memory(controller: string): Memory {
    let values = this.memories.get(controller)
    if (values === undefined) this.memories.set(controller, (values = new Map()))
    const known = values
    return {
      get: <T>(key: string) => known.get(key) as T | undefined,
      set: (key, value) => void known.set(key, value),
      delete: key => void known.delete(key),
    }
  }

  readonly lister: Lister = {
    get: (kind, key) => this.get(kind, key),
    list: (kind, namespace) => this.list(kind, namespace),
    ownedBy: (kind, uid) =>
      this.list(kind).filter(({ metadata }) =>
        metadata.ownerReferences?.some(owner => owner.uid === uid),
      ) as never,
    onNode: node =>
      this.list('Pod').filter(
        pod => (pod['spec'] as { nodeName?: string } | undefined)?.nodeName === node,
      ) as never,
    orphans: (kind, namespace) => this.orphans(kind, namespace) as never,
    labelled: (kind, namespace, labels) =>
      this.list(kind, namespace).filter(({ metadata }) =>
        containsLabels(metadata.labels, labels),
      ) as never,
    maySelect: (kind, namespace) => this.list(kind, namespace) as never,
  }

  private orphans(kind: string, namespace: string): KubeObject[] {
    return this.list(kind, namespace).filter(({ metadata }) => controllerOf(metadata) === undefined)
  }

  private answer(controller: Controller, step: Step): unknown {
    switch (step.type) {
      case 'read':
        return step.read(this.lister)
      case 'request':
        return this.intercept(step.request) ?? this.serve(step.request)
      case 'event':
        this.trace.push(`${step.eventType} ${step.reason}: ${step.message}`)
        return undefined
      case 'recall':
        return this.memory(controller.name).get(step.key)
      case 'remember':
        this.memory(controller.name).set(step.key, step.value)
        return undefined
      case 'note':
        return undefined
      case 'now':
        return this.nowMs
    }
  }

  private serve(request: ApiRequest): ApiResponse {
    switch (request.verb) {
      case 'create': {
        const response = this.create(request.object)
        if (response.ok) this.trace.push(`create ${this.title(response.object)}`)
        return response
      }
      case 'get':
        return this.found(request.target)
      case 'update':
        return this.update(request.object, request.subresource)
      case 'patch':
        return this.patch(request)
      case 'delete':
        return this.delete(request.target)
      default:
        return refusal(405, 'MethodNotAllowed', `the fake does not serve ${request.verb}`)
    }
  }

  private title(object: KubeObject): string {
    return `${object.kind} ${object.metadata.name}`
  }

  private found({ kind, namespace, name }: Target): ApiResponse {
    const object = this.get(kind, keyFrom(namespace, name))
    if (object === undefined) return refusal(404, 'NotFound', `${kind} "${name}" not found`)
    return { ok: true, code: 200, object }
  }

  private create(object: KubeObject): ApiResponse {
    const { generateName } = object.metadata
    let { name } = object.metadata
    if (name === undefined) name = `${generateName}${String(++this.suffixes).padStart(5, '0')}`
    const kind = kindKeyOf(object)
    const key = keyFrom(object.metadata.namespace, name)
    if (this.get(kind, key) !== undefined) {
      return refusal(409, 'AlreadyExists', `${kind} "${name}" already exists`)
    }
    const metadata: ObjectMeta = {
      uid: `uid-${++this.uids}`,
      creationTimestamp: formatTime(this.nowMs),
      generation: 1,
      ...object.metadata,
      name,
    }
    const phase = kind === 'Pod' ? { status: { phase: 'Pending' } } : {}
    const stored = this.store({ ...phase, ...object, metadata }, undefined)
    return { ok: true, code: 201, object: stored }
  }

  private update(object: KubeObject, subresource: 'status' | 'finalize' | undefined): ApiResponse {
    const kind = kindKeyOf(object)
    const before = this.get(kind, keyOf(object.metadata))
    const { name } = object.metadata
    if (before === undefined) return refusal(404, 'NotFound', `${kind} "${name}" not found`)
    if (before.metadata.resourceVersion !== object.metadata.resourceVersion) {
      const message = `Operation cannot be fulfilled on ${kind} "${name}"`
      return refusal(409, 'Conflict', message)
    }
    const next: Mutable<KubeObject> =
      subresource === 'status'
        ? { ...before, metadata: object.metadata, status: object['status'] }
        : { ...object, status: before['status'] }
    if (next['status'] === undefined) delete next['status']
    const path = subresource === undefined ? '' : `/${subresource}`
    this.trace.push(`update ${this.title(object)}${path}`)
    if (subresource === 'finalize') this.remove(kind, keyOf(object.metadata))
    if (subresource === 'finalize') return { ok: true, code: 200, object: next }
    return { ok: true, code: 200, object: this.store(next, before) }
  }

  /** Knows merging of owner references by uid and replacing of finalizers; no other patch. */
  private patch(request: Extract<ApiRequest, { verb: 'patch' }>): ApiResponse {
    const target = this.found(request.target)
    if (!target.ok) return target
    const patch = request.patch as { metadata?: ObjectMeta & { ownerReferences?: unknown } }
    const before = target.object
    let owners = before.metadata.ownerReferences ?? []
    const changes = (patch.metadata?.ownerReferences ?? []) as readonly OwnerChange[]
    for (const change of changes) {
      owners = owners.filter(owner => owner.uid !== change.uid)
      if (change.$patch !== 'delete') owners = [...owners, change as never]
    }
    const metadata = { ...before.metadata, ...patch.metadata, ownerReferences: owners }
    this.trace.push(`patch ${this.title(before)}`)
    return { ok: true, code: 200, object: this.store({ ...before, metadata }, before) }
  }

  private delete(target: Target): ApiResponse {
    const found = this.found(target)
    if (!found.ok) return found
    const before = found.object
    const { finalizers = [], deletionTimestamp } = before.metadata
    const spec = before['spec'] as { nodeName?: string } | undefined
    this.trace.push(`delete ${this.title(before)}`)
    const hasKubelet = before.kind === 'Pod' && spec?.nodeName !== undefined
    if (finalizers.length === 0 && !hasKubelet) {
      this.remove(target.kind, keyFrom(target.namespace, target.name))
      return found
    }
    if (deletionTimestamp !== undefined) return found
    const metadata = { ...before.metadata, deletionTimestamp: formatTime(this.nowMs) }
    return { ok: true, code: 200, object: this.store({ ...before, metadata }, before) }
  }

  private store(object: KubeObject, before: KubeObject | undefined): KubeObject {
    const kind = kindKeyOf(object)
    const key = keyOf(object.metadata)
    const specChanged = before !== undefined && !sameValue(before['spec'], object['spec'])
    const generation = (object.metadata.generation ?? 1) + (specChanged ? 1 : 0)
    const resourceVersion = String(++this.revision)
    const after = { ...object, metadata: { ...object.metadata, generation, resourceVersion } }
    let ofKind = this.objects.get(kind)
    if (ofKind === undefined) this.objects.set(kind, (ofKind = new Map()))
    ofKind.set(key, after)
    this.deliver({ kind, key, before, after })
    return after
  }

  private enqueue(controller: string, key: string): void {
    const keys = this.queued.get(controller)
    if (keys === undefined) this.queued.set(controller, new Set([key]))
    else keys.add(key)
  }

  private deliver(change: ObjectChange): void {
    for (const { name, watches } of this.controllers) {
      const context: WatchContext = {
        lister: this.lister,
        memory: this.memory(name),
        nowMs: this.nowMs,
        enqueueAfter: (key, delayMs) => this.later.push({ controller: name, key, delayMs }),
      }
      for (const watch of watches) {
        if (watch.kind !== change.kind) continue
        for (const key of watch.keys(change, context)) this.enqueue(name, key)
      }
    }
  }
}
