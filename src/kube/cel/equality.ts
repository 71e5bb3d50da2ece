// Equality and order of values, across number types too.
// Port of cel-go v0.26.0 common/types/{compare,util,int,uint,double,list,map}.go: results.

import { compareStrings } from '../../base/compare.ts'
import { SpecialList } from './special-lists.ts'
import {
  CelError,
  CelMap,
  Double,
  Duration,
  Foreign,
  findKey,
  isInt,
  isList,
  isMap,
  keysOf,
  mapSize,
  noSuchOverload,
  Optional,
  Timestamp,
  TypeValue,
  Uint,
  type Value,
} from './values.ts'

/** `a == b`; an error where a library type refuses the other side. */
export function equal(a: Value, b: Value): boolean | CelError {
  if (a === b) return !(a instanceof Double && Number.isNaN(a.value))
  if (a === null || b === null) return false
  switch (typeof a) {
    case 'string':
    case 'boolean':
      return false
    case 'number':
    case 'bigint':
      return isNumber(b) && compareNumeric(a, b) === 0
    default:
      return equalObjects(a, b)
  }
}

function equalObjects(a: Value, b: Value): boolean | CelError {
  if (a instanceof SpecialList) return isList(b) && a.sameAs(b, equal)
  if (isList(a)) return isList(b) && equalLists(a, b)
  if (a instanceof Foreign) return a.equals(b)
  if (a instanceof Double || a instanceof Uint) return isNumber(b) && compareNumeric(a, b) === 0
  if (a instanceof Duration) return b instanceof Duration && a.nanoseconds === b.nanoseconds
  if (a instanceof Timestamp) return b instanceof Timestamp && compareTimes(a, b) === 0
  if (a instanceof Uint8Array) return b instanceof Uint8Array && compareBytes(a, b) === 0
  if (a instanceof TypeValue) return b instanceof TypeValue && a.name === b.name
  if (a instanceof Optional) return b instanceof Optional && equalOptionals(a, b)
  if (a instanceof CelError) return a
  return isMap(a) && isMap(b) && equalMaps(a, b)
}

function equalOptionals(a: Optional, b: Optional): boolean | CelError {
  if (a.value === undefined || b.value === undefined) return a.value === b.value
  return equal(a.value, b.value)
}

/** An error of a member does not make lists unequal. */
function equalLists(a: readonly Value[], b: readonly Value[]): boolean {
  if (a.length !== b.length) return false
  return a.every((each, index) => equal(adapted(each), adapted(b[index] as Value)) !== false)
}

function equalMaps(a: CelMap | Value, b: CelMap | Value): boolean {
  if (!isMap(a) || !isMap(b) || mapSize(a) !== mapSize(b)) return false
  return keysOf(a).every(key => {
    const [left, right] = [findKey(a, key), findKey(b, key)]
    return left !== undefined && right !== undefined && equal(left, right) !== false
  })
}

/** As values.ts adapts members: lists hold raw JSON numbers too. */
export function adapted(value: Value): Value {
  return typeof value === 'number' && !Number.isSafeInteger(value) ? new Double(value) : value
}

function isNumber(value: Value): value is number | bigint | Double | Uint {
  return isInt(value) || value instanceof Double || value instanceof Uint
}

/** -1, 0 or 1; undefined where one is NaN. */
function compareNumeric(
  a: number | bigint | Double | Uint,
  b: number | bigint | Double | Uint,
): number | undefined {
  const [left, right] = [plain(a), plain(b)]
  if (a instanceof Double || b instanceof Double) {
    // Ints take part as doubles: only what no int64 or uint64 can hold is told apart before.
    const [x, y] = [Number(left), Number(right)]
    if (Number.isNaN(x) || Number.isNaN(y)) return undefined
    return x < y ? -1 : x > y ? 1 : 0
  }
  return left < right ? -1 : left > right ? 1 : 0
}

function plain(value: number | bigint | Double | Uint): number | bigint {
  return value instanceof Double || value instanceof Uint ? value.value : value
}

export function compareTimes(a: Timestamp, b: Timestamp): number {
  return Math.sign(a.seconds - b.seconds) || Math.sign(a.nanoseconds - b.nanoseconds)
}

/** Order of UTF-8 bytes, which is the order of code points. */
export function compareTexts(a: string, b: string): number {
  if (isPlain(a) && isPlain(b)) return compareStrings(a, b)
  const [left, right] = [Array.from(a), Array.from(b)]
  const length = Math.min(left.length, right.length)
  for (let index = 0; index < length; index += 1) {
    const x = (left[index] as string).codePointAt(0) ?? 0
    const y = (right[index] as string).codePointAt(0) ?? 0
    if (x !== y) return x < y ? -1 : 1
  }
  return Math.sign(left.length - right.length)
}

/** Without surrogates code units and code points have the same order. */
function isPlain(text: string): boolean {
  return !/[\ud800-\udfff]/.test(text)
}

export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length)
  for (let index = 0; index < length; index += 1) {
    const [x, y] = [a[index] as number, b[index] as number]
    if (x !== y) return x < y ? -1 : 1
  }
  return Math.sign(a.length - b.length)
}

const notOrdered = new CelError('NaN values cannot be ordered')

/** Whether values of this type can be compared at all. */
export function isComparable(value: Value): boolean {
  return (
    typeof value !== 'object' ||
    isNumber(value) ||
    value instanceof Duration ||
    value instanceof Timestamp ||
    value instanceof Uint8Array
  )
}

/** -1, 0 or 1, or the reason why there is no order. `a` is comparable. */
export function compare(a: Value, b: Value): number | CelError {
  if (b instanceof CelError) return b
  if (isNumber(a)) {
    if (a instanceof Double && Number.isNaN(a.value)) return notOrdered
    return isNumber(b) ? (compareNumeric(a, b) ?? notOrdered) : noSuchOverload
  }
  if (typeof a === 'string') return typeof b === 'string' ? compareTexts(a, b) : noSuchOverload
  if (typeof a === 'boolean') {
    return typeof b === 'boolean' ? Number(a) - Number(b) : noSuchOverload
  }
  return compareObjects(a, b)
}

function compareObjects(a: Value, b: Value): number | CelError {
  if (a instanceof Duration && b instanceof Duration) {
    return a.nanoseconds < b.nanoseconds ? -1 : a.nanoseconds > b.nanoseconds ? 1 : 0
  }
  if (a instanceof Timestamp && b instanceof Timestamp) return compareTimes(a, b)
  if (a instanceof Uint8Array && b instanceof Uint8Array) return compareBytes(a, b)
  return noSuchOverload
}
