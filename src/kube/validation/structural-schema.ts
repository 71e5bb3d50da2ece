// Whether the schema of custom resources is structural: types where values are, and no types in
// conditions. Upstream: k8s.io/apiextensions-apiserver v0.36.3 pkg/apiserver/schema/validation.go
// and complete.go.

import { compareStrings } from '../../base/compare.ts'
import { cel } from '../cel/provider.ts'
import type { JSONSchemaProps } from '../generated/types.ts'
import { property, type Schema, schemaOfMap } from '../custom/schema.ts'
import type { Errors } from './checks.ts'
import { forbidden, invalid, required } from './field-error.ts'

type Level = 'root' | 'item' | 'field'

const emptyType: Readonly<Record<Level, string>> = {
  root: 'must not be empty at the root',
  item: 'must not be empty for specified array items',
  field: 'must not be empty for specified object fields',
}

/** Everything that keeps a schema from being structural, sorted by message. */
export function structuralErrors(schema: Schema, path: string): Errors {
  const errors: Errors = []
  checkInvariants(errors, schema, { path, level: 'root' })
  checkCompleteness(errors, schema, path)
  return errors.sort((a, b) => compareStrings(`${a.field}: ${a.body}`, `${b.field}: ${b.body}`))
}

interface Place {
  readonly path: string
  readonly level: Level
}

function checkInvariants(errors: Errors, schema: Schema, { path, level }: Place): void {
  const { type = '', items, properties = {} } = schema
  const more = schema.additionalProperties
  if (type === 'array' && items === undefined) {
    errors.push(required(`${path}.items`, 'must be specified'))
  }
  if (items !== undefined) checkInvariants(errors, items, { path: `${path}.items`, level: 'item' })
  for (const [name, inner] of Object.entries(properties)) {
    checkInvariants(errors, inner, { path: property(path, name), level: 'field' })
  }
  const at = `${path}.additionalProperties`
  if (more !== undefined && level === 'root') {
    errors.push(forbidden(at, 'must not be used at the root'))
  }
  if (typeof more === 'object') checkInvariants(errors, more, { path: at, level: 'field' })
  checkValue(errors, schema, { path, level })
  checkType(errors, schema, { path, level })
  if (schema['x-kubernetes-embedded-resource'] === true && more !== undefined) {
    errors.push(forbidden(at, 'must not be used if x-kubernetes-embedded-resource is set'))
  }
  if (level === 'root' && type !== '' && type !== 'object') {
    errors.push(invalid(`${path}.type`, type, 'must be object at the root'))
  }
  checkMetaFields(errors, schema, { path, level })
}

function checkType(errors: Errors, schema: Schema, { path, level }: Place): void {
  const { type = '' } = schema
  const intOrString = schema['x-kubernetes-int-or-string'] === true
  const preserves = schema['x-kubernetes-preserve-unknown-fields'] === true
  const embedded = schema['x-kubernetes-embedded-resource'] === true
  const at = `${path}.type`
  if (intOrString && preserves) {
    const detail = 'must be false if x-kubernetes-int-or-string is true'
    errors.push(invalid(`${path}.x-kubernetes-preserve-unknown-fields`, true, detail))
  }
  if (intOrString && embedded) {
    const detail = 'must be false if x-kubernetes-int-or-string is true'
    errors.push(invalid(`${path}.x-kubernetes-embedded-resource`, true, detail))
  }
  if (embedded && type !== 'object') {
    const detail = 'must be object if x-kubernetes-embedded-resource is true'
    errors.push(type === '' ? required(at, detail) : invalid(at, type, detail))
  } else if (type === '' && !intOrString && !preserves) {
    errors.push(required(at, emptyType[level]))
  }
  if (embedded && !preserves && Object.keys(schema.properties ?? {}).length === 0) {
    const detail =
      'must not be empty if x-kubernetes-embedded-resource is true without ' +
      'x-kubernetes-preserve-unknown-fields'
    errors.push(required(`${path}.properties`, detail))
  }
}

const metaOnly =
  'must not specify anything other than name and generateName, but metadata is implicitly specified'
const described = ['type', 'default', 'properties']

/** What a schema may say of the fields that all resources have. */
function checkMetaFields(errors: Errors, schema: Schema, { path, level }: Place): void {
  const isResource = level === 'root' || schema['x-kubernetes-embedded-resource'] === true
  if (!isResource) return
  for (const name of ['kind', 'apiVersion']) {
    const type = schema.properties?.[name]?.type
    if (schema.properties?.[name] === undefined || type === 'string') continue
    errors.push(invalid(`${property(path, name)}.type`, type ?? '', 'must be string'))
  }
  const metadata = schema.properties?.['metadata']
  if (metadata === undefined) return
  const at = property(path, 'metadata')
  if (metadata.type !== 'object') {
    errors.push(invalid(`${at}.type`, metadata.type ?? '', 'must be object'))
  }
  if (level !== 'root') return
  const names = Object.keys(metadata.properties ?? {})
  const others = names.some(name => name !== 'name' && name !== 'generateName')
  if (others || Object.keys(metadata).some(key => !described.includes(key))) {
    errors.push(forbidden(at, metaOnly))
  }
}

function isIntOrString(list: readonly JSONSchemaProps[] | undefined): boolean {
  if (list?.length !== 2) return false
  return ['integer', 'string'].every((type, index) => {
    const each = list[index] as JSONSchemaProps
    return each.type === type && Object.keys(each).length === 1
  })
}

/** The conditions of a schema: they may not say what the type is. */
function checkValue(errors: Errors, schema: Schema, { path, level }: Place): void {
  const { anyOf = [], allOf = [], oneOf = [], not, pattern = '' } = schema
  if (!isIntOrString(anyOf)) {
    anyOf.forEach((each, index) => {
      checkNested(errors, each as Schema, { path: `${path}.anyOf[${index}]`, level })
    })
  }
  allOf.forEach((each, index) => {
    const at = `${path}.allOf[${index}]`
    const inner = index === 0 && isIntOrString(each.anyOf) ? withoutAnyOf(each) : each
    checkNested(errors, inner as Schema, { path: at, level })
  })
  oneOf.forEach((each, index) => {
    checkNested(errors, each as Schema, { path: `${path}.oneOf[${index}]`, level })
  })
  if (not !== undefined) checkNested(errors, not as Schema, { path: `${path}.not`, level })
  const wrong = pattern === '' ? undefined : cel().patternError(pattern)
  if (wrong !== undefined) {
    const detail = `must be a valid regular expression, but isn't: ${wrong}`
    errors.push(invalid(`${path}.pattern`, pattern, detail))
  }
}

function withoutAnyOf({ anyOf: _, ...rest }: JSONSchemaProps): JSONSchemaProps {
  return rest
}

const unstructural: readonly (readonly [string, string])[] = [
  ['type', 'must be empty to be structural'],
  ['additionalProperties', 'must be undefined to be structural'],
  ['default', 'must be undefined to be structural'],
  ['title', 'must be empty to be structural'],
  ['description', 'must be empty to be structural'],
  ['nullable', 'must be false to be structural'],
  ['x-kubernetes-preserve-unknown-fields', 'must be false to be structural'],
  ['x-kubernetes-embedded-resource', 'must be false to be structural'],
  ['x-kubernetes-int-or-string', 'must be false to be structural'],
  ['x-kubernetes-list-map-keys', 'must be empty to be structural'],
  ['x-kubernetes-list-type', 'must be undefined to be structural'],
  ['x-kubernetes-map-type', 'must be undefined to be structural'],
  ['x-kubernetes-validations', 'must be empty to be structural'],
]

function isZero(value: unknown): boolean {
  if (value === undefined || value === '' || value === false) return true
  return Array.isArray(value) && value.length === 0
}

function checkNested(errors: Errors, schema: Schema, { path, level }: Place): void {
  checkValue(errors, schema, { path, level })
  if (schema.items !== undefined) {
    checkNested(errors, schema.items, { path: `${path}.items`, level })
  }
  for (const [name, inner] of Object.entries(schema.properties ?? {})) {
    checkNested(errors, inner, { path: property(path, name), level: 'field' })
  }
  for (const [name, detail] of unstructural) {
    if (isZero((schema as Readonly<Record<string, unknown>>)[name])) continue
    errors.push(forbidden(`${path}.${name}`, detail))
  }
  if (schema.properties?.['metadata'] !== undefined) {
    const detail = 'must not be specified in a nested context'
    errors.push(forbidden(property(path, 'metadata'), detail))
  }
}

/** Conditions may only speak of fields that the schema has. */
function checkCompleteness(errors: Errors, schema: Schema, path: string): void {
  checkConditions(errors, schema, { schema, schemaPath: path, path })
  if (schema.items !== undefined) checkCompleteness(errors, schema.items, `${path}.items`)
  for (const [name, inner] of Object.entries(schema.properties ?? {})) {
    checkCompleteness(errors, inner, property(path, name))
  }
  const values = schemaOfMap(schema)
  if (values !== undefined) checkCompleteness(errors, values, `${path}.additionalProperties`)
}

interface Against {
  readonly schema: Schema | undefined
  readonly schemaPath: string
  /** Of the condition. */
  readonly path: string
}

function checkConditions(errors: Errors, condition: Schema, against: Against): void {
  const { path } = against
  const { not, allOf = [], anyOf = [], oneOf = [] } = condition
  const all: [string, JSONSchemaProps][] = not === undefined ? [] : [[`${path}.not`, not]]
  for (const [name, list] of Object.entries({ allOf, anyOf, oneOf })) {
    list.forEach((each, index) => all.push([`${path}.${name}[${index}]`, each]))
  }
  for (const [at, each] of all) checkCovered(errors, each as Schema, { ...against, path: at })
}

function checkCovered(errors: Errors, condition: Schema, against: Against): void {
  const { schema, schemaPath, path } = against
  if (schema === undefined) {
    errors.push(required(schemaPath, `because it is defined in ${path}`))
    return
  }
  checkConditions(errors, condition, against)
  if (condition.items !== undefined) {
    checkCovered(errors, condition.items, {
      schema: schema.items,
      schemaPath: `${schemaPath}.items`,
      path: `${path}.items`,
    })
  }
  for (const [name, inner] of Object.entries(condition.properties ?? {})) {
    checkCovered(errors, inner, {
      schema: schema.properties?.[name],
      schemaPath: property(schemaPath, name),
      path: property(path, name),
    })
  }
}
