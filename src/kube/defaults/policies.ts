// Defaults of access rules, priorities and admission policies. Upstream: pkg/apis/rbac/v1,
// pkg/apis/scheduling/v1 and pkg/apis/admissionregistration/v1 defaults.go, v1.36.3.

import type {
  MatchResources,
  MutatingAdmissionPolicy,
  MutatingWebhook,
  MutatingWebhookConfiguration,
  PriorityClass,
  RoleBinding,
  RuleWithOperations,
  Subject,
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
  ValidatingWebhook,
  ValidatingWebhookConfiguration,
} from '../generated/types.ts'
import type { KubeObject } from '../object.ts'
import { eachOf, withAbsent, withChanged, withUnset } from './setting.ts'

const rbacGroup = 'rbac.authorization.k8s.io'

const subjects = eachOf<Subject>(subject =>
  subject.kind === 'User' || subject.kind === 'Group'
    ? withUnset(subject, { apiGroup: rbacGroup })
    : subject,
)

/** Also for ClusterRoleBinding, whose fields are the same. */
export function roleBindingDefaults(object: KubeObject): KubeObject {
  const referring = withChanged(object as RoleBinding, 'roleRef', reference =>
    withUnset(reference, { apiGroup: rbacGroup }),
  )
  return withChanged(referring, 'subjects', subjects)
}

export const priorityClassDefaults = (object: KubeObject): KubeObject =>
  withAbsent(object as PriorityClass, { preemptionPolicy: 'PreemptLowerPriority' })

const rules = eachOf<RuleWithOperations>(rule => withAbsent(rule, { scope: '*' }))

const hookPointers = {
  failurePolicy: 'Fail',
  matchPolicy: 'Equivalent',
  namespaceSelector: {},
  objectSelector: {},
  timeoutSeconds: 10,
} as const

function hookDefaults<T extends ValidatingWebhook | MutatingWebhook>(hook: T): T {
  const set = withAbsent<ValidatingWebhook | MutatingWebhook>(hook, hookPointers)
  const ruled = withChanged(set, 'rules', rules)
  return withChanged(ruled, 'clientConfig', config =>
    withChanged(config, 'service', service => withAbsent(service, { port: 443 })),
  ) as T
}

export function validatingWebhookDefaults(object: KubeObject): KubeObject {
  return withChanged(
    object as ValidatingWebhookConfiguration,
    'webhooks',
    eachOf<ValidatingWebhook>(hookDefaults),
  )
}

export function mutatingWebhookDefaults(object: KubeObject): KubeObject {
  return withChanged(
    object as MutatingWebhookConfiguration,
    'webhooks',
    eachOf<MutatingWebhook>(hook =>
      withAbsent(hookDefaults(hook), { reinvocationPolicy: 'Never' }),
    ),
  )
}

function matchDefaults(match: MatchResources): MatchResources {
  const set = withAbsent(match, {
    matchPolicy: 'Equivalent',
    namespaceSelector: {},
    objectSelector: {},
  })
  const included = withChanged(set, 'resourceRules', rules)
  return withChanged(included, 'excludeResourceRules', rules)
}

export function admissionPolicyDefaults(object: KubeObject): KubeObject {
  return withChanged(object as ValidatingAdmissionPolicy, 'spec', spec =>
    withChanged(withAbsent(spec, { failurePolicy: 'Fail' }), 'matchConstraints', matchDefaults),
  )
}

export function mutatingPolicyDefaults(object: KubeObject): KubeObject {
  return withChanged(object as MutatingAdmissionPolicy, 'spec', spec =>
    withChanged(withAbsent(spec, { failurePolicy: 'Fail' }), 'matchConstraints', matchDefaults),
  )
}

/** Also for MutatingAdmissionPolicyBinding, whose fields are the same. */
export function policyBindingDefaults(object: KubeObject): KubeObject {
  return withChanged(object as ValidatingAdmissionPolicyBinding, 'spec', spec =>
    withChanged(spec, 'matchResources', matchDefaults),
  )
}
