// Objects that plugins look up besides nodes and pods: plain read-only lookups.
// The owner of the scheduler (an actor on its cache, a test on a map) provides them.

import type {
  CSIDriver,
  CSINode,
  CSIStorageCapacity,
  DeviceClass,
  Namespace,
  PersistentVolume,
  PersistentVolumeClaim,
  PodDisruptionBudget,
  PriorityClass,
  ReplicaSet,
  ReplicationController,
  ResourceClaim,
  ResourceClaimTemplate,
  ResourceSlice,
  Service,
  StatefulSet,
  StorageClass,
  VolumeAttachment,
} from '../kube/generated/types.ts'

export interface ListedKinds {
  readonly CSIDriver: CSIDriver
  readonly CSINode: CSINode
  readonly CSIStorageCapacity: CSIStorageCapacity
  readonly DeviceClass: DeviceClass
  readonly Namespace: Namespace
  readonly PersistentVolume: PersistentVolume
  readonly PersistentVolumeClaim: PersistentVolumeClaim
  readonly PodDisruptionBudget: PodDisruptionBudget
  readonly PriorityClass: PriorityClass
  readonly ReplicaSet: ReplicaSet
  readonly ReplicationController: ReplicationController
  readonly ResourceClaim: ResourceClaim
  readonly ResourceClaimTemplate: ResourceClaimTemplate
  readonly ResourceSlice: ResourceSlice
  readonly Service: Service
  readonly StatefulSet: StatefulSet
  readonly StorageClass: StorageClass
  readonly VolumeAttachment: VolumeAttachment
}

export interface SchedulerListers {
  /** `key` is `namespace/name`, or the name of a cluster-scoped object. */
  get<K extends keyof ListedKinds>(kind: K, key: string): ListedKinds[K] | undefined
  /** Ordered by key; pass a namespace to restrict. */
  list<K extends keyof ListedKinds>(kind: K, namespace?: string): readonly ListedKinds[K][]
}
