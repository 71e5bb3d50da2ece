// The variable `loop` inside `{% for %}`. Port of jinja 3.1.6 runtime.py LoopContext.

import type { Value } from '../values.ts'
import { TemplateFailure } from './failures.ts'
import { required } from './plugin.ts'
import { equals } from './python/compare.ts'
import { Callable, Undefined } from './special.ts'

interface LoopState {
  readonly items: readonly Value[]
  readonly depth: number
  readonly recurse: ((items: Value, depth: number) => Value) | undefined
}

/** The loop variable at one item. */
export function loopValue({ items, depth, recurse }: LoopState, index: number): Value {
  const { length } = items
  const beyond = (side: string): Value => new Undefined(`there is no ${side} item`)
  const all: readonly (readonly [string, Value])[] = [
    ['index', index + 1],
    ['index0', index],
    ['revindex', length - index],
    ['revindex0', length - index - 1],
    ['first', index === 0],
    ['last', index === length - 1],
    ['length', length],
    ['depth', depth + 1],
    ['depth0', depth],
    ['previtem', items[index - 1] ?? beyond('previous')],
    ['nextitem', items[index + 1] ?? beyond('next')],
    [
      'cycle',
      new Callable('<bound method LoopContext.cycle>', given => {
        const { positional } = given
        return required(positional[index % Math.max(positional.length, 1)], 'args')
      }),
    ],
    [
      'changed',
      new Callable('<bound method LoopContext.changed>', given => {
        const before = items[index - 1]
        const now = items[index]
        return before === undefined || now === undefined || given.positional.length === 0
          ? true
          : !equals(before, now)
      }),
    ],
  ]
  return new Callable(
    '<LoopContext>',
    given => {
      const nested = required(given.positional[0], 'iterable')
      if (recurse !== undefined) return recurse(nested, depth + 1)
      throw new TemplateFailure(
        "The loop must have the 'recursive' marker to be called recursively.",
      )
    },
    { attributes: new Map(all) },
  )
}
