// Label selectors compiled to functions: a term is compiled once and asked for thousands of pods.
// Upstream: apimachinery pkg/labels/selector.go Requirement.Matches, v0.36.3.

import type { LabelSelector } from '../kube/generated/types.ts'
import { parseGoInt } from '../kube/go-text.ts'
import { type Labels, type Parsed, type Requirement, selectorOf } from '../kube/label-selector.ts'

export type { Labels } from '../kube/label-selector.ts'
export type LabelMatcher = (labels: Labels) => boolean

export const noLabels: Labels = {}
export const everything: LabelMatcher = () => true
export const nothing: LabelMatcher = () => false

const cache = new WeakMap<LabelSelector, Parsed<LabelMatcher>>()
const matchesNothing: Parsed<LabelMatcher> = { ok: true, value: nothing }

/** An absent selector matches nothing, an empty one everything. */
export function parseSelector(selector: LabelSelector | undefined): Parsed<LabelMatcher> {
  if (selector === undefined) return matchesNothing
  let compiled = cache.get(selector)
  if (compiled === undefined) {
    const parsed = selectorOf(selector)
    compiled = parsed.ok
      ? { ok: true, value: compileRequirements(parsed.value.requirements ?? []) }
      : parsed
    cache.set(selector, compiled)
  }
  return compiled
}

/** The same for those who need no message: undefined when the selector is not valid. */
export function compileSelector(selector: LabelSelector | undefined): LabelMatcher | undefined {
  const parsed = parseSelector(selector)
  return parsed.ok ? parsed.value : undefined
}

/** All requirements together; none at all match everything. */
export function compileRequirements(requirements: readonly Requirement[]): LabelMatcher {
  return allOf(requirements.map(compileRequirement))
}

/** The conjunction of matchers. */
export function allOf(matchers: readonly LabelMatcher[]): LabelMatcher {
  const [first, second] = matchers
  if (first === undefined) return everything
  if (second === undefined) return first
  if (matchers.length === 2) return labels => first(labels) && second(labels)
  return labels => matchers.every(matches => matches(labels))
}

function compileRequirement({ key, operator, values }: Requirement): LabelMatcher {
  switch (operator) {
    case 'in':
    case '=':
    case '==':
      return oneOf(key, values)
    case 'notin':
    case '!=':
      return labels => {
        const value = labels[key]
        return value === undefined || !values.includes(value)
      }
    case 'exists':
      return labels => labels[key] !== undefined
    case '!':
      return labels => labels[key] === undefined
    case 'gt':
    case 'lt':
      return comparison(key, operator, values)
  }
}

function oneOf(key: string, values: readonly string[]): LabelMatcher {
  const [only] = values
  if (values.length === 1) return labels => labels[key] === only
  return labels => {
    const value = labels[key]
    return value !== undefined && values.includes(value)
  }
}

/** Both sides are 64-bit integers, else nothing matches. */
function comparison(key: string, operator: 'gt' | 'lt', values: readonly string[]): LabelMatcher {
  const bound = integerOf(values[0] ?? '')
  if (bound === undefined) return nothing
  return labels => {
    const value = labels[key]
    const number = value === undefined ? undefined : integerOf(value)
    if (number === undefined) return false
    return operator === 'gt' ? number > bound : number < bound
  }
}

function integerOf(text: string): bigint | undefined {
  return parseGoInt(text).ok ? BigInt(text.replace('+', '')) : undefined
}
