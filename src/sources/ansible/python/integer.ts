// Python's int() of a text. Upstream: CPython 3.11 Objects/longobject.c PyLong_FromUnicodeObject.

import { reprOfText } from './repr.ts'

/** The integer, or the text of Python's ValueError. */
export function parseInteger(text: string): bigint | { readonly error: string } {
  const digits = text.replace(/^\s+|\s+$/g, '')
  return /^[-+]?[0-9](?:_?[0-9])*$/.test(digits)
    ? BigInt(digits.replaceAll('_', '').replace(/^\+/, ''))
    : { error: `invalid literal for int() with base 10: ${reprOfText(text)}` }
}
