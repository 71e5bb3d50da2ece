// What a schema says of a value that it refuses, and how that becomes an error of a field.
// Upstream: k8s.io/kube-openapi v0.0.0-20260317180543 pkg/validation/errors/schema.go and
// k8s.io/apiextensions-apiserver v0.36.3 pkg/apiserver/validation/validation.go.

import { shortestText } from '../cel/go-format.ts'
import { goJsonValue } from '../go-json.ts'
import { goQuote } from '../go-text.ts'
import { isArray, isObject } from '../patch/json.ts'
import {
  type FieldError,
  invalid,
  notSupported,
  required,
  tooLong,
  tooMany,
} from '../validation/field-error.ts'

/** `name` is the path with a dot in front where a field of the root is meant. */
export interface ValueError {
  readonly kind:
    | 'general'
    | 'required'
    | 'enum'
    | 'tooLong'
    | 'tooMany'
    | 'type'
    /** One that names no field: its text is all there is. */
    | 'bare'
  readonly name: string
  readonly text: string
  readonly value?: unknown
  readonly allowed?: readonly unknown[]
  readonly limit?: number
}

export function wrongType(name: string, wanted: string, given: string): ValueError {
  const text = `${name} in body must be of type ${wanted}: ${goQuote(given)}`
  return { kind: 'type', name, text, value: given }
}

export function missing(name: string): ValueError {
  return { kind: 'required', name, text: `${name} in body is required` }
}

export function notListed(name: string, value: unknown, allowed: readonly unknown[]): ValueError {
  // The text only serves to tell equal errors from different ones.
  const text = `${name} in body should be one of [${allowed.map(goJsonValue).join(' ')}]`
  return { kind: 'enum', name, text, value, allowed }
}

export function tooManyOf(
  name: string,
  { size, limit, noun }: { size: number; limit: number; noun: 'items' | 'properties' },
): ValueError {
  const text = `${name} in body should have at most ${limit} ${noun}`
  return { kind: 'tooMany', name, text, value: size, limit }
}

export function tooManyCharacters(name: string, limit: number): ValueError {
  const text = `${name} in body should be at most ${limit} chars long`
  return { kind: 'tooLong', name, text, limit }
}

/** Any other complaint: `<name> in body <what>`. */
export function refused(name: string, what: string, value?: unknown): ValueError {
  return { kind: 'general', name, text: `${name} in body ${what}`, value }
}

export function bare(text: string): ValueError {
  return { kind: 'bare', name: '', text }
}

/** A path of no parts, as Go prints it. */
export const rootPath = '<nil>'

function fieldOf(base: string, { name }: ValueError): string {
  const own = name.startsWith('.') ? name.slice(1) : name
  if (own === '') return base
  return base === rootPath ? own : `${base}.${own}`
}

/** The error of a field; `base` is the path that names are relative to. */
export function fieldErrorOf(error: ValueError, base: string): FieldError {
  const field = fieldOf(base, error)
  const { kind, value, text, allowed = [], limit = -1 } = error
  switch (kind) {
    case 'required':
      return required(field, '')
    case 'enum':
      return notSupported(field, shownValue(value), allowed.map(allowedText))
    case 'tooLong':
      return tooLong(field, limit)
    case 'tooMany':
      return tooMany(field, value as number, limit)
    case 'type':
      return { ...invalid(field, value ?? '', text), reason: 'FieldValueTypeInvalid' }
    case 'bare':
      return invalid(base, '', text)
    default:
      return invalidValue(field, value ?? '', text)
  }
}

function allowedText(value: unknown): string {
  return typeof value === 'string' ? value : goJsonValue(value)
}

/** A JSON value with its maps in the order in which Go writes them. */
function shownValue(value: unknown): unknown {
  return isArray(value) || isObject(value) ? JSON.parse(goJsonValue(value)) : value
}

/** `Invalid value` with the value as Go prints it. */
export function invalidValue(field: string, value: unknown, detail: string): FieldError {
  if (typeof value === 'number' && !Number.isInteger(value)) {
    const body = `Invalid value: ${shortestText(value)}: ${detail}`
    return { reason: 'FieldValueInvalid', field, body }
  }
  return invalid(field, shownValue(value), detail)
}

/** `Duplicate value` with the value as Go prints it. */
export function duplicateValue(field: string, value: unknown): FieldError {
  const { body } = invalidValue(field, value, '')
  return {
    reason: 'FieldValueDuplicate',
    field,
    body: body.replace(/^Invalid value/, 'Duplicate value'),
  }
}

/** An error without a value: the rule speaks of a whole map or list. */
export function invalidWhole(field: string, detail: string): FieldError {
  const body = detail === '' ? 'Invalid value' : `Invalid value: ${detail}`
  return { reason: 'FieldValueInvalid', field, body }
}
