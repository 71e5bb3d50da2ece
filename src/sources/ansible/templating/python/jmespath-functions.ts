// The functions of JMESPath. Port of jmespath.py 1.0 functions.py.

import { isList, isMapping, numberOf, type Value } from '../../values.ts'
import { TemplateFailure } from '../failures.ts'
import { binary } from './arithmetic.ts'
import { contains, order } from './compare.ts'
import { iterate, lengthOf } from './iterate.ts'
import { defaultDump, dumpJson } from './json.ts'
import { floatOf, integerOf } from './numbers.ts'
import { str } from './represent.ts'
import { characters } from './types.ts'

type Function = (args: readonly Value[], by: (item: Value) => Value) => Value

function first(args: readonly Value[]): Value {
  const [value] = args
  if (value === undefined) throw new TemplateFailure('invalid number of arguments')
  return value
}

function list(value: Value): readonly Value[] {
  if (isList(value)) return value
  throw new TemplateFailure(`invalid type for value: ${str(value)}`)
}

function mapping(value: Value): ReadonlyMap<Value, Value> {
  if (isMapping(value)) return value
  throw new TemplateFailure(`invalid type for value: ${str(value)}`)
}

function extreme(sign: number): Function {
  return (args, by) => {
    const [start, ...rest] = list(first(args))
    if (start === undefined) return null
    return rest.reduce((best, item) => (order(by(item), by(best)) * sign > 0 ? item : best), start)
  }
}

const sort: Function = (args, by) => [...list(first(args))].sort((a, b) => order(by(a), by(b)))

export const jmesFunctions: Readonly<Record<string, Function>> = {
  abs: args => Math.abs(Number(numberOf(first(args)) ?? 0)),
  avg: args => {
    const items = list(first(args))
    if (items.length === 0) return null
    return binary(
      '/',
      items.reduce((sum, item) => binary('+', sum, item), 0),
      items.length,
    )
  },
  contains: ([container, item]) =>
    container !== undefined && item !== undefined && contains(container, item),
  ends_with: ([text, end]) => str(text ?? '').endsWith(str(end ?? '')),
  join: ([separator, items]) =>
    list(items ?? null)
      .map(str)
      .join(str(separator ?? '')),
  keys: args => [...mapping(first(args)).keys()],
  length: args => lengthOf(first(args)),
  map: (args, by) => list(first(args)).map(by),
  max: extreme(1),
  max_by: extreme(1),
  merge: args => new Map(args.flatMap(each => [...mapping(each)])),
  min: extreme(-1),
  min_by: extreme(-1),
  not_null: args => args.find(each => each !== null) ?? null,
  reverse: args => {
    const value = first(args)
    const text = characters(value)
    const items = [...iterate(value)].reverse()
    return text === undefined ? items : items.map(str).join('')
  },
  sort,
  sort_by: sort,
  starts_with: ([text, start]) => str(text ?? '').startsWith(str(start ?? '')),
  sum: args => list(first(args)).reduce((sum, item) => binary('+', sum, item), 0),
  to_array: args => (isList(first(args)) ? first(args) : [first(args)]),
  to_number: args => {
    const value = first(args)
    const isNumber = characters(value) === undefined ? numberOf(value) : floatOf(value)
    return isNumber === undefined ? null : (integerOf(value) ?? null)
  },
  to_string: args => {
    const value = first(args)
    const compact = { ...defaultDump, itemSeparator: ',', keySeparator: ':' }
    return characters(value) ?? dumpJson(value, compact)
  },
  type: args => jmesType(first(args)),
  values: args => [...mapping(first(args)).values()],
}

function jmesType(value: Value): string {
  if (value === null) return 'null'
  if (typeof value === 'boolean') return 'boolean'
  if (numberOf(value) !== undefined) return 'number'
  if (isList(value)) return 'array'
  return isMapping(value) ? 'object' : 'string'
}
