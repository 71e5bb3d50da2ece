// Filters that combine lists: zip, product, permutations. Upstream: Python 3.11 itertools.

import { numberOf, Tuple, type Value } from '../../values.ts'
import { TemplateFailure } from '../failures.ts'
import type { Plugin, Plugins } from '../plugin.ts'
import { iterate } from '../python/iterate.ts'

const sizeMax = 200_000

function bounded(size: number): void {
  if (size > sizeMax) throw new TemplateFailure('the result has too many items')
}

function lists(input: Value, rest: readonly Value[]): readonly (readonly Value[])[] {
  return [input, ...rest].map(iterate)
}

const zip: Plugin = {
  params: '*',
  run: (input, _args, _context, { positional, named }) => {
    const [extra] = named.keys()
    if (extra !== undefined && extra !== 'strict') {
      throw new TemplateFailure(`'${extra}' is an invalid keyword argument for zip()`)
    }
    const all = lists(input, positional)
    const length = Math.min(...all.map(items => items.length))
    return Array.from({ length }, (_, at) => new Tuple(all.map(items => items[at] as Value)))
  },
}

const zipLongest: Plugin = {
  params: '*',
  run: (input, _args, _context, { positional, named }) => {
    const all = lists(input, positional)
    const fill = named.get('fillvalue') ?? null
    const length = Math.max(...all.map(items => items.length))
    return Array.from({ length }, (_, at) => new Tuple(all.map(items => items[at] ?? fill)))
  },
}

const product: Plugin = {
  params: '*',
  run: (input, _args, _context, { positional, named }) => {
    const times = Number(numberOf(named.get('repeat') ?? 1) ?? 1)
    const once = lists(input, positional)
    const all = Array.from({ length: times }, () => once).flat()
    bounded(all.reduce((size, items) => size * items.length, 1))
    let rows: Value[][] = [[]]
    for (const items of all) rows = rows.flatMap(row => items.map(item => [...row, item]))
    return rows.map(row => new Tuple(row))
  },
}

function chosen(length: number, size: number, isOrdered: boolean): number[][] {
  const rows: number[][] = []
  const grow = (row: number[], from: number): void => {
    bounded(rows.length)
    if (row.length === size) return void rows.push(row)
    for (let at = isOrdered ? from : 0; at < length; at++) {
      if (isOrdered || !row.includes(at)) grow([...row, at], at + 1)
    }
  }
  grow([], 0)
  return rows
}

function choosing(isOrdered: boolean): Plugin {
  return {
    params: 'r',
    run: (input, [given]) => {
      const items = iterate(input)
      const size =
        given === undefined || given === null ? items.length : Number(numberOf(given) ?? 0)
      return chosen(items.length, size, isOrdered).map(
        row => new Tuple(row.map(at => items[at] as Value)),
      )
    },
  }
}

export const pairedFilters: Plugins = {
  zip,
  zip_longest: zipLongest,
  product,
  permutations: choosing(false),
  combinations: choosing(true),
}
