// Label selectors compiled to functions: a term is compiled once and asked for thousands of pods.
// Upstream: apimachinery pkg/apis/meta/v1/helpers.go LabelSelectorAsSelector and
// pkg/labels/selector.go Requirement.Matches, v0.36.3.

import type { LabelSelector } from '../kube/generated/types.ts'

export type Labels = Readonly<Record<string, string>>
export type LabelMatcher = (labels: Labels) => boolean

export const noLabels: Labels = {}
export const everything: LabelMatcher = () => true
export const nothing: LabelMatcher = () => false

interface Requirement {
  readonly key: string
  readonly operator: string
  readonly values: readonly string[]
}

/** An absent selector matches nothing, an empty one everything. Undefined: it is not valid. */
export function compileSelector(selector: LabelSelector | undefined): LabelMatcher | undefined {
  if (selector === undefined || selector === null) return nothing
  const requirements: Requirement[] = Object.entries(selector.matchLabels ?? {}).map(
    ([key, value]) => ({ key, operator: 'In', values: [value] }),
  )
  for (const { key, operator, values } of selector.matchExpressions ?? []) {
    requirements.push({ key: key ?? '', operator: operator ?? '', values: values ?? [] })
  }
  return compileRequirements(requirements)
}

/** All requirements together; undefined when one is not valid. */
export function compileRequirements(
  requirements: readonly Requirement[],
): LabelMatcher | undefined {
  const matchers: LabelMatcher[] = []
  for (const requirement of requirements) {
    const matcher = compileRequirement(requirement)
    if (matcher === undefined) return undefined
    matchers.push(matcher)
  }
  return allOf(matchers)
}

/** The conjunction of matchers. */
export function allOf(matchers: readonly LabelMatcher[]): LabelMatcher {
  const [first, second] = matchers
  if (first === undefined) return everything
  if (second === undefined) return first
  if (matchers.length === 2) return labels => first(labels) && second(labels)
  return labels => matchers.every(matches => matches(labels))
}

function compileRequirement({ key, operator, values }: Requirement): LabelMatcher | undefined {
  const [only] = values
  switch (operator) {
    case 'In':
      if (only === undefined) return undefined
      if (values.length === 1) return labels => labels[key] === only
      return labels => {
        const value = labels[key]
        return value !== undefined && values.includes(value)
      }
    case 'NotIn':
      if (only === undefined) return undefined
      return labels => {
        const value = labels[key]
        return value === undefined || !values.includes(value)
      }
    case 'Exists':
      return values.length > 0 ? undefined : labels => labels[key] !== undefined
    case 'DoesNotExist':
      return values.length > 0 ? undefined : labels => labels[key] === undefined
    case 'Gt':
    case 'Lt':
      return compileComparison(key, operator, values)
    default:
      return undefined
  }
}

/** Gt and Lt of node selectors: both sides are decimal integers, else nothing matches. */
function compileComparison(
  key: string,
  operator: 'Gt' | 'Lt',
  values: readonly string[],
): LabelMatcher | undefined {
  const bound = values.length === 1 ? decimalInteger(values[0] as string) : undefined
  if (bound === undefined) return undefined
  return labels => {
    const value = labels[key]
    const number = value === undefined ? undefined : decimalInteger(value)
    if (number === undefined) return false
    return operator === 'Gt' ? number > bound : number < bound
  }
}

/** Go's strconv.ParseInt in base 10; BigInt because 64 bits do not fit a double. */
function decimalInteger(text: string): bigint | undefined {
  if (!/^[+-]?[0-9]+$/.test(text)) return undefined
  const number = BigInt(text.startsWith('+') ? text.slice(1) : text)
  return BigInt.asIntN(64, number) === number ? number : undefined
}
