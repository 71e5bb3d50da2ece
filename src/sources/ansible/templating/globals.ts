// Global functions of templates: range, dict, lookup, query, now, undef, namespace, omit.
// Upstream: jinja 3.1.6 defaults.py, ansible-core 2.16 to 2.19 template.

import { numberOf, type Value } from '../values.ts'
import type { Context } from './context.ts'
import { TemplateFailure, UndefinedFailure, UnknownSignal } from './failures.ts'
import { runLookup } from './lookups/registry.ts'
import { buildMapping } from './methods/mappings.ts'
import { required } from './plugin.ts'
import { truth } from './python/iterate.ts'
import { str } from './python/represent.ts'
import { characters, typeName } from './python/types.ts'
import {
  Callable,
  type CallArguments,
  mergeUnknown,
  Namespace,
  omit,
  Undefined,
  Unknown,
  View,
} from './special.ts'

const rangeMax = 100_000

function range({ positional }: CallArguments): Value {
  const numbers = positional.map(value => {
    const number = numberOf(value)
    if (number !== undefined && Number.isInteger(Number(number))) return Number(number)
    throw new TemplateFailure(`'${typeName(value)}' object cannot be interpreted as an integer`)
  })
  const [first = 0, second, step = 1] = numbers
  const [start, stop] = second === undefined ? [0, first] : [first, second]
  if (step === 0) throw new TemplateFailure('range() arg 3 must not be zero')
  const length = Math.max(0, Math.ceil((stop - start) / step))
  if (length > rangeMax) throw new UnknownSignal(new Unknown(['a very long range']))
  return new View(
    'range',
    Array.from({ length }, (_, index) => start + index * step),
  )
}

function lookup(given: CallArguments, context: Context, wantsList: boolean): Value {
  const [name, ...terms] = given.positional
  const named = new Map(given.named)
  const asList = wantsList || truth(named.get('wantlist') ?? false)
  const errors = str(named.get('errors') ?? 'strict')
  for (const own of ['wantlist', 'errors', 'allow_unsafe']) named.delete(own)
  const unknown = [...terms, ...named.values()].filter(value => value instanceof Unknown)
  if (unknown.length > 0) return mergeUnknown(unknown as Unknown[])
  for (const term of terms) if (term instanceof Undefined) throw new UndefinedFailure(term.message)
  try {
    const templated = terms.map(term => context.template(term))
    return joinResults(
      runLookup(str(required(name, 'plugin_name')), templated, named, context),
      asList,
      context,
    )
  } catch (error) {
    if (!(error instanceof TemplateFailure) || errors === 'strict') throw error
    return asList ? [] : null
  }
}

// One result stands for itself, several texts are joined by commas.
function joinResults(results: readonly Value[], asList: boolean, { isNative }: Context): Value {
  if (asList) return results
  if (results.length === 0 && !isNative) return results
  const texts = results.map(result => characters(result))
  if (results.length === 1 && isNative) return results[0] as Value
  if (results.length > 0 && texts.every(text => text !== undefined)) return texts.join(',')
  return results.length === 1 ? (results[0] as Value) : results
}

function undef({ positional, named }: CallArguments): Value {
  const hint = positional[0] ?? named.get('hint')
  const text = hint === undefined || hint === null || hint instanceof Undefined ? '' : str(hint)
  return new Undefined(
    text === '' ? 'Mandatory variable has not been overridden' : text,
    undefined,
    false,
  )
}

function namespace(given: CallArguments): Value {
  const object = new Namespace()
  for (const [key, value] of buildMapping(given)) object.attributes.set(str(key), value)
  return object
}

function now(): never {
  throw new UnknownSignal(new Unknown(['the time of the run']))
}

function cycler({ positional }: CallArguments): Value {
  let at = 0
  const pick = (): Value => required(positional[at % positional.length], 'items')
  const next = new Callable('<bound method Cycler.next>', () => {
    const value = pick()
    at += 1
    return value
  })
  return new Callable('<Cycler>', pick, { attributes: new Map<string, Value>([['next', next]]) })
}

function joiner({ positional }: CallArguments): Value {
  let isUsed = false
  return new Callable('<Joiner>', () => {
    const separator = isUsed ? (positional[0] ?? ', ') : ''
    isUsed = true
    return separator
  })
}

const query = new Callable(
  '<function _query_lookup>',
  (given, context) => lookup(given, context, true),
  {
    takesAnything: true,
  },
)

const globals: ReadonlyMap<string, Value> = new Map<string, Value>([
  ['range', new Callable("<class 'range'>", range)],
  ['dict', new Callable("<class 'dict'>", given => buildMapping(given), { takesAnything: false })],
  [
    'lookup',
    new Callable('<function _lookup>', (given, context) => lookup(given, context, false), {
      takesAnything: true,
    }),
  ],
  ['query', query],
  ['q', query],
  ['now', new Callable('<function _now_datetime>', now)],
  [
    'undef',
    new Callable(
      '<bound method Templar._make_undefined of <ansible.template.Templar object at 0x\u2026>>',
      undef,
      { takesAnything: true },
    ),
  ],
  ['namespace', new Callable("<class 'jinja2.utils.Namespace'>", namespace)],
  ['cycler', new Callable("<class 'jinja2.utils.Cycler'>", cycler)],
  ['joiner', new Callable("<class 'jinja2.utils.Joiner'>", joiner)],
  ['omit', omit],
])

/** The global of that name, or undefined. */
export function globalOf(name: string): Value | undefined {
  return globals.get(name)
}
