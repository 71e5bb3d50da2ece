// From what a template prints to its value, before 2.19 (texts that look like literals are read
// as such) and since (values keep their types). Upstream: ansible-core 2.18
// template/native_helpers.py, 2.19 _internal/_templating/_jinja_bits.py.

import {
  Bytes,
  Float,
  Foreign,
  isList,
  isMapping,
  Moment,
  PythonSet,
  Tuple,
  type Value,
} from '../values.ts'
import { TemplateFailure, UndefinedFailure, UnknownSignal } from './failures.ts'
import { literalOf } from '../python/literal.ts'
import { str } from './python/represent.ts'
import { failureOf } from './python/types.ts'
import {
  Callable,
  LenientUndefined,
  mergeUnknown,
  NativeText,
  omit,
  Undefined,
  Unknown,
  View,
} from './special.ts'

/** The value of a template before 2.19, from its parts. */
export function concatClassic(parts: readonly Value[]): Value {
  const shown = parts.map(finalizeClassic)
  const [only] = shown
  if (only === undefined) return ''
  if (shown.length > 1) return joined(shown, text => literal(text))
  if (only instanceof NativeText || only === omit || only instanceof Unknown) return only
  if (typeof only === 'boolean') return only
  if (isContainer(only)) return isReadable(only) ? only : literal(str(only))
  return literal(str(only))
}

function isContainer(value: Value): boolean {
  return isList(value) || isMapping(value) || value instanceof PythonSet
}

function joined(parts: readonly Value[], then: (text: string) => Value): Value {
  const unknown = parts.filter(part => part instanceof Unknown)
  if (unknown.length > 0) return mergeUnknown(unknown as Unknown[])
  try {
    return then(parts.map(str).join(''))
  } catch (error) {
    if (error instanceof UnknownSignal) return mergeUnknown([error.unknown])
    throw error
  }
}

// Nothing is printed for none, and what can be iterated becomes a list.
function finalizeClassic(value: Value): Value {
  if (value === null) return ''
  failOnUndefined(value)
  return value instanceof View ? value.items : value
}

function failOnUndefined(value: Value): void {
  if (value instanceof Undefined) {
    if (!(value instanceof LenientUndefined)) throw failureOf(value)
  } else if (isMapping(value)) for (const item of value.values()) failOnUndefined(item)
  else if (isList(value)) for (const item of value) failOnUndefined(item)
  else if (value instanceof Tuple) for (const item of value.items) failOnUndefined(item)
}

function literal(text: string): Value {
  const first = text[0]
  if (first !== '{' && first !== '[' && text !== 'True' && text !== 'False') return text
  const literal = literalOf(text, jsonNames)
  return literal !== undefined && 'value' in literal ? literal.value : text
}

/** Names of JSON, which the engine takes for Python's. Upstream: native_helpers.py. */
const jsonNames: ReadonlyMap<string, Value> = new Map<string, Value>([
  ['false', false],
  ['null', null],
  ['true', true],
])

// Whether Python's text of the value reads back as the same value.
function isReadable(value: Value): boolean {
  if (isList(value)) return value.every(isReadable)
  if (value instanceof Tuple) return value.items.every(isReadable)
  if (isMapping(value)) {
    for (const [key, item] of value) if (!isReadable(key) || !isReadable(item)) return false
    return true
  }
  if (value instanceof PythonSet) return value.items.length > 0 && value.items.every(isReadable)
  if (value instanceof Float) return Number.isFinite(value.value)
  if (value instanceof Unknown) return true
  return !(value instanceof Foreign) && !(value instanceof Moment) && !(value instanceof Bytes)
}

/** The value of a template since 2.19, from its parts; undefined parts stay so. */
export function concatNative(parts: readonly Value[]): Value {
  const shown = parts.filter(part => part !== null)
  const [only] = shown
  if (only === undefined) return null
  if (shown.length === 1) return only
  for (const part of shown) {
    const undefinedPart = firstUndefined(part)
    if (undefinedPart !== undefined) return undefinedPart
  }
  return joined(shown, text => text)
}

function firstUndefined(value: Value): Undefined | undefined {
  if (value instanceof Undefined) return value
  const items = isMapping(value) ? [...value.values()] : isList(value) ? value : []
  for (const item of items) {
    const found = firstUndefined(item)
    if (found !== undefined) return found
  }
  return undefined
}

/** The value that an option of a task or a variable gets since 2.19; fails on what it cannot hold. */
export function finalizeNative(value: Value): Value {
  if (isList(value)) return value.filter(item => item !== omit).map(finalizeNative)
  if (isMapping(value)) {
    const result = new Map<Value, Value>()
    for (const [key, item] of value) if (item !== omit) result.set(key, finalizeNative(item))
    return result
  }
  if (value instanceof Tuple || value instanceof PythonSet) return value.items.map(finalizeNative)
  return value instanceof Foreign ? finalizeForeign(value) : value
}

function finalizeForeign(value: Foreign): Value {
  if (value instanceof Unknown || value === omit) return value
  if (value instanceof NativeText) return value.text
  if (value instanceof LenientUndefined) {
    throw new UndefinedFailure("Type 'Undefined' is unsupported for variable storage.")
  }
  if (value instanceof Undefined) throw failureOf(value)
  if (value instanceof View && value.type !== 'range') return value.items.map(finalizeNative)
  const type = value instanceof Callable ? 'function' : value.type
  throw new TemplateFailure(`Type '${type}' is unsupported for variable storage.`)
}
