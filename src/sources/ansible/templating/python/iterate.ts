// Iteration and truth of values, with Python's errors.

import { Foreign, isTruthy, type Value, VaultText } from '../../values.ts'
import { TemplateFailure, UnknownSignal } from '../failures.ts'
import { LenientUndefined, NativeText, Unknown, View } from '../special.ts'
import { characters, itemsOf, touch, typeName } from './types.ts'

/** The items of a value; fails where Python cannot iterate. */
export function iterate(value: Value): readonly Value[] {
  const items = itemsOf(value)
  if (items !== undefined) return items
  throw new TemplateFailure(`'${typeName(value)}' object is not iterable`)
}

/** Python's truth test. */
export function truth(value: Value): boolean {
  if (!(value instanceof Foreign)) return isTruthy(value)
  if (value instanceof LenientUndefined) return false
  if (value instanceof Unknown && value.truth !== undefined) return value.truth
  touch(value)
  if (value instanceof View) return value.items.length > 0
  return value instanceof NativeText ? value.text !== '' : true
}

/** `len()` of a value. */
export function lengthOf(value: Value): number {
  touch(value)
  if (value instanceof VaultText) {
    throw new UnknownSignal(new Unknown(['a value is encrypted with ansible-vault']))
  }
  if (value instanceof Map) return value.size
  const text = characters(value)
  // Python counts code points.
  if (text !== undefined) return isAscii(text) ? text.length : Array.from(text).length
  const items = itemsOf(value)
  if (items === undefined) {
    throw new TemplateFailure(`object of type '${typeName(value)}' has no len()`)
  }
  return items.length
}

function isAscii(text: string): boolean {
  return !/[\ud800-\udbff]/.test(text)
}
