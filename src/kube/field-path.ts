// Paths of fields as the API server writes them (`spec.containers[0].name`): reading, writing,
// setting, and whether a kind has such a field at all.

import { nearest } from '../base/nearest.ts'
import type { KubeObject } from './object.ts'
import { schemaOf, type StructType, type Type } from './schema.ts'

export type PathPart = string | number
/** `spec.containers[0].name`, `metadata.labels[app.kubernetes.io/name]`, or its parts. */
export type FieldPath = string | readonly PathPart[]

/** Splits `a.b[0].c[x.y/z]` into its parts; brackets hold indexes or keys with dots. */
export function pathParts(path: FieldPath): readonly PathPart[] {
  if (typeof path !== 'string') return path
  const parts: PathPart[] = []
  for (const match of path.matchAll(/\[([^\]]*)\]|([^.[\]]+)/g)) {
    const inside = match[1]
    if (inside === undefined) parts.push(match[2] ?? '')
    else parts.push(/^\d+$/.test(inside) ? Number(inside) : inside.replace(/^(['"])(.*)\1$/, '$2'))
  }
  return parts
}

/** The text of a path as the API server writes it: `spec.containers[0].name`. */
export function formatPath(parts: readonly PathPart[]): string {
  let text = ''
  for (const part of parts) {
    if (typeof part === 'number' || /[.[\]]/.test(part)) text += `[${part}]`
    else text += text === '' ? part : `.${part}`
  }
  return text
}

/** What is written at a place, or undefined. */
export function valueAt(value: unknown, parts: readonly PathPart[]): unknown {
  let at = value
  for (const part of parts) {
    if (typeof at !== 'object' || at === null) return undefined
    at = (at as Readonly<Record<string, unknown>>)[part]
  }
  return at
}

/** A copy of `value` with one place replaced; null takes the field or item away. */
export function setAt(value: unknown, parts: readonly PathPart[], replacement: unknown): unknown {
  const [part, ...rest] = parts
  if (part === undefined) return replacement
  if (typeof part === 'number') {
    const items: unknown[] = Array.isArray(value) ? [...(value as readonly unknown[])] : []
    if (rest.length === 0 && replacement === null) items.splice(part, 1)
    else items[part] = setAt(items[part], rest, replacement)
    return items
  }
  const fields: Record<string, unknown> =
    typeof value === 'object' && value !== null ? { ...value } : {}
  if (rest.length === 0 && replacement === null) delete fields[part]
  else fields[part] = setAt(fields[part], rest, replacement)
  return fields
}

/** Why a kind cannot have a field, with the fields that there are instead. */
export interface PathFault {
  /** One sentence: `Deployment has no field spec.replica`. */
  readonly what: string
  /** The last good part of the path; empty at the top. */
  readonly parent: string
  /** The part that is wrong, as it was written. */
  readonly part: string
  /** Fields that there are at that place; empty where that is not the trouble. */
  readonly known: readonly string[]
}

/**
 * The first part of the path that the object cannot have: an unknown field of a built-in kind, an
 * index beyond the end of a list, a name in a list. A list may grow by one item at its end.
 */
export function pathFault(object: KubeObject, path: FieldPath): PathFault | undefined {
  const parts = pathParts(path)
  if (parts.length === 0) return { what: 'the path is empty', parent: '', part: '', known: [] }
  let type: Type | undefined = schemaOf(object.apiVersion, object.kind)
  for (const [index, part] of parts.entries()) {
    const before = parts.slice(0, index)
    const fault = partFault(object.kind, { type, value: valueAt(object, before), part, before })
    if (fault !== undefined) return fault
    type = type && inside(type, part)
  }
  return undefined
}

interface Step {
  /** Undefined below a kind or field that has no schema here. */
  readonly type: Type | undefined
  readonly value: unknown
  readonly part: PathPart
  readonly before: readonly PathPart[]
}

function partFault(kind: string, { type, value, part, before }: Step): PathFault | undefined {
  const bare = type && target(type)
  const parent = formatPath(before)
  const fault = (what: string, known: readonly string[] = []): PathFault => ({
    what,
    parent,
    part: String(part),
    known,
  })
  const isList = bare === undefined ? Array.isArray(value) : bare.kind === 'slice'
  if (isList) return listFault(parent, part, { value, fault })
  if (typeof part === 'number') return fault(`${parent} of ${kind} is no list`)
  if (bare?.kind === 'struct' && !bare.jsonFields.has(part)) {
    const known = [...bare.jsonFields.keys()]
    return fault(`${kind} has no field ${formatPath([...before, part])}`, known)
  }
  if (bare?.kind === 'primitive') {
    return fault(`${parent} of ${kind} has no fields; a key with dots stands in brackets: a[b.c]`)
  }
  return undefined
}

function listFault(
  parent: string,
  part: PathPart,
  { value, fault }: { readonly value: unknown; readonly fault: (what: string) => PathFault },
): PathFault | undefined {
  if (typeof part === 'string') return fault(`${parent} is a list; say which item: ${parent}[0]`)
  const length = Array.isArray(value) ? value.length : 0
  if (part <= length) return undefined
  return fault(`${parent} has ${length} ${length === 1 ? 'item' : 'items'}, none at [${part}]`)
}

function target(type: Type): Type {
  return type.kind === 'pointer' ? target(type.element) : type
}

function inside(type: Type, part: PathPart): Type | undefined {
  const bare = target(type)
  if (bare.kind === 'struct') return fieldOf(bare, part)
  return bare.kind === 'slice' || bare.kind === 'map' ? bare.element : undefined
}

function fieldOf(type: StructType, part: PathPart): Type | undefined {
  return type.jsonFields.get(String(part))?.type
}

/** What to do about such a fault: the nearest field, or all that there are. */
export function pathAdvice({ parent, part, known }: PathFault): string {
  if (known.length === 0) return 'write a path such as spec.template.spec.containers[0].image'
  const near = nearest(part, known)
  const prefix = parent === '' ? '' : `${parent}.`
  if (near !== undefined) return `did you mean ${prefix}${near}?`
  const shown = known.slice(0, 12).join(', ')
  return `there are ${shown}${known.length > 12 ? ' and others' : ''}`
}
