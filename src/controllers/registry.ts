// Every built-in controller, sorted by name: what kube-controller-manager runs in the twin.

import { type Gates, gatesOf } from '../kube/feature-gates.ts'
import { modelledMinors } from '../kube/versions.ts'
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
import { statefulSet, statefulSetInSteps } from './stateful-set/stateful-set.ts'
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
  /** Those of 1.36 unless given. */
  readonly gates?: Gates
}

/** A controller that does not wait to see its own writes, where that gate is off. */
function impatient(controller: Controller, isPatient: boolean): Controller {
  if (isPatient) return controller
  const { ownWrites: _seen, ...rest } = controller
  return rest
}

const newest = gatesOf(modelledMinors.last)

/** All controllers, with these flags. */
export function controllersWith(flags: ControllerFlags = {}): readonly Controller[] {
  const { gates = newest } = flags
  const countsTerminating = gates('DeploymentReplicaSetTerminatingReplicas')
  const sets = countsTerminating ? replicaSet : replicaSetBefore135
  const isPatient = gates('StaleControllerConsistencyReplicaSet')
  return [
    attachDetach,
    claimProtection,
    cronJob,
    impatient(daemonSet, gates('StaleControllerConsistencyDaemonSet')),
    countsTerminating ? deployment : deploymentBefore135,
    disruption,
    endpointSlice,
    ephemeralVolume,
    garbageCollector,
    horizontalPodAutoscaler(flags.autoscaler),
    impatient(job, gates('StaleControllerConsistencyJob')),
    gates('OrderedNamespaceDeletion') ? namespace : namespaceBefore133,
    nodeLifecycle(flags.nodeLifecycle),
    persistentVolume,
    podGarbageCollection(flags.podGarbageCollection),
    impatient(sets, isPatient),
    impatient(replicationController, isPatient),
    resourceQuotaBooks,
    rootCertificate,
    serviceAccount,
    impatient(
      gates('MaxUnavailableStatefulSet') ? statefulSetInSteps : statefulSet,
      gates('StaleControllerConsistencyStatefulSet'),
    ),
    taintEviction,
    ttlAfterFinished,
    validatingAdmissionPolicyStatus,
    volumeAttacher,
    volumeProtection,
    ...(flags.provisioning === false ? [] : [volumeProvisioner]),
  ]
}
