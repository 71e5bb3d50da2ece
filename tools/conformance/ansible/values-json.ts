// Values of Ansible from and to the JSON of recordings.

import {
  Bytes,
  Float,
  Foreign,
  integer,
  isList,
  isMapping,
  Moment,
  PythonSet,
  Tuple,
  textOf,
  type Value,
} from '../../../src/sources/ansible/values.ts'
import { str } from '../../../src/sources/ansible/templating/python/represent.ts'

/** The value of a JSON document; `{"$number": "…"}` is a number that JavaScript cannot hold. */
export function fromJson(json: unknown): Value {
  if (Array.isArray(json)) return json.map(fromJson)
  if (typeof json === 'object' && json !== null) {
    const number = (json as { readonly $number?: unknown }).$number
    if (typeof number === 'string') return integer(BigInt(number))
    return new Map(Object.entries(json).map(([key, value]) => [key, fromJson(value)] as const))
  }
  if (typeof json === 'number') return Number.isInteger(json) ? json : new Float(json)
  return typeof json === 'string' || typeof json === 'boolean' ? json : null
}

/** The JSON that Python writes of a value; what JSON cannot hold becomes a text. */
export function toJson(value: Value): unknown {
  if (typeof value === 'bigint') return { $number: String(value) }
  if (typeof value !== 'object' || value === null) return value
  if (isList(value)) return value.map(toJson)
  if (value instanceof Tuple || value instanceof PythonSet) return value.items.map(toJson)
  if (isMapping(value)) {
    return Object.fromEntries([...value].map(([key, item]) => [str(key), toJson(item)]))
  }
  if (value instanceof Float) return value.value
  if (value instanceof Moment) return value.text
  if (value instanceof Bytes) return value.latin1
  return value instanceof Foreign ? value.text : textOf(value)
}
