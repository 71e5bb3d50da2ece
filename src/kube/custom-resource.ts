// Custom resources by the schema of their definition: fields that it does not have are dropped,
// fields that it gives a default get it. Upstream: k8s.io/apiextensions-apiserver v0.36.3
// pkg/apiserver/schema/{pruning,defaulting}.

import { decodeObject } from './decode.ts'
import type { CustomResourceDefinition } from './generated/types.ts'
import { goJsonValue } from './go-json.ts'
import type { KubeObject } from './object.ts'
import { isArray, isObject, type JsonObject } from './patch/json.ts'

interface Schema {
  readonly default?: unknown
  readonly nullable?: boolean
  readonly items?: Schema
  readonly properties?: Readonly<Record<string, Schema>>
  readonly additionalProperties?: Schema | boolean
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean
  readonly 'x-kubernetes-embedded-resource'?: boolean
}

export interface Shaped {
  /** The given object itself when the schema changes nothing. */
  readonly value: KubeObject
  /** Paths of fields that were dropped, sorted. */
  readonly unknown: readonly string[]
  /** What about an embedded resource cannot be read. */
  readonly error?: string
}

/** The schema of a version that the definition has; undefined when there is none to go by. */
function schemaOf(definition: KubeObject, apiVersion: string): Schema | undefined {
  const { spec } = definition as CustomResourceDefinition
  const name = apiVersion.slice(apiVersion.indexOf('/') + 1)
  const version = spec?.versions?.find(each => each.name === name)
  return version?.schema?.openAPIV3Schema as Schema | undefined
}

/** The object as the API server takes it. */
export function shapedResource(object: KubeObject, definition: KubeObject): Shaped {
  const schema = schemaOf(definition, object.apiVersion)
  if (schema === undefined) return { value: object, unknown: [] }
  const unknown: string[] = []
  const errors: string[] = []
  const root = { ...schema, 'x-kubernetes-embedded-resource': true }
  const pruned = prune(object, root, { path: '', unknown, errors })
  const value = withDefaults(withoutNulls(pruned, root), root) as KubeObject
  const [error] = errors
  return { value, unknown: unknown.sort(), ...(error !== undefined && { error }) }
}

/** Paths of what a schema does not know of a value that belongs to it. */
export function unknownFields(value: unknown, schema: Schema): readonly string[] {
  const unknown: string[] = []
  prune(value, schema, { path: '', unknown, errors: [] })
  return unknown
}

const metaFields: readonly string[] = ['apiVersion', 'kind', 'metadata']

interface Place {
  readonly path: string
  readonly unknown: string[]
  readonly errors: string[]
}

function below(place: Place, key: string): Place {
  return { ...place, path: place.path === '' ? key : `${place.path}.${key}` }
}

/** Type and metadata of an embedded resource as Go reads them; those of the root are read already. */
function typeAndMeta(value: unknown, key: string, { path, unknown, errors }: Place): unknown {
  const refuse = (why: string): unknown =>
    errors.push(`${path}: Invalid value: ${goJsonValue(value)}: ${why}`)
  if (key !== 'metadata') {
    if (typeof value !== 'string') refuse('must be a string')
    return value
  }
  const holder = { apiVersion: '', kind: '', metadata: value as KubeObject['metadata'] }
  const { value: read, strictErrors, error } = decodeObject(holder)
  if (error !== undefined) refuse(error)
  const inner = path.slice(0, -'metadata'.length)
  for (const each of strictErrors) {
    const field = /^unknown field "(.*)"$/.exec(each)?.[1]
    if (field !== undefined) unknown.push(inner + field)
  }
  return error === undefined ? read.metadata : value
}

function preserves(schema: Schema | undefined): boolean {
  return schema?.['x-kubernetes-preserve-unknown-fields'] === true
}

function valuesOf({ additionalProperties: more }: Schema): Schema | undefined {
  return typeof more === 'object' ? more : undefined
}

function prune(value: unknown, schema: Schema | undefined, place: Place): unknown {
  if (isArray(value)) {
    return mapped(value, (each, index) => {
      const at = { ...place, path: `${place.path}[${index}]` }
      const kept = preserves(schema)
      // What is inside of a list that is preserved is preserved, except where its items say more.
      if (kept && schema?.items === undefined) return each
      const items = schema?.items
      return prune(
        each,
        kept ? { ...items, 'x-kubernetes-preserve-unknown-fields': true } : items,
        at,
      )
    })
  }
  return isObject(value) ? pruneMap(value, schema, place) : value
}

function pruneMap(value: JsonObject, schema: Schema | undefined, place: Place): JsonObject {
  const embedded = schema?.['x-kubernetes-embedded-resource'] === true
  const result: Record<string, unknown> = {}
  let isSame = true
  for (const [key, each] of Object.entries(value)) {
    let kept = each
    const at = below(place, key)
    const property = own(schema, key)
    if (property !== undefined && !(embedded && metaFields.includes(key))) {
      kept = prune(each, property, at)
    } else if (embedded && metaFields.includes(key)) {
      kept = place.path === '' ? each : typeAndMeta(each, key, at)
    } else if (schema?.additionalProperties !== undefined) {
      kept = prune(each, valuesOf(schema), at)
    } else if (!preserves(schema)) {
      place.unknown.push(at.path)
      isSame = false
      continue
    }
    if (kept !== each) isSame = false
    result[key] = kept
  }
  return isSame ? value : result
}

function own(schema: Schema | undefined, key: string): Schema | undefined {
  const properties = schema?.properties
  return properties !== undefined && Object.hasOwn(properties, key) ? properties[key] : undefined
}

/** The list itself when nothing in it changes. */
function mapped(
  list: readonly unknown[],
  change: (each: unknown, index: number) => unknown,
): readonly unknown[] {
  const changed = list.map(change)
  return changed.every((each, index) => each === list[index]) ? list : changed
}

function childOf(schema: Schema, key: string): Schema | undefined {
  return own(schema, key) ?? valuesOf(schema)
}

function isUnwantedNull(value: unknown, schema: Schema | undefined): boolean {
  return value === null && schema !== undefined && schema.nullable !== true
}

/** Nulls that may not be and have no default are as good as absent. */
function withoutNulls(value: unknown, schema: Schema | undefined): unknown {
  if (schema === undefined) return value
  if (isArray(value)) return mapped(value, each => withoutNulls(each, schema.items))
  if (!isObject(value)) return value
  const result: Record<string, unknown> = {}
  let isSame = true
  for (const [key, each] of Object.entries(value)) {
    const child = childOf(schema, key)
    const isDropped = isUnwantedNull(each, child) && child?.default === undefined
    const kept = isDropped ? undefined : withoutNulls(each, child)
    if (kept !== each) isSame = false
    if (!isDropped) result[key] = kept
  }
  return isSame ? value : result
}

function withDefaults(value: unknown, schema: Schema | undefined): unknown {
  if (schema === undefined) return value
  if (isArray(value)) {
    return mapped(value, each => withDefaults(orDefault(each, schema.items), schema.items))
  }
  if (!isObject(value)) return value
  let result: Record<string, unknown> | undefined
  const set = (key: string, changed: unknown): void => {
    if (value[key] === changed) return
    result ??= { ...value }
    result[key] = changed
  }
  for (const [key, property] of Object.entries(schema.properties ?? {})) {
    if (property.default !== undefined && value[key] === undefined) {
      set(key, withDefaults(property.default, property))
    }
  }
  for (const [key, each] of Object.entries(value)) {
    const child = childOf(schema, key)
    set(key, withDefaults(orDefault(each, child), child))
  }
  return result ?? value
}

function orDefault(value: unknown, schema: Schema | undefined): unknown {
  const { default: otherwise } = schema ?? {}
  return isUnwantedNull(value, schema) && otherwise !== undefined ? otherwise : value
}
