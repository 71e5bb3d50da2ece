// Whether the defaults of a schema satisfy it. Port of k8s.io/apiextensions-apiserver v0.36.3
// pkg/apiserver/schema/defaulting/validation.go: decisions, texts.

import { rulesOf } from '../cel/schema-rules.ts'
import { unknownFields } from '../custom-resource.ts'
import type { FieldError } from '../validation/field-error.ts'
import { valueErrors } from './check-value.ts'
import { embeddedErrors } from './embedded.ts'
import { runRules } from './rules.ts'
import { property, type Schema } from './schema.ts'
import { fieldErrorOf, invalidValue } from './value-error.ts'

/** What is wrong with the defaults of the schema and of all below it, maps aside. */
export function defaultErrors(schema: Schema, path: string, isRoot = true): readonly FieldError[] {
  const { items, properties = {} } = schema
  const root = { ...schema, 'x-kubernetes-embedded-resource': true }
  return [
    ...ownErrors(isRoot ? root : schema, `${path}.default`, isRoot),
    ...(items === undefined ? [] : defaultErrors(items, `${path}.items`, false)),
    ...Object.entries(properties).flatMap(([name, each]) =>
      defaultErrors(each, property(path, name), false),
    ),
  ]
}

function ownErrors(schema: Schema, path: string, isRoot: boolean): readonly FieldError[] {
  const { default: value } = schema
  if (value === undefined || value === null) return []
  const unknown = unknownFields(value, schema)
  const pruned =
    unknown.length === 0 ? [] : [invalidValue(path, value, 'must not have unknown fields')]
  const embedded = embeddedErrors(schema, value, path)
  if (embedded.length > 0) return [...pruned, ...embedded]
  const errors = valueErrors(schema, { value, path: '' })
  if (errors.length > 0) return [...pruned, ...errors.map(each => fieldErrorOf(each, path))]
  return [...pruned, ...ruleErrors(schema, value, { path, isRoot })]
}

/** A default is held against itself as the old value, and against none. */
function ruleErrors(
  schema: Schema,
  value: unknown,
  { path, isRoot }: { readonly path: string; readonly isRoot: boolean },
): readonly FieldError[] {
  const rules = rulesOf(schema, isRoot)
  if (rules === undefined) return []
  const { errors } = runRules(rules, { path, value, old: value })
  return errors.length > 0 ? errors : runRules(rules, { path, value }).errors
}
