// Filters on lists. Port of jinja 3.1.6 filters.py and ansible-core 2.18 plugins/filter/core.py.

import { isList, isMapping, numberOf, Tuple, type Value } from '../../values.ts'
import { TemplateFailure } from '../failures.ts'
import { type Plugin, type Plugins, required } from '../plugin.ts'
import { equals, order } from '../python/compare.ts'
import { iterate, lengthOf, truth } from '../python/iterate.ts'
import { reprOfText } from '../../python/repr.ts'
import { characters, isSequence, typeName } from '../python/types.ts'
import { Undefined } from '../special.ts'
import { attributeGetter, attributesGetter } from './attribute-getter.ts'
import { pairedFilters } from './pairs.ts'

function ignoreCase(value: Value): Value {
  return characters(value)?.toLowerCase() ?? value
}

function compareKeys(a: readonly Value[], b: readonly Value[]): number {
  for (let index = 0; index < a.length; index++) {
    const left = a[index] as Value
    const right = b[index] as Value
    if (!equals(left, right)) return order(left, right)
  }
  return 0
}

const sort: Plugin = {
  params: 'reverse case_sensitive attribute',
  run: (input, [isReverse = false, caseSensitive = false, attribute], context) => {
    const get =
      attribute === undefined || attribute === null
        ? (item: Value): readonly Value[] => [item]
        : attributesGetter(context, attribute)
    const isExact = truth(caseSensitive)
    const keyed = iterate(input).map(item => ({
      item,
      key: isExact ? get(item) : get(item).map(ignoreCase),
    }))
    const sign = truth(isReverse) ? -1 : 1
    keyed.sort((a, b) => compareKeys(a.key, b.key) * sign)
    return keyed.map(({ item }) => item)
  },
}

const groupby: Plugin = {
  params: 'attribute! default case_sensitive',
  run: (input, [attribute, fallback, caseSensitive = false], context) => {
    const get = attributeGetter(context, required(attribute, 'attribute'), fallback)
    const key = (item: Value): Value => (truth(caseSensitive) ? get(item) : ignoreCase(get(item)))
    const items = [...iterate(input)].sort((a, b) => order(key(a), key(b)))
    const groups: { readonly first: Value; readonly key: Value; readonly items: Value[] }[] = []
    for (const item of items) {
      const last = groups.at(-1)
      if (last !== undefined && equals(last.key, key(item))) last.items.push(item)
      else groups.push({ first: get(item), key: key(item), items: [item] })
    }
    return groups.map(group => new Tuple([group.first, group.items]))
  },
}

function edge(isLast: boolean): Plugin {
  return {
    run: input => {
      const items = iterate(input)
      const found = isLast ? items.at(-1) : items[0]
      if (found !== undefined) return found
      return new Undefined(`No ${isLast ? 'last' : 'first'} item, sequence was empty.`)
    },
  }
}

const reverse: Plugin = {
  run: input => {
    const text = characters(input)
    return text === undefined ? [...iterate(input)].reverse() : Array.from(text).reverse().join('')
  },
}

const length: Plugin = {
  run: (input, _args, { isNative }) => {
    try {
      return lengthOf(input)
    } catch (error) {
      if (!isNative && error instanceof TemplateFailure && error.message.endsWith('has no len()')) {
        throw new TemplateFailure(`${error.message}. ${error.message}`)
      }
      throw error
    }
  },
}

const flatten: Plugin = {
  params: 'levels skip_nulls',
  run: (input, [levels, skip = true]) => {
    const depth = levels === undefined || levels === null ? Infinity : Number(numberOf(levels) ?? 0)
    return flat(iterate(input), depth, truth(skip))
  },
}

function flat(items: readonly Value[], depth: number, skipsNulls: boolean): Value[] {
  return items.flatMap(item => {
    if (skipsNulls && (item === null || item === 'None' || item === 'null')) return []
    if (!isSequence(item) || depth < 1) return [item]
    return flat(iterate(item), depth - 1, skipsNulls)
  })
}

function whole(value: Value | undefined, name: string): number {
  const number = numberOf(required(value, name))
  if (number === undefined) throw new TemplateFailure(`'${name}' must be an integer`)
  return Number(number)
}

const batch: Plugin = {
  params: 'linecount! fill_with',
  run: (input, [count, fill]) => {
    const size = whole(count, 'linecount')
    const items = [...iterate(input)]
    const rows: Value[][] = []
    while (items.length > 0) rows.push(items.splice(0, size))
    const last = rows.at(-1)
    if (last !== undefined && fill !== undefined && fill !== null) {
      while (last.length < size) last.push(fill)
    }
    return rows
  },
}

const slice: Plugin = {
  params: 'slices! fill_with',
  run: (input, [count, fill]) => {
    const items = iterate(input)
    const slices = whole(count, 'slices')
    const each = Math.floor(items.length / slices)
    const extra = items.length % slices
    let start = 0
    return Array.from({ length: slices }, (_, index) => {
      const part = items.slice(start, start + each + (index < extra ? 1 : 0))
      start += part.length
      return fill !== undefined && fill !== null && index >= extra && extra > 0
        ? [...part, fill]
        : part
    })
  },
}

const extract: Plugin = {
  params: 'container! morekeys',
  run: (input, [container, more], context) => {
    const keys =
      more === undefined || more === null
        ? [input]
        : isList(more)
          ? [input, ...more]
          : [input, more]
    return keys.reduce<Value>(
      (value, key) => context.item(value, key),
      required(container, 'container'),
    )
  },
}

const subelements: Plugin = {
  params: 'subelements! skip_missing',
  run: (input, [path, skip = false]) => {
    if (!isMapping(input) && !isList(input)) {
      throw new TemplateFailure('obj must be a list of dicts or a nested dict')
    }
    const given = required(path, 'subelements')
    const text = characters(given)
    const parts = text === undefined ? iterate(given) : text.split('.')
    const elements = isMapping(input) ? [...input.values()] : input
    return elements.flatMap(element =>
      below(element, parts, truth(skip)).map(value => new Tuple([element, value])),
    )
  },
}

function below(element: Value, parts: readonly Value[], skipsMissing: boolean): readonly Value[] {
  let value = element
  for (const part of parts) {
    if (!isMapping(value)) {
      throw new TemplateFailure(`the key ${characters(part)} should point to a dictionary`)
    }
    const next: Value | undefined = value.get(part)
    if (next === undefined) {
      if (skipsMissing) return []
      throw new TemplateFailure(
        `could not find ${reprOfText(characters(part) ?? '')} key in iterated item`,
      )
    }
    value = next
  }
  if (isList(value)) return value
  throw new TemplateFailure(`the key should point to a list, got ${typeName(value)}`)
}

export const listFilters: Plugins = {
  sort,
  groupby,
  first: edge(false),
  last: edge(true),
  reverse,
  length,
  count: length,
  list: { run: input => [...iterate(input)] },
  flatten,
  batch,
  slice,
  extract,
  subelements,
  ...pairedFilters,
}
