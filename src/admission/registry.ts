// The admission plugins that are on by default, in upstream's order.
// Upstream: pkg/kubeapiserver/options/plugins.go, v1.36.3.

import type { AdmissionPlugin } from '../apiserver/admission.ts'
import { defaultIngressClass } from './default-ingress-class.ts'
import { defaultStorageClass } from './default-storage-class.ts'
import {
  defaultTolerationSeconds,
  defaultTolerationsOf,
  type TolerationSeconds,
} from './default-toleration-seconds.ts'
import type { Gates } from '../kube/feature-gates.ts'
import { disabledFields } from './disabled-fields.ts'
import { gatekeeperMutation } from './gatekeeper-mutation.ts'
import { kyvernoMutation } from './kyverno-mutation.ts'
import { limitRanger } from './limit-ranger.ts'
import { mutatingAdmissionPolicy } from './mutating-admission-policy.ts'
import { mutatingWebhooks } from './mutating-webhooks.ts'
import { namespaceLifecycle } from './namespace-lifecycle.ts'
import { podTopologyLabels } from './pod-topology-labels.ts'
import { priority } from './priority.ts'
import { resourceQuota } from './resource-quota.ts'
import { runtimeClass } from './runtime-class.ts'
import { serviceAccount } from './service-account.ts'
import { storageObjectInUseProtection } from './storage-object-in-use-protection.ts'
import { taintNodesByCondition } from './taint-nodes-by-condition.ts'
import { validatingAdmissionPolicy } from './validating-admission-policy.ts'
import { validatingWebhooks } from './validating-webhooks.ts'

export const admissionPlugins: readonly AdmissionPlugin[] = [
  namespaceLifecycle,
  limitRanger,
  serviceAccount,
  taintNodesByCondition,
  priority,
  defaultTolerationSeconds,
  defaultStorageClass,
  storageObjectInUseProtection,
  runtimeClass,
  defaultIngressClass,
  podTopologyLabels,
  mutatingAdmissionPolicy,
  gatekeeperMutation,
  kyvernoMutation,
  mutatingWebhooks,
  validatingAdmissionPolicy,
  validatingWebhooks,
  resourceQuota,
]

export interface AdmissionFlags {
  readonly gates: Gates
  readonly tolerations?: TolerationSeconds | undefined
}

/** The plugins of an API server with gates and flags of its own. */
export function admissionPluginsWith({
  gates,
  tolerations,
}: AdmissionFlags): readonly AdmissionPlugin[] {
  const own = tolerations && defaultTolerationsOf(tolerations)
  const plugins = admissionPlugins
    .filter(plugin => plugin !== podTopologyLabels || gates('PodTopologyLabelsAdmission'))
    .map(plugin => (plugin === defaultTolerationSeconds ? (own ?? plugin) : plugin))
  const fields = disabledFields(gates)
  return fields === undefined ? plugins : [...plugins, fields]
}
