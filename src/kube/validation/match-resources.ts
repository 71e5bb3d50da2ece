// Which requests a policy or webhook is for: rules, selectors, parameters.
// Upstream: pkg/apis/admissionregistration/validation/validation.go, v1.36.3.

import { dns1035LabelErrors, dns1123SubdomainErrors } from '../formats.ts'
import type {
  MatchResources,
  NamedRuleWithOperations,
  ParamKind,
  ParamRef,
  RuleWithOperations,
} from '../generated/types.ts'
import {
  checkKnown,
  checkLabelSelector,
  type Errors,
  pathSegmentName,
  refuse,
  subdomainName,
} from './checks.ts'
import { duplicate, forbidden, invalid, notSupported, required } from './field-error.ts'

const matchPolicies = ['Equivalent', 'Exact']
const operationNames = ['*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE']
const mutatingOperations = ['*', 'CONNECT', 'CREATE', 'UPDATE']
const scopes = ['*', 'Cluster', 'Namespaced']

export function checkMatchResources(
  errors: Errors,
  path: string,
  match: MatchResources | undefined,
): void {
  if (match === undefined) return
  const { matchPolicy, namespaceSelector, objectSelector } = match
  if (matchPolicy === undefined) errors.push(required(`${path}.matchPolicy`, ''))
  else if (!matchPolicies.includes(matchPolicy)) {
    errors.push(notSupported(`${path}.matchPolicy`, matchPolicy, matchPolicies))
  }
  for (const [name, selector] of Object.entries({ namespaceSelector, objectSelector })) {
    const at = `${path}.${name}`
    if (selector === undefined) errors.push(required(at, ''))
    else checkLabelSelector(errors, at, selector)
  }
  match.resourceRules?.forEach((rule, index) => {
    checkRule(errors, `${path}.resourceRules[${index}]`, rule)
  })
  match.excludeResourceRules?.forEach((rule, index) => {
    checkRule(errors, `${path}.excludeResourceRules[${index}]`, rule)
  })
}

/** Only what is created or updated can be changed. */
export function checkMutatingOperations(
  errors: Errors,
  path: string,
  match: MatchResources | undefined,
): void {
  const operations = (match?.resourceRules ?? []).flatMap(rule => rule.operations ?? [])
  for (const operation of operations) {
    if (mutatingOperations.includes(operation)) continue
    errors.push(notSupported(`${path}.resourceRules.operations`, operation, mutatingOperations))
  }
}

function checkRule(errors: Errors, path: string, rule: NamedRuleWithOperations): void {
  const { resourceNames = [] } = rule
  resourceNames.forEach((name, index) => {
    const at = `${path}.resourceNames[${index}]`
    refuse(errors, at, name, pathSegmentName(name))
    if (resourceNames.indexOf(name) < index) errors.push(duplicate(at, name))
  })
  checkOperations(errors, path, rule)
}

/** What is done to which resources: the rule of a webhook, or of a policy without its names. */
export function checkOperations(errors: Errors, path: string, rule: RuleWithOperations): void {
  const { operations = [], apiGroups = [], apiVersions = [], scope } = rule
  checkStars(errors, `${path}.operations`, { values: operations, what: 'operations' })
  operations.forEach((operation, index) => {
    if (operationNames.includes(operation)) return
    errors.push(notSupported(`${path}.operations[${index}]`, operation, operationNames))
  })
  checkStars(errors, `${path}.apiGroups`, { values: apiGroups, what: 'API groups' })
  checkStars(errors, `${path}.apiVersions`, { values: apiVersions, what: 'API versions' })
  apiVersions.forEach((version, index) => {
    if (version === '') errors.push(required(`${path}.apiVersions[${index}]`, ''))
  })
  checkResources(errors, `${path}.resources`, rule.resources ?? [])
  checkKnown(errors, `${path}.scope`, scope, scopes)
}

interface Listed {
  readonly values: readonly string[]
  readonly what: string
}

function checkStars(errors: Errors, path: string, { values, what }: Listed): void {
  if (values.length === 0) errors.push(required(path, ''))
  if (values.length > 1 && values.includes('*')) {
    errors.push(invalid(path, values, `if '*' is present, must not specify other ${what}`))
  }
}

function checkResources(errors: Errors, path: string, resources: readonly string[]): void {
  if (resources.length === 0) errors.push(required(path, ''))
  const allSubresourcesOf = new Set<string>()
  const ofAllResources = new Set<string>()
  let lastIsBare = false
  resources.forEach((name, index) => {
    const at = `${path}[${index}]`
    if (name === '') {
      errors.push(required(at, ''))
      return
    }
    const slash = name.indexOf('/')
    if (slash < 0) {
      lastIsBare = name !== '*'
      return
    }
    const [resource, sub] = [name.slice(0, slash), name.slice(slash + 1)]
    const covered = (by: string): void => {
      errors.push(invalid(at, name, `if '${by}' is present, must not specify ${name}`))
    }
    if (allSubresourcesOf.has(resource)) covered(`${resource}/*`)
    if (ofAllResources.has(sub)) covered(`*/${sub}`)
    if (sub === '*') allSubresourcesOf.add(resource)
    if (resource === '*') ofAllResources.add(sub)
  })
  if (resources.length > 1 && resources.includes('*/*')) {
    const detail = "if '*/*' is present, must not specify other resources"
    errors.push(invalid(path, resources, detail))
  }
  if (resources.includes('*') && lastIsBare) {
    const detail = "if '*' is present, must not specify other resources without subresources"
    errors.push(invalid(path, resources, detail))
  }
}

export function checkParamKind(errors: Errors, path: string, paramKind: ParamKind): void {
  const { apiVersion = '', kind = '' } = paramKind
  const at = `${path}.apiVersion`
  const parts = apiVersion.split('/')
  if (apiVersion === '') errors.push(required(at, ''))
  else if (parts.length > 2) {
    errors.push(invalid(at, apiVersion, `unexpected GroupVersion string: ${apiVersion}`))
  } else {
    const [group = '', version = ''] = parts.length === 2 ? parts : ['', apiVersion]
    const groupErrors = group === '' ? [] : dns1123SubdomainErrors(group)
    if (groupErrors.length > 0) errors.push(invalid(at, group, groupErrors.join(',')))
    const versionErrors = dns1035LabelErrors(version)
    if (version === '') errors.push(invalid(at, apiVersion, 'version must be specified'))
    else if (versionErrors.length > 0) errors.push(invalid(at, version, versionErrors.join(',')))
  }
  const kindErrors = dns1035LabelErrors(kind.toLowerCase())
  if (kind === '') errors.push(required(`${path}.kind`, ''))
  else if (kindErrors.length > 0) {
    const detail = `may have mixed case, but should otherwise match: ${kindErrors.join(',')}`
    errors.push(invalid(`${path}.kind`, kind, detail))
  }
}

const exclusive = 'name and selector are mutually exclusive'

function checkParamRef(errors: Errors, path: string, paramRef: ParamRef | undefined): void {
  if (paramRef === undefined) return
  const { name = '', selector, parameterNotFoundAction: action = '' } = paramRef
  const both = name !== '' && selector !== undefined
  if (name !== '') refuse(errors, `${path}.name`, name, pathSegmentName(name))
  if (both) errors.push(forbidden(`${path}.name`, exclusive))
  checkLabelSelector(errors, `${path}.selector`, selector)
  if (both) errors.push(forbidden(`${path}.selector`, exclusive))
  if (name === '' && selector === undefined) {
    errors.push(required(path, 'one of name or selector must be specified'))
  }
  const at = `${path}.parameterNotFoundAction`
  if (action === '') errors.push(required(at, ''))
  else if (action !== 'Deny' && action !== 'Allow') {
    errors.push(notSupported(at, action, ['Deny', 'Allow']))
  }
}

interface BindingSpec {
  readonly policyName?: string
  readonly paramRef?: ParamRef
  readonly matchResources?: MatchResources
}

/** What the bindings of both kinds of policies have. */
export function checkBindingSpec(errors: Errors, path: string, spec: BindingSpec): void {
  const { policyName = '', paramRef, matchResources } = spec
  if (policyName === '') errors.push(required(`${path}.policyName`, ''))
  else refuse(errors, `${path}.policyName`, policyName, subdomainName(policyName))
  checkParamRef(errors, `${path}.paramRef`, paramRef)
  checkMatchResources(errors, `${path}.matchResources`, matchResources)
}
