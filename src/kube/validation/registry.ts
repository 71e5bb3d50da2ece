// Validation by kind key. Upstream: pkg/apis/*/validation, v1.36.3.

import type { KubeObject } from '../object.ts'
import * as admission from './admission-policies.ts'
import * as apps from './apps.ts'
import * as autoscaling from './autoscaling.ts'
import * as batch from './batch.ts'
import { type Errors, pathSegmentName, subdomainName } from './checks.ts'
import * as core from './core.ts'
import { checkDriver, checkDriverUpdate } from './csi-driver.ts'
import * as definitions from './custom-definitions.ts'
import * as endpoints from './endpoints.ts'
import type { FieldError } from './field-error.ts'
import { checkLease, checkLeaseUpdate } from './lease.ts'
import {
  checkCustomMeta,
  checkMeta,
  checkMetaUpdate,
  checkOwnMetaUpdate,
  hasStandardFinalizers,
} from './meta.ts'
import * as networking from './networking.ts'
import { checkPodCreate, checkPodMeta } from './pod/pod.ts'
import { checkPodUpdate } from './pod/pod-update.ts'
import { checkPodTemplate, checkPodTemplateUpdate } from './pod/template.ts'
import * as policy from './policy.ts'
import * as quotas from './quotas.ts'
import { checkRuntimeClass, checkRuntimeClassUpdate } from './runtime-class.ts'
import * as service from './service.ts'
import * as storage from './storage.ts'
import { checkWebhooks } from './webhooks.ts'

/** Checks of one kind; `old` is what is stored. */
export interface Validator {
  readonly create: (errors: Errors, object: KubeObject) => void
  readonly update?: (errors: Errors, object: KubeObject, old: KubeObject) => void
  /** The metadata of an update are checked as those of a new object, by `update` itself. */
  readonly wholeMeta?: boolean
}

const webhookConfiguration: Validator = {
  create: checkWebhooks,
  update: checkWebhooks,
  wholeMeta: true,
}

const byKind: Readonly<Record<string, Validator>> = {
  CSIDriver: { create: checkDriver, update: checkDriverUpdate },
  ClusterRole: { create: policy.checkClusterRole, update: policy.checkClusterRole },
  ClusterRoleBinding: {
    create: policy.checkClusterRoleBinding,
    update: policy.checkClusterRoleBindingUpdate,
  },
  ConfigMap: { create: core.checkConfigMap, update: core.checkConfigMapUpdate },
  CronJob: { create: batch.checkCronJob, update: batch.checkCronJobUpdate },
  CustomResourceDefinition: {
    create: definitions.checkDefinition,
    update: definitions.checkDefinitionUpdate,
  },
  DaemonSet: { create: apps.checkDaemonSet, update: apps.checkDaemonSetUpdate },
  Deployment: { create: apps.checkDeployment, update: apps.checkDeploymentUpdate },
  EndpointSlice: {
    create: endpoints.checkEndpointSlice,
    update: endpoints.checkEndpointSliceUpdate,
    wholeMeta: true,
  },
  Endpoints: { create: endpoints.checkEndpoints, update: endpoints.checkEndpointsUpdate },
  HorizontalPodAutoscaler: {
    create: autoscaling.checkAutoscaler,
    update: autoscaling.checkAutoscalerUpdate,
  },
  Ingress: { create: networking.checkIngress, update: networking.checkIngressUpdate },
  IngressClass: {
    create: networking.checkIngressClass,
    update: networking.checkIngressClassUpdate,
  },
  Job: { create: batch.checkJob, update: batch.checkJobUpdate },
  Lease: { create: checkLease, update: checkLeaseUpdate },
  LimitRange: {
    create: quotas.checkLimitRange,
    update: quotas.checkLimitRange,
    wholeMeta: true,
  },
  MutatingAdmissionPolicy: {
    create: admission.checkMutatingPolicy,
    update: admission.checkMutatingPolicySpec,
  },
  MutatingAdmissionPolicyBinding: {
    create: admission.checkMutatingBinding,
    update: admission.checkMutatingBindingSpec,
  },
  MutatingWebhookConfiguration: webhookConfiguration,
  Namespace: { create: core.checkNamespace },
  NetworkPolicy: {
    create: networking.checkNetworkPolicy,
    update: networking.checkNetworkPolicyUpdate,
  },
  Node: { create: core.checkNode, update: core.checkNodeUpdate },
  PersistentVolume: { create: storage.checkVolume, update: storage.checkVolume },
  PersistentVolumeClaim: { create: storage.checkClaim, update: storage.checkClaimUpdate },
  Pod: { create: checkPodCreate, update: checkPodUpdate },
  PodDisruptionBudget: { create: policy.checkBudget, update: policy.checkBudgetUpdate },
  PodTemplate: { create: checkPodTemplate, update: checkPodTemplateUpdate },
  PriorityClass: { create: policy.checkPriorityClass, update: policy.checkPriorityClassUpdate },
  ReplicaSet: { create: apps.checkReplicaSet, update: apps.checkReplicaSetUpdate },
  ReplicationController: {
    create: apps.checkReplicationController,
    update: apps.checkReplicationControllerUpdate,
  },
  ResourceQuota: { create: quotas.checkQuota, update: quotas.checkQuotaUpdate },
  Role: { create: policy.checkRole, update: policy.checkRole },
  RoleBinding: { create: policy.checkRoleBinding, update: policy.checkRoleBindingUpdate },
  RuntimeClass: { create: checkRuntimeClass, update: checkRuntimeClassUpdate },
  Secret: { create: core.checkSecret, update: core.checkSecretUpdate },
  Service: { create: service.checkService, update: service.checkServiceUpdate },
  ServiceAccount: { create: core.checkNamespacedMeta, update: core.checkNamespacedMeta },
  StatefulSet: { create: apps.checkStatefulSet, update: apps.checkStatefulSetUpdate },
  StorageClass: { create: storage.checkStorageClass, update: storage.checkStorageClassUpdate },
  ValidatingAdmissionPolicy: {
    create: admission.checkValidatingPolicy,
    update: admission.checkValidatingPolicySpec,
  },
  ValidatingAdmissionPolicyBinding: {
    create: admission.checkValidatingBinding,
    update: admission.checkValidatingBindingSpec,
  },
  ValidatingWebhookConfiguration: webhookConfiguration,
}

/** What is wrong with a new object; kinds without a validator are checked for their metadata. */
export function validateCreate(
  key: string,
  object: KubeObject,
  isNamespaced: boolean,
): readonly FieldError[] {
  const errors: Errors = []
  const validator = byKind[key]
  if (validator === undefined) {
    const nameCheck = key.includes('.') ? subdomainName : pathSegmentName
    const check = hasStandardFinalizers(object) ? checkMeta : checkCustomMeta
    check(errors, object.metadata, isNamespaced, nameCheck)
  } else {
    validator.create(errors, object)
  }
  return errors
}

/** A pod whose spec is known to be in order. */
export function validatePodMeta(object: KubeObject): readonly FieldError[] {
  const errors: Errors = []
  checkPodMeta(errors, object)
  return errors
}

export function validateUpdate(
  key: string,
  object: KubeObject,
  old: KubeObject,
): readonly FieldError[] {
  const errors: Errors = []
  checkMetaUpdate(errors, object, old)
  const validator = byKind[key]
  if (validator?.wholeMeta !== true) checkOwnMetaUpdate(errors, object, old)
  validator?.update?.(errors, object, old)
  return errors
}

/** Status is written by controllers: only the metadata is checked. */
export function validateStatusUpdate(object: KubeObject, old: KubeObject): readonly FieldError[] {
  const errors: Errors = []
  checkMetaUpdate(errors, object, old)
  return errors
}
