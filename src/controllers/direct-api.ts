// The same verbs as api.ts, answered on the spot: for runs in which nobody may come between two
// steps of a reconcile. The generator then never suspends, which is what makes runs fast.

import type { ApiRequest, ApiResponse, DeleteOptions, PatchType } from '../apiserver/request.ts'
import type { KubeObject } from '../kube/object.ts'
import { targetOf } from './api.ts'
import type { Api, Lister, Part, Step } from './framework.ts'

interface Result {
  readonly done: true
  value: unknown
}

/**
 * An iterator that is over at once: `yield*` takes its value without suspending. One serves all:
 * nothing comes between making it and taking its value.
 */
class Answered {
  readonly result: Result = { done: true, value: undefined }

  next(): Result {
    return this.result
  }

  [Symbol.iterator](): this {
    return this
  }
}

const one = new Answered()

/** A part of a reconcile that has its value; `yield*` needs no more of it than an iterator. */
function answered<T>(value: T): Part<T> {
  one.result.value = value
  return one as unknown as Part<T>
}

/** Answers a step at once. */
export type AnswerNow = (step: Step) => unknown

export class DirectApi implements Api {
  private readonly lister: Lister
  private readonly answer: AnswerNow

  constructor(lister: Lister, answer: AnswerNow) {
    this.lister = lister
    this.answer = answer
  }

  get<T extends KubeObject>(kind: string, key: string): Part<T | undefined> {
    return answered(this.lister.get<T>(kind, key))
  }

  list<T extends KubeObject>(kind: string, namespace?: string): Part<readonly T[]> {
    return answered(this.lister.list<T>(kind, namespace))
  }

  ownedBy<T extends KubeObject>(kind: string, uid: string): Part<readonly T[]> {
    return answered(this.lister.ownedBy<T>(kind, uid))
  }

  onNode<T extends KubeObject>(node: string): Part<readonly T[]> {
    return answered(this.lister.onNode<T>(node))
  }

  read<T>(reader: (lister: Lister) => T): Part<T> {
    return answered(reader(this.lister))
  }

  getLive(kind: string, namespace: string | undefined, name: string): Part<ApiResponse> {
    return this.request({ verb: 'get', target: { kind, namespace, name } })
  }

  create(object: KubeObject): Part<ApiResponse> {
    return this.request({ verb: 'create', object })
  }

  update(object: KubeObject): Part<ApiResponse> {
    return this.request({ verb: 'update', object })
  }

  updateStatus(object: KubeObject): Part<ApiResponse> {
    return this.request({ verb: 'update', object, subresource: 'status' })
  }

  finalize(object: KubeObject): Part<ApiResponse> {
    return this.request({ verb: 'update', object, subresource: 'finalize' })
  }

  patch(object: KubeObject, patchType: PatchType, patch: unknown): Part<ApiResponse> {
    return this.request({ verb: 'patch', target: targetOf(object), patchType, patch })
  }

  patchStatus(object: KubeObject, patchType: PatchType, patch: unknown): Part<ApiResponse> {
    const target = targetOf(object)
    return this.request({ verb: 'patch', target, patchType, patch, subresource: 'status' })
  }

  scale(object: KubeObject, replicas: number): Part<ApiResponse> {
    return this.request({ verb: 'scale', target: targetOf(object), replicas })
  }

  delete(object: KubeObject, options?: DeleteOptions): Part<ApiResponse> {
    const target = targetOf(object)
    return this.request({ verb: 'delete', target, ...(options && { options }) })
  }

  evict(object: KubeObject, options?: DeleteOptions): Part<ApiResponse> {
    const target = targetOf(object)
    return this.request({ verb: 'evict', target, ...(options && { options }) })
  }

  event(
    object: KubeObject,
    eventType: 'Normal' | 'Warning',
    reason: string,
    message: string,
  ): Part<void> {
    this.answer({ type: 'event', object, eventType, reason, message })
    return answered<void>(undefined)
  }

  recall<T>(key: string): Part<T | undefined> {
    return answered(this.answer({ type: 'recall', key }) as T | undefined)
  }

  remember(key: string, value: unknown): Part<void> {
    this.answer({ type: 'remember', key, value })
    return answered<void>(undefined)
  }

  note(topic: string, data: unknown): Part<void> {
    this.answer({ type: 'note', topic, data })
    return answered<void>(undefined)
  }

  now(): Part<number> {
    return answered(this.answer({ type: 'now' }) as number)
  }

  private request(request: ApiRequest): Part<ApiResponse> {
    return answered(this.answer({ type: 'request', request }) as ApiResponse)
  }
}
