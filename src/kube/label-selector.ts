// Label selectors: requirements, the object form, and compiled matchers. Upstream: apimachinery
// pkg/labels/selector.go and pkg/apis/meta/v1/helpers.go, v0.36.3.

import { compareStrings, sortedStrings } from '../base/compare.ts'
import { labelKeyErrors, labelValueErrors } from './formats.ts'
import type { LabelSelector } from './generated/types.ts'
import { goQuote, parseGoInt } from './go-text.ts'

export type Labels = Readonly<Record<string, string>>

/** selection.Operator, spelled as upstream's messages spell it. */
export type Operator = '=' | '==' | '!=' | 'in' | 'notin' | 'exists' | '!' | 'gt' | 'lt'

export interface Requirement {
  readonly key: string
  readonly operator: Operator
  readonly values: readonly string[]
}

/** `requirements` undefined: the selector that matches nothing. */
export interface Selector {
  readonly requirements: readonly Requirement[] | undefined
}

export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: string }

export const nothing: Selector = { requirements: undefined }

const noLabels: Labels = {}

/** Messages joined as Go's error aggregates print them. */
export function aggregateErrors(errors: readonly string[]): string {
  const distinct = [...new Set(errors)]
  return distinct.length === 1 ? (distinct[0] as string) : `[${distinct.join(', ')}]`
}

function child(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`
}

/** Values that were not given at all; Go prints them as `null`, an empty list as `[]`. */
export const nilValues: readonly string[] = []

/** The JSON of a Go slice. */
export function goStrings(values: readonly string[]): string {
  return values === nilValues ? 'null' : JSON.stringify(values)
}

function countErrors(path: string, operator: Operator, values: readonly string[]): string[] {
  const refused = (message: string): string[] => [
    `${path}: Invalid value: ${goStrings(values)}: ${message}`,
  ]
  switch (operator) {
    case 'in':
    case 'notin':
      return values.length > 0
        ? []
        : refused("for 'in', 'notin' operators, values set can't be empty")
    case '=':
    case '==':
    case '!=':
      return values.length === 1
        ? []
        : refused('exact-match compatibility requires one single value')
    case 'exists':
    case '!':
      return values.length === 0
        ? []
        : refused('values set must be empty for exists and does not exist')
    case 'gt':
    case 'lt': {
      const count = "for 'Gt', 'Lt' operators, exactly one value is required"
      return [
        ...(values.length === 1 ? [] : refused(count)),
        ...values.flatMap((value, index) => integerErrors(`${path}[${index}]`, value)),
      ]
    }
  }
}

function integerErrors(path: string, value: string): string[] {
  if (parseGoInt(value).ok) return []
  const message = "for 'Gt', 'Lt' operators, the value must be an integer"
  return [`${path}: Invalid value: ${goQuote(value)}: ${message}`]
}

/** NewRequirement's checks; `path` is the field path of the requirement, empty for none. */
export function requirementErrors(requirement: Requirement, path = ''): string[] {
  const { key, operator, values } = requirement
  const errors: string[] = []
  const keyErrors = labelKeyErrors(key)
  if (keyErrors.length > 0) {
    errors.push(`${child(path, 'key')}: Invalid value: ${goQuote(key)}: ${keyErrors.join('; ')}`)
  }
  const valuesPath = child(path, 'values')
  errors.push(...countErrors(valuesPath, operator, values))
  values.forEach((value, index) => {
    const found = labelValueErrors(value)
    if (found.length === 0) return
    const at = `${valuesPath}[${index}][${key}]`
    errors.push(`${at}: Invalid value: ${goQuote(value)}: ${found.join('; ')}`)
  })
  return errors
}

export type CheckedRequirement =
  | { readonly ok: true; readonly value: Requirement }
  | { readonly ok: false; readonly error: string; readonly errors: readonly string[] }

/** NewRequirement: the requirement, or everything that is wrong with it. */
export function checkedRequirement(requirement: Requirement, path = ''): CheckedRequirement {
  const errors = requirementErrors(requirement, path)
  return errors.length === 0
    ? { ok: true, value: requirement }
    : { ok: false, error: aggregateErrors(errors), errors }
}

/** Whether the labels satisfy one requirement. */
export function requirementMatches(requirement: Requirement, labels: Labels): boolean {
  const value = Object.hasOwn(labels, requirement.key) ? labels[requirement.key] : undefined
  switch (requirement.operator) {
    case 'in':
    case '=':
    case '==':
      return value !== undefined && requirement.values.includes(value)
    case 'notin':
    case '!=':
      return value === undefined || !requirement.values.includes(value)
    case 'exists':
      return value !== undefined
    case '!':
      return value === undefined
    case 'gt':
    case 'lt':
      return value !== undefined && compares(requirement, value)
  }
}

function compares({ operator, values }: Requirement, value: string): boolean {
  const [only] = values
  if (only === undefined || values.length !== 1) return false
  if (!parseGoInt(value).ok || !parseGoInt(only).ok) return false
  const [left, right] = [BigInt(value.replace('+', '')), BigInt(only.replace('+', ''))]
  return operator === 'gt' ? left > right : left < right
}

/** Whether the labels satisfy every requirement. */
export function matches(selector: Selector, labels: Labels | undefined | null): boolean {
  const { requirements } = selector
  if (requirements === undefined) return false
  const given = labels ?? noLabels
  for (let at = 0; at < requirements.length; at += 1) {
    if (!requirementMatches(requirements[at] as Requirement, given)) return false
  }
  return true
}

const operators: Readonly<Record<string, Operator>> = {
  In: 'in',
  NotIn: 'notin',
  Exists: 'exists',
  DoesNotExist: '!',
}

const nothingGiven = { key: '', operator: '' }

function byKey(a: Requirement, b: Requirement): number {
  return compareStrings(a.key, b.key)
}

const parsed = new WeakMap<LabelSelector, Parsed<Selector>>()

/** LabelSelectorAsSelector: absent matches nothing, empty everything. */
export function selectorOf(selector: LabelSelector | undefined | null): Parsed<Selector> {
  if (selector === undefined || selector === null) return { ok: true, value: nothing }
  const known = parsed.get(selector)
  if (known !== undefined) return known
  const result = parsedSelector(selector)
  parsed.set(selector, result)
  return result
}

function parsedSelector(selector: LabelSelector): Parsed<Selector> {
  const requirements: Requirement[] = []
  for (const [key, value] of Object.entries(selector.matchLabels ?? {})) {
    const made = checkedRequirement({ key, operator: '=', values: [value] })
    if (!made.ok) return made
    requirements.push(made.value)
  }
  for (const expression of selector.matchExpressions ?? []) {
    // Objects that were not decoded may lack what the types promise.
    const { key, operator, values } = { ...nothingGiven, ...expression }
    const known = Object.hasOwn(operators, operator) ? operators[operator] : undefined
    if (known === undefined) {
      return { ok: false, error: `${goQuote(operator)} is not a valid label selector operator` }
    }
    const given = values === undefined || values.length === 0 ? nilValues : values
    const made = checkedRequirement({ key, operator: known, values: given })
    if (!made.ok) return made
    requirements.push(made.value)
  }
  return { ok: true, value: { requirements: requirements.sort(byKey) } }
}

/** The selector of an object form that validation has accepted; an invalid one matches nothing. */
export function compileSelector(selector: LabelSelector | undefined | null): Selector {
  const result = selectorOf(selector)
  return result.ok ? result.value : nothing
}

/** Whether the object form selects the labels: absent selects nothing, empty everything. */
export function selectorMatches(
  selector: LabelSelector | undefined | null,
  labels: Labels | undefined | null,
): boolean {
  return matches(compileSelector(selector), labels)
}

/** The same as a function of the labels. */
export function selectorMatcher(
  selector: LabelSelector | undefined | null,
): (labels: Labels | undefined | null) => boolean {
  const given = compileSelector(selector)
  return labels => matches(given, labels)
}

/** Whether the labels contain every pair of a plain map (Services, ReplicationControllers). */
export function containsLabels(labels: Labels | undefined | null, wanted: Labels): boolean {
  const given = labels ?? noLabels
  for (const key in wanted) {
    if (given[key] !== wanted[key]) return false
  }
  return true
}

/** As Go prints a *metav1.LabelSelector with %v: `&LabelSelector{MatchLabels:...}`. */
export function selectorText(selector: LabelSelector | undefined | null): string {
  if (selector === undefined || selector === null) return 'nil'
  const matchLabels = selector.matchLabels ?? {}
  const labels = sortedStrings(Object.keys(matchLabels)).map(key => `${key}: ${matchLabels[key]},`)
  const expressions = (selector.matchExpressions ?? []).map(
    ({ key, operator, values = [] }) =>
      `LabelSelectorRequirement{Key:${key},Operator:${operator},Values:[${values.join(' ')}],},`,
  )
  return (
    `&LabelSelector{MatchLabels:map[string]string{${labels.join('')}},` +
    `MatchExpressions:[]LabelSelectorRequirement{${expressions.join('')}},}`
  )
}
