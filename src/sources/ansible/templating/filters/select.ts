// Filters that go through lists: map, select, reject and their forms by attribute. Port of jinja
// 3.1.6 filters.py.

import type { Value } from '../../values.ts'
import type { Context } from '../context.ts'
import { TemplateFailure } from '../failures.ts'
import { type Plugin, type Plugins } from '../plugin.ts'
import { iterate, truth } from '../python/iterate.ts'
import { str } from '../python/represent.ts'
import { type CallArguments, View } from '../special.ts'
import { attributeGetter } from './attribute-getter.ts'

// What is false is nothing to go through, whatever it is; a generator is never false.
function isNothing(input: Value): boolean {
  return !(input instanceof View) && !truth(input)
}

const map: Plugin = {
  params: '*',
  run: (input, _args, context, given) => {
    // Nothing is asked of the arguments where there is nothing to go through.
    if (isNothing(input)) return []
    const [name, ...rest] = given.positional
    if (name === undefined) {
      const attribute = given.named.get('attribute')
      if (attribute === undefined) throw new TemplateFailure('map requires a filter argument')
      const unexpected = [...given.named.keys()].find(
        key => key !== 'attribute' && key !== 'default',
      )
      if (unexpected !== undefined) {
        throw new TemplateFailure(`Unexpected keyword argument '${unexpected}'`)
      }
      return iterate(input).map(attributeGetter(context, attribute, given.named.get('default')))
    }
    const inner: CallArguments = { positional: rest, named: given.named }
    const filter = str(name)
    return iterate(input).map(item => context.filter(filter, item, inner))
  },
}

interface Selection {
  readonly keeps: boolean
  readonly byAttribute: boolean
}

function tester(
  context: Context,
  given: CallArguments,
  byAttribute: boolean,
): (item: Value) => boolean {
  const positional = [...given.positional]
  const attribute = byAttribute ? positional.shift() : undefined
  if (byAttribute && attribute === undefined)
    throw new TemplateFailure('Missing parameter for attribute name')
  const get =
    attribute === undefined ? (item: Value): Value => item : attributeGetter(context, attribute)
  const [name, ...rest] = positional
  if (name === undefined) return item => truth(get(item))
  const inner: CallArguments = { positional: rest, named: given.named }
  const test = str(name)
  return item => truth(context.test(test, get(item), inner))
}

function selecting({ keeps, byAttribute }: Selection): Plugin {
  return {
    params: '*',
    run: (input, _args, context, given) => {
      const items = isNothing(input) ? [] : iterate(input)
      if (items.length === 0) return []
      const passes = tester(context, given, byAttribute)
      return items.filter(item => passes(item) === keeps)
    },
  }
}

export const selectFilters: Plugins = {
  map,
  select: selecting({ keeps: true, byAttribute: false }),
  reject: selecting({ keeps: false, byAttribute: false }),
  selectattr: selecting({ keeps: true, byAttribute: true }),
  rejectattr: selecting({ keeps: false, byAttribute: true }),
}
