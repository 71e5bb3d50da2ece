// Whether a value fits its schema.
// Port of k8s.io/kube-openapi v0.0.0-20260317180543 pkg/validation/validate and
// k8s.io/apiextensions-apiserver v0.36.3 pkg/apiserver/validation/ratcheting.go: decisions, texts.

import { matches } from '../cel/regex.ts'
import { characterCount } from '../cel/values.ts'
import { goQuote } from '../go-text.ts'
import { isArray, isObject, type JsonObject, sameJson } from '../patch/json.ts'
import { type Schema, schemaOfMap } from './schema.ts'
import { below, type Correlated, isUnchanged, itemAt } from './correlation.ts'
import { numberErrors } from './number-checks.ts'
import {
  bare,
  missing,
  notListed,
  refused,
  tooManyCharacters,
  tooManyOf,
  type ValueError,
  wrongType,
} from './value-error.ts'
import { formatTest } from './value-formats.ts'

/** Of alternatives that all fail, the one with the most checks that passed is told. */
interface Result {
  errors: ValueError[]
  passed: number
}

function merge(into: Result, { errors, passed }: Result): void {
  for (const error of errors) addError(into, error)
  into.passed += passed
}

/** The same complaint counts once. */
function addError({ errors }: Result, error: ValueError): void {
  if (!errors.some(each => each.text === error.text)) errors.push(error)
}

export interface Given {
  readonly value: unknown
  /** Empty for the root. */
  readonly path: string
  /** What of it was stored before; errors of what is unchanged are no errors. */
  readonly before?: Correlated | undefined
}

/** What is wrong with the value. */
export function valueErrors(schema: Schema, given: Given): readonly ValueError[] {
  return check(schema, given).errors
}

function check(schema: Schema, given: Given): Result {
  const result = checkAnew(schema, given)
  const isKept = result.errors.length > 0 && isUnchanged(given.before)
  return isKept ? { errors: [], passed: 0 } : result
}

function checkAnew(schema: Schema, given: Given): Result {
  const { value, path } = given
  const result: Result = { errors: [], passed: 0 }
  const types = typesOf(schema)
  const format = formatOf(schema, types)
  if (value === null || value === undefined) {
    merge(result, nullResult(schema, { types, path }))
    merge(result, enumResult(schema, given))
    return result
  }
  const run = (each: Result): void => {
    merge(result, each)
    result.passed += 1
  }
  if (types.length > 0 || format !== '') run(typeResult(value, { types, format, path }))
  run(conditionsResult(schema, given))
  if (typeof value === 'string') {
    run(failures(textErrors(schema, path, value)))
    const test = format === '' ? undefined : formatTest(format)
    if (test !== undefined) run(failures(test(value) ? [] : [wrongType(path, format, value)]))
  }
  if (typeof value === 'number') {
    const [only = ''] = types.length === 1 ? types : []
    const errors = numberErrors(path, value, { type: only, format, schema })
    run({ errors, passed: 1 })
  }
  if (isArray(value)) run(listResult(schema, given, value))
  run(enumResult(schema, given))
  if (isObject(value)) run(mapResult(schema, given, value))
  result.passed += 1
  return result
}

function failures(errors: ValueError[]): Result {
  return { errors, passed: 0 }
}

function typesOf(schema: Schema): readonly string[] {
  if (schema['x-kubernetes-int-or-string'] === true) return ['integer', 'string']
  return schema.type === undefined || schema.type === '' ? [] : [schema.type]
}

const numberFormats: Readonly<Record<string, readonly string[]>> = {
  integer: ['int32', 'int64'],
  number: ['float', 'double'],
}

/** The format if it is one for the type. */
function formatOf({ format = '' }: Schema, types: readonly string[]): string {
  if (format === '') return ''
  const type = types.length === 1 ? (types[0] as string) : 'string'
  const isKnown =
    type === 'string'
      ? formatTest(format) !== undefined
      : numberFormats[type]?.includes(format) === true
  return isKnown ? format : ''
}

interface Typed {
  readonly types: readonly string[]
  readonly path: string
}

function nullResult({ nullable }: Schema, { types, path }: Typed): Result {
  if (types.length === 0 || nullable === true) return { errors: [], passed: 1 }
  return failures([wrongType(path, types.join(','), 'null')])
}

/** Whole numbers that no int64 can hold are read as float64. */
function isWhole(value: number): boolean {
  return Number.isInteger(value) && value >= -(2 ** 63) && value < 2 ** 63
}

function typeOf(value: unknown): readonly [type: string, format: string] {
  if (isArray(value)) return ['array', '']
  switch (typeof value) {
    case 'boolean':
      return ['boolean', '']
    case 'string':
      return ['string', '']
    case 'number':
      return isWhole(value) ? ['integer', 'int64'] : ['number', 'float64']
    default:
      return ['object', '']
  }
}

function typeResult(value: unknown, { types, format, path }: Typed & { format: string }): Result {
  const [type, own] = typeOf(value)
  const isNumeric = types.includes('number') || types.includes('integer')
  const fits = types.includes(type) || (type === 'integer' && types.includes('number'))
  const isTextual = typeof value === 'string' || isArray(value)
  if (!isTextual && format !== '' && !fits && own !== format) {
    return failures([wrongType(path, format, own)])
  }
  if (!isNumeric && format !== '' && isTextual) return { errors: [], passed: 1 }
  if (fits) return { errors: [], passed: 1 }
  return failures([wrongType(path, types.join(','), type)])
}

function enumResult(schema: Schema, { value, path }: Given): Result {
  const allowed = schema.enum ?? []
  if (allowed.length === 0 || allowed.some(each => isListed(value, each))) {
    return { errors: [], passed: 0 }
  }
  return failures([notListed(path, value ?? null, allowed)])
}

function isListed(value: unknown, allowed: unknown): boolean {
  if (value === null || value === undefined || allowed === null) return false
  // A fraction is compared with whole numbers as Go converts it.
  if (typeof value === 'number' && typeof allowed === 'number' && Number.isInteger(allowed)) {
    return Math.trunc(value) === allowed
  }
  return sameJson(value, allowed)
}

/** The first complaint about a text. */
function textErrors(schema: Schema, path: string, text: string): ValueError[] {
  const { maxLength, minLength, pattern = '' } = schema
  if (maxLength !== undefined && characterCount(text) > maxLength) {
    return [tooManyCharacters(path, maxLength)]
  }
  if (minLength !== undefined && characterCount(text) < minLength) {
    return [refused(path, `should be at least ${minLength} chars long`, text)]
  }
  if (pattern === '' || matches(text, pattern) === true) return []
  return [refused(path, `should match '${pattern}'`, text)]
}

function listResult(schema: Schema, { path, before }: Given, list: readonly unknown[]): Result {
  const result: Result = { errors: [], passed: 1 }
  const { items, minItems, maxItems, uniqueItems } = schema
  if (items !== undefined) {
    list.forEach((value, index) => {
      merge(
        result,
        check(items, { value, path: `${path}[${index}]`, before: itemAt(before, index) }),
      )
    })
  }
  if (minItems !== undefined && list.length < minItems) {
    addError(result, refused(path, `should have at least ${minItems} items`, list.length))
  }
  if (maxItems !== undefined && list.length > maxItems) {
    addError(result, tooManyOf(path, { size: list.length, limit: maxItems, noun: 'items' }))
  }
  if (uniqueItems === true && hasDuplicates(list)) {
    addError(result, refused(path, "shouldn't contain duplicates"))
  }
  return result
}

function hasDuplicates(list: readonly unknown[]): boolean {
  return list.some((each, index) => list.slice(0, index).some(other => sameJson(each, other)))
}

const typeMeta = ['apiVersion', 'kind']

function mapResult(schema: Schema, { path, before }: Given, map: JsonObject): Result {
  const result: Result = { errors: [], passed: 0 }
  const { properties = {}, required = [], minProperties, maxProperties } = schema
  const size = Object.keys(map).length
  if (minProperties !== undefined && size < minProperties) {
    addError(result, refused(path, `should have at least ${minProperties} properties`, size))
  }
  if (maxProperties !== undefined && size > maxProperties) {
    addError(result, tooManyOf(path, { size, limit: maxProperties, noun: 'properties' }))
  }
  const values = schemaOfMap(schema)
  const inner = (field: string, at: string): Given => {
    const isType = path === '' && typeMeta.includes(field)
    return { value: map[field], path: at, before: isType ? undefined : below(before, field) }
  }
  const others = Object.keys(map).filter(key => !Object.hasOwn(properties, key))
  for (const key of others) {
    if (schema.additionalProperties === false) {
      const text = `${path}.${key} in body is a forbidden property`
      addError(result, { kind: 'general', name: path, text, value: key })
    } else if (values !== undefined) {
      merge(result, check(values, inner(key, `${path}.${key}`)))
    }
  }
  for (const [name, each] of Object.entries(properties)) {
    if (!Object.hasOwn(map, name)) continue
    merge(result, check(each, inner(name, path === '' ? name : `${path}.${name}`)))
  }
  for (const name of required) {
    if (!Object.hasOwn(map, name)) addError(result, missing(`${path}.${name}`))
  }
  return result
}

/** Conditions look at the value as it is, whatever it was before. */
function conditionsResult(schema: Schema, { value, path }: Given): Result {
  const result: Result = { errors: [], passed: 0 }
  const tried = (list: readonly unknown[] | undefined): Result[] =>
    (list ?? []).map(each => check(each as Schema, { value, path }))
  anyOfResult(result, path, tried(schema.anyOf))
  oneOfResult(result, path, tried(schema.oneOf))
  allOfResult(result, path, tried(schema.allOf))
  if (schema.not !== undefined) {
    const { errors } = check(schema.not as Schema, { value, path })
    if (errors.length === 0)
      addError(result, bare(`${goQuote(path)} must not validate the schema (not)`))
  }
  result.passed += 1
  return result
}

function isValid({ errors }: Result): boolean {
  return errors.length === 0
}

/** The first of those with the most checks that passed. */
function closest(tried: readonly Result[]): Result | undefined {
  let best: Result | undefined
  for (const each of tried) if (best === undefined || each.passed > best.passed) best = each
  return best
}

function anyOfResult(result: Result, path: string, tried: readonly Result[]): void {
  if (tried.length === 0) return
  const success = tried.find(isValid)
  if (success !== undefined) return merge(result, success)
  addError(result, bare(`${goQuote(path)} must validate at least one schema (anyOf)`))
  merge(result, closest(tried) as Result)
}

function oneOfResult(result: Result, path: string, tried: readonly Result[]): void {
  if (tried.length === 0) return
  const valid = tried.filter(isValid)
  if (valid.length === 1) return merge(result, valid[0] as Result)
  const found = valid.length === 0 ? 'none valid' : `${valid.length} valid alternatives`
  addError(
    result,
    bare(`${goQuote(path)} must validate one and only one schema (oneOf). Found ${found}`),
  )
  if (valid.length === 0) merge(result, closest(tried) as Result)
}

function allOfResult(result: Result, path: string, tried: readonly Result[]): void {
  if (tried.length === 0) return
  for (const each of tried) merge(result, each)
  const valid = tried.filter(isValid).length
  if (valid === tried.length) return
  const none = valid === 0 ? '. None validated' : ''
  addError(result, bare(`${goQuote(path)} must validate all the schemas (allOf)${none}`))
}
