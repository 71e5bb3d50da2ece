// Merges an apply configuration into an object: maps by key, lists with keys by their keys.
// Upstream: sigs.k8s.io/structured-merge-diff v6.3.3 typed, and the listType markers of
// k8s.io/api v0.36.3.

import { applyFieldRules, atomicTypes, type FieldRule } from './apply-types.ts'
import type { KubeObject } from '../../kube/object.ts'
import {
  isArray,
  isObject,
  type JsonObject,
  type Patched,
  sameJson,
} from '../../kube/patch/json.ts'
import { schemaOf, type Type } from '../../kube/schema.ts'

/** A type in the place of a field. */
interface Place {
  readonly type: Type
  readonly rule?: FieldRule | undefined
}

function settled(type: Type): Type {
  return type.kind === 'pointer' ? type.element : type
}

function fieldOf({ type }: Place, name: string): Place | undefined {
  const struct = settled(type)
  if (struct.kind === 'map') return { type: struct.element }
  if (struct.kind !== 'struct') return undefined
  const field = struct.jsonFields.get(name)
  if (field === undefined) return undefined
  return { type: field.type, rule: applyFieldRules[`${struct.bareName}.${name}`] }
}

function elementOf({ type }: Place): Place | undefined {
  const list = settled(type)
  return list.kind === 'slice' ? { type: list.element } : undefined
}

/** Whether the whole value is replaced: what the type or the place of the field says. */
function isAtomic({ type, rule }: Place): boolean {
  const inner = settled(type)
  if (inner.kind === 'slice') return rule === undefined || rule === 'atomic'
  if (inner.kind === 'struct') return rule === 'atomic' || atomicTypes.has(inner.bareName)
  return inner.kind === 'map' ? rule === 'atomic' : false
}

/** Fields that the type does not have. */
function undeclared(place: Place, value: unknown, path: string): string[] {
  if (isArray(value)) {
    const element = elementOf(place)
    if (element === undefined) return []
    return value.flatMap((each, index) => undeclared(element, each, `${path}[${index}]`))
  }
  if (!isObject(value)) return []
  const { kind } = settled(place.type)
  if (kind !== 'struct' && kind !== 'map') return []
  return Object.keys(value).flatMap(name => {
    const field = fieldOf(place, name)
    const at = `${path}.${name}`
    return field === undefined
      ? [`${at}: field not declared in schema`]
      : undeclared(field, value[name], at)
  })
}

/** Atomic places that hold a list, a map or a struct: changing a part would drop the rest. */
function atomicPaths(place: Place, value: unknown, path: string): string[] {
  if (isArray(value)) {
    const element = elementOf(place)
    if (element === undefined) return []
    const own = isAtomic(place) ? [path] : []
    const inner = value.flatMap((each, at) => atomicPaths(element, each, `${path}[${at}]`))
    return [...own, ...inner]
  }
  const { kind } = settled(place.type)
  if (!isObject(value) || (kind !== 'struct' && kind !== 'map')) return []
  const own = isAtomic(place) ? [path] : []
  if (kind === 'map') return own
  const inner = Object.keys(value).flatMap(name => {
    const field = fieldOf(place, name)
    return field === undefined ? [] : atomicPaths(field, value[name], `${path}.${name}`)
  })
  return [...own, ...inner]
}

function merged(place: Place, live: unknown, patch: unknown): unknown {
  if (isAtomic(place)) return patch
  if (isArray(live) && isArray(patch)) return mergedList(place, live, patch)
  const { kind } = settled(place.type)
  if (!isObject(live) || !isObject(patch) || kind === 'special') return patch
  const result: Record<string, unknown> = { ...live }
  for (const [name, value] of Object.entries(patch)) {
    const field = fieldOf(place, name)
    const known = Object.hasOwn(live, name) ? live[name] : undefined
    result[name] = known === undefined || field === undefined ? value : merged(field, known, value)
  }
  return result
}

type Keys = Exclude<FieldRule, string>

/** Whether both items have the same keys; a key that is missing has its default. */
function sameItem(keys: Keys, a: unknown, b: unknown): boolean {
  if (!isObject(a) || !isObject(b)) return sameJson(a, b)
  return Object.entries(keys).every(([key, otherwise]) =>
    sameJson(a[key] ?? otherwise, b[key] ?? otherwise),
  )
}

function mergedList(
  place: Place,
  live: readonly unknown[],
  patch: readonly unknown[],
): readonly unknown[] {
  const element = elementOf(place) as Place
  const keys = typeof place.rule === 'object' ? place.rule : {}
  const isSet = place.rule === 'set'
  const same = (a: unknown, b: unknown): boolean => (isSet ? sameJson(a, b) : sameItem(keys, a, b))
  const kept = live.map(item => {
    const change = patch.find(each => same(each, item))
    return change === undefined ? item : merged(element, item, change)
  })
  return [...kept, ...patch.filter(each => !live.some(item => same(each, item)))]
}

/** The object with the configuration merged into it. */
export function applyConfiguration(object: KubeObject, patch: JsonObject): Patched {
  const type = schemaOf(object.apiVersion, object.kind)
  if (type === undefined) return { ok: true, value: mergedFreely(object, patch) }
  const place: Place = { type }
  const unknown = undeclared(place, patch, '')
  if (unknown.length > 0) {
    const text =
      unknown.length === 1 ? unknown[0] : `errors:\n${unknown.map(each => `  ${each}`).join('\n')}`
    return { ok: false, error: `failed to convert patch object to typed object: ${text}` }
  }
  const atomic = atomicPaths(place, patch, '')
  if (atomic.length > 0) {
    const what = 'may not mutate atomic arrays, maps or structs'
    const error = `invalid ApplyConfiguration: ${what}: ${atomic.join(', ')}`
    return { ok: false, error }
  }
  return { ok: true, value: merged(place, object, patch) }
}

/** Objects without a schema: maps by key, all else replaced. */
function mergedFreely(live: unknown, patch: unknown): unknown {
  if (!isObject(live) || !isObject(patch)) return patch
  const result: Record<string, unknown> = { ...live }
  for (const [name, value] of Object.entries(patch)) {
    result[name] = mergedFreely(live[name], value)
  }
  return result
}
