// The secondary indexes that the components' informers keep. Upstream: client-go tools/cache
// indexers of the controller manager and kube-scheduler, v0.36.3.

import type { IndexSpec } from '../engine/store.ts'
import { controllerOf, type KubeObject } from '../kube/object.ts'

const none: readonly string[] = []

/** Objects by the uid of each owner. */
export const ownerIndex: IndexSpec = {
  name: 'owner',
  part: object => object.metadata.ownerReferences,
  values: object => object.metadata.ownerReferences?.map(owner => owner.uid) ?? none,
}

/** Pods by spec.nodeName. */
export const nodeNameIndex: IndexSpec = {
  name: 'node-name',
  kind: 'Pod',
  part: object => (object as PodLike).spec?.nodeName,
  values: object => {
    const node = (object as PodLike).spec?.nodeName
    return node === undefined || node === '' ? none : [node]
  },
}

type PodLike = KubeObject & { readonly spec?: { readonly nodeName?: string } }

const adoptableKinds: readonly string[] = ['ControllerRevision', 'Pod', 'ReplicaSet']

/** Objects that some controller might adopt, by namespace. */
export const orphanIndex: IndexSpec = {
  name: 'orphan',
  part: object => object.metadata.ownerReferences,
  values: ({ kind, metadata }) =>
    adoptableKinds.includes(kind) && controllerOf(metadata) === undefined
      ? [metadata.namespace ?? '']
      : none,
}

export const indexes: readonly IndexSpec[] = [ownerIndex, nodeNameIndex, orphanIndex]
