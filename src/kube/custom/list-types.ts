// Lists that are sets or maps hold each element, or key, once.
// Port of k8s.io/apiextensions-apiserver v0.36.3 pkg/apiserver/schema/listtype: texts.

import { goJsonValue } from '../go-json.ts'
import { isArray, isObject, type JsonObject } from '../patch/json.ts'
import type { FieldError } from '../validation/field-error.ts'
import { type Schema, schemaOfMap } from './schema.ts'
import { childPath, keyPath } from './paths.ts'
import { duplicateValue, invalidValue } from './value-error.ts'

/** Everything that is twice in sets and maps of the object. */
export function listTypeErrors(schema: Schema, value: unknown, path: string): FieldError[] {
  if (isArray(value)) return listErrors(schema, value, path)
  if (!isObject(value)) return []
  const values = schemaOfMap(schema)
  const { properties = {} } = schema
  return Object.entries(value).flatMap(([key, each]) => {
    if (Object.hasOwn(properties, key)) {
      return listTypeErrors(properties[key] as Schema, each, childPath(path, key))
    }
    return values === undefined ? [] : listTypeErrors(values, each, keyPath(path, key))
  })
}

function listErrors(schema: Schema, list: readonly unknown[], path: string): FieldError[] {
  const { 'x-kubernetes-list-type': type, items } = schema
  const own =
    type === 'set' ? setErrors(list, path) : type === 'map' ? mapErrors(schema, list, path) : []
  const inner =
    items === undefined
      ? []
      : list.flatMap((each, index) => listTypeErrors(items, each, `${path}[${index}]`))
  return [...own, ...inner]
}

/** The second appearance of whatever appears more than once. */
function repeated(list: readonly unknown[]): readonly number[] {
  const seen = new Map<string, number>()
  return list.flatMap((each, index) => {
    const text = goJsonValue(each)
    const times = seen.get(text) ?? 0
    seen.set(text, times + 1)
    return times === 1 ? [index] : []
  })
}

function setErrors(list: readonly unknown[], path: string): FieldError[] {
  return repeated(list).map(index => duplicateValue(`${path}[${index}]`, list[index]))
}

function mapErrors(schema: Schema, list: readonly unknown[], path: string): FieldError[] {
  const wrong = list.findIndex(each => each !== null && !isObject(each))
  if (wrong >= 0) {
    const detail = 'must be an object for an array of list-type map'
    return [invalidValue(`${path}[${wrong}]`, list[wrong], detail)]
  }
  const names = schema['x-kubernetes-list-map-keys'] ?? []
  const keys = list.map(each => keysOf(each as JsonObject | null, names))
  return repeated(keys).map(index => duplicateValue(`${path}[${index}]`, keys[index]))
}

function keysOf(item: JsonObject | null, names: readonly string[]): JsonObject {
  if (item === null) return {}
  return Object.fromEntries(
    names.filter(name => Object.hasOwn(item, name)).map(name => [name, item[name]]),
  )
}
