// Equality, order and membership of values, with Python's errors.

import {
  areEqual,
  Foreign,
  isList,
  isMapping,
  Moment,
  numberOf,
  PythonSet,
  sameKey,
  Tuple,
  type Value,
} from '../../values.ts'
import { TemplateFailure, UnknownSignal } from '../failures.ts'
import { LenientUndefined, Undefined, Unknown, View } from '../special.ts'
import { characters, itemsOf, touch, typeName } from './types.ts'

/** `a == b`; a difference elsewhere decides before an unknown part does. */
export function equals(a: Value, b: Value): boolean {
  touch(a)
  touch(b)
  if (a === b) return true
  const isPlain = !isContainer(a) && !isContainer(b)
  if (isPlain) return equalScalars(a, b)
  const left = orderedItems(a)
  const right = orderedItems(b)
  if (left !== undefined && right !== undefined) {
    return kindOf(a) === kindOf(b) && equalItems(left, right)
  }
  if (isMapping(a) && isMapping(b)) return equalMappings(a, b)
  if (a instanceof PythonSet && b instanceof PythonSet) return areEqual(a, b)
  return false
}

function equalScalars(a: Value, b: Value): boolean {
  const text = characters(a)
  if (text !== undefined) return text === characters(b)
  if (a instanceof LenientUndefined) return b instanceof LenientUndefined
  return areEqual(a, b)
}

function isContainer(value: Value): boolean {
  return typeof value === 'object' && value !== null && orderedItems(value) !== undefined
    ? true
    : isMapping(value) || value instanceof PythonSet
}

function kindOf(value: Value): string {
  if (value instanceof View) return value.type
  return isList(value) ? 'list' : 'tuple'
}

function orderedItems(value: Value): readonly Value[] | undefined {
  if (isList(value)) return value
  return value instanceof Tuple || value instanceof View ? value.items : undefined
}

// False as soon as one pair surely differs; unknown only where nothing decides.
function everyPair(pairs: Iterable<readonly [Value, Value]>): boolean {
  let signal: UnknownSignal | undefined
  for (const [left, right] of pairs) {
    try {
      if (!equals(left, right)) return false
    } catch (error) {
      if (!(error instanceof UnknownSignal)) throw error
      signal = error
    }
  }
  if (signal !== undefined) throw signal
  return true
}

function equalItems(left: readonly Value[], right: readonly Value[]): boolean {
  if (left.length !== right.length) return false
  return everyPair(left.map((item, index) => [item, right[index] as Value] as const))
}

function equalMappings(a: ReadonlyMap<Value, Value>, b: ReadonlyMap<Value, Value>): boolean {
  if (a.size !== b.size) return false
  const pairs: [Value, Value][] = []
  for (const [key, value] of a) {
    const same = sameKey(b, key)
    if (same === undefined) return false
    pairs.push([value, b.get(same) as Value])
  }
  return everyPair(pairs)
}

/** Negative, zero or positive as `a` is before, equal to or after `b`; fails on other types. */
export function order(a: Value, b: Value, operator = '<'): number {
  touch(a)
  touch(b)
  const number = numberOf(a)
  const other = numberOf(b)
  if (number !== undefined && other !== undefined) {
    return number < other ? -1 : number > other ? 1 : number === other ? 0 : Number.NaN
  }
  const text = characters(a)
  const otherText = characters(b)
  if (text !== undefined && otherText !== undefined) return compareCodePoints(text, otherText)
  const left = orderedItems(a)
  const right = orderedItems(b)
  if (left !== undefined && right !== undefined && isList(a) === isList(b)) {
    return orderItems(left, right, operator)
  }
  if (a instanceof Moment && b instanceof Moment && a.kind === b.kind) {
    return compareCodePoints(a.iso, b.iso)
  }
  throw new TemplateFailure(
    `'${operator}' not supported between instances of '${typeName(a)}' and '${typeName(b)}'`,
  )
}

function orderItems(left: readonly Value[], right: readonly Value[], operator: string): number {
  const length = Math.min(left.length, right.length)
  for (let index = 0; index < length; index++) {
    const [a, b] = [left[index] as Value, right[index] as Value]
    if (!equals(a, b)) return order(a, b, operator)
  }
  return left.length - right.length
}

/** Python compares texts by code point, not by UTF-16 unit. */
export function compareCodePoints(a: string, b: string): number {
  if (a === b) return 0
  const length = Math.min(a.length, b.length)
  for (let index = 0; index < length; index++) {
    const left = a.charCodeAt(index)
    const right = b.charCodeAt(index)
    if (left === right) continue
    const isSurrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdfff
    if (isSurrogate(left) !== isSurrogate(right)) return isSurrogate(left) ? 1 : -1
    return left - right
  }
  return a.length - b.length
}

/** `item in container`; an empty container decides whatever the item is. */
export function contains(container: Value, item: Value): boolean {
  touch(container)
  if (isMapping(container)) {
    if (container.size === 0) return false
    touch(item)
    if (isUnhashable(item)) throw unhashable(item)
    return sameKey(container, item) !== undefined
  }
  const text = characters(container)
  if (text !== undefined) {
    if (!(item instanceof Undefined)) touch(item)
    const part = characters(item)
    if (part !== undefined) return text.includes(part)
    throw new TemplateFailure(
      `'in <string>' requires string as left operand, not ${typeName(item)}`,
    )
  }
  const items = itemsOf(container)
  if (items === undefined) {
    throw new TemplateFailure(`argument of type '${typeName(container)}' is not iterable`)
  }
  return someEqual(items, item)
}

/** Whether an item equals one of a list; unknown only where no certain one does. */
export function someEqual(items: readonly Value[], item: Value): boolean {
  let signal: UnknownSignal | undefined
  if (items.length === 0) return false
  if (item instanceof Foreign && item instanceof Unknown) throw new UnknownSignal(item)
  for (const other of items) {
    try {
      if (equals(item, other)) return true
    } catch (error) {
      if (!(error instanceof UnknownSignal)) throw error
      signal = error
    }
  }
  if (signal !== undefined) throw signal
  return false
}

/** Whether Python refuses the value as a key or member of a set. */
export function isUnhashable(value: Value): boolean {
  if (isList(value) || isMapping(value) || value instanceof PythonSet) return true
  return value instanceof Tuple && value.items.some(isUnhashable)
}

/** The error of an unhashable value. */
export function unhashable(value: Value): TemplateFailure {
  const culprit = value instanceof Tuple ? value.items.find(isUnhashable) : value
  return new TemplateFailure(`unhashable type: '${typeName(culprit ?? value)}'`)
}
