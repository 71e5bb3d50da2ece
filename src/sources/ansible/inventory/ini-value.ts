// The value of `name=value` in an INI inventory: a Python literal, else the text as it is.
// Upstream: ansible-core 2.18 and 2.19 plugins/inventory/ini.py: _parse_value.

import { Failure } from '../failure.ts'
import { literalOf } from '../python/literal.ts'
import { strOf } from '../python/repr.ts'
import {
  type AnsibleVersion,
  Bytes,
  Foreign,
  isList,
  isMapping,
  PythonSet,
  Tuple,
  UnsafeText,
  type Value,
} from '../values.ts'

/** The value that a text stands for; throws a Failure for a mapping with impossible keys. */
export function iniValue(text: string, version: AnsibleVersion): Value {
  const literal = literalOf(text)
  if (literal === undefined) return text
  if ('error' in literal) throw new Failure(literal.error)
  return version === '2.19' ? coerced(literal.value) : decoded(literal.value)
}

// Up to 2.18 only bytes by themselves become text.
function decoded(value: Value): Value {
  return value instanceof Bytes ? textOfBytes(value) : value
}

// 2.19 knows fewer types: tuples and sets are lists, bytes texts that are never templates.
function coerced(value: Value): Value {
  if (value instanceof Tuple || value instanceof PythonSet) return value.items.map(coerced)
  if (isList(value)) return value.map(coerced)
  if (isMapping(value)) return new Map([...value].map(([key, item]) => [key, coerced(item)]))
  if (value instanceof Bytes) return new UnsafeText(textOfBytes(value))
  if (value instanceof Foreign) return value.type === 'ellipsis' ? '...' : strOf(value)
  return value
}

function textOfBytes({ latin1 }: Bytes): string {
  return Buffer.from(latin1, 'latin1').toString('utf8')
}
