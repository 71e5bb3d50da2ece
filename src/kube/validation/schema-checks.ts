// Schemas of custom resources: keywords, list and map types, rules.
// Upstream: k8s.io/apiextensions-apiserver v0.36.3
// pkg/apis/apiextensions/validation/validation.go.

import { cel } from '../cel/provider.ts'
import type { RuleCheck } from '../cel/schema-rules.ts'
import type { SizedSchema } from '../cel/schema-sizes.ts'
import type { ValidationRule } from '../generated/types.ts'
import { checkKnown, type Errors } from './checks.ts'
import {
  type FieldError,
  forbidden,
  internalError,
  invalid,
  notSupported,
  required,
} from './field-error.ts'
import { property, type Schema, schemaOfMap } from '../custom/schema.ts'
import { RuleBudget } from './rule-budget.ts'

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
  /** What rules may cost; none where they are not compiled: conditions have no rules of their own. */
  readonly budget: RuleBudget | undefined
  /** How often the schema can occur in a resource; undefined where there is no limit. */
  readonly occurrencesMax: number | undefined
  /** The nearest part around it whose old and new values cannot be told to be the same. */
  readonly uncorrelatable?: string
  /** Inside of the type or metadata of a resource. */
  readonly isMeta?: boolean
  /** Why there may be no default here. */
  readonly noDefault?: string
}

export interface CheckedSchema {
  readonly path: string
  /** Rules are only compiled in schemas that are structural and whose defaults fit. */
  readonly isSound: boolean
  /** A schema that an update leaves alone may have rules that cost too much. */
  readonly isUnchanged: boolean
}

export function checkSchema(errors: Errors, schema: Schema, checked: CheckedSchema): void {
  const { path, isSound, isUnchanged } = checked
  const shape: Errors = []
  const rules: Errors = []
  const budget = isSound ? new RuleBudget(isUnchanged) : undefined
  walk({ shape, rules }, schema, { path, isRoot: true, budget, occurrencesMax: 1 })
  errors.push(...shape, ...rules, ...(budget?.totalErrors(path) ?? []))
}

interface Found {
  readonly shape: Errors
  readonly rules: Errors
}

function walk(found: Found, schema: Schema, place: SchemaPlace): void {
  const own: Found = { shape: [], rules: [] }
  const { path } = place
  if (place.noDefault !== undefined && schema.default !== undefined) {
    own.shape.push(forbidden(`${path}.default`, `must not be set ${place.noDefault}`))
  }
  checkKeywords(own.shape, schema, path)
  const inner = { ...place, isRoot: false, occurrencesMax: occurrencesInside(schema, place) }
  const values = schemaOfMap(schema)
  if (values !== undefined) {
    const noDefault = 'inside additionalProperties applying to object metadata'
    const mapped = place.isMeta === true ? { ...inner, noDefault } : inner
    walk(own, values, { ...mapped, path: `${path}.additionalProperties` })
  }
  const isCorrelatable = ['granular', 'atomic'].includes(
    schema['x-kubernetes-map-type'] ?? 'granular',
  )
  const fields = isCorrelatable ? inner : uncorrelatable(inner, path)
  for (const [name, each] of Object.entries(schema.properties ?? {})) {
    walk(own, each, { ...fields, ...metaPlace(schema, place, name), path: property(path, name) })
  }
  const condition = { ...inner, budget: undefined }
  const { not, allOf = [], oneOf = [], anyOf = [], items } = schema
  if (not !== undefined) walk(own, not as Schema, { ...condition, path: `${path}.not` })
  for (const [name, list] of Object.entries({ allOf, oneOf, anyOf })) {
    list.forEach((each, index) => {
      walk(own, each as Schema, { ...condition, path: `${path}.${name}[${index}]` })
    })
  }
  if (items !== undefined) {
    const isKeyed = schema['x-kubernetes-list-type'] === 'map'
    const elements = isKeyed ? inner : uncorrelatable(inner, path)
    walk(own, items, { ...elements, path: `${path}.items` })
  }
  checkMapType(own.shape, schema, path)
  checkListType(own.shape, schema, path)
  checkRules(own, schema, place)
  found.shape.push(...own.shape)
  found.rules.push(...own.rules)
}

function uncorrelatable(place: SchemaPlace, path: string): SchemaPlace {
  return { ...place, uncorrelatable: place.uncorrelatable ?? path }
}

const metaFields = ['apiVersion', 'kind', 'metadata']

/** What is special about a field that every resource has. */
function metaPlace(
  schema: Schema,
  { isRoot }: SchemaPlace,
  name: string,
): Pick<SchemaPlace, 'isMeta' | 'noDefault'> {
  const isResource = isRoot || schema['x-kubernetes-embedded-resource'] === true
  if (!isResource || !metaFields.includes(name)) return {}
  return { isMeta: true, ...(isRoot && { noDefault: `in top-level ${name}` }) }
}

/** How often what is inside of a schema can occur: lists and maps multiply. */
function occurrencesInside(schema: Schema, { occurrencesMax }: SchemaPlace): number | undefined {
  const { type, additionalProperties: more, maxItems, maxProperties } = schema
  const isMap = type === 'object' && more !== undefined
  if (type !== 'array' && !isMap) return occurrencesMax
  const most = isMap ? maxProperties : maxItems
  if (most === undefined || occurrencesMax === undefined) return undefined
  return occurrencesMax * Math.max(0, most)
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
  checkKnown(errors, `${path}.x-kubernetes-map-type`, mapType, allowed)
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
  checkKnown(errors, at, listType, allowed)
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
  checkKnown(errors, `${path}.reason`, reason, reasons)
  if (fieldPath !== '' && fieldPath.trim() === '') {
    errors.push(invalid(`${path}.fieldPath`, fieldPath, 'must be non-empty if specified'))
  }
  if (lines.test(fieldPath)) {
    errors.push(invalid(`${path}.fieldPath`, fieldPath, 'must not contain line breaks'))
  }
}

/** Rules are only compiled where the schema is in order, here and below. */
function checkRules(found: Found, schema: Schema, place: SchemaPlace): void {
  const { path, isRoot, budget } = place
  const { 'x-kubernetes-validations': rules = [] } = schema
  if (rules.length === 0) return
  const at = `${path}.x-kubernetes-validations`
  rules.forEach((rule, index) => checkRuleTexts(found.shape, `${at}[${index}]`, rule))
  if (budget === undefined || found.shape.length > 0) return
  const isResource = isRoot || schema['x-kubernetes-embedded-resource'] === true
  const sizes = cel().sizesOf(schema as SizedSchema, isResource)
  const checks = cel().compileRules(schema as SizedSchema, rules, isRoot)
  if (checks === undefined || sizes === undefined) {
    const detail = 'failed to convert to declType for CEL validation rules'
    found.rules.push(internalError(at, detail))
    return
  }
  const times = place.occurrencesMax ?? cel().occurrencesMax(sizes)
  checks.forEach((check, index) => {
    const rule = rules[index] as ValidationRule
    const here = `${at}[${index}]`
    const cost = (check.program?.costMax(sizes) ?? 0) * times
    found.rules.push(...budget.spend(`${here}.rule`, 'rule', cost))
    found.rules.push(...compileErrors(check, rule, here))
    const messageCost = check.message?.costMax(sizes) ?? 0
    found.rules.push(...budget.spend(`${here}.messageExpression`, 'messageExpression', messageCost))
    found.rules.push(...oldSelfErrors(check, rule, { here, uncorrelatable: place.uncorrelatable }))
  })
}

function compileErrors(check: RuleCheck, rule: ValidationRule, here: string): Errors {
  const { error, messageError } = check
  const found: Errors = []
  if (error !== undefined) found.push(invalid(`${here}.rule`, shownRule(rule), error))
  if (messageError !== undefined) {
    found.push(invalid(`${here}.messageExpression`, shownRule(rule), messageError))
  }
  return found
}

interface RulePlace {
  readonly here: string
  readonly uncorrelatable: string | undefined
}

function oldSelfErrors(
  { usesOldSelf }: RuleCheck,
  rule: ValidationRule,
  { here, uncorrelatable: part }: RulePlace,
): Errors {
  if (usesOldSelf && part !== undefined) {
    const why = `oldSelf cannot be used on the uncorrelatable portion of the schema within ${part}`
    return [invalid(`${here}.rule`, rule.rule, why)]
  }
  if (usesOldSelf || rule.optionalOldSelf === undefined) return []
  const detail = 'may not be set if oldSelf is not used in rule'
  return [invalid(`${here}.optionalOldSelf`, rule.optionalOldSelf, detail)]
}
