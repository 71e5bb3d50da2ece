// Defaulting functions by kind key. Upstream: pkg/apis/*/v1/zz_generated.defaults.go, v1.36.3.

import type { KubeObject } from '../object.ts'
import {
  daemonSetDefaults,
  deploymentDefaults,
  podTemplateDefaults,
  replicaSetDefaults,
  replicationControllerDefaults,
  statefulSetDefaults,
} from './apps.ts'
import { autoscalerDefaults } from './autoscaling.ts'
import { cronJobDefaults, jobDefaults } from './batch.ts'
import {
  endpointsDefaults,
  limitRangeDefaults,
  namespaceDefaults,
  nodeDefaults,
  quotaDefaults,
  secretDefaults,
  serviceDefaults,
} from './core.ts'
import { definitionDefaults } from './custom-resources.ts'
import { claimTemplateDefaults, resourceClaimDefaults } from './devices.ts'
import {
  endpointSliceDefaults,
  ingressClassDefaults,
  ingressDefaults,
  networkPolicyDefaults,
} from './networking.ts'
import { podDefaults } from './pod.ts'
import {
  admissionPolicyDefaults,
  mutatingPolicyDefaults,
  mutatingWebhookDefaults,
  policyBindingDefaults,
  priorityClassDefaults,
  roleBindingDefaults,
  validatingWebhookDefaults,
} from './policies.ts'
import {
  claimDefaults,
  csiDriverDefaults,
  storageClassDefaults,
  volumeObjectDefaults,
} from './storage.ts'

/** Gives the same reference when every default is already there. */
export type Defaulter = (object: KubeObject) => KubeObject

const byKind: Readonly<Record<string, Defaulter>> = {
  CSIDriver: csiDriverDefaults,
  ClusterRoleBinding: roleBindingDefaults,
  CronJob: cronJobDefaults,
  CustomResourceDefinition: definitionDefaults,
  DaemonSet: daemonSetDefaults,
  Deployment: deploymentDefaults,
  EndpointSlice: endpointSliceDefaults,
  Endpoints: endpointsDefaults,
  HorizontalPodAutoscaler: autoscalerDefaults,
  Ingress: ingressDefaults,
  IngressClass: ingressClassDefaults,
  Job: jobDefaults,
  LimitRange: limitRangeDefaults,
  MutatingAdmissionPolicy: mutatingPolicyDefaults,
  MutatingAdmissionPolicyBinding: policyBindingDefaults,
  MutatingWebhookConfiguration: mutatingWebhookDefaults,
  Namespace: namespaceDefaults,
  NetworkPolicy: networkPolicyDefaults,
  Node: nodeDefaults,
  PersistentVolume: volumeObjectDefaults,
  PersistentVolumeClaim: claimDefaults,
  Pod: podDefaults,
  PodTemplate: podTemplateDefaults,
  PriorityClass: priorityClassDefaults,
  ReplicaSet: replicaSetDefaults,
  ReplicationController: replicationControllerDefaults,
  ResourceClaim: resourceClaimDefaults,
  ResourceClaimTemplate: claimTemplateDefaults,
  ResourceQuota: quotaDefaults,
  RoleBinding: roleBindingDefaults,
  Secret: secretDefaults,
  Service: serviceDefaults,
  StatefulSet: statefulSetDefaults,
  StorageClass: storageClassDefaults,
  ValidatingAdmissionPolicy: admissionPolicyDefaults,
  ValidatingAdmissionPolicyBinding: policyBindingDefaults,
  ValidatingWebhookConfiguration: validatingWebhookDefaults,
}

/** The object with the defaults of its kind. */
export function applyDefaults(key: string, object: KubeObject): KubeObject {
  const defaulter = byKind[key]
  return defaulter === undefined ? object : defaulter(object)
}
