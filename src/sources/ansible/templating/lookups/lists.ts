// Lookups that only rearrange their terms. Port of ansible-core 2.18 plugins/lookup/: items,
// list, dict, nested, together, flattened, indexed_items, subelements, sequence.

import { isList, isMapping, Tuple, type Value } from '../../values.ts'
import { TemplateFailure } from '../failures.ts'
import { formatPercent } from '../python/format.ts'
import { iterate } from '../python/iterate.ts'
import { str } from '../python/represent.ts'
import { isSequence, touch } from '../python/types.ts'
import { filterOf } from '../filters/registry.ts'
import { required } from '../plugin.ts'
import type { Lookup, Lookups } from './lookup.ts'

const sizeMax = 100_000

function flattenOnce(terms: readonly Value[]): readonly Value[] {
  return terms.flatMap(term => {
    touch(term)
    return isSequence(term) ? [...iterate(term)] : [term]
  })
}

function flattenAll(terms: readonly Value[]): readonly Value[] {
  return terms.flatMap(term => {
    if (term === null || term === 'None' || term === 'null') return []
    return isSequence(term) ? flattenAll(iterate(term)) : [term]
  })
}

const dict: Lookup = terms =>
  terms.flatMap(term => {
    touch(term)
    if (!isMapping(term)) throw new TemplateFailure('with_dict expects a dict')
    return [...term].map(
      ([key, value]) =>
        new Map<Value, Value>([
          ['key', key],
          ['value', value],
        ]),
    )
  })

function lists(terms: readonly Value[]): readonly (readonly Value[])[] {
  return terms.map(term => (isSequence(term) ? iterate(term) : [term]))
}

const nested: Lookup = terms => {
  const all = lists(terms)
  if (all.length === 0) {
    throw new TemplateFailure('with_nested requires at least one element in the nested list')
  }
  let rows: readonly (readonly Value[])[] = [[]]
  for (const items of all) rows = rows.flatMap(row => items.map(item => [...row, item]))
  // Lists among the items are taken apart.
  return rows.map(row => flattenAll(row))
}

const together: Lookup = terms => {
  const all = lists(terms)
  const length = Math.max(0, ...all.map(items => items.length))
  return Array.from({ length }, (_, at) =>
    flattenAllKeepingNulls(all.map(items => items[at] ?? null)),
  )
}

function flattenAllKeepingNulls(items: readonly Value[]): readonly Value[] {
  return items.flatMap(item => (isList(item) ? item : [item]))
}

const subelements: Lookup = (terms, _named, context) => {
  const [list, path, flags] = terms
  const skips =
    flags !== undefined && isMapping(flags) ? (flags.get('skip_missing') ?? false) : false
  const filter = filterOf('subelements')
  const pairs = filter?.run(required(list, 'list'), [path, skips], context, {
    positional: [],
    named: new Map(),
  })
  return pairs !== undefined && isList(pairs) ? pairs : []
}

const sequence: Lookup = (terms, named) =>
  terms.length === 0 && named.size > 0
    ? numbers(new Map([...named].map(([key, value]) => [key, str(value)])))
    : terms.flatMap(term => numbers(sequenceOptions(str(term))))

function sequenceOptions(text: string): ReadonlyMap<string, string> {
  const short = /^(\d+|0x[\da-f]+)(?:-(\d+|0x[\da-f]+))?(?:\/(\d+))?(?::(.+))?$/i.exec(text)
  if (short !== null) {
    const [, first = '', last, stride, format] = short
    const all = new Map(
      last === undefined
        ? [['end', first]]
        : [
            ['start', first],
            ['end', last],
          ],
    )
    if (stride !== undefined) all.set('stride', stride)
    if (format !== undefined) all.set('format', format)
    return all as ReadonlyMap<string, string>
  }
  return new Map(
    text.split(/\s+/).map(pair => {
      const [key = '', ...value] = pair.split('=')
      return [key, value.join('=')] as const
    }),
  )
}

function numbers(options: ReadonlyMap<string, string>): readonly Value[] {
  const number = (name: string): number | undefined => {
    const text = options.get(name)
    return text === undefined ? undefined : Number(text)
  }
  const start = number('start') ?? 1
  const count = number('count')
  const given = number('stride') ?? (count === undefined ? undefined : 1)
  const end = count === undefined ? number('end') : start + (count - 1) * (given ?? 1)
  if (end === undefined) throw new TemplateFailure('must specify count or end in with_sequence')
  if (count === 0) return []
  const stride = given ?? (start <= end ? 1 : -1)
  if (stride === 0) return []
  if ((end - start) / stride > sizeMax) throw new TemplateFailure('with_sequence is too long')
  const result: Value[] = []
  for (let at = start; stride > 0 ? at <= end : at >= end; at += stride) {
    result.push(formatPercent(options.get('format') ?? '%d', at))
  }
  return result
}

export const listLookups: Lookups = {
  items: flattenOnce,
  list: terms => terms,
  flattened: flattenAll,
  dict,
  nested,
  cartesian: nested,
  together,
  indexed_items: terms => flattenOnce(terms).map((item, index) => new Tuple([index, item])),
  subelements,
  sequence,
}
