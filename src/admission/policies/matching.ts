// Which requests a policy or a binding is for.
// Upstream: k8s.io/apiserver v0.36.3 pkg/admission/plugin/policy/matching/matching.go and
// pkg/admission/plugin/webhook/predicates.

import type { AdmissionContext } from '../../apiserver/admission.ts'
import type { MatchResources, NamedRuleWithOperations } from '../../kube/generated/types.ts'
import { type Labels, selectorMatches } from '../../kube/label-selector.ts'
import type { Attributes } from '../../apiserver/attributes.ts'

/** Whether the request is selected; no restrictions select everything. */
export function isSelected(
  match: MatchResources | undefined,
  attributes: Attributes,
  context: AdmissionContext,
): boolean {
  if (match === undefined) return true
  const { resourceRules = [], excludeResourceRules = [] } = match
  if (!isNamespaceSelected(match, attributes, context)) return false
  if (!isObjectSelected(match, attributes)) return false
  if (anyRule(excludeResourceRules, match, attributes)) return false
  return resourceRules.length === 0 || anyRule(resourceRules, match, attributes)
}

function isEmptySelector(selector: MatchResources['objectSelector']): boolean {
  const { matchLabels = {}, matchExpressions = [] } = selector ?? {}
  return Object.keys(matchLabels).length === 0 && matchExpressions.length === 0
}

function isNamespaceSelected(
  { namespaceSelector: selector }: MatchResources,
  attributes: Attributes,
  context: AdmissionContext,
): boolean {
  const { namespace, plural, subresource, operation, object } = attributes
  if (selector === undefined || isEmptySelector(selector)) return true
  if (namespace === '' && plural !== 'namespaces') return true
  const carriesLabels = operation === 'CREATE' || operation === 'UPDATE'
  const itself = plural === 'namespaces' && subresource === '' && carriesLabels
  const found = itself ? object : context.get('Namespace', namespace)
  return selectorMatches(selector, found?.metadata.labels)
}

function isObjectSelected(match: MatchResources, { object, old }: Attributes): boolean {
  const { objectSelector: selector } = match
  if (selector === undefined || isEmptySelector(selector)) return true
  const has = (labels: Labels | undefined): boolean => selectorMatches(selector, labels)
  return [object, old].some(each => each !== undefined && has(each.metadata.labels))
}

function anyRule(
  rules: readonly NamedRuleWithOperations[],
  { matchPolicy }: MatchResources,
  attributes: Attributes,
): boolean {
  const { resourceVersion, versions } = attributes
  const equivalent = matchPolicy === 'Equivalent' ? versions : []
  const candidates = [resourceVersion, ...equivalent]
  return rules.some(rule => candidates.some(version => ruleMatches(rule, version, attributes)))
}

function ruleMatches(
  rule: NamedRuleWithOperations,
  version: string,
  attributes: Attributes,
): boolean {
  const { resourceNames = [], operations = [], apiGroups = [], apiVersions = [] } = rule
  return (
    isInScope(rule.scope, attributes) &&
    named(operations, attributes.operation) &&
    named(apiGroups, attributes.resourceGroup) &&
    named(apiVersions, version) &&
    isResource(rule.resources ?? [], attributes) &&
    (resourceNames.length === 0 || resourceNames.includes(attributes.name))
  )
}

function named(names: readonly string[], name: string): boolean {
  return names.includes('*') || names.includes(name)
}

function isInScope(scope: string | undefined, { plural, namespace }: Attributes): boolean {
  if (scope === undefined || scope === '*') return true
  const clusterWide = plural === 'namespaces' || namespace === ''
  return scope === 'Cluster' ? clusterWide : !clusterWide
}

/** `pods`, `pods/status`, `*`: without a slash the resource itself. */
function isResource(rules: readonly string[], { plural, subresource }: Attributes): boolean {
  return rules.some(rule => {
    const [resource, sub = ''] = rule.split('/')
    return (resource === '*' || resource === plural) && (sub === '*' || sub === subresource)
  })
}
