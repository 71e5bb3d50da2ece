// Resources within custom resources need a type and, where they have it, proper metadata.
// Port of k8s.io/apiextensions-apiserver v0.36.3 pkg/apiserver/schema/objectmeta: texts.

import { decodeObject } from '../decode.ts'
import { dns1035LabelErrors } from '../formats.ts'
import type { KubeObject, ObjectMeta } from '../object.ts'
import { isArray, isObject, type JsonObject } from '../patch/json.ts'
import { pathSegmentName } from '../validation/checks.ts'
import { type FieldError, required } from '../validation/field-error.ts'
import { checkCustomMeta } from '../validation/meta.ts'
import { type Schema, schemaOfMap } from './schema.ts'
import { childPath, keyPath } from './paths.ts'
import { invalidValue, rootPath } from './value-error.ts'

/** What is wrong with resources that are embedded below the root. */
export function embeddedErrors(schema: Schema, value: unknown, path: string): FieldError[] {
  if (isArray(value)) {
    const { items } = schema
    if (items === undefined) return []
    return value.flatMap((each, index) => embeddedErrors(items, each, `${path}[${index}]`))
  }
  if (!isObject(value)) return []
  const own = schema['x-kubernetes-embedded-resource'] === true ? resourceErrors(value, path) : []
  const values = schemaOfMap(schema)
  const { properties = {} } = schema
  const inner = Object.entries(value).flatMap(([key, each]) => {
    if (Object.hasOwn(properties, key)) {
      return embeddedErrors(properties[key] as Schema, each, childPath(path, key))
    }
    return values === undefined ? [] : embeddedErrors(values, each, keyPath(path, key))
  })
  return [...own, ...inner]
}

function resourceErrors(resource: JsonObject, path: string): FieldError[] {
  const { apiVersion, kind, metadata } = resource
  return [
    ...(apiVersion === undefined ? [required(childPath(path, 'apiVersion'), '')] : []),
    ...(kind === undefined ? [required(childPath(path, 'kind'), '')] : []),
    ...(apiVersion === undefined ? [] : versionErrors(apiVersion, childPath(path, 'apiVersion'))),
    ...(kind === undefined ? [] : kindErrors(kind, childPath(path, 'kind'))),
    ...(metadata === undefined ? [] : metaErrors(metadata, path)),
  ]
}

function versionErrors(version: unknown, path: string): FieldError[] {
  if (typeof version !== 'string') return [invalidValue(path, version, 'must be a string')]
  if (version === '') return [invalidValue(path, version, 'must not be empty')]
  if (version.split('/').length <= 2) return []
  return [invalidValue(path, version, `unexpected GroupVersion string: ${version}`)]
}

function kindErrors(kind: unknown, path: string): FieldError[] {
  if (typeof kind !== 'string') return [invalidValue(path, kind, 'must be a string')]
  if (kind === '') return [invalidValue(path, kind, 'must not be empty')]
  const errors = dns1035LabelErrors(kind.toLowerCase())
  if (errors.length === 0) return []
  const detail = `may have mixed case, but should otherwise match: ${errors.join(',')}`
  return [invalidValue(path, kind, detail)]
}

function metaErrors(metadata: unknown, path: string): FieldError[] {
  const holder = { apiVersion: '', kind: '', metadata: metadata as ObjectMeta } as KubeObject
  const { value, error } = decodeObject(holder)
  if (error !== undefined) return [invalidValue(childPath(path, 'metadata'), metadata, error)]
  const { name = '', namespace = '' } = value.metadata
  const named = name === '' ? { ...value.metadata, name: 'fakename' } : value.metadata
  const errors: FieldError[] = []
  checkCustomMeta(errors, named, namespace !== '', pathSegmentName)
  if (path === rootPath) return errors
  return errors.map(each => ({ ...each, field: `${path}.${each.field}` }))
}
