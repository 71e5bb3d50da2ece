// Conversions between the types of the language: int(x), string(x), type(x) and their kin.
// Port of cel-go v0.26.0 common/types, ConvertToType: results and texts.

import { timestampOverflow } from '../arithmetic.ts'
import { fixedText, shortestText } from '../go-format.ts'
import { parseBool, parseFloat64, parseInt64, parseUint64 } from '../literals.ts'
import {
  durationSeconds,
  maxUnixSeconds,
  minUnixSeconds,
  parseDurationText,
  parseTimestamp,
  timestampText,
} from '../time.ts'
import { utf8Bytes, utf8Text } from '../unescape.ts'
import {
  CelError,
  Double,
  Duration,
  isInt,
  narrow,
  Timestamp,
  TypeValue,
  typeNameOf,
  Uint,
  type Value,
} from '../values.ts'

function refuse(value: Value, wanted: string): CelError {
  return new CelError(`type conversion error from '${typeNameOf(value)}' to '${wanted}'`)
}

function orRefuse(converted: Value | undefined, value: Value, wanted: string): Value {
  return converted === undefined ? refuse(value, wanted) : converted
}

const intOverflow = new CelError('integer overflow')
const uintOverflow = new CelError('unsigned integer overflow')

export function toInt(value: Value): Value {
  if (isInt(value)) return value
  if (value instanceof Double) {
    const { value: double } = value
    const fits = Math.abs(double) < 2 ** 63
    return fits ? narrow(BigInt(Math.trunc(double))) : intOverflow
  }
  if (value instanceof Uint) return value.value < 2n ** 63n ? narrow(value.value) : intOverflow
  if (value instanceof Duration) return narrow(value.nanoseconds)
  if (value instanceof Timestamp) return value.seconds
  if (typeof value === 'string') return orRefuse(parseInt64(value), value, 'int')
  return refuse(value, 'int')
}

export function toUint(value: Value): Value {
  if (value instanceof Uint) return value
  if (isInt(value)) return Number(value) < 0 ? uintOverflow : new Uint(BigInt(value))
  if (value instanceof Double) {
    const { value: double } = value
    const fits = double >= 0 && double < 2 ** 64
    return fits ? new Uint(BigInt(Math.trunc(double))) : uintOverflow
  }
  if (typeof value === 'string') {
    const parsed = parseUint64(value)
    return parsed === undefined ? refuse(value, 'uint') : new Uint(parsed)
  }
  return refuse(value, 'uint')
}

export function toDouble(value: Value): Value {
  if (value instanceof Double) return value
  if (isInt(value)) return new Double(Number(value))
  if (value instanceof Uint) return new Double(Number(value.value))
  if (typeof value === 'string') {
    const parsed = parseFloat64(value)
    return parsed === undefined ? refuse(value, 'double') : new Double(parsed)
  }
  return refuse(value, 'double')
}

export function toBool(value: Value): Value {
  if (typeof value === 'boolean') return value
  if (typeof value === 'string') return orRefuse(parseBool(value), value, 'bool')
  return refuse(value, 'bool')
}

export function toBytes(value: Value): Value {
  if (value instanceof Uint8Array) return value
  return typeof value === 'string' ? Uint8Array.from(utf8Bytes(value)) : refuse(value, 'bytes')
}

export function toText(value: Value): Value {
  if (typeof value === 'string') return value
  if (isInt(value) || typeof value === 'boolean') return String(value)
  if (value === null) return 'null'
  if (value instanceof Double) return shortestText(value.value)
  if (value instanceof Uint) return String(value.value)
  if (value instanceof Duration) return `${fixedText(durationSeconds(value))}s`
  if (value instanceof Timestamp) return timestampText(value)
  if (value instanceof TypeValue) return value.name
  if (value instanceof Uint8Array) {
    const text = utf8Text(value)
    return text ?? new CelError('invalid UTF-8 in bytes, cannot convert to string')
  }
  return refuse(value, 'string')
}

export function toDuration(value: Value): Value {
  if (value instanceof Duration) return value
  const wanted = 'google.protobuf.Duration'
  if (typeof value !== 'string') return refuse(value, wanted)
  const nanoseconds = parseDurationText(value)
  return nanoseconds === undefined ? refuse(value, wanted) : new Duration(nanoseconds)
}

export function toTimestamp(value: Value): Value {
  if (value instanceof Timestamp) return value
  if (isInt(value)) {
    const seconds = Number(value)
    const fits = seconds >= minUnixSeconds && seconds <= maxUnixSeconds
    return fits ? new Timestamp(seconds, 0) : timestampOverflow
  }
  const wanted = 'google.protobuf.Timestamp'
  if (typeof value !== 'string') return refuse(value, wanted)
  const time = parseTimestamp(value)
  if (time === undefined) return refuse(value, wanted)
  const fits = time.seconds >= minUnixSeconds && time.seconds <= maxUnixSeconds
  return fits ? time : timestampOverflow
}

export function toType(value: Value): Value {
  return value instanceof CelError ? value : new TypeValue(typeNameOf(value))
}
