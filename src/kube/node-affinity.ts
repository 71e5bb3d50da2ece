// Node selectors and node affinity, compiled once per object. Upstream: component-helpers
// scheduling/corev1/nodeaffinity/nodeaffinity.go, v0.36.3.

import type {
  Node,
  NodeSelector,
  NodeSelectorRequirement,
  NodeSelectorTerm,
  PodSpec,
  PreferredSchedulingTerm,
} from './generated/types.ts'
import { goQuote } from './go-text.ts'
import {
  aggregateErrors,
  checkedRequirement,
  containsLabels,
  goStrings,
  matches,
  nilValues,
  type Operator,
  type Requirement,
  type Selector,
} from './label-selector.ts'

interface FieldRequirement {
  readonly key: string
  readonly equal: boolean
  readonly value: string
}

interface Term {
  readonly labels: Selector | undefined
  readonly fields: readonly FieldRequirement[]
  readonly errors: readonly string[]
}

/** Whether a node matches, or why that cannot be told. */
export interface NodeMatch {
  readonly match: boolean
  readonly error?: string
}

const matched: NodeMatch = { match: true }
const unmatched: NodeMatch = { match: false }

const operators: Readonly<Record<string, Operator>> = {
  In: 'in',
  NotIn: 'notin',
  Exists: 'exists',
  DoesNotExist: '!',
  Gt: 'gt',
  Lt: 'lt',
}

/** Objects that were not decoded may lack what the types promise. */
function texts(key: string | undefined, operator: string | undefined) {
  return { key: key ?? '', operator: operator ?? '' }
}

function unsupported(path: string, operator: string, supported: readonly string[]): string {
  const list = supported.map(goQuote).join(', ')
  return `${path}.operator: Unsupported value: ${goQuote(operator)}: supported values: ${list}`
}

interface Compiled<T> {
  readonly value: T
  readonly errors: readonly string[]
}

function compileLabels(
  expressions: readonly NodeSelectorRequirement[],
  path: string,
): Compiled<Selector | undefined> {
  if (expressions.length === 0) return { value: undefined, errors: [] }
  const errors: string[] = []
  const requirements: Requirement[] = []
  expressions.forEach(({ key: rawKey, operator: rawOperator, values }, index) => {
    const { key, operator } = texts(rawKey, rawOperator)
    const at = `${path}.matchExpressions[${index}]`
    const known = Object.hasOwn(operators, operator) ? operators[operator] : undefined
    if (known === undefined) {
      errors.push(unsupported(at, operator, Object.keys(operators)))
      return
    }
    const made = checkedRequirement({ key, operator: known, values: values ?? nilValues }, at)
    if (made.ok) requirements.push(made.value)
    else errors.push(...made.errors)
  })
  return { value: { requirements }, errors }
}

function compileFields(
  expressions: readonly NodeSelectorRequirement[],
  path: string,
): Compiled<readonly FieldRequirement[]> {
  const errors: string[] = []
  const value: FieldRequirement[] = []
  expressions.forEach(({ key: rawKey, operator: rawOperator, values = nilValues }, index) => {
    const { key, operator } = texts(rawKey, rawOperator)
    const at = `${path}.matchFields[${index}]`
    const [only] = values
    if (operator !== 'In' && operator !== 'NotIn') {
      errors.push(unsupported(at, operator, ['In', 'NotIn']))
    } else if (only === undefined || values.length !== 1) {
      errors.push(`${at}.values: Invalid value: ${goStrings(values)}: must have one element`)
    } else {
      value.push({ key, equal: operator === 'In', value: only })
    }
  })
  return { value, errors }
}

function isEmptyTerm({ matchExpressions, matchFields }: NodeSelectorTerm): boolean {
  return (matchExpressions?.length ?? 0) === 0 && (matchFields?.length ?? 0) === 0
}

function compileTerm(term: NodeSelectorTerm, path: string): Term {
  const labels = compileLabels(term.matchExpressions ?? [], path)
  const fields = compileFields(term.matchFields ?? [], path)
  return {
    labels: labels.value,
    fields: fields.value,
    errors: [...labels.errors, ...fields.errors],
  }
}

const compiledSelectors = new WeakMap<NodeSelector, readonly Term[]>()

function termsOf(selector: NodeSelector): readonly Term[] {
  const known = compiledSelectors.get(selector)
  if (known !== undefined) return known
  const terms = (selector.nodeSelectorTerms ?? []).flatMap((term, index) =>
    isEmptyTerm(term) ? [] : [compileTerm(term, `nodeSelectorTerms[${index}]`)],
  )
  compiledSelectors.set(selector, terms)
  return terms
}

/** A term without errors; a node without a name passes all field requirements. */
function termMatches({ labels, fields }: Term, { metadata }: Node): boolean {
  if (labels !== undefined && !matches(labels, metadata.labels)) return false
  const name = metadata.name ?? ''
  if (name === '') return true
  for (const { key, equal, value } of fields) {
    const actual = key === 'metadata.name' ? name : ''
    if ((actual === value) !== equal) return false
  }
  return true
}

/** What is wrong with a node selector, all messages together; undefined when nothing is. */
export function nodeSelectorError(selector: NodeSelector): string | undefined {
  const errors = termsOf(selector).flatMap(term => term.errors)
  return errors.length === 0 ? undefined : aggregateErrors(errors)
}

/** Whether any term selects the node; terms with errors only count when no other matches. */
export function matchNodeSelector(selector: NodeSelector, node: Node): NodeMatch {
  let errors: string[] | undefined
  for (const term of termsOf(selector)) {
    if (term.errors.length > 0) {
      errors ??= []
      errors.push(...term.errors)
    } else if (termMatches(term, node)) {
      return matched
    }
  }
  return errors === undefined ? unmatched : { match: false, error: aggregateErrors(errors) }
}

/** The pod's nodeSelector and required node affinity together. */
export function matchRequiredNodeAffinity(spec: PodSpec | undefined, node: Node): NodeMatch {
  const wanted = spec?.nodeSelector
  if (wanted !== undefined && !containsLabels(node.metadata.labels, wanted)) return unmatched
  const required = spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution
  return required === undefined ? matched : matchNodeSelector(required, node)
}

/** The same as a plain answer; a selector with errors selects nothing. */
export function matchesRequiredNodeAffinity(spec: PodSpec | undefined, node: Node): boolean {
  return matchRequiredNodeAffinity(spec, node).match
}

interface WeightedTerm {
  readonly term: Term
  readonly weight: number
}

export type PreferredTerms =
  | { readonly ok: true; readonly terms: readonly WeightedTerm[] }
  | { readonly ok: false; readonly error: string }

/** Preferred terms ready for scoring; those of weight 0 and empty ones do not count. */
export function compilePreferredTerms(terms: readonly PreferredSchedulingTerm[]): PreferredTerms {
  const weighted = terms.flatMap(({ weight, preference }, index) =>
    weight === 0 || isEmptyTerm(preference)
      ? []
      : [{ term: compileTerm(preference, `[${index}]`), weight }],
  )
  const errors = weighted.flatMap(({ term }) => term.errors)
  return errors.length === 0
    ? { ok: true, terms: weighted }
    : { ok: false, error: aggregateErrors(errors) }
}

/** The sum of the weights of the terms that select the node. */
export function preferredScore(terms: readonly WeightedTerm[], node: Node): number {
  let score = 0
  for (const { term, weight } of terms) if (termMatches(term, node)) score += weight
  return score
}
