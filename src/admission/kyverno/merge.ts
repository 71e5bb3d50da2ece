// The strategic merge of kustomize: as that of the API server, but what a patch adds to a list
// comes first, and so do the elements that it changes. Lists without a schema are replaced.
// Upstream: kustomize kyaml v0.21.1 yaml/{merge2,walk}.

import { isArray, isObject, type JsonObject } from '../../kube/patch/json.ts'
import type { JsonField, Type } from '../../kube/schema.ts'

/** The other key of lists that have two. */
const secondKeys: Readonly<Record<string, string>> = {
  containerPort: 'protocol',
  port: 'protocol',
  topologyKey: 'whenUnsatisfiable',
}

function settled(type: Type | undefined): Type | undefined {
  return type?.kind === 'pointer' ? type.element : type
}

function fieldOf(type: Type | undefined, key: string): JsonField | undefined {
  const struct = settled(type)
  return struct?.kind === 'struct' ? struct.jsonFields.get(key) : undefined
}

function elementOf(type: Type | undefined): Type | undefined {
  const inner = settled(type)
  return inner?.kind === 'map' || inner?.kind === 'slice' ? inner.element : undefined
}

/** The object with the patch in it. */
export function mergedMap(
  object: JsonObject,
  patch: JsonObject,
  type: Type | undefined,
): JsonObject | undefined {
  const { $patch: directive, ...fields } = patch
  if (directive === 'delete') return undefined
  if (directive === 'replace') return fields
  const result: Record<string, unknown> = { ...object }
  for (const [key, value] of Object.entries(fields)) {
    const merged = mergedField(object[key], value, { key, type })
    if (merged === undefined) delete result[key]
    else result[key] = merged
  }
  return result
}

interface Place {
  readonly key: string
  /** Of the object that has the field. */
  readonly type: Type | undefined
}

function mergedField(value: unknown, patch: unknown, { key, type }: Place): unknown {
  if (patch === null) return undefined
  const field = fieldOf(type, key)
  if (isObject(patch)) {
    return mergedMap(isObject(value) ? value : {}, patch, field?.type ?? elementOf(type))
  }
  if (!isArray(patch) || !isArray(value)) return patch
  if (field?.patchStrategy.includes('merge') !== true) return patch
  const element = elementOf(field.type)
  return field.mergeKey === ''
    ? [...new Set([...patch, ...value])]
    : mergedList(value, patch, { key: field.mergeKey, type: element })
}

/**
 * Elements by their keys: those of the patch first, each with what the list has of it. Where two
 * keys tell elements apart, what the list has keeps its place behind what is new.
 */
function mergedList(
  list: readonly unknown[],
  patch: readonly unknown[],
  place: Place,
): readonly unknown[] {
  const directive = patch.find(each => isObject(each) && each['$patch'] === 'replace')
  if (directive !== undefined) return patch.filter(each => each !== directive)
  const second = secondKeys[place.key]
  const staysInPlace =
    second !== undefined && [...list, ...patch].some(each => isObject(each) && second in each)
  const rest: unknown[] = [...list]
  const first: unknown[] = []
  for (const each of patch) {
    const where = staysInPlace ? rest : first
    const before = first.findIndex(known => isSame(known, each, place.key))
    if (before >= 0) {
      first[before] = mergedElement(first[before], each, place)
      continue
    }
    const at = rest.findIndex(known => isSame(known, each, place.key))
    const merged = mergedElement(rest[at], each, place)
    const isMoved = at < 0 || where === first
    if (at >= 0) rest.splice(at, 1, ...(isMoved || merged === undefined ? [] : [merged]))
    if (isMoved && merged !== undefined) first.push(merged)
  }
  return [...first, ...rest]
}

function mergedElement(known: unknown, patch: unknown, { type }: Place): unknown {
  return isObject(patch) ? mergedMap(isObject(known) ? known : {}, patch, type) : patch
}

function isSame(a: unknown, b: unknown, key: string): boolean {
  if (!isObject(a) || !isObject(b)) return false
  if (String(a[key]) !== String(b[key])) return false
  const second = secondKeys[key]
  if (second === undefined) return true
  const [left, right] = [a[second], b[second]]
  return left === undefined || right === undefined || left === right
}
