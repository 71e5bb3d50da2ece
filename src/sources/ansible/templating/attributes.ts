// `object.name` and `object[key]`. Port of jinja 3.1.6 environment.py getattr and getitem, and of
// the messages of ansible-core 2.16 to 2.19 for what is not there.

import {
  type AnsibleVersion,
  Foreign,
  isList,
  isMapping,
  numberOf,
  sameKey,
  Tuple,
  type Value,
} from '../values.ts'
import { TemplateFailure } from './failures.ts'
import { methodOf } from './methods/registry.ts'
import { isUnhashable } from './python/compare.ts'
import { reprOfText } from '../python/repr.ts'
import { repr } from './python/represent.ts'
import { characters, touch, typeName } from './python/types.ts'
import { Callable, Namespace, Undefined, Unknown, View } from './special.ts'

/** A mapping whose Python class is not `dict`. */
export interface Classed {
  readonly pythonClass?: string
}

/** A variable that is not there. */
export function undefinedName(name: string): Undefined {
  return new Undefined(`${reprOfText(name)} is undefined`, name)
}

/** An attribute or item that is not there. */
export function undefinedItem(version: AnsibleVersion, object: Value, key: Value): Undefined {
  const name = typeof key === 'string' ? key : undefined
  const type = className(object)
  if (version === '2.19') {
    const short = type.split('.').at(-1) ?? type
    return new Undefined(`object of type ${reprOfText(short)} has no attribute ${repr(key)}`, name)
  }
  const shown = type === 'NoneType' ? 'None' : `${type} object`
  return name === undefined
    ? new Undefined(`${shown} has no element ${repr(key)}`)
    : new Undefined(`${reprOfText(shown)} has no attribute ${reprOfText(name)}`, name)
}

function className(object: Value): string {
  const own = isMapping(object) ? (object as Classed).pythonClass : undefined
  return own ?? typeName(object)
}

/** `object.name`: an attribute of Python's type before an item. */
export function attribute(version: AnsibleVersion, object: Value, name: string): Value {
  if (object instanceof Foreign) {
    const special = ofForeign(object, name)
    if (special !== undefined) return special
  }
  const method = methodOf(object, name)
  if (method !== undefined) return method
  const found = itemAt(object, name)
  return found === undefined ? undefinedItem(version, object, name) : found
}

/** `object[key]`: an item before an attribute. */
export function item(version: AnsibleVersion, object: Value, key: Value): Value {
  if (object instanceof Undefined) return object
  if (object instanceof Unknown) return partOf(object)
  touch(key)
  const found = itemAt(object, key)
  if (found !== undefined) return found
  const name = characters(key)
  const method = name === undefined ? undefined : methodOf(object, name)
  return method ?? undefinedItem(version, object, name ?? key)
}

function ofForeign(object: Foreign, name: string): Value | undefined {
  if (object instanceof Undefined) return object
  if (object instanceof Unknown) return partOf(object)
  if (object instanceof Callable) return object.options.attributes?.get(name)
  return object instanceof Namespace ? object.attributes.get(name) : undefined
}

function partOf(whole: Unknown): Unknown {
  return new Unknown(whole.reasons, { isDefined: false })
}

function itemAt(object: Value, key: Value): Value | undefined {
  if (isMapping(object)) {
    if (isUnhashable(key)) return undefined
    const same = sameKey(object, characters(key) ?? key)
    return same === undefined ? undefined : object.get(same)
  }
  const index = numberOf(key)
  if (typeof index !== 'number' || !Number.isInteger(index)) return undefined
  if (isList(object)) return at(object, index)
  if (object instanceof Tuple) return at(object.items, index)
  if (object instanceof View) return object.type === 'range' ? at(object.items, index) : undefined
  const text = characters(object)
  return text === undefined ? undefined : at(Array.from(text), index)
}

function at(items: readonly Value[], index: number): Value | undefined {
  return items.at(index)
}

/** `object[start:stop:step]`. */
export function slice(object: Value, bounds: readonly (Value | undefined)[]): Value {
  touch(object)
  const numbers = bounds.map(bound => {
    if (bound === undefined || bound === null) return undefined
    touch(bound)
    const number = numberOf(bound)
    if (typeof number === 'number' && Number.isInteger(number)) return number
    throw new TemplateFailure('slice indices must be integers or None or have an __index__ method')
  })
  const text = characters(object)
  if (text !== undefined) return sliced(Array.from(text), numbers).join('')
  if (isList(object)) return sliced(object, numbers)
  if (object instanceof Tuple) return new Tuple(sliced(object.items, numbers))
  if (object instanceof View && object.type === 'range') {
    return new View('range', sliced(object.items, numbers))
  }
  if (isMapping(object)) throw new TemplateFailure("unhashable type: 'slice'")
  throw new TemplateFailure(`'${typeName(object)}' object is not subscriptable`)
}

/** Python's slice of a list. */
export function sliced<T>(items: readonly T[], bounds: readonly (number | undefined)[]): T[] {
  const [start, stop, step = 1] = bounds
  if (step === 0) throw new TemplateFailure('slice step cannot be zero')
  const { length } = items
  const clamp = (bound: number, low: number, high: number): number =>
    Math.min(Math.max(bound < 0 ? bound + length : bound, low), high)
  const isForward = step > 0
  const [low, high] = isForward ? [0, length] : [-1, length - 1]
  const from = start === undefined ? (isForward ? low : high) : clamp(start, low, high)
  const to = stop === undefined ? (isForward ? high : low) : clamp(stop, low, high)
  const result: T[] = []
  for (let index = from; isForward ? index < to : index > to; index += step) {
    result.push(items[index] as T)
  }
  return result
}
