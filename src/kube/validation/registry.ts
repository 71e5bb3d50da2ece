// Validation by kind key. Upstream: pkg/apis/*/validation, v1.36.3.

import type { KubeObject } from '../object.ts'
import * as admission from './admission-policies.ts'
import * as apps from './apps.ts'
import * as autoscaling from './autoscaling.ts'
import * as batch from './batch.ts'
import { type Errors, pathSegmentName, subdomainName } from './checks.ts'
import * as core from './core.ts'
import * as definitions from './custom-definitions.ts'
import type { FieldError } from './field-error.ts'
import {
  checkCustomMeta,
  checkMeta,
  checkMetaChange,
  checkMetaUpdate,
  hasStandardFinalizers,
} from './meta.ts'
import * as networking from './networking.ts'
import { checkPodCreate, checkPodMeta } from './pod/pod.ts'
import { checkPodUpdate } from './pod/pod-update.ts'
import * as policy from './policy.ts'
import * as quotas from './quotas.ts'
import * as service from './service.ts'
import * as storage from './storage.ts'

/** Checks of one kind; `old` is what is stored. */
export interface Validator {
  readonly create: (errors: Errors, object: KubeObject) => void
  readonly update?: (errors: Errors, object: KubeObject, old: KubeObject) => void
}

const namespaced: Validator = { create: core.checkNamespacedMeta }
const cluster: Validator = { create: core.checkClusterMeta }

const byKind: Readonly<Record<string, Validator>> = {
  ClusterRole: { create: policy.checkClusterRole },
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
    create: networking.checkEndpointSlice,
    update: networking.checkEndpointSliceUpdate,
  },
  HorizontalPodAutoscaler: {
    create: autoscaling.checkAutoscaler,
    update: autoscaling.checkAutoscalerUpdate,
  },
  Ingress: { create: networking.checkIngress, update: networking.checkIngressUpdate },
  IngressClass: cluster,
  Job: { create: batch.checkJob, update: batch.checkJobUpdate },
  Lease: namespaced,
  LimitRange: { create: quotas.checkLimitRange, update: quotas.checkLimitRange },
  MutatingAdmissionPolicy: {
    create: admission.checkMutatingPolicy,
    update: admission.checkMutatingPolicySpec,
  },
  MutatingAdmissionPolicyBinding: {
    create: admission.checkMutatingBinding,
    update: admission.checkMutatingBindingSpec,
  },
  Namespace: { create: core.checkNamespace },
  NetworkPolicy: namespaced,
  Node: { create: core.checkNode, update: core.checkNodeUpdate },
  PersistentVolume: { create: storage.checkVolume, update: storage.checkVolume },
  PersistentVolumeClaim: { create: storage.checkClaim, update: storage.checkClaimUpdate },
  Pod: { create: checkPodCreate, update: checkPodUpdate },
  PodDisruptionBudget: { create: policy.checkBudget, update: policy.checkBudgetUpdate },
  PriorityClass: { create: policy.checkPriorityClass, update: policy.checkPriorityClassUpdate },
  ReplicaSet: { create: apps.checkReplicaSet, update: apps.checkReplicaSetUpdate },
  ReplicationController: {
    create: apps.checkReplicationController,
    update: apps.checkReplicationControllerUpdate,
  },
  ResourceQuota: { create: quotas.checkQuota, update: quotas.checkQuotaUpdate },
  Role: { create: policy.checkRole, update: policy.checkRole },
  RoleBinding: { create: policy.checkRoleBinding, update: policy.checkRoleBindingUpdate },
  Secret: { create: core.checkSecret, update: core.checkSecretUpdate },
  Service: { create: service.checkService, update: service.checkServiceUpdate },
  ServiceAccount: namespaced,
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
  const update = byKind[key]?.update
  if (update === undefined) return errors
  if (errors.length > 0) checkMetaChange(errors, object, old)
  update(errors, object, old)
  return errors
}

/** Status is written by controllers: only the metadata is checked. */
export function validateStatusUpdate(object: KubeObject, old: KubeObject): readonly FieldError[] {
  const errors: Errors = []
  checkMetaUpdate(errors, object, old)
  return errors
}
