// The limits that schemas set to numbers.
// Port of k8s.io/kube-openapi v0.0.0-20260317180543 pkg/validation/validate/values.go: texts.

import { shortestText } from '../cel/go-format.ts'
import type { Schema } from './schema.ts'
import { bare, refused, type ValueError } from './value-error.ts'

/** Go's float32 ends here. */
const float32Max = 3.4028234663852886e38

export interface NumberRules {
  /** Empty where the schema allows other types beside numbers. */
  readonly type: string
  readonly format: string
  readonly schema: Schema
}

function fits(value: number, { type, format }: NumberRules): boolean {
  if (type === 'integer') {
    if (!Number.isInteger(value)) return false
    const bits = format === 'int32' ? 31 : 63
    return value >= -(2 ** bits) && value < 2 ** bits
  }
  return format !== 'float' || Math.abs(value) <= float32Max
}

function rangeError(
  value: number,
  rules: NumberRules,
  { prefix, path }: { prefix: string; path: string },
): ValueError[] {
  if (fits(value, rules)) return []
  const { type, format } = rules
  const kind = format === '' ? `${type} (default format)` : `${type} with format ${format}`
  return [bare(`${prefix} value must be of type ${kind} in ${path}`)]
}

/** A limit as it is compared: whole values are compared with whole limits. */
interface Limit {
  readonly value: number
  readonly text: string
}

function limitOf(limit: number, isWhole: boolean): Limit {
  if (!isWhole) return { value: limit, text: shortestText(limit) }
  const value = Math.trunc(limit)
  return { value, text: String(value) }
}

function isMultiple(value: number, factor: number, isWhole: boolean): boolean {
  if (isWhole) return Math.trunc(value / factor) * factor === value
  return isNearlyWhole(factor < 1 ? (1 / factor) * value : value / factor)
}

/** Upstream forgives the errors of division, up to what a double counts exactly. */
function isNearlyWhole(value: number): boolean {
  if (Math.abs(value) > Number.MAX_SAFE_INTEGER) return false
  const whole = Math.trunc(value)
  const gap = Math.abs(value - whole)
  return gap === 0 || gap / (Math.abs(value) + Math.abs(whole)) < 1e-9
}

function multipleErrors(path: string, value: number, rules: NumberRules): ValueError[] {
  const { multipleOf } = rules.schema
  if (multipleOf === undefined) return []
  const range = rangeError(multipleOf, rules, { prefix: 'MultipleOf', path })
  const isWhole = range.length === 0 && Number.isInteger(value)
  const { value: factor, text } = limitOf(multipleOf, isWhole)
  if (factor <= 0) {
    const complaint = `factor MultipleOf declared for ${path} must be positive: ${text}`
    return [...range, { kind: 'general', name: path, text: complaint, value: factor }]
  }
  if (isMultiple(value, factor, isWhole)) return range
  return [...range, refused(path, `should be a multiple of ${text}`, value)]
}

interface Bound {
  readonly limit: number | undefined
  readonly isExclusive: boolean
  readonly prefix: string
  readonly words: readonly [inclusive: string, exclusive: string]
  readonly breaks: (value: number, limit: number) => boolean
}

function boundErrors(
  path: string,
  value: number,
  { rules, bound }: { rules: NumberRules; bound: Bound },
): ValueError[] {
  const { limit, isExclusive, prefix, words, breaks } = bound
  if (limit === undefined) return []
  const range = rangeError(limit, rules, { prefix, path })
  const compared = limitOf(limit, range.length === 0 && Number.isInteger(value))
  const isBroken = breaks(value, compared.value) || (isExclusive && value === compared.value)
  if (!isBroken) return range
  return [
    ...range,
    refused(path, `should be ${words[isExclusive ? 1 : 0]} ${compared.text}`, value),
  ]
}

/** What the rules of a schema say of a number. */
export function numberErrors(path: string, value: number, rules: NumberRules): ValueError[] {
  const { schema } = rules
  const minimum: Bound = {
    limit: schema.minimum,
    isExclusive: schema.exclusiveMinimum === true,
    prefix: 'Minimum boundary',
    words: ['greater than or equal to', 'greater than'],
    breaks: (each, limit) => each < limit,
  }
  const maximum: Bound = {
    limit: schema.maximum,
    isExclusive: schema.exclusiveMaximum === true,
    prefix: 'Maximum boundary',
    words: ['less than or equal to', 'less than'],
    breaks: (each, limit) => each > limit,
  }
  return [
    ...rangeError(value, rules, { prefix: 'Checked', path }),
    ...multipleErrors(path, value, rules),
    ...boundErrors(path, value, { rules, bound: minimum }),
    ...boundErrors(path, value, { rules, bound: maximum }),
  ]
}
