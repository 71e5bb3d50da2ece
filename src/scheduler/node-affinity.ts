// Node selectors and node affinity compiled to functions of a node.
// Upstream: component-helpers scheduling/corev1/nodeaffinity/nodeaffinity.go, v0.36.3.

import type {
  Node,
  NodeSelector,
  NodeSelectorRequirement,
  NodeSelectorTerm,
  Pod,
  PreferredSchedulingTerm,
} from '../kube/generated/types.ts'
import { compileRequirements, type LabelMatcher, noLabels } from './label-selector.ts'

export type NodeMatcher = (node: Node) => boolean

const cache = new WeakMap<Pod, NodeMatcher>()
const anyNode: NodeMatcher = () => true

/** The pod's nodeSelector and required node affinity together; terms that are not valid match nothing. */
export function requiredNodeAffinity(pod: Pod): NodeMatcher {
  let matcher = cache.get(pod)
  if (matcher === undefined) {
    matcher = compileRequired(pod)
    cache.set(pod, matcher)
  }
  return matcher
}

function compileRequired(pod: Pod): NodeMatcher {
  const { nodeSelector, affinity } = pod.spec ?? {}
  const wanted = Object.entries(nodeSelector ?? {})
  const matchesLabels: NodeMatcher = node => {
    const labels = node.metadata.labels ?? noLabels
    return wanted.every(([key, value]) => labels[key] === value)
  }
  const required = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution
  if (required === undefined || required === null) {
    return wanted.length === 0 ? anyNode : matchesLabels
  }
  const matchesTerms = compileNodeSelector(required)
  return wanted.length === 0 ? matchesTerms : node => matchesLabels(node) && matchesTerms(node)
}

/** Any of the terms; a term without requirements matches nothing. */
export function compileNodeSelector(selector: NodeSelector): NodeMatcher {
  const terms: NodeMatcher[] = []
  for (const term of selector.nodeSelectorTerms ?? []) {
    const compiled = compileTerm(term)
    if (compiled !== undefined) terms.push(compiled)
  }
  return node => {
    for (const matches of terms) if (matches(node)) return true
    return false
  }
}

/** Undefined: the term is empty or not valid. */
function compileTerm(term: NodeSelectorTerm): NodeMatcher | undefined {
  const { matchExpressions = [], matchFields = [] } = term
  if (matchExpressions.length + matchFields.length === 0) return undefined
  const labels: LabelMatcher | undefined = compileRequirements(
    matchExpressions.map(({ key, operator, values = [] }) => ({ key, operator, values })),
  )
  const fields = compileFields(matchFields)
  if (labels === undefined || fields === undefined) return undefined
  return node => labels(node.metadata.labels ?? noLabels) && fields(node)
}

function compileFields(requirements: readonly NodeSelectorRequirement[]): NodeMatcher | undefined {
  for (const { operator, values = [] } of requirements) {
    if ((operator !== 'In' && operator !== 'NotIn') || values.length !== 1) return undefined
  }
  return node =>
    requirements.every(({ key, operator, values = [] }) => {
      const value = key === 'metadata.name' ? (node.metadata.name ?? '') : ''
      return (value === values[0]) === (operator === 'In')
    })
}

/** The sum of the weights of the terms that match. */
export type NodeScorer = (node: Node) => number

/** Undefined: a term is not valid. */
export function compilePreferred(
  terms: readonly PreferredSchedulingTerm[],
): NodeScorer | undefined {
  const compiled: { matches: NodeMatcher; weight: number }[] = []
  for (const { weight, preference } of terms) {
    const { matchExpressions = [], matchFields = [] } = preference
    if (weight === 0 || matchExpressions.length + matchFields.length === 0) continue
    const matches = compileTerm(preference)
    if (matches === undefined) return undefined
    compiled.push({ matches, weight })
  }
  return node => {
    let score = 0
    for (const { matches, weight } of compiled) if (matches(node)) score += weight
    return score
  }
}
