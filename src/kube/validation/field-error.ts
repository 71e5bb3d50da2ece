// One thing that is wrong with a field of an object. Upstream: apimachinery
// pkg/util/validation/field/errors.go, v0.36.3.

import { sortedStrings } from '../../base/compare.ts'
import type { LabelSelector } from '../generated/types.ts'
import { goQuote } from '../go-text.ts'

/** `body` is the message without the path: `Invalid value: "x": must be …`. */
export interface FieldError {
  readonly reason: FieldErrorReason
  readonly field: string
  readonly body: string
}

export type FieldErrorReason =
  | 'FieldValueNotFound'
  | 'FieldValueRequired'
  | 'FieldValueDuplicate'
  | 'FieldValueInvalid'
  | 'FieldValueNotSupported'
  | 'FieldValueForbidden'
  | 'FieldValueTooLong'
  | 'FieldValueTooMany'
  | 'InternalError'
  | 'FieldValueTypeInvalid'

export function required(field: string, detail: string): FieldError {
  return error('FieldValueRequired', field, 'Required value', detail)
}

export function forbidden(field: string, detail: string): FieldError {
  return error('FieldValueForbidden', field, 'Forbidden', detail)
}

/** `value` is shown as Go prints it: strings quoted, numbers and booleans bare, all else as JSON. */
export function invalid(field: string, value: unknown, detail: string): FieldError {
  return error('FieldValueInvalid', field, `Invalid value: ${valueText(value)}`, detail)
}

export function duplicate(field: string, value: unknown): FieldError {
  return error('FieldValueDuplicate', field, `Duplicate value: ${valueText(value)}`, '')
}

/** A duplicate of which the value is not shown where it is undefined. */
export function duplicateBody(field: string, value: unknown): FieldError {
  return value === undefined
    ? error('FieldValueDuplicate', field, 'Duplicate value', '')
    : duplicate(field, value)
}

export function notFoundValue(field: string, value: unknown, detail = ''): FieldError {
  return error('FieldValueNotFound', field, `Not found: ${valueText(value)}`, detail)
}

/** `supported` in the order upstream passes them; sets are sorted by the caller. */
export function notSupported(
  field: string,
  value: unknown,
  supported: readonly string[],
): FieldError {
  const detail =
    supported.length === 0 ? '' : `supported values: ${supported.map(goQuote).join(', ')}`
  return error('FieldValueNotSupported', field, `Unsupported value: ${valueText(value)}`, detail)
}

export function tooLong(field: string, maxBytes: number): FieldError {
  return error('FieldValueTooLong', field, 'Too long', `may not be more than ${maxBytes} bytes`)
}

export function tooMany(field: string, actual: number, max: number): FieldError {
  const detail = `must have at most ${max} ${max === 1 ? 'item' : 'items'}`
  return error('FieldValueTooMany', field, `Too many: ${actual}`, detail)
}

/** Something that is not the fault of the value. */
export function internalError(field: string, detail: string): FieldError {
  return error('InternalError', field, 'Internal error', detail)
}

function error(reason: FieldErrorReason, field: string, head: string, detail: string): FieldError {
  return { reason, field, body: detail === '' ? head : `${head}: ${detail}` }
}

function valueText(value: unknown): string {
  if (typeof value === 'string') return goQuote(value)
  if (value === undefined || value === null) return 'null'
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  return JSON.stringify(value).replace(/[<>&]/g, escaped)
}

/** Go's JSON keeps out of the way of HTML. */
function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}

/** A selector as Go writes it into messages: fields in the order of the type. */
export function goSelector(selector: LabelSelector | undefined): unknown {
  if (selector === undefined) return null
  const { matchLabels, matchExpressions } = selector
  return {
    matchLabels: sortedMap(matchLabels),
    matchExpressions: matchExpressions?.map(({ key, operator, values }) => ({
      key,
      operator,
      values,
    })),
  }
}

/** A map as Go's JSON writes it: by key. */
export function sortedMap(
  map: Readonly<Record<string, string>> | undefined,
): Readonly<Record<string, string>> | undefined {
  if (map === undefined) return undefined
  return Object.fromEntries(sortedStrings(Object.keys(map)).map(key => [key, map[key] as string]))
}
