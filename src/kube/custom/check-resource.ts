// What a new or changed custom resource must satisfy by the schema of its version.
// Port of k8s.io/apiextensions-apiserver v0.36.3 pkg/registry/customresource/{strategy,
// status_strategy,validator}.go: decisions, texts.

import { rulesOf } from '../cel/schema-rules.ts'
import type { CustomResourceDefinitionVersion } from '../generated/types.ts'
import type { KubeObject } from '../object.ts'
import type { FieldError } from '../validation/field-error.ts'
import type { Schema } from './schema.ts'
import { valueErrors } from './check-value.ts'
import { below, type Correlated } from './correlation.ts'
import { embeddedErrors } from './embedded.ts'
import { listTypeErrors } from './list-types.ts'
import { runRules } from './rules.ts'
import { scaleErrors } from './scale.ts'
import { fieldErrorOf, invalidValue, rootPath } from './value-error.ts'

/** Errors after which rules are not run, since they could not rely on the types. */
const blocking = [
  'FieldValueNotSupported',
  'FieldValueRequired',
  'FieldValueTooLong',
  'FieldValueTooMany',
  'FieldValueTypeInvalid',
]

const blocked =
  'some validation rules were not checked because the object was invalid; ' +
  'correct the existing errors to complete validation'

export interface Findings {
  readonly errors: readonly FieldError[]
  readonly warnings: readonly FieldError[]
}

export interface Change {
  readonly object: KubeObject
  /** What is stored; absent for a new object. */
  readonly old?: KubeObject | undefined
  readonly isStatus?: boolean
  /** What is wrong with the metadata; told first. */
  readonly meta: readonly FieldError[]
}

/** All that is wrong with the resource. */
export function resourceErrors(version: CustomResourceDefinitionVersion, change: Change): Findings {
  const { object, old, isStatus = false, meta } = change
  const schema = version.schema?.openAPIV3Schema as Schema | undefined
  const whole = schema === undefined ? undefined : correlated(schema, object, old)
  const errors = [
    ...meta,
    ...(schema === undefined ? [] : schemaErrors(schema, change, whole)),
    ...scaleErrors(version.subresources?.scale, object, isStatus),
  ]
  if (schema === undefined) return { errors, warnings: [] }
  if (!isStatus) errors.push(...embeddedErrors(schema, object, rootPath))
  errors.push(...newListErrors(schema, object, old))
  const rules = rulesOf(schema)
  if (rules === undefined) return { errors, warnings: [] }
  if (errors.some(({ reason }) => blocking.includes(reason))) {
    return { errors: [...errors, invalidValue(rootPath, null, blocked)], warnings: [] }
  }
  const ruled = { path: rootPath, value: object, old, ratchets: whole }
  const found = runRules(rules, ruled)
  return { errors: [...errors, ...found.errors], warnings: found.warnings }
}

function correlated(
  schema: Schema,
  value: KubeObject,
  old: KubeObject | undefined,
): Correlated | undefined {
  return old === undefined ? undefined : { schema, value, old }
}

/** A status is checked by the schema of the status alone. */
function schemaErrors(
  schema: Schema,
  { object, isStatus = false }: Change,
  whole: Correlated | undefined,
): FieldError[] {
  if (!isStatus) {
    const errors = valueErrors(schema, { value: object, path: '', before: whole })
    return errors.map(each => fieldErrorOf(each, rootPath))
  }
  const status = schema.properties?.['status']
  if (status === undefined || !Object.hasOwn(object, 'status')) return []
  const given = { value: object['status'], path: '', before: below(whole, 'status') }
  return valueErrors(status, given).map(each => fieldErrorOf(each, 'status'))
}

/** Lists that had duplicates before may keep them. */
function newListErrors(
  schema: Schema,
  object: KubeObject,
  old: KubeObject | undefined,
): readonly FieldError[] {
  const errors = listTypeErrors(schema, object, rootPath)
  if (errors.length === 0 || old === undefined) return errors
  return listTypeErrors(schema, old, rootPath).length === 0 ? errors : []
}
