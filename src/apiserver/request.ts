// What clients ask of the API server and what it answers. One request is one atomic step.

import type { KubeObject } from '../kube/object.ts'
import type { ApiStatus } from '../kube/status.ts'

/** `kind` in requests is the key of the kinds table: `Pod`, `Deployment`, `Rollout.argoproj.io`. */
export interface Target {
  readonly kind: string
  readonly namespace?: string | undefined
  readonly name: string
}

/** Where a body was sent: it must be the object that the URL means. */
export interface Address {
  readonly kind: string
  readonly namespace?: string | undefined
  /** Absent where objects are created. */
  readonly name?: string | undefined
}

export interface DeleteOptions {
  readonly gracePeriodSeconds?: number
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string }
  readonly propagationPolicy?: 'Background' | 'Foreground' | 'Orphan'
}

export type PatchType = 'apply' | 'json' | 'merge' | 'strategic'

export type ApiRequest =
  | {
      readonly verb: 'get'
      readonly target: Target
      readonly subresource?: 'status' | 'scale'
    }
  | {
      readonly verb: 'create'
      readonly object: KubeObject
      readonly address?: Address
      readonly fieldManager?: string
      readonly dryRun?: boolean
      /** What becomes of unknown fields; kubectl asks for Strict, other clients drop them. */
      readonly fieldValidation?: 'Strict' | 'Ignore'
    }
  | {
      readonly verb: 'update'
      readonly object: KubeObject
      readonly address?: Address
      readonly fieldManager?: string
      /** `finalize` exists for Namespaces only: it replaces spec.finalizers. */
      readonly subresource?: 'status' | 'finalize'
      readonly fieldValidation?: 'Strict' | 'Ignore'
    }
  | {
      readonly verb: 'patch'
      readonly target: Target
      readonly patchType: PatchType
      readonly patch: unknown
      readonly subresource?: 'status' | 'scale'
      /** Who applies, and whether it takes fields that others own. */
      readonly fieldManager?: string
      readonly force?: boolean
      /** A note of the twin that no client writes: admission has no say in it. */
      readonly unasked?: true
    }
  | { readonly verb: 'delete'; readonly target: Target; readonly options?: DeleteOptions }
  | { readonly verb: 'scale'; readonly target: Target; readonly replicas: number }
  | { readonly verb: 'bind'; readonly target: Target; readonly node: string }
  | { readonly verb: 'evict'; readonly target: Target; readonly options?: DeleteOptions }

/** `object` is the stored result (for delete: the last state, or the object still terminating). */
export type ApiResponse =
  | { readonly ok: true; readonly code: number; readonly object: KubeObject }
  | { readonly ok: false; readonly code: number; readonly status: ApiStatus }

/** How an object was written, where that is not plain from who wrote. */
export interface Via {
  /** The field manager that the request named. */
  readonly manager?: string
  readonly subresource?: string
  /** What a user asked to create, before admission and the server added to it. */
  readonly requested?: KubeObject
}

/** One write of an object, as the ownership of its fields needs it. */
export interface Written {
  readonly before: KubeObject | undefined
  readonly after: KubeObject | undefined
  readonly atMs: number
  readonly manager: string
  readonly subresource?: string
  readonly requested?: KubeObject
}

/** What one request may see and change; the World provides it, tests provide a small fake. */
export interface ApiContext {
  /**
   * The request comes from a component of the twin, which writes typed objects: they need no
   * decoding, and a status needs no validation.
   */
  readonly trusted?: boolean
  /** Who asks; an administrator when absent. */
  readonly user?: { readonly username: string; readonly groups: readonly string[] }
  /** Virtual milliseconds since the epoch of the run (an absolute Unix time in ms). */
  readonly nowMs: number
  readonly get: (kind: string, key: string) => KubeObject | undefined
  /** All objects of a kind (in one namespace when given), ordered by key. */
  readonly list: (kind: string, namespace?: string) => readonly KubeObject[]
  /** Objects whose metadata.ownerReferences contain `uid`, ordered by kind, then key. */
  readonly dependents: (uid: string) => readonly { kind: string; object: KubeObject }[]
  /** The resourceVersion that the next `put` or `remove` will get. */
  readonly nextRevision: () => number
  readonly put: (kind: string, key: string, object: KubeObject, via?: Via) => void
  /** Every write of an object so far, oldest first; absent where ownership is not asked for. */
  readonly history?: (kind: string, key: string) => readonly Written[]
  readonly remove: (kind: string, key: string, last: KubeObject) => void
  /** A fresh unique id in the form of a UUID. */
  readonly newUid: (object: KubeObject) => string
  /**
   * A deterministic integer in 0..bound-1 from the stream that names generated objects; `of` is
   * whose name it is, where the order of creation must not decide.
   */
  readonly randomBelow: (bound: number, of?: string) => number
  /** Records something for explanations only; nothing reads it in the run. */
  readonly note?: (topic: string, data: unknown) => void
}
