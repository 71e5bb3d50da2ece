// Optional values, and the maps of two-variable comprehensions. Upstream: cel-go v0.26.0
// cel/library.go, optionalLib, and ext/comprehensions.go; the order of overloads is upstream's.

import { operators } from '../ast.ts'
import { type FunctionDecl, fn, global, member } from '../declarations.ts'
import { shortText } from '../short-text.ts'
import { listOf, mapOf, optionalOf, paramOf, types } from '../types.ts'
import {
  CelError,
  CelMap,
  findKey,
  isMap,
  isZeroValue,
  keysOf,
  none,
  noSuchOverload,
  Optional,
  type Value,
} from '../values.ts'
import { adapted } from '../equality.ts'

const k = paramOf('K')
const v = paramOf('V')
const optional = optionalOf(v)
const list = listOf(v)
const map = mapOf(k, v)

type List = readonly Value[]

function unwrap(values: List): Value {
  const found: Value[] = []
  for (const each of values) {
    if (!(each instanceof Optional)) {
      return new CelError(`value ${shortText(each)} is not optional`)
    }
    if (each.value !== undefined) found.push(each.value)
  }
  return found
}

function valueOf(value: unknown): Value {
  const inner = value instanceof Optional ? value.value : undefined
  return inner === undefined ? new CelError('optional.none() dereference') : inner
}

function member0(values: List, index: number): Value {
  const value = values.at(index)
  return value === undefined ? none : new Optional(adapted(value))
}

export const optionalsLibrary: readonly FunctionDecl[] = [
  fn(
    'optional.of',
    global('optional_of', [v], optional, value => new Optional(value)),
  ),
  fn(
    'optional.ofNonZeroValue',
    global('optional_ofNonZeroValue', [v], optional, value =>
      isZeroValue(value as Value) ? none : new Optional(value),
    ),
  ),
  fn(
    'optional.none',
    global('optional_none', [], optional, () => none),
  ),
  fn('value', member('optional_value', [optional], v, valueOf)),
  fn(
    'hasValue',
    member(
      'optional_hasValue',
      [optional],
      types.bool,
      value => value instanceof Optional && value.value !== undefined,
    ),
  ),
  fn('or', member('optional_or_optional', [optional, optional], optional)),
  fn('orValue', member('optional_orValue_value', [optional, v], v)),
  fn(operators.optSelect, global('select_optional_field', [types.dyn, types.string], optional)),
  fn(
    operators.optIndex,
    global('list_optindex_optional_int', [list, types.int], optional),
    global('optional_list_optindex_optional_int', [optionalOf(list), types.int], optional),
    global('map_optindex_optional_value', [map, k], optional),
    global('optional_map_optindex_optional_value', [optionalOf(map), k], optional),
  ),
  fn(
    operators.index,
    global('optional_list_index_int', [optionalOf(list), types.int], optional),
    global('optional_map_index_value', [optionalOf(map), k], optional),
  ),
  fn(
    'last',
    member('list_last', [list], optional, values => member0(values as List, -1)),
  ),
  fn(
    'first',
    member('list_first', [list], optional, values => member0(values as List, 0)),
  ),
  fn(
    'optional.unwrap',
    global('optional_unwrap', [listOf(optional)], list, values => unwrap(values as List)),
  ),
  fn(
    'unwrapOpt',
    member('optional_unwrapOpt', [listOf(optional)], list, values => unwrap(values as List)),
  ),
]

/** Inserts into a map that only its comprehension sees. */
function inserted(target: CelMap, key: Value, value: Value): Value {
  if (target.has(key)) {
    return new CelError(`insert failed: key ${shortText(key)} already exists`)
  }
  target.set(key, value)
  return target
}

function insertedAll(target: CelMap, entries: Value): Value {
  if (!isMap(entries)) return noSuchOverload
  for (const key of keysOf(entries)) {
    const answer = inserted(target, key, findKey(entries, key) as Value)
    if (answer instanceof CelError) return answer
  }
  return target
}

export const comprehensionsLibrary: readonly FunctionDecl[] = [
  fn(
    'cel.@mapInsert',
    global('@mapInsert_map_key_value', [map, k, v], map, (target, key, value) =>
      inserted(target as CelMap, key as Value, value as Value),
    ),
    global('@mapInsert_map_map', [map, map], map, (target, entries) =>
      insertedAll(target as CelMap, entries as Value),
    ),
  ),
]
