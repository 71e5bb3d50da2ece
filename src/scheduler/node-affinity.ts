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
import { goQuote } from '../kube/go-text.ts'
import {
  aggregateErrors,
  type Operator,
  type Parsed,
  type Requirement,
  requirementErrors,
} from '../kube/label-selector.ts'
import { compileRequirements, noLabels } from './label-selector.ts'

export type NodeMatcher = (node: Node) => boolean

const cache = new WeakMap<Pod, NodeMatcher>()
const anyNode: NodeMatcher = () => true

/** The pod's nodeSelector and required node affinity; terms that are not valid match nothing. */
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
  if (required === undefined) return wanted.length === 0 ? anyNode : matchesLabels
  const matchesTerms = compileNodeSelector(required)
  return wanted.length === 0 ? matchesTerms : node => matchesLabels(node) && matchesTerms(node)
}

/** Any of the terms; a term without requirements matches nothing. */
export function compileNodeSelector(selector: NodeSelector): NodeMatcher {
  const terms: NodeMatcher[] = []
  for (const term of selector.nodeSelectorTerms ?? []) {
    const compiled = isEmpty(term) ? undefined : compileTerm(term, '')
    if (compiled?.errors.length === 0) terms.push(compiled.matches)
  }
  return node => {
    for (const matches of terms) if (matches(node)) return true
    return false
  }
}

function isEmpty({ matchExpressions = [], matchFields = [] }: NodeSelectorTerm): boolean {
  return matchExpressions.length + matchFields.length === 0
}

interface CompiledTerm {
  readonly matches: NodeMatcher
  readonly errors: readonly string[]
}

const operators: Readonly<Record<string, Operator>> = {
  In: 'in',
  NotIn: 'notin',
  Exists: 'exists',
  DoesNotExist: '!',
  Gt: 'gt',
  Lt: 'lt',
}

function compileTerm(term: NodeSelectorTerm, path: string): CompiledTerm {
  const { matchExpressions = [], matchFields = [] } = term
  const errors: string[] = []
  const requirements: Requirement[] = []
  matchExpressions.forEach(({ key, operator, values = [] }, index) => {
    const at = `${path}.matchExpressions[${index}]`
    const known = operators[operator]
    if (known === undefined) {
      errors.push(`${at}.operator: Unsupported value: ${goQuote(operator)}`)
      return
    }
    const requirement = { key, operator: known, values }
    errors.push(...requirementErrors(requirement, at))
    requirements.push(requirement)
  })
  matchFields.forEach((requirement, index) => {
    errors.push(...fieldErrors(requirement, `${path}.matchFields[${index}]`))
  })
  const matchesLabels = compileRequirements(requirements)
  const matchesFields = compileFields(matchFields)
  return {
    matches: node => matchesLabels(node.metadata.labels ?? noLabels) && matchesFields(node),
    errors,
  }
}

function fieldErrors(
  { operator, values = [] }: NodeSelectorRequirement,
  path: string,
): readonly string[] {
  if (operator !== 'In' && operator !== 'NotIn') {
    return [`${path}.operator: Unsupported value: ${goQuote(operator)}`]
  }
  return values.length === 1
    ? []
    : [`${path}.values: Invalid value: ${JSON.stringify(values)}: must have one element`]
}

function compileFields(requirements: readonly NodeSelectorRequirement[]): NodeMatcher {
  if (requirements.length === 0) return anyNode
  return node =>
    requirements.every(({ key, operator, values = [] }) => {
      const value = key === 'metadata.name' ? (node.metadata.name ?? '') : ''
      return (value === values[0]) === (operator === 'In')
    })
}

/** The sum of the weights of the terms that match. */
export type NodeScorer = (node: Node) => number

/** Terms with weight 0 or without requirements do not count, even if they are not valid. */
export function compilePreferred(terms: readonly PreferredSchedulingTerm[]): Parsed<NodeScorer> {
  const compiled: { matches: NodeMatcher; weight: number }[] = []
  const errors: string[] = []
  terms.forEach(({ weight, preference }, index) => {
    if (weight === 0 || isEmpty(preference)) return
    const term = compileTerm(preference, `[${index}]`)
    errors.push(...term.errors)
    compiled.push({ matches: term.matches, weight })
  })
  if (errors.length > 0) return { ok: false, error: aggregateErrors(errors) }
  const value: NodeScorer = node => {
    let score = 0
    for (const { matches, weight } of compiled) if (matches(node)) score += weight
    return score
  }
  return { ok: true, value }
}
