// Methods of mappings (Python's dict).

import {
  getItem,
  isMapping,
  type Mapping,
  sameKey,
  setItem,
  Tuple,
  type Value,
} from '../../values.ts'
import { TemplateFailure } from '../failures.ts'
import { required } from '../plugin.ts'
import { isUnhashable, unhashable } from '../python/compare.ts'
import { iterate } from '../python/iterate.ts'
import { repr } from '../python/represent.ts'
import { touch } from '../python/types.ts'
import { type CallArguments, View } from '../special.ts'
import type { Methods } from './method.ts'

// Only templates that change a mapping get one of their own, see scope.ts.
function mutable(self: Value): Map<Value, Value> {
  return self as Map<Value, Value>
}

function mapping(self: Value): Mapping {
  return self as Mapping
}

function key(value: Value | undefined): Value {
  const given = required(value, 'key')
  touch(given)
  if (isUnhashable(given)) throw unhashable(given)
  return given
}

/** The pairs of a mapping, or of a list of pairs. */
export function pairsOf(value: Value): readonly (readonly [Value, Value])[] {
  if (isMapping(value)) return [...value]
  return iterate(value).map((pair, index) => {
    const items = iterate(pair)
    if (items.length === 2) return [items[0] as Value, items[1] as Value] as const
    throw new TemplateFailure(
      `dictionary update sequence element #${index} has length ${items.length}; 2 is required`,
    )
  })
}

/** `dict(…)`: pairs of the first argument, then the named ones. */
export function buildMapping(given: CallArguments): Map<Value, Value> {
  const result = new Map<Value, Value>()
  const [first] = given.positional
  if (first !== undefined) for (const [name, item] of pairsOf(first)) setItem(result, name, item)
  for (const [name, item] of given.named) setItem(result, name, item)
  return result
}

export const mappingMethods: Methods = {
  keys: { run: self => new View('dict_keys', [...mapping(self).keys()]) },
  values: { run: self => new View('dict_values', [...mapping(self).values()]) },
  items: {
    run: self =>
      new View(
        'dict_items',
        [...mapping(self)].map(pair => new Tuple(pair)),
      ),
  },
  get: {
    params: 'key! default',
    run: (self, [name, fallback = null]) => {
      const found = getItem(mapping(self), key(name))
      return found === undefined ? fallback : found
    },
  },
  copy: { run: self => new Map(mapping(self)) },
  update: {
    params: '*',
    run: (self, _args, _context, given) => {
      for (const [name, item] of buildMapping(given)) setItem(mutable(self), name, item)
      return null
    },
  },
  setdefault: {
    params: 'key! default',
    run: (self, [name, fallback = null]) => {
      const found = getItem(mapping(self), key(name))
      if (found !== undefined) return found
      setItem(mutable(self), key(name), fallback)
      return fallback
    },
  },
  pop: {
    params: 'key! default',
    run: (self, [name, fallback]) => {
      const same = sameKey(mapping(self), key(name))
      if (same === undefined) {
        if (fallback !== undefined) return fallback
        throw new TemplateFailure(repr(key(name)))
      }
      const value = mapping(self).get(same) as Value
      mutable(self).delete(same)
      return value
    },
  },
  popitem: {
    run: self => {
      const last = [...mapping(self)].at(-1)
      if (last === undefined) throw new TemplateFailure('popitem(): dictionary is empty')
      mutable(self).delete(last[0])
      return new Tuple(last)
    },
  },
  clear: {
    run: self => {
      mutable(self).clear()
      return null
    },
  },
}
