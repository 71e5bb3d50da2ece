// The shape of a controller: a generator that asks for one thing at a time.
// Each `yield` is one API request or one read of the component's cache, and between any two of
// them anything else in the cluster may run. A reconcile is a pure function of its key and of the
// answers it got: state that outlives one reconcile goes through `recall` and `remember`.

import type { ApiResponse, ApiRequest, DeleteOptions, PatchType } from '../apiserver/request.ts'
import type { Labels } from '../kube/label-selector.ts'
import type { KubeObject } from '../kube/object.ts'

/** One change as an informer sees it: added (no before), updated, deleted (no after). */
export interface ObjectChange<T extends KubeObject = KubeObject> {
  readonly kind: string
  readonly key: string
  readonly before: T | undefined
  readonly after: T | undefined
}

/** Reads of the component's own informer cache; it may lag behind the store. */
export interface Lister {
  get<T extends KubeObject = KubeObject>(kind: string, key: string): T | undefined
  /** Ordered by key. Pass a namespace to restrict. */
  list<T extends KubeObject = KubeObject>(kind: string, namespace?: string): readonly T[]
  /** Objects of `kind` whose controlling or other owner has `uid`, ordered by key. */
  ownedBy<T extends KubeObject = KubeObject>(kind: string, uid: string): readonly T[]
  /** Pods whose spec.nodeName is `node`, ordered by key. */
  onNode<T extends KubeObject = KubeObject>(node: string): readonly T[]
  /** Pods, ReplicaSets or ControllerRevisions of a namespace that nothing controls. */
  orphans<T extends KubeObject = KubeObject>(kind: string, namespace: string): readonly T[]
  /** Pods or EndpointSlices of a namespace that have all these labels, ordered by key. */
  labelled<T extends KubeObject = KubeObject>(
    kind: 'EndpointSlice' | 'Pod',
    namespace: string,
    labels: Labels,
  ): readonly T[]
  /**
   * Services or disruption budgets of a namespace, ordered by key: all whose selector selects
   * these labels, and some whose selector does not.
   */
  maySelect<T extends KubeObject = KubeObject>(
    kind: 'PodDisruptionBudget' | 'Service',
    namespace: string,
    labels: Labels,
  ): readonly T[]
}

/** State of a controller that lives in the World: immutable JSON values by key. */
export interface Memory {
  get<T>(key: string): T | undefined
  set(key: string, value: unknown): void
  delete(key: string): void
}

/** What a watch handler may do besides naming keys: adjust memory (expectations), know the time. */
export interface WatchContext {
  readonly lister: Lister
  readonly memory: Memory
  readonly nowMs: number
  /** Queue a key after a delay instead of now; `standing` as in a ReconcileResult. */
  readonly enqueueAfter: (key: string, delayMs: number, standing?: boolean) => void
}

export interface Watch {
  readonly kind: string
  /** Objects that another kind controls before and after a change are none of its business. */
  readonly owner?: string
  /** The queue keys that this change concerns (may be empty); may also adjust `context.memory`. */
  readonly keys: (change: ObjectChange, context: WatchContext) => readonly string[]
}

/** One step of a controller. `read` answers a value, `request` an ApiResponse. */
export type Step =
  | { readonly type: 'read'; readonly read: (lister: Lister) => unknown }
  | { readonly type: 'request'; readonly request: ApiRequest }
  | {
      readonly type: 'event'
      readonly object: KubeObject
      readonly eventType: 'Normal' | 'Warning'
      readonly reason: string
      readonly message: string
    }
  | { readonly type: 'recall'; readonly key: string }
  | { readonly type: 'remember'; readonly key: string; readonly value: unknown }
  | { readonly type: 'note'; readonly topic: string; readonly data: unknown }
  | { readonly type: 'now' }

/** How a reconcile ends: done, again after a delay, or failed (back-off 5 ms * 2^n, at most 1000 s). */
export interface ReconcileResult {
  readonly requeueAfterMs?: number
  /** The key waits for a date, such as the next start of a schedule: until then all is at rest. */
  readonly standing?: true
  readonly error?: string
}

export type Reconcile = Generator<Step, ReconcileResult, unknown>
/** A part of a reconcile that computes a T. */
export type Part<T> = Generator<Step, T, unknown>

/** A built-in or third-party controller; one member of the registry. */
export interface Controller {
  /** Upstream's name, as in events and field managers: `deployment-controller`. */
  readonly name: string
  readonly doc: string
  readonly watches: readonly Watch[]
  /** Queue keys at start, and every `resyncMs` when given: for loops that follow no object. */
  readonly periodic?: { readonly keys: readonly string[]; readonly everyMs: number }
  /**
   * Kinds whose writes (not deletions) a key waits to see in the cache before its next reconcile.
   * Upstream: pkg/controller/util/consistency, gates StaleControllerConsistency*, on since 1.36.
   */
  readonly ownWrites?: readonly string[]
  /** Give up on a key after this many failures in a row, until something wakes it again. */
  readonly retriesMax?: number
  reconcile(key: string, api: Api): Reconcile
}

export const done: ReconcileResult = {}

/** The requests that a reconcile can yield, typed; stateless, shared by all controllers. */
export interface Api {
  get<T extends KubeObject>(kind: string, key: string): Part<T | undefined>
  list<T extends KubeObject>(kind: string, namespace?: string): Part<readonly T[]>
  ownedBy<T extends KubeObject>(kind: string, uid: string): Part<readonly T[]>
  onNode<T extends KubeObject>(node: string): Part<readonly T[]>
  /** A live read from the API server, past the cache. */
  getLive(kind: string, namespace: string | undefined, name: string): Part<ApiResponse>
  create(object: KubeObject): Part<ApiResponse>
  update(object: KubeObject): Part<ApiResponse>
  updateStatus(object: KubeObject): Part<ApiResponse>
  /** Replaces spec.finalizers of a Namespace; the last one gone removes it. */
  finalize(object: KubeObject): Part<ApiResponse>
  patch(object: KubeObject, patchType: PatchType, patch: unknown): Part<ApiResponse>
  patchStatus(object: KubeObject, patchType: PatchType, patch: unknown): Part<ApiResponse>
  /** Sets the count of a workload through its scale subresource. */
  scale(object: KubeObject, replicas: number): Part<ApiResponse>
  delete(object: KubeObject, options?: DeleteOptions): Part<ApiResponse>
  evict(object: KubeObject, options?: DeleteOptions): Part<ApiResponse>
  event(
    object: KubeObject,
    eventType: 'Normal' | 'Warning',
    reason: string,
    message: string,
  ): Part<void>
  recall<T>(key: string): Part<T | undefined>
  remember(key: string, value: unknown): Part<void>
  /** Tells checks and explanations something; no effect in the cluster. */
  note(topic: string, data: unknown): Part<void>
  now(): Part<number>
  /** Any other read of the cache: the answer must be a function of what the lister gives. */
  read<T>(reader: (lister: Lister) => T): Part<T>
}
