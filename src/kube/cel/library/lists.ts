// Functions of lists. Port of k8s.io/apiserver v0.36.3 pkg/cel/library/lists.go and cel-go v0.26.0
// ext/lists.go, version 3: results and texts.

import { add, isAdder } from '../arithmetic.ts'
import { type FunctionDecl, fn, global, member, type Overload } from '../declarations.ts'
import { adapted, compare, equal, isComparable } from '../equality.ts'
import { listOf, paramOf, type Type, types } from '../types.ts'
import {
  CelError,
  Double,
  Duration,
  isList,
  isMap,
  noSuchOverload,
  typeNameOf,
  Uint,
  type Value,
} from '../values.ts'

const { int, uint, double, bool, duration, timestamp, string, bytes } = types
const a = paramOf('A')
const t = paramOf('T')

type List = readonly Value[]

const comparables: readonly (readonly [string, Type])[] = [
  ['int', int],
  ['uint', uint],
  ['double', double],
  ['bool', bool],
  ['duration', duration],
  ['timestamp', timestamp],
  ['string', string],
  ['bytes', bytes],
]

function forComparables(make: (name: string, type: Type) => Overload): Overload[] {
  return comparables.map(([name, type]) => make(name, type))
}

function isSorted(list: List): Value {
  for (const [index, each] of list.entries()) {
    const next = adapted(each)
    if (!isComparable(next)) return next instanceof CelError ? next : noSuchOverload
    if (index > 0 && compare(adapted(list[index - 1] as Value), next) === 1) return false
  }
  return true
}

function sum(list: List, zero: Value): Value {
  let total = zero
  for (const each of list) {
    const next = adapted(each)
    if (!isAdder(next)) return next instanceof CelError ? next : noSuchOverload
    total = add(total, next)
    if (total instanceof CelError) return total
  }
  return total
}

/** The extreme member: `sign` is how the present one compares when the next is preferred. */
function extreme(name: string, sign: number): (list: List) => Value {
  return list => {
    let best: Value | undefined
    for (const each of list) {
      const next = adapted(each)
      if (!isComparable(next)) return next instanceof CelError ? next : noSuchOverload
      if (best === undefined || compare(best, next) === sign) best = next
    }
    return best ?? new CelError(`${name} called on empty list`)
  }
}

function indexOf(list: List, item: Value): number {
  return list.findIndex(each => equal(adapted(each), item) === true)
}

function lastIndexOf(list: List, item: Value): number {
  return list.findLastIndex(each => equal(adapted(each), item) === true)
}

const sums: readonly (readonly [string, Type, Value])[] = [
  ['int', int, 0],
  ['uint', uint, new Uint(0n)],
  ['double', double, new Double(0)],
  ['duration', duration, new Duration(0n)],
]

const extremes = { max: extreme('max', -1), min: extreme('min', 1) }

const kubernetesLists: readonly FunctionDecl[] = [
  fn(
    'isSorted',
    ...forComparables((name, type) =>
      member(`list_${name}_is_sorted_bool`, [listOf(type)], bool, list => isSorted(list as List)),
    ),
  ),
  fn(
    'sum',
    ...sums.map(([name, type, zero]) =>
      member(`list_${name}_sum_${name}`, [listOf(type)], type, list => sum(list as List, zero)),
    ),
  ),
  ...(['max', 'min'] as const).map(which =>
    fn(
      which,
      ...forComparables((name, type) =>
        member(`list_${name}_${which}_${name}`, [listOf(type)], type, list =>
          extremes[which](list as List),
        ),
      ),
    ),
  ),
  fn(
    'indexOf',
    member('list_a_index_of_int', [listOf(a), a], int, (list, item) =>
      indexOf(list as List, item as Value),
    ),
  ),
  fn(
    'lastIndexOf',
    member('list_a_last_index_of_int', [listOf(a), a], int, (list, item) =>
      lastIndexOf(list as List, item as Value),
    ),
  ),
]

function slice(list: List, start: Value, end: Value): Value {
  const [from, to] = [Number(start), Number(end)]
  const what = `cannot slice(${String(start)}, ${String(end)})`
  if (from < 0 || to < 0) return new CelError(`${what}, negative indexes not supported`)
  if (from > to) {
    return new CelError(`${what}, start index must be less than or equal to end index`)
  }
  if (list.length < to) return new CelError(`${what}, list is length ${list.length}`)
  return list.slice(from, to)
}

function flatten(list: Value, depth: Value | undefined): Value {
  if (!isList(list)) {
    const shown = depth === undefined ? '' : typeNameOf(depth)
    const receiver = isMap(list) ? 'map(dyn, dyn)' : typeNameOf(list)
    return new CelError(`no such overload: ${receiver}.flatten(${shown})`)
  }
  if (depth === undefined) return flattened(list, 1)
  if (Number(depth) < 0) return new CelError('level must be non-negative')
  return flattened(list, Number(depth))
}

function flattened(list: List, depth: number): Value[] {
  return list.flatMap(each => (isList(each) && depth > 0 ? flattened(each, depth - 1) : [each]))
}

/** The list in the order of its keys. */
function sorted(list: List, keys: List): Value {
  if (list.length !== keys.length) {
    const what = 'expected a list of the same size as the associated keys list, but got'
    const sizes = `${list.length} and ${keys.length} elements respectively`
    return new CelError(`@sortByAssociatedKeys() ${what} ${sizes}`)
  }
  if (list.length === 0) return list
  const values = keys.map(adapted)
  const [first] = values as [Value]
  if (!isComparable(first)) return new CelError('list elements must be comparable')
  const type = typeNameOf(first)
  if (values.length > 1 && values.some(each => typeNameOf(each) !== type)) {
    return new CelError('list elements must have the same type')
  }
  const order = values.map((_each, index) => index)
  order.sort((x, y) => {
    const sign = compare(values[x] as Value, values[y] as Value)
    return typeof sign === 'number' ? sign : 0
  })
  return order.map(index => list[index] as Value)
}

function distinct(list: List): Value {
  const seen: Value[] = []
  for (const each of list) {
    const value = adapted(each)
    if (!seen.some(other => equal(value, other) === true)) seen.push(value)
  }
  return seen
}

const rangeMax = 1_000_000

function range(count: Value): Value {
  // What goes beyond this costs more than any evaluation may.
  const length = Math.min(Math.max(0, Number(count)), rangeMax + 1)
  return Array.from({ length }, (_each, index) => index)
}

const listT = listOf(t)

const extendedLists: readonly FunctionDecl[] = [
  fn(
    'slice',
    member('list_slice', [listT, int, int], listT, (list, start, end) =>
      slice(list as List, start as Value, end as Value),
    ),
  ),
  {
    ...fn(
      'flatten',
      member('list_flatten', [listOf(listT)], listT, list => flatten(list as Value, undefined)),
      member('list_flatten_int', [listOf(types.dyn), int], listOf(types.dyn), (list, depth) =>
        flatten(list as Value, depth as Value),
      ),
    ),
    unguarded: true,
  },
  {
    name: 'sort',
    overloads: forComparables((_name, type) =>
      member(`list_${type.name}_sort`, [listOf(type)], listOf(type)),
    ),
    singleton: {
      arity: 1,
      handles: value => isList(value),
      call: list => sorted(list as List, list as List),
    },
  },
  {
    name: '@sortByAssociatedKeys',
    overloads: forComparables((_name, type) =>
      member(`list_${type.name}_sortByAssociatedKeys`, [listT, listOf(type)], listT),
    ),
    singleton: {
      arity: 2,
      handles: value => isList(value),
      call: (list, keys) => sorted(list as List, keys as List),
    },
  },
  fn(
    'lists.range',
    global('lists_range', [int], listOf(int), count => range(count as Value)),
  ),
  fn(
    'reverse',
    member('list_reverse', [listT], listT, list => (list as List).toReversed()),
  ),
  fn(
    'distinct',
    member('list_distinct', [listT], listT, list => distinct(list as List)),
  ),
]

export const listsLibrary: readonly FunctionDecl[] = [...kubernetesLists, ...extendedLists]

const setType = listOf(t)

function containsAll(list: List, other: List): boolean {
  return other.every(each => indexOf(list, adapted(each)) >= 0)
}

/** Upstream: cel-go v0.26.0 ext/sets.go. */
export const setsLibrary: readonly FunctionDecl[] = [
  fn(
    'sets.contains',
    global('list_sets_contains_list', [setType, setType], bool, (x, y) =>
      containsAll(x as List, y as List),
    ),
  ),
  fn(
    'sets.equivalent',
    global(
      'list_sets_equivalent_list',
      [setType, setType],
      bool,
      (x, y) => containsAll(x as List, y as List) && containsAll(y as List, x as List),
    ),
  ),
  fn(
    'sets.intersects',
    global('list_sets_intersects_list', [setType, setType], bool, (x, y) =>
      (x as List).some(each => indexOf(y as List, adapted(each)) >= 0),
    ),
  ),
]
