// The verbs of a reconcile: each is one yielded step, so each is one place where others may run.

import type { ApiRequest, ApiResponse } from '../apiserver/request.ts'
import type { KubeObject } from '../kube/object.ts'
import { kindKeyOf } from '../kube/kinds.ts'
import type { Api, Lister, Part, Step } from './framework.ts'

function* ask<T>(step: Step): Part<T> {
  return (yield step) as T
}

function read<T>(reader: (lister: Lister) => T): Part<T> {
  return ask<T>({ type: 'read', read: reader })
}

function request(apiRequest: ApiRequest): Part<ApiResponse> {
  return ask<ApiResponse>({ type: 'request', request: apiRequest })
}

/** Names an object in requests. */
export function targetOf(object: KubeObject): { kind: string; namespace?: string; name: string } {
  const { name = '', namespace } = object.metadata
  const kind = kindKeyOf(object)
  return namespace === undefined ? { kind, name } : { kind, namespace, name }
}

export const api: Api = {
  get: (kind, key) => read(lister => lister.get(kind, key)),
  list: (kind, namespace) => read(lister => lister.list(kind, namespace)),
  ownedBy: (kind, uid) => read(lister => lister.ownedBy(kind, uid)),
  onNode: node => read(lister => lister.onNode(node)),
  getLive: (kind, namespace, name) => request({ verb: 'get', target: { kind, namespace, name } }),
  create: object => request({ verb: 'create', object }),
  update: object => request({ verb: 'update', object }),
  updateStatus: object => request({ verb: 'update', object, subresource: 'status' }),
  finalize: object => request({ verb: 'update', object, subresource: 'finalize' }),
  patch: (object, patchType, patch) =>
    request({ verb: 'patch', target: targetOf(object), patchType, patch }),
  patchStatus: (object, patchType, patch) =>
    request({ verb: 'patch', target: targetOf(object), patchType, patch, subresource: 'status' }),
  scale: (object, replicas) => request({ verb: 'scale', target: targetOf(object), replicas }),
  delete: (object, options) =>
    request({ verb: 'delete', target: targetOf(object), ...(options && { options }) }),
  evict: (object, options) =>
    request({ verb: 'evict', target: targetOf(object), ...(options && { options }) }),
  event: (object, eventType, reason, message) =>
    ask<void>({ type: 'event', object, eventType, reason, message }),
  recall: key => ask({ type: 'recall', key }),
  remember: (key, value) => ask<void>({ type: 'remember', key, value }),
  note: (topic, data) => ask<void>({ type: 'note', topic, data }),
  now: () => ask<number>({ type: 'now' }),
  read,
}
