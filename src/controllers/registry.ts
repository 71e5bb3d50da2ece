// Every built-in controller, sorted by name: what kube-controller-manager runs in the twin.

import { attachDetach } from './attach-detach/attach-detach.ts'
import { cronJob } from './cron-job/cron-job.ts'
import { daemonSet } from './daemon-set/daemon-set.ts'
import { deployment, deploymentBefore135 } from './deployment/deployment.ts'
import { disruption } from './disruption/disruption.ts'
import { endpointSlice } from './endpoint-slice/endpoint-slice.ts'
import { ephemeralVolume } from './ephemeral-volume.ts'
import type { Controller } from './framework.ts'
import { garbageCollector } from './garbage-collector/garbage-collector.ts'
import {
  type AutoscalerFlags,
  horizontalPodAutoscaler,
} from './horizontal-pod-autoscaler/horizontal-pod-autoscaler.ts'
import { job } from './job/job.ts'
import { namespace, namespaceBefore133 } from './namespace.ts'
import { nodeLifecycle } from './node-lifecycle/node-lifecycle.ts'
import type { NodeLifecycleOptions } from './node-lifecycle/options.ts'
import { persistentVolume } from './persistent-volume/persistent-volume.ts'
import { podGarbageCollection, type PodGarbageCollectionOptions } from './pod-garbage-collection.ts'
import {
  replicaSet,
  replicaSetBefore135,
  replicationController,
} from './replica-set/replica-set.ts'
import { resourceQuotaBooks } from './resource-quota.ts'
import { rootCertificate } from './root-certificate.ts'
import { serviceAccount } from './service-account.ts'
import { statefulSet } from './stateful-set/stateful-set.ts'
import { taintEviction } from './taint-eviction/taint-eviction.ts'
import { ttlAfterFinished } from './ttl-after-finished.ts'
import { validatingAdmissionPolicyStatus } from './validating-admission-policy-status.ts'
import { volumeAttacher } from './volume-attacher.ts'
import { claimProtection, volumeProtection } from './volume-protection.ts'
import { volumeProvisioner } from './volume-provisioner.ts'

/** Flags of kube-controller-manager; what is not given is at its default. */
export interface ControllerFlags {
  readonly nodeLifecycle?: Partial<NodeLifecycleOptions>
  readonly podGarbageCollection?: PodGarbageCollectionOptions
  readonly autoscaler?: AutoscalerFlags
  /** False: no one makes volumes; claims of any StorageClass wait. */
  readonly provisioning?: boolean
  /** False before 1.35: statuses say nothing of pods that are terminating. */
  readonly countsTerminating?: boolean
  /** False before 1.33: pods of a namespace go together with all the rest. */
  readonly orderedNamespaceDeletion?: boolean
}

/** All controllers, with these flags. */
export function controllersWith(flags: ControllerFlags = {}): readonly Controller[] {
  return [
    attachDetach,
    claimProtection,
    cronJob,
    daemonSet,
    flags.countsTerminating === false ? deploymentBefore135 : deployment,
    disruption,
    endpointSlice,
    ephemeralVolume,
    garbageCollector,
    horizontalPodAutoscaler(flags.autoscaler),
    job,
    flags.orderedNamespaceDeletion === false ? namespaceBefore133 : namespace,
    nodeLifecycle(flags.nodeLifecycle),
    persistentVolume,
    podGarbageCollection(flags.podGarbageCollection),
    flags.countsTerminating === false ? replicaSetBefore135 : replicaSet,
    replicationController,
    resourceQuotaBooks,
    rootCertificate,
    serviceAccount,
    statefulSet,
    taintEviction,
    ttlAfterFinished,
    validatingAdmissionPolicyStatus,
    volumeAttacher,
    volumeProtection,
    ...(flags.provisioning === false ? [] : [volumeProvisioner]),
  ]
}
