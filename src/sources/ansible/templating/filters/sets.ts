// Set filters. Port of ansible-core 2.18 plugins/filter/mathstuff.py: Python sets where the items
// are hashable, lists otherwise.

import { isList, type Value } from '../../values.ts'
import { TemplateFailure } from '../failures.ts'
import type { Context } from '../context.ts'
import { type Plugin, type Plugins, required } from '../plugin.ts'
import { isUnhashable, someEqual } from '../python/compare.ts'
import { iterate, truth } from '../python/iterate.ts'
import { setOrder } from '../python/set-order.ts'
import { characters, typeName } from '../python/types.ts'
import { attributeGetter } from './attribute-getter.ts'

/** The items without repetitions, as Python's equality sees them. */
function distinct(items: readonly Value[], key: (item: Value) => Value = item => item): Value[] {
  const seenTexts = new Set<string>()
  const seen: Value[] = []
  return items.filter(item => {
    const own = key(item)
    if (typeof own === 'string') {
      if (seenTexts.has(own)) return false
      seenTexts.add(own)
      return true
    }
    if (someEqual(seen, own)) return false
    seen.push(own)
    return true
  })
}

const unique: Plugin = {
  params: 'case_sensitive attribute',
  run: (input, [caseSensitive, attribute], context) =>
    uniqueItems(iterate(input), context, { caseSensitive, attribute }),
}

interface UniqueOptions {
  readonly caseSensitive: Value | undefined
  readonly attribute: Value | undefined
}

function uniqueItems(items: readonly Value[], context: Context, options: UniqueOptions): Value[] {
  const { caseSensitive = null, attribute = null } = options
  const get =
    attribute === null ? (item: Value): Value => item : attributeGetter(context, attribute)
  if (items.some(item => isUnhashable(get(item)))) {
    if (caseSensitive === false || attribute !== null) {
      throw new TemplateFailure(
        "Jinja2's unique filter failed and we cannot fall back to Ansible's version as it does not support the parameters supplied",
      )
    }
    return distinct(items)
  }
  if (truth(caseSensitive)) return distinct(items, get)
  return distinct(items, item => {
    const value = get(item)
    return characters(value)?.toLowerCase() ?? value
  })
}

type Combine = (a: readonly Value[], b: readonly Value[]) => readonly Value[]

// With hashable items Python builds sets, whose order is that of their hashes.
function setFilter(combine: Combine, needsLists = false): Plugin {
  return {
    params: 'b!',
    run: (input, [other]) => {
      const given = required(other, 'b')
      const a = iterate(input)
      const b = iterate(given)
      const isHashable = ![...a, ...b].some(isUnhashable)
      if (isHashable) return setOrder(distinct(combine(distinct(a), distinct(b))))
      if (needsLists && !(isList(input) && isList(given))) {
        throw new TemplateFailure(
          `can only concatenate ${typeName(input)} (not "${typeName(given)}") to ${typeName(input)}`,
        )
      }
      return distinct(combine(a, b))
    },
  }
}

const without: Combine = (a, b) => a.filter(item => !someEqual(b, item))

export const setFilters: Plugins = {
  unique,
  union: setFilter((a, b) => [...a, ...b], true),
  intersect: setFilter((a, b) => a.filter(item => someEqual(b, item))),
  difference: setFilter(without),
  symmetric_difference: setFilter((a, b) => [...without(a, b), ...without(b, a)]),
}
