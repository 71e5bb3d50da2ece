// Filters on mappings: combine, dict2items, items2dict, dictsort, rekey. Port of ansible-core 2.18
// plugins/filter/core.py and utils/vars.py merge_hash.

import { getItem, isList, isMapping, sameKey, setItem, Tuple, type Value } from '../../values.ts'
import { TemplateFailure, UndefinedFailure } from '../failures.ts'
import { type Plugin, type Plugins, required } from '../plugin.ts'
import { pairsOf } from '../methods/mappings.ts'
import { order, someEqual } from '../python/compare.ts'
import { iterate, truth } from '../python/iterate.ts'
import { repr, str } from '../python/represent.ts'
import { characters, isSequence, touch, typeName } from '../python/types.ts'
import { Undefined } from '../special.ts'

const merges = ['replace', 'keep', 'append', 'prepend', 'append_rp', 'prepend_rp']

interface MergeOptions {
  readonly isRecursive: boolean
  readonly lists: string
}

const combine: Plugin = {
  params: '*',
  run: (input, _args, _context, { positional, named }) => {
    for (const key of named.keys()) {
      if (key === 'recursive' || key === 'list_merge') continue
      throw new TemplateFailure("'recursive' and 'list_merge' are the only valid keyword arguments")
    }
    const options = {
      isRecursive: truth(named.get('recursive') ?? false),
      lists: str(named.get('list_merge') ?? 'replace'),
    }
    const terms = [input, ...positional].flatMap(term => {
      if (term === null || term === 'None' || term === 'null') return []
      return isSequence(term) ? [...iterate(term)] : [term]
    })
    for (const term of terms) checkDefined(term)
    const [first, ...rest] = terms
    if (first === undefined) return new Map()
    return rest.reduce((low, high) => merge(low, high, options), first)
  },
}

function checkDefined(value: Value): void {
  if (value instanceof Undefined) throw new UndefinedFailure(value.message)
  if (isMapping(value)) for (const item of value.values()) checkDefined(item)
  else if (isList(value)) for (const item of value) checkDefined(item)
}

/** Merges two mappings; `high` wins. */
function merge(low: Value, high: Value, options: MergeOptions): Value {
  if (!merges.includes(options.lists)) {
    throw new TemplateFailure(
      `merge_hash: 'list_merge' argument can only be equal to ${merges.map(each => `'${each}'`).join(', ')}`,
    )
  }
  touch(low)
  touch(high)
  if (!isMapping(low) || !isMapping(high)) {
    throw new TemplateFailure(
      `failed to combine variables, expected dicts but got a '${typeName(low)}' and a '${typeName(high)}'`,
    )
  }
  if (low.size === 0) return high
  const result = new Map(low)
  for (const [key, value] of high) {
    const before = getItem(low, key)
    setItem(result, key, before === undefined ? value : mergeValue(before, value, options))
  }
  return result
}

function mergeValue(low: Value, high: Value, options: MergeOptions): Value {
  if (options.isRecursive && isMapping(low) && isMapping(high)) return merge(low, high, options)
  if (!isList(low) || !isList(high)) return high
  switch (options.lists) {
    case 'append':
      return [...low, ...high]
    case 'prepend':
      return [...high, ...low]
    case 'append_rp':
      return [...low.filter(item => !someEqual(high, item)), ...high]
    case 'prepend_rp':
      return [...high, ...low.filter(item => !someEqual(high, item))]
    case 'keep':
      return low
    default:
      return high
  }
}

const dict2items: Plugin = {
  params: 'key_name value_name',
  run: (input, [keyName = 'key', valueName = 'value']) => {
    touch(input)
    if (!isMapping(input)) {
      throw new TemplateFailure(
        `dict2items requires a dictionary, got <class '${typeName(input)}'> instead.`,
      )
    }
    return [...input.keys()].map(
      key =>
        new Map<Value, Value>([
          [keyName, key],
          [valueName, input.get(key) as Value],
        ]),
    )
  },
}

const items2dict: Plugin = {
  params: 'key_name value_name',
  run: (input, [keyName = 'key', valueName = 'value']) => {
    touch(input)
    if (!isSequence(input)) {
      throw new TemplateFailure(
        `items2dict requires a list, got <class '${typeName(input)}'> instead.`,
      )
    }
    const result = new Map<Value, Value>()
    for (const item of iterate(input)) {
      if (!isMapping(item)) {
        throw new TemplateFailure(
          `items2dict requires a list of dictionaries, got ${repr(input)} instead.`,
        )
      }
      const key = getItem(item, keyName)
      const value = getItem(item, valueName)
      if (key === undefined || value === undefined) {
        throw new TemplateFailure(
          `items2dict requires each dictionary in the list to contain the keys '${str(keyName)}' and '${str(valueName)}', got ${repr(input)} instead.`,
        )
      }
      setItem(result, key, value)
    }
    return result
  },
}

const dictsort: Plugin = {
  params: 'case_sensitive by reverse',
  run: (input, [caseSensitive = false, by = 'key', isReverse = false]) => {
    touch(input)
    if (!isMapping(input))
      throw new TemplateFailure(`'${typeName(input)} object' has no attribute 'items'`)
    const at = str(by) === 'value' ? 1 : 0
    const key = (pair: readonly [Value, Value]): Value =>
      (truth(caseSensitive) ? undefined : characters(pair[at])?.toLowerCase()) ?? pair[at]
    const sign = truth(isReverse) ? -1 : 1
    return [...input].sort((a, b) => order(key(a), key(b)) * sign).map(pair => new Tuple(pair))
  },
}

const rekey: Plugin = {
  params: 'key! duplicates',
  run: (input, [key, duplicates = 'error']) => {
    const items = isMapping(input) ? [...input.values()] : iterate(input)
    const result = new Map<Value, Value>()
    for (const item of items) {
      if (!isMapping(item)) throw new TemplateFailure('List item is not a valid dict')
      const own = getItem(item, required(key, 'key'))
      if (own === undefined) throw new TemplateFailure(`Key ${str(key ?? '')} was not found`)
      if (sameKey(result, own) !== undefined && str(duplicates) === 'error') {
        throw new TemplateFailure(`Key ${str(own)} is not unique, cannot correctly turn into dict`)
      }
      setItem(result, own, item)
    }
    return result
  },
}

const items: Plugin = {
  takesUndefined: true,
  run: input => {
    if (input instanceof Undefined) return []
    if (!isMapping(input)) throw new TemplateFailure('Can only get item pairs from a mapping.')
    return [...input].map(pair => new Tuple(pair))
  },
}

const attr: Plugin = {
  params: 'name!',
  run: (input, [name], context) => context.item(input, required(name, 'name')),
}

const xmlattr: Plugin = {
  run: input => {
    if (!isMapping(input)) throw new TemplateFailure('xmlattr needs a mapping')
    const pairs = [...input].filter(([, value]) => value !== null)
    return pairs.map(([key, value]) => ` ${str(key)}="${str(value)}"`).join('')
  },
}

// community.general.dict: pairs to a mapping.
const dict: Plugin = {
  run: input => new Map(pairsOf(input)),
}

export const mappingFilters: Plugins = {
  'community.general.dict': dict,
  combine,
  dict2items,
  items2dict,
  dictsort,
  rekey_on_member: rekey,
  items,
  attr,
  xmlattr,
}
