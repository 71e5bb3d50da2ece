// `str()` and `repr()` of values.

import { reprOf, reprOfText } from '../../python/repr.ts'
import { Foreign, Moment, UnsafeText, type Value } from '../../values.ts'
import { LenientUndefined, NativeText, View } from '../special.ts'
import { characters, touch } from './types.ts'

/** `str()` of a value. */
export function str(value: Value): string {
  if (typeof value === 'string') return value
  if (value instanceof LenientUndefined) return ''
  touch(value)
  if (value instanceof UnsafeText || value instanceof NativeText) return value.text
  if (value instanceof Moment) return value.text
  return characters(value) ?? repr(value)
}

/** `repr()` of a value. */
export function repr(value: Value): string {
  if (value instanceof LenientUndefined) return 'Undefined'
  if (value instanceof View) return `${value.type}([${value.items.map(repr).join(', ')}])`
  if (value instanceof NativeText) return reprOfText(value.text)
  if (value instanceof Foreign) touch(value)
  const text = value instanceof Foreign ? undefined : characters(value)
  return text === undefined ? reprOf(value, repr) : reprOfText(text)
}
