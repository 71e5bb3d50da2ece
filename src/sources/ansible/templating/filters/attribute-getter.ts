// Attributes named by a text such as `stat.exists` or `results.0`. Port of jinja 3.1.6
// make_attrgetter.

import { integer, type Value } from '../../values.ts'
import type { Context } from '../context.ts'
import { characters } from '../python/types.ts'
import { Undefined } from '../special.ts'

/** A function that reads the attribute; `fallback` takes the place of one that is not there. */
export function attributeGetter(
  context: Context,
  attribute: Value,
  fallback?: Value,
): (item: Value) => Value {
  const text = characters(attribute)
  const parts = text === undefined ? [attribute] : text.split('.').map(partOf)
  return item => {
    let value = item
    for (const part of parts) {
      value = context.item(value, part)
      if (value instanceof Undefined && fallback !== undefined) return fallback
    }
    return value
  }
}

function partOf(part: string): Value {
  return /^\d+$/.test(part) ? integer(BigInt(part)) : part
}

/** A function that reads several attributes, separated by commas, for sorting. */
export function attributesGetter(
  context: Context,
  attribute: Value,
): (item: Value) => readonly Value[] {
  const text = characters(attribute)
  const getters = (text === undefined ? [attribute] : text.split(',')).map(each =>
    attributeGetter(context, each),
  )
  return item => getters.map(get => get(item))
}
