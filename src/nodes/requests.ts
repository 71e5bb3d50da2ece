// What several parts of the kubelets ask of the API server and of their caches.

import type { ApiRequest } from '../apiserver/request.ts'
import type { Turn } from '../engine/actor.ts'
import type { IndexSpec } from '../engine/store.ts'
import type { Pod, PodStatus } from '../kube/generated/types.ts'
import type { KubeObject } from '../kube/object.ts'

/** Pods by spec.nodeName: the index that every World keeps under this name. */
export const nodeNameIndex = {
  name: 'node-name',
  kind: 'Pod',
  values: (object: KubeObject) => [(object as Pod).spec?.nodeName ?? ''],
} satisfies Omit<IndexSpec, 'part'>

/** Replaces fields of the status of this very pod. */
export function patchStatus(turn: Turn, pod: Pod, status: PodStatus): void {
  const { name = '', namespace = '', uid = '' } = pod.metadata
  const target = { kind: 'Pod', namespace, name }
  const patch = { metadata: { uid }, status }
  submit(turn, { verb: 'patch', target, patchType: 'merge', patch, subresource: 'status' })
}

export function submit(turn: Turn, request: ApiRequest): void {
  turn.submit(request)
}
