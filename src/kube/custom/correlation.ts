// Which part of a stored object a part of its update stands for, and whether it is the same.
// Port of k8s.io/apiserver v0.36.3 pkg/cel/common/{equality,maplist}.go: decisions.

import { goJsonValue } from '../go-json.ts'
import { isArray, isObject, type JsonObject, sameJson } from '../patch/json.ts'
import { type Schema, schemaOfMap } from './schema.ts'

/** A value of the update and what it was before; `undefined` correlates with nothing. */
export interface Correlated {
  readonly schema: Schema
  readonly value: unknown
  readonly old: unknown
}

const scalarTypes = ['boolean', 'number', 'string']

function keyOf(item: JsonObject, names: readonly string[]): string | undefined {
  const values = names.map(name => (Object.hasOwn(item, name) ? item[name] : undefined))
  return values.every(value => scalarTypes.includes(typeof value)) ? goJsonValue(values) : undefined
}

/** The item of a list that is a map with the keys of another; undefined where there is none. */
export function sameKeyed(schema: Schema, list: unknown, item: unknown): JsonObject | undefined {
  const { 'x-kubernetes-list-type': type, 'x-kubernetes-list-map-keys': names = [] } = schema
  if (type !== 'map' || names.length === 0 || !isArray(list) || !isObject(item)) return undefined
  const wanted = keyOf(item, names)
  if (wanted === undefined) return undefined
  return list.filter(isObject).find(each => keyOf(each, names) === wanted)
}

/** The part below a field; undefined where it was not there or has no schema. */
export function below(part: Correlated | undefined, field: string): Correlated | undefined {
  if (part === undefined || !isObject(part.value) || !isObject(part.old)) return undefined
  if (!Object.hasOwn(part.old, field) || !Object.hasOwn(part.value, field)) return undefined
  const { properties = {} } = part.schema
  const schema = Object.hasOwn(properties, field) ? properties[field] : schemaOfMap(part.schema)
  if (schema === undefined) return undefined
  return { schema, value: part.value[field], old: part.old[field] }
}

/** The part at an index: only items of lists that are maps are found again. */
export function itemAt(part: Correlated | undefined, index: number): Correlated | undefined {
  if (part === undefined || !isArray(part.value) || part.schema.items === undefined) {
    return undefined
  }
  const value = part.value[index]
  const old = sameKeyed(part.schema, part.old, value)
  return old === undefined ? undefined : { schema: part.schema.items, value, old }
}

/** Whether the part is what it was; the order of lists that are maps does not count. */
export function isUnchanged(part: Correlated | undefined): boolean {
  if (part === undefined) return false
  const { value, old } = part
  if (value === old) return true
  if (isArray(value) && isArray(old)) return sameLists(part, value, old)
  if (!isObject(value) || !isObject(old)) return sameJson(value, old)
  const keys = Object.keys(value)
  return keys.length === Object.keys(old).length && keys.every(key => isUnchanged(below(part, key)))
}

function sameLists(part: Correlated, value: readonly unknown[], old: readonly unknown[]): boolean {
  if (value.length !== old.length) return false
  const isKeyed = part.schema['x-kubernetes-list-type'] === 'map' && part.schema.items !== undefined
  return isKeyed
    ? value.every((_, index) => isUnchanged(itemAt(part, index)))
    : sameJson(value, old)
}
