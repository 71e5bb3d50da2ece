// Python's types of values: their names, and the touch that undefined and unknown values refuse.

import {
  Bytes,
  Float,
  Foreign,
  isList,
  isMapping,
  Moment,
  PythonSet,
  Tuple,
  textOf,
  UnsafeText,
  type Value,
  VaultText,
} from '../../values.ts'
import { TemplateFailure, UndefinedFailure, UnknownSignal } from '../failures.ts'
import { Deferred, LenientUndefined, NativeText, Undefined, Unknown, View } from '../special.ts'

/** The name of Python's type. */
export function typeName(value: Value): string {
  if (value === null) return 'NoneType'
  if (typeof value === 'boolean') return 'bool'
  if (typeof value === 'number' || typeof value === 'bigint') return 'int'
  if (value instanceof Float) return 'float'
  if (isText(value)) return 'str'
  if (isMapping(value)) return 'dict'
  if (isList(value)) return 'list'
  if (value instanceof Tuple) return 'tuple'
  if (value instanceof PythonSet) return 'set'
  if (value instanceof Bytes) return 'bytes'
  if (value instanceof Moment) return value.kind
  if (value instanceof LenientUndefined) return 'Undefined'
  return value instanceof Foreign ? value.type : 'object'
}

/** Fails with the message of an undefined value, and stops at an unknown one. */
export function touch(value: Value): void {
  if (value instanceof Foreign) touchForeign(value)
}

function touchForeign(value: Foreign): void {
  if (value instanceof Unknown) throw new UnknownSignal(value)
  if (value instanceof LenientUndefined) return
  if (value instanceof Undefined) throw failureOf(value)
}

/** The error that the use of an undefined value is. */
export function failureOf(value: Undefined): TemplateFailure {
  if (value instanceof Deferred && !value.isUndefined) return new TemplateFailure(value.message)
  return new UndefinedFailure(value.message, value.isNamed)
}

/** Whether the value is a text of any kind. */
export function isText(value: Value): boolean {
  return (
    typeof value === 'string' ||
    value instanceof UnsafeText ||
    value instanceof NativeText ||
    value instanceof VaultText
  )
}

/** The characters of a text, else undefined; an encrypted text is unknown. */
export function characters(value: Value): string | undefined {
  if (typeof value === 'string') return value
  if (value instanceof NativeText) return value.text
  if (value instanceof VaultText) {
    throw new UnknownSignal(new Unknown(['a value is encrypted with ansible-vault']))
  }
  return textOf(value)
}

/** The items of what Python can iterate, else undefined. */
export function itemsOf(value: Value): readonly Value[] | undefined {
  if (isList(value)) return value
  if (value instanceof Tuple || value instanceof PythonSet || value instanceof View) {
    return value.items
  }
  if (isMapping(value)) return [...value.keys()]
  if (value instanceof LenientUndefined) return []
  touch(value)
  const text = characters(value)
  return text === undefined ? undefined : Array.from(text)
}

/** Whether the value is a list, tuple or the like; no text and no mapping. */
export function isSequence(value: Value): boolean {
  return isList(value) || value instanceof Tuple
}
