// `Object{...}` and `JSONPatch{...}`, with which mutations are written.
// Upstream: k8s.io/apiserver v0.36.3 pkg/cel/mutation.

import type { MessageType } from './declarations.ts'
import { equal } from './equality.ts'
import { types } from './types.ts'
import {
  CelError,
  CelMap,
  Double,
  Foreign,
  isList,
  isMap,
  Uint,
  type Value,
  findKey,
  keysOf,
} from './values.ts'

/** A partial object; the type name repeats the path of the field it is for. */
export class PartialObject extends Foreign {
  readonly typeName: string
  readonly fields: ReadonlyMap<string, Value>

  constructor(typeName: string, fields: ReadonlyMap<string, Value>) {
    super()
    this.typeName = typeName
    this.fields = fields
  }

  get isZero(): boolean {
    return this.fields.size === 0
  }

  field(name: string): Value | undefined {
    return this.fields.get(name)
  }

  equals(other: Value): boolean {
    if (!(other instanceof PartialObject) || other.typeName !== this.typeName) return false
    if (other.fields.size !== this.fields.size) return false
    return [...this.fields].every(([name, value]) => {
      const same = other.fields.get(name)
      return same !== undefined && equal(value, same) === true
    })
  }
}

/** One operation of a JSON patch. */
export class PatchOperation extends Foreign {
  readonly typeName = 'JSONPatch'
  readonly fields: ReadonlyMap<string, Value>

  constructor(fields: ReadonlyMap<string, Value>) {
    super()
    this.fields = fields
  }

  text(name: 'op' | 'path' | 'from'): string {
    const value = this.fields.get(name)
    return typeof value === 'string' ? value : ''
  }

  field(name: string): Value | undefined {
    return this.fields.get(name) ?? (name === 'value' ? undefined : '')
  }

  equals(other: Value): boolean {
    if (!(other instanceof PatchOperation)) return false
    const names = ['op', 'path', 'from'] as const
    if (names.some(name => this.text(name) !== other.text(name))) return false
    const [a, b] = [this.fields.get('value'), other.fields.get('value')]
    return a === undefined || b === undefined ? a === b : equal(a, b) === true
  }
}

const patchFields = { op: types.string, path: types.string, from: types.string, value: types.dyn }

const jsonPatch: MessageType = {
  name: 'JSONPatch',
  fields: name =>
    Object.hasOwn(patchFields, name) ? patchFields[name as keyof typeof patchFields] : undefined,
  create: fields => new PatchOperation(fields),
}

const objects = new Map<string, MessageType>()

function objectMessage(name: string): MessageType {
  let known = objects.get(name)
  if (known === undefined) {
    known = {
      name,
      fields: () => types.dyn,
      create: fields => new PartialObject(name, new Map(fields)),
    }
    objects.set(name, known)
  }
  return known
}

/** The message types of patches. */
export function patchMessage(name: string): MessageType | undefined {
  if (name === 'JSONPatch') return jsonPatch
  return name === 'Object' || name.startsWith('Object.') ? objectMessage(name) : undefined
}

/** A value as JSON; an error where it has no form there. */
export function jsonOf(value: Value): { readonly json: unknown } | CelError {
  if (value === null || typeof value !== 'object') {
    return { json: typeof value === 'bigint' ? Number(value) : value }
  }
  if (value instanceof Double) return { json: value.value }
  if (value instanceof Uint) return { json: Number(value.value) }
  if (isList(value)) return jsonOfAll(value)
  if (value instanceof PartialObject) return jsonOfEntries(value.fields)
  if (value instanceof CelMap || isMap(value)) {
    const entries = keysOf(value).map((key): [string, Value] => [
      String(key),
      findKey(value, key) as Value,
    ])
    return jsonOfEntries(entries)
  }
  return value instanceof CelError ? value : new CelError('unsupported value')
}

function jsonOfAll(list: readonly Value[]): { readonly json: unknown } | CelError {
  const json: unknown[] = []
  for (const each of list) {
    const converted = jsonOf(each)
    if (converted instanceof CelError) return converted
    json.push(converted.json)
  }
  return { json }
}

function jsonOfEntries(
  entries: Iterable<readonly [string, Value]>,
): { readonly json: unknown } | CelError {
  const json: Record<string, unknown> = {}
  for (const [key, each] of entries) {
    const converted = jsonOf(each)
    if (converted instanceof CelError) return converted
    json[key] = converted.json
  }
  return { json }
}
