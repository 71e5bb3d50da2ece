// Disruption budgets, priority classes and access rules. Upstream: pkg/apis/policy/validation,
// pkg/apis/scheduling/validation and pkg/apis/rbac/validation, v1.36.3.

import type {
  ClusterRole,
  PodDisruptionBudget,
  PolicyRule,
  PriorityClass,
  RoleBinding,
} from '../generated/types.ts'
import { selectorOf } from '../label-selector.ts'
import type { KubeObject } from '../object.ts'
import { checkAtMost100Percent, checkIntOrPercent } from './apps.ts'
import {
  checkKnown,
  checkLabelSelector,
  type Errors,
  immutableText,
  pathSegmentName,
  subdomainName,
} from './checks.ts'
import { forbidden, goSelector, invalid, notSupported, required } from './field-error.ts'
import { checkCustomMeta, checkMeta } from './meta.ts'
import { sameValue } from './same.ts'

const unhealthyPolicies = ['AlwaysAllow', 'IfHealthyBudget']

export function checkBudget(errors: Errors, object: KubeObject): void {
  checkBudgetUpdate(errors, object)
  // Its own registry looks at the spec only; a name just has to fit in a path.
  if (errors.length === 0) checkCustomMeta(errors, object.metadata, true, pathSegmentName)
}

export function checkBudgetUpdate(errors: Errors, object: KubeObject): void {
  const spec = (object as PodDisruptionBudget).spec ?? {}
  const { minAvailable, maxUnavailable, selector, unhealthyPodEvictionPolicy: policy } = spec
  if (minAvailable !== undefined && maxUnavailable !== undefined) {
    const shown = {
      MinAvailable: minAvailable,
      Selector: goSelector(selector),
      MaxUnavailable: maxUnavailable,
      UnhealthyPodEvictionPolicy: policy ?? null,
    }
    errors.push(invalid('spec', shown, 'minAvailable and maxUnavailable cannot be both set'))
  }
  if (minAvailable !== undefined) {
    checkIntOrPercent(errors, 'spec.minAvailable', minAvailable)
    checkAtMost100Percent(errors, 'spec.minAvailable', minAvailable)
  }
  if (maxUnavailable !== undefined) {
    checkIntOrPercent(errors, 'spec.maxUnavailable', maxUnavailable)
    checkAtMost100Percent(errors, 'spec.maxUnavailable', maxUnavailable)
  }
  checkLabelSelector(errors, 'spec.selector', selector)
  checkKnown(errors, 'spec.unhealthyPodEvictionPolicy', policy, unhealthyPolicies)
}

const userPriorityMax = 1_000_000_000
const systemValues: Readonly<Record<string, number>> = {
  'system-cluster-critical': 2_000_000_000,
  'system-node-critical': 2_000_001_000,
}
const preemption = ['PreemptLowerPriority', 'Never']

export function checkPriorityClass(errors: Errors, object: KubeObject): void {
  checkMeta(errors, object.metadata, false, subdomainName)
  const { metadata, value = 0, globalDefault, preemptionPolicy } = object as PriorityClass
  const name = metadata.name ?? ''
  if (name.startsWith('system-')) {
    const why = systemMismatch(name, value, globalDefault === true)
    if (why !== undefined) {
      const head = "priority class names with 'system-' prefix are reserved for system use only"
      errors.push(forbidden('metadata.name', `${head}. error: ${why}`))
    }
  } else if (value > userPriorityMax) {
    const detail = `maximum allowed value of a user defined priority is ${userPriorityMax}`
    errors.push(forbidden('value', detail))
  }
  checkKnown(errors, 'preemptionPolicy', preemptionPolicy, preemption)
}

function systemMismatch(name: string, value: number, globalDefault: boolean): string | undefined {
  const known = systemValues[name]
  if (known === undefined) return `${name} is not a known system priority class`
  if (known !== value) return `value of ${name} PriorityClass must be ${known}`
  return globalDefault ? `globalDefault of ${name} PriorityClass must be false` : undefined
}

export function checkPriorityClassUpdate(
  errors: Errors,
  object: KubeObject,
  old: KubeObject,
): void {
  const { value, preemptionPolicy } = object as PriorityClass
  if (value !== (old as PriorityClass).value) {
    errors.push(forbidden('value', 'may not be changed in an update.'))
  }
  if (preemptionPolicy !== (old as PriorityClass).preemptionPolicy) {
    errors.push(invalid('preemptionPolicy', preemptionPolicy, immutableText))
  }
}

function checkRule(errors: Errors, path: string, rule: PolicyRule, namespaced: boolean): void {
  const {
    verbs = [],
    nonResourceURLs = [],
    apiGroups = [],
    resources = [],
    resourceNames = [],
  } = rule
  if (verbs.length === 0) {
    errors.push(required(`${path}.verbs`, 'verbs must contain at least one value'))
  }
  if (nonResourceURLs.length > 0) {
    if (namespaced) {
      const detail = 'namespaced rules cannot apply to non-resource URLs'
      errors.push(invalid(`${path}.nonResourceURLs`, nonResourceURLs, detail))
    }
    if (apiGroups.length + resources.length + resourceNames.length > 0) {
      const detail = 'rules cannot apply to both regular resources and non-resource URLs'
      errors.push(invalid(`${path}.nonResourceURLs`, nonResourceURLs, detail))
    }
    return
  }
  if (apiGroups.length === 0) {
    const detail = 'resource rules must supply at least one api group'
    errors.push(required(`${path}.apiGroups`, detail))
  }
  if (resources.length === 0) {
    const detail = 'resource rules must supply at least one resource'
    errors.push(required(`${path}.resources`, detail))
  }
}

export function checkRole(errors: Errors, object: KubeObject): void {
  checkMeta(errors, object.metadata, true, pathSegmentName)
  checkRules(errors, object, true)
}

export function checkClusterRole(errors: Errors, object: KubeObject): void {
  checkMeta(errors, object.metadata, false, pathSegmentName)
  checkRules(errors, object, false)
  checkAggregation(errors, object as ClusterRole)
}

function checkRules(errors: Errors, object: KubeObject, namespaced: boolean): void {
  const { rules } = object as ClusterRole
  rules?.forEach((rule, index) => checkRule(errors, `rules[${index}]`, rule, namespaced))
}

/** The roles that a role is put together from. */
function checkAggregation(errors: Errors, { aggregationRule }: ClusterRole): void {
  if (aggregationRule === undefined) return
  const { clusterRoleSelectors: selectors = [] } = aggregationRule
  const path = 'aggregationRule.clusterRoleSelectors'
  if (selectors.length === 0) {
    const detail = 'at least one clusterRoleSelector required if aggregationRule is non-nil'
    errors.push(required(path, detail))
  }
  selectors.forEach((selector, index) => {
    checkLabelSelector(errors, `${path}[${index}]`, selector)
    if (selectorOf(selector).ok) return
    errors.push(invalid(`${path}[${index}]`, undefined, 'invalid label selector.'))
  })
}

const rbacGroup = 'rbac.authorization.k8s.io'
const subjectKinds = ['ServiceAccount', 'User', 'Group']

function checkBinding(errors: Errors, object: KubeObject, kinds: readonly string[]): void {
  const { roleRef, subjects = [] } = object as RoleBinding
  const { apiGroup = '', kind = '', name = '' } = roleRef ?? {}
  if (apiGroup !== rbacGroup) errors.push(notSupported('roleRef.apiGroup', apiGroup, [rbacGroup]))
  checkKnown(errors, 'roleRef.kind', kind, kinds)
  if (name === '') errors.push(required('roleRef.name', ''))
  else {
    for (const message of pathSegmentName(name)) {
      errors.push(invalid('roleRef.name', name, message))
    }
  }
  subjects.forEach((subject, index) => checkSubject(errors, `subjects[${index}]`, subject, kinds))
}

type Subject = NonNullable<RoleBinding['subjects']>[number]

function checkSubject(
  errors: Errors,
  path: string,
  { kind = '', name = '', apiGroup = '', namespace = '' }: Subject,
  roleKinds: readonly string[],
): void {
  if (name === '') errors.push(required(`${path}.name`, ''))
  if (kind === 'ServiceAccount') {
    if (name !== '') {
      for (const message of subdomainName(name)) {
        errors.push(invalid(`${path}.name`, name, message))
      }
    }
    if (apiGroup !== '') errors.push(notSupported(`${path}.apiGroup`, apiGroup, ['']))
    if (roleKinds.length === 1 && namespace === '') errors.push(required(`${path}.namespace`, ''))
  } else if (kind === 'User' || kind === 'Group') {
    if (apiGroup !== rbacGroup) {
      errors.push(notSupported(`${path}.apiGroup`, apiGroup, [rbacGroup]))
    }
  } else {
    errors.push(notSupported(`${path}.kind`, kind, subjectKinds))
  }
}

export function checkRoleBinding(errors: Errors, object: KubeObject): void {
  checkMeta(errors, object.metadata, true, pathSegmentName)
  checkBinding(errors, object, ['Role', 'ClusterRole'])
}

export function checkClusterRoleBinding(errors: Errors, object: KubeObject): void {
  checkMeta(errors, object.metadata, false, pathSegmentName)
  checkBinding(errors, object, ['ClusterRole'])
}

export function checkRoleBindingUpdate(errors: Errors, object: KubeObject, old: KubeObject): void {
  checkBinding(errors, object, ['Role', 'ClusterRole'])
  checkSameRole(errors, object, old)
}

export function checkClusterRoleBindingUpdate(
  errors: Errors,
  object: KubeObject,
  old: KubeObject,
): void {
  checkBinding(errors, object, ['ClusterRole'])
  checkSameRole(errors, object, old)
}

function checkSameRole(errors: Errors, object: KubeObject, old: KubeObject): void {
  const { roleRef } = object as RoleBinding
  if (sameValue(roleRef, (old as RoleBinding).roleRef)) return
  const { apiGroup = '', kind = '', name = '' } = roleRef ?? {}
  const shown = { APIGroup: apiGroup, Kind: kind, Name: name }
  errors.push(invalid('roleRef', shown, 'cannot change roleRef'))
}
