// + - * / % and negation, with overflow as errors. Port of cel-go v0.26.0
// common/types/{overflow,int,uint,double,duration,timestamp,string,bytes,list}.go: results, texts.

import { equal } from './equality.ts'
import { SpecialList } from './special-lists.ts'
import {
  CelError,
  Double,
  Duration,
  GrowingList,
  isInt,
  isList,
  narrow,
  noSuchOverload,
  Timestamp,
  Uint,
  type Value,
} from './values.ts'
import { minUnixSeconds, maxUnixSeconds } from './time.ts'

const intOverflow = new CelError('integer overflow')
const uintOverflow = new CelError('unsigned integer overflow')
export const timestampOverflow = new CelError('timestamp overflow')

const intMin = -(2n ** 63n)
const intMax = 2n ** 63n - 1n
const uintMax = 2n ** 64n - 1n

/** An exact result as int. */
function int(value: bigint): Value {
  return value < intMin || value > intMax ? intOverflow : narrow(value)
}

function uint(value: bigint): Value {
  return value < 0n || value > uintMax ? uintOverflow : new Uint(value)
}

function duration(nanoseconds: bigint): Value {
  return nanoseconds < intMin || nanoseconds > intMax ? intOverflow : new Duration(nanoseconds)
}

/** An error on the right side wins over the complaint about it. */
function refuse(other: Value): CelError {
  return other instanceof CelError ? other : noSuchOverload
}

export function add(a: Value, b: Value): Value {
  if (typeof a === 'number' && typeof b === 'number') {
    const sum = a + b
    return Number.isSafeInteger(sum) ? sum : int(BigInt(a) + BigInt(b))
  }
  if (typeof a === 'string') return typeof b === 'string' ? a + b : refuse(b)
  if (isInt(a)) return isInt(b) ? int(BigInt(a) + BigInt(b)) : refuse(b)
  if (isList(a)) return isList(b) ? concatenated(a, b) : refuse(b)
  if (a instanceof Double) return b instanceof Double ? new Double(a.value + b.value) : refuse(b)
  if (a instanceof Uint) return b instanceof Uint ? uint(a.value + b.value) : refuse(b)
  if (a instanceof Uint8Array) {
    return b instanceof Uint8Array ? Uint8Array.from([...a, ...b]) : refuse(b)
  }
  if (a instanceof Duration) {
    if (b instanceof Timestamp) return later(b, a.nanoseconds)
    return b instanceof Duration ? duration(a.nanoseconds + b.nanoseconds) : refuse(b)
  }
  if (a instanceof Timestamp) return b instanceof Duration ? later(a, b.nanoseconds) : refuse(b)
  return refuse(b)
}

/** A growing list belongs to one comprehension, so it may take the members in. */
function concatenated(a: readonly Value[], b: readonly Value[]): Value {
  if (a instanceof SpecialList) return a.plus(b, equal)
  if (a instanceof GrowingList) {
    for (const each of b) a.push(each)
    return a
  }
  return a.length === 0 ? b : b.length === 0 ? a : [...a, ...b]
}

/** Which values have a +; all others are no receivers of it. */
export function isAdder(value: Value): boolean {
  return (
    isSubtractor(value) || typeof value === 'string' || isList(value) || value instanceof Uint8Array
  )
}

export function isSubtractor(value: Value): boolean {
  return isMultiplier(value) || value instanceof Duration || value instanceof Timestamp
}

export function isMultiplier(value: Value): boolean {
  return isInt(value) || value instanceof Double || value instanceof Uint
}

export function isModder(value: Value): boolean {
  return isInt(value) || value instanceof Uint
}

export function isNegater(value: Value): boolean {
  return (
    isInt(value) ||
    typeof value === 'boolean' ||
    value instanceof Double ||
    value instanceof Duration
  )
}

export function subtract(a: Value, b: Value): Value {
  if (typeof a === 'number' && typeof b === 'number') {
    const difference = a - b
    return Number.isSafeInteger(difference) ? difference : int(BigInt(a) - BigInt(b))
  }
  if (isInt(a)) return isInt(b) ? int(BigInt(a) - BigInt(b)) : refuse(b)
  if (a instanceof Double) return b instanceof Double ? new Double(a.value - b.value) : refuse(b)
  if (a instanceof Uint) return b instanceof Uint ? uint(a.value - b.value) : refuse(b)
  if (a instanceof Duration) {
    return b instanceof Duration ? duration(a.nanoseconds - b.nanoseconds) : refuse(b)
  }
  if (a instanceof Timestamp && b instanceof Duration) {
    return b.nanoseconds === intMin ? intOverflow : later(a, -b.nanoseconds)
  }
  if (a instanceof Timestamp && b instanceof Timestamp) {
    const seconds = BigInt(a.seconds) - BigInt(b.seconds)
    const whole = seconds * 1_000_000_000n
    if (whole < intMin || whole > intMax) return intOverflow
    return duration(whole + BigInt(a.nanoseconds - b.nanoseconds))
  }
  return refuse(b)
}

/** A moment and a duration after it. */
function later(time: Timestamp, nanoseconds: bigint): Value {
  const total = BigInt(time.nanoseconds) + nanoseconds
  const billion = 1_000_000_000n
  const rest = ((total % billion) + billion) % billion
  const seconds = time.seconds + Number((total - rest) / billion)
  if (seconds < minUnixSeconds || seconds > maxUnixSeconds) return timestampOverflow
  return new Timestamp(seconds, Number(rest), time.offset)
}

export function multiply(a: Value, b: Value): Value {
  if (typeof a === 'number' && typeof b === 'number') {
    const product = a * b
    if (Number.isSafeInteger(product)) return product === 0 ? 0 : product
  }
  if (isInt(a)) return isInt(b) ? int(BigInt(a) * BigInt(b)) : refuse(b)
  if (a instanceof Double) return b instanceof Double ? new Double(a.value * b.value) : refuse(b)
  if (a instanceof Uint) return b instanceof Uint ? uint(a.value * b.value) : refuse(b)
  return refuse(b)
}

const divisionByZero = new CelError('division by zero')
const modulusByZero = new CelError('modulus by zero')

export function divide(a: Value, b: Value): Value {
  if (isInt(a)) {
    if (!isInt(b)) return refuse(b)
    return Number(b) === 0 ? divisionByZero : int(BigInt(a) / BigInt(b))
  }
  if (a instanceof Double) return b instanceof Double ? new Double(a.value / b.value) : refuse(b)
  if (a instanceof Uint) {
    if (!(b instanceof Uint)) return refuse(b)
    return b.value === 0n ? divisionByZero : new Uint(a.value / b.value)
  }
  return refuse(b)
}

export function modulo(a: Value, b: Value): Value {
  if (isInt(a)) {
    if (!isInt(b)) return refuse(b)
    if (Number(b) === 0) return modulusByZero
    if (BigInt(a) === intMin && Number(b) === -1) return intOverflow
    return int(BigInt(a) % BigInt(b))
  }
  if (a instanceof Uint) {
    if (!(b instanceof Uint)) return refuse(b)
    return b.value === 0n ? modulusByZero : new Uint(a.value % b.value)
  }
  return refuse(b)
}

export function negate(value: Value): Value {
  if (typeof value === 'number') return value === 0 ? 0 : -value
  if (isInt(value)) return int(-value)
  if (value instanceof Double) return new Double(-value.value)
  if (value instanceof Duration) return duration(-value.nanoseconds)
  return noSuchOverload
}
