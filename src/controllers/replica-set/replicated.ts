// ReplicaSets and ReplicationControllers are kept by one controller: the latter are read as the
// former. Upstream: pkg/controller/replication/{replication_controller,conversion}.go, v1.36.3.

import type { ReplicaSet, ReplicationController } from '../../kube/generated/types.ts'
import type { KubeObject } from '../../kube/object.ts'

/** One of the two kinds, and how its objects are seen and written. */
export interface Replicated {
  readonly kind: 'ReplicaSet' | 'ReplicationController'
  /** The object as a ReplicaSet; it keeps its own apiVersion and kind. */
  readonly asSet: (object: KubeObject) => ReplicaSet
  /** What is sent when its status is written. */
  readonly asStored: (set: ReplicaSet) => KubeObject
}

export const replicaSets: Replicated = {
  kind: 'ReplicaSet',
  asSet: object => object as ReplicaSet,
  asStored: set => set,
}

function asSet(object: KubeObject): ReplicaSet {
  const { spec, ...rest } = object as ReplicationController
  const { selector: matchLabels = {}, ...own } = spec ?? {}
  return { ...rest, spec: { ...own, selector: { matchLabels } } }
}

function asController(set: ReplicaSet): KubeObject {
  const { spec, ...rest } = set
  if (spec === undefined) return set
  const { selector, ...own } = spec
  return { ...rest, spec: { ...own, selector: selector?.matchLabels ?? {} } } as KubeObject
}

export const replicationControllers: Replicated = {
  kind: 'ReplicationController',
  asSet,
  asStored: asController,
}

/** The kind of an object that is seen as a ReplicaSet. */
export function replicatedOf({ kind }: KubeObject): Replicated {
  return kind === 'ReplicationController' ? replicationControllers : replicaSets
}
