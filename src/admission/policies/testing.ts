// Policies with their bindings, for tests.

import type { KubeObject } from '../../kube/object.ts'
import { object } from '../testing.ts'

const group = 'admissionregistration.k8s.io/v1'

/** Rules that select what is done to one resource. */
export function matching(
  resource: string,
  apiGroup = '',
  operations: readonly string[] = ['CREATE', 'UPDATE'],
): object {
  const rule = { apiGroups: [apiGroup], apiVersions: ['v1'], operations, resources: [resource] }
  return { matchConstraints: { resourceRules: [rule] } }
}

export function validatingPolicy(name: string, spec: object): KubeObject {
  return object(group, 'ValidatingAdmissionPolicy', name, { spec })
}

export function validatingBinding(policyName: string, spec: object = {}): KubeObject {
  return object(group, 'ValidatingAdmissionPolicyBinding', `${policyName}-binding`, {
    spec: { policyName, validationActions: ['Deny'], ...spec },
  })
}

export function mutatingPolicy(name: string, spec: object): KubeObject {
  return object(group, 'MutatingAdmissionPolicy', name, {
    spec: { reinvocationPolicy: 'Never', ...spec },
  })
}

export function mutatingBinding(policyName: string, spec: object = {}): KubeObject {
  return object(group, 'MutatingAdmissionPolicyBinding', `${policyName}-binding`, {
    spec: { policyName, ...spec },
  })
}

export function configMap(name: string, data: object = {}, metadata: object = {}): KubeObject {
  const named = { name, namespace: 'default', ...metadata }
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: named, data }
}
