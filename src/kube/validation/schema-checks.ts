// Schemas of custom resources: keywords, list and map types, rules.
// Upstream: k8s.io/apiextensions-apiserver v0.36.3
// pkg/apis/apiextensions/validation/validation.go.

import { cel } from '../cel/provider.ts'
import type { TypedSchema } from '../cel/schema-types.ts'
import type { ValidationRule } from '../generated/types.ts'
import type { Errors } from './checks.ts'
import {
  type FieldError,
  forbidden,
  internalError,
  invalid,
  notSupported,
  required,
} from './field-error.ts'
import { type Schema, schemaOfMap } from '../custom/schema.ts'
import { property } from './structural-schema.ts'

const typeNames = ['array', 'boolean', 'integer', 'number', 'object', 'string']
const reasons = [
  'FieldValueDuplicate',
  'FieldValueForbidden',
  'FieldValueInvalid',
  'FieldValueRequired',
]

export interface SchemaPlace {
  readonly path: string
  readonly isRoot: boolean
  /** Whether rules are compiled: not in schemas that are not structural, nor in conditions. */
  readonly compiles: boolean
}

export function checkSchema(errors: Errors, schema: Schema, place: SchemaPlace): void {
  const shape: Errors = []
  const rules: Errors = []
  walk({ shape, rules }, schema, place)
  errors.push(...shape, ...rules)
}

interface Found {
  readonly shape: Errors
  readonly rules: Errors
}

function walk(found: Found, schema: Schema, place: SchemaPlace): void {
  const own: Found = { shape: [], rules: [] }
  const { path } = place
  checkKeywords(own.shape, schema, path)
  const inner = { ...place, isRoot: false }
  const values = schemaOfMap(schema)
  if (values !== undefined) walk(own, values, { ...inner, path: `${path}.additionalProperties` })
  for (const [name, each] of Object.entries(schema.properties ?? {})) {
    walk(own, each, { ...inner, path: property(path, name) })
  }
  const condition = { ...inner, compiles: false }
  const { not, allOf = [], oneOf = [], anyOf = [], items } = schema
  if (not !== undefined) walk(own, not as Schema, { ...condition, path: `${path}.not` })
  for (const [name, list] of Object.entries({ allOf, oneOf, anyOf })) {
    list.forEach((each, index) => {
      walk(own, each as Schema, { ...condition, path: `${path}.${name}[${index}]` })
    })
  }
  if (items !== undefined) walk(own, items, { ...inner, path: `${path}.items` })
  checkMapType(own.shape, schema, path)
  checkListType(own.shape, schema, path)
  checkRules(own, schema, place)
  found.shape.push(...own.shape)
  found.rules.push(...own.rules)
}

function checkKeywords(errors: Errors, schema: Schema, path: string): void {
  const { type = '', properties = {}, additionalProperties: more } = schema
  const at = `${path}.type`
  if (type !== '' && !typeNames.includes(type)) errors.push(notSupported(at, type, typeNames))
  const unsupported = {
    id: schema.id,
    additionalItems: schema.additionalItems,
    patternProperties: schema.patternProperties,
    definitions: schema.definitions,
    dependencies: schema.dependencies,
    $ref: schema.$ref,
  }
  for (const [name, value] of Object.entries(unsupported)) {
    if (value !== undefined) errors.push(forbidden(`${path}.${name}`, `${name} is not supported`))
  }
  if (type === 'null') {
    const detail = 'type cannot be set to null, use nullable as an alternative'
    errors.push(forbidden(at, detail))
  }
  if (schema.uniqueItems === true) {
    const detail =
      'uniqueItems cannot be set to true since the runtime complexity becomes quadratic'
    errors.push(forbidden(`${path}.uniqueItems`, detail))
  }
  if (more !== undefined && more !== true && Object.keys(properties).length > 0) {
    const detail = 'additionalProperties and properties are mutual exclusive'
    errors.push(forbidden(`${path}.additionalProperties`, detail))
  }
}

function mustHaveType(at: string, type: string, detail: string): FieldError {
  return type === '' ? required(at, detail) : invalid(at, type, detail)
}

function checkMapType(errors: Errors, schema: Schema, path: string): void {
  const { type = '', 'x-kubernetes-map-type': mapType } = schema
  if (schema['x-kubernetes-preserve-unknown-fields'] === false) {
    const detail = 'must be true or undefined'
    errors.push(invalid(`${path}.x-kubernetes-preserve-unknown-fields`, false, detail))
  }
  if (mapType === undefined) return
  if (type !== 'object') {
    const detail = 'must be object if x-kubernetes-map-type is specified'
    errors.push(mustHaveType(`${path}.type`, type, detail))
  }
  const allowed = ['atomic', 'granular']
  if (!allowed.includes(mapType)) {
    errors.push(notSupported(`${path}.x-kubernetes-map-type`, mapType, allowed))
  }
}

function checkListType(errors: Errors, schema: Schema, path: string): void {
  const { type = '', items } = schema
  const { 'x-kubernetes-list-type': listType, 'x-kubernetes-list-map-keys': keys = [] } = schema
  const at = `${path}.x-kubernetes-list-type`
  if (listType !== undefined && type !== 'array') {
    const detail = 'must be array if x-kubernetes-list-type is specified'
    errors.push(mustHaveType(`${path}.type`, type, detail))
  } else if (listType === 'set' && items !== undefined) {
    checkSetItems(errors, items, `${path}.items`)
  }
  const allowed = ['atomic', 'set', 'map']
  if (listType !== undefined && !allowed.includes(listType)) {
    errors.push(notSupported(at, listType, allowed))
  }
  if (keys.length > 0 && listType !== 'map') {
    const detail = 'must be map if x-kubernetes-list-map-keys is non-empty'
    errors.push(mustHaveType(at, listType ?? '', detail))
  }
  if (listType === 'map') checkMapItems(errors, schema, path)
}

function checkSetItems(errors: Errors, items: Schema, path: string): void {
  const { type, 'x-kubernetes-list-type': list, 'x-kubernetes-map-type': map } = items
  const detail = 'must be atomic as item of a list with x-kubernetes-list-type=set'
  if (type === 'array' && list !== undefined && list !== 'atomic') {
    errors.push(invalid(`${path}.x-kubernetes-list-type`, list, detail))
  }
  if (type === 'object' && map !== 'atomic') {
    errors.push(invalid(`${path}.x-kubernetes-map-type`, list, detail))
  }
}

function checkMapItems(errors: Errors, schema: Schema, path: string): void {
  const { items, 'x-kubernetes-list-map-keys': keys = [] } = schema
  const at = `${path}.x-kubernetes-list-map-keys`
  if (keys.length === 0) {
    errors.push(required(at, 'must not be empty if x-kubernetes-list-type is map'))
  }
  if (items === undefined) {
    const detail = 'must have a schema if x-kubernetes-list-type is map'
    errors.push(required(`${path}.items`, detail))
    return
  }
  if (items.type !== 'object') {
    const detail = "must be object if parent array's x-kubernetes-list-type is map"
    errors.push(invalid(`${path}.items.type`, items.type ?? '', detail))
    return
  }
  keys.forEach((key, index) => {
    const type = items.properties?.[key]?.type
    if (items.properties?.[key] === undefined) {
      errors.push(invalid(at, keys, 'entries must all be names of item properties'))
    } else if (type === 'array' || type === 'object') {
      const detail = "must be a scalar type if parent array's x-kubernetes-list-type is map"
      errors.push(invalid(`${property(`${path}.items`, key)}.type`, items.type, detail))
    }
    if (keys.indexOf(key) < index) {
      errors.push(invalid(at, keys, 'must not contain duplicate entries'))
    }
  })
}

/** A rule as messages show it. */
function shownRule(rule: ValidationRule): object {
  return {
    Rule: rule.rule,
    Message: rule.message ?? '',
    MessageExpression: rule.messageExpression ?? '',
    Reason: rule.reason ?? null,
    FieldPath: rule.fieldPath ?? '',
    OptionalOldSelf: rule.optionalOldSelf ?? null,
  }
}

function checkRuleTexts(errors: Errors, path: string, rule: ValidationRule): void {
  const { rule: text = '', message = '', messageExpression = '', reason, fieldPath = '' } = rule
  const lines = /[\n\r]/
  if (text.trim() === '') errors.push(required(`${path}.rule`, 'rule is not specified'))
  else if (message !== '' && message.trim() === '') {
    errors.push(invalid(`${path}.message`, message, 'must be non-empty if specified'))
  } else if (lines.test(message.trim())) {
    errors.push(invalid(`${path}.message`, message, 'must not contain line breaks'))
  } else if (lines.test(text.trim()) && message.trim() === '') {
    const detail = 'message must be specified if rule contains line breaks'
    errors.push(required(`${path}.message`, detail))
  }
  if (messageExpression !== '' && messageExpression.trim() === '') {
    const detail = 'messageExpression must be non-empty if specified'
    errors.push(required(`${path}.messageExpression`, detail))
  }
  if (reason !== undefined && !reasons.includes(reason)) {
    errors.push(notSupported(`${path}.reason`, reason, reasons))
  }
  if (fieldPath !== '' && fieldPath.trim() === '') {
    errors.push(invalid(`${path}.fieldPath`, fieldPath, 'must be non-empty if specified'))
  }
  if (lines.test(fieldPath)) {
    errors.push(invalid(`${path}.fieldPath`, fieldPath, 'must not contain line breaks'))
  }
}

/** Rules are only compiled where the schema is in order, here and below. */
function checkRules(found: Found, schema: Schema, { path, isRoot, compiles }: SchemaPlace): void {
  const { 'x-kubernetes-validations': rules = [] } = schema
  if (rules.length === 0) return
  const at = `${path}.x-kubernetes-validations`
  rules.forEach((rule, index) => checkRuleTexts(found.shape, `${at}[${index}]`, rule))
  if (!compiles || found.shape.length > 0) return
  const checks = cel().compileRules(schema as TypedSchema, rules, isRoot)
  if (checks === undefined) {
    const detail = 'failed to convert to declType for CEL validation rules'
    found.rules.push(internalError(at, detail))
    return
  }
  checks.forEach(({ error, messageError, usesOldSelf }, index) => {
    const rule = rules[index] as ValidationRule
    const here = `${at}[${index}]`
    if (error !== undefined) found.rules.push(invalid(`${here}.rule`, shownRule(rule), error))
    if (messageError !== undefined) {
      found.rules.push(invalid(`${here}.messageExpression`, shownRule(rule), messageError))
    }
    if (!usesOldSelf && rule.optionalOldSelf !== undefined) {
      const detail = 'may not be set if oldSelf is not used in rule'
      found.rules.push(invalid(`${here}.optionalOldSelf`, rule.optionalOldSelf, detail))
    }
  })
}
