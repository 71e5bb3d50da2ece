// Values and types of the specification, written as protobuf's JSON, as those of the engine.

import type { FunctionDecl } from '../../../src/kube/cel/declarations.ts'
import { equal } from '../../../src/kube/cel/equality.ts'
import { parseDurationText, parseTimestamp } from '../../../src/kube/cel/time.ts'
import {
  listOf,
  mapOf,
  nullable,
  opaque,
  paramOf,
  structOf,
  type Type,
  typeOf,
  types,
} from '../../../src/kube/cel/types.ts'
import {
  adapt,
  CelMap,
  Double,
  Duration,
  isList,
  isMap,
  keysOf,
  findKey,
  narrow,
  TypeValue,
  typeNameOf,
  Uint,
  type Value,
} from '../../../src/kube/cel/values.ts'
import type { SpecTest, SpecType, SpecValue } from './cases.ts'

const primitives: Readonly<Record<string, Type>> = {
  BOOL: types.bool,
  BYTES: types.bytes,
  DOUBLE: types.double,
  INT64: types.int,
  STRING: types.string,
  UINT64: types.uint,
}
const wellKnown: Readonly<Record<string, Type>> = {
  ANY: types.any,
  DURATION: types.duration,
  TIMESTAMP: types.timestamp,
}

/** A type of the specification. */
export function typeFrom(type: SpecType): Type {
  const [[kind, given] = ['dyn', {}]] = Object.entries(type)
  const parts = given as Readonly<Record<string, SpecType>>
  switch (kind) {
    case 'primitive':
      return primitives[given as string] as Type
    case 'wellKnown':
      return wellKnown[given as string] as Type
    case 'wrapper':
      return nullable(primitives[given as string] as Type)
    case 'null':
      return types.null
    case 'listType':
      return listOf(typeFrom(parts['elemType'] ?? { dyn: {} }))
    case 'mapType':
      return mapOf(typeFrom(parts['keyType'] ?? {}), typeFrom(parts['valueType'] ?? {}))
    case 'messageType':
      return structOf(given as string)
    case 'typeParam':
      return paramOf(given as string)
    case 'type':
      return typeOf(typeFrom(parts))
    case 'abstractType': {
      const { name, parameterTypes = [] } = given as {
        name: string
        parameterTypes?: readonly SpecType[]
      }
      return opaque(name, ...parameterTypes.map(typeFrom))
    }
    default:
      return types.dyn
  }
}

/** The functions that a test declares, without a body. */
export function functionsOf({ typeEnv = [] }: SpecTest): readonly FunctionDecl[] {
  return typeEnv.flatMap(({ name, function: declared }) =>
    declared === undefined
      ? []
      : [
          {
            name,
            overloads: declared.overloads.map(each => ({
              id: each.overloadId,
              args: (each.params ?? []).map(typeFrom),
              result: typeFrom(each.resultType),
              isMember: each.isInstanceFunction === true,
            })),
          },
        ],
  )
}

function bytesFrom(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, 'base64'))
}

function doubleFrom(value: unknown): Double {
  if (value === '-Infinity') return new Double(-Infinity)
  return new Double(Number(value))
}

/** A value of the specification; undefined for messages that only protobuf knows. */
export function valueFrom(value: SpecValue): Value | undefined {
  const [[kind, given] = ['nullValue', null]] = Object.entries(value)
  const parts = given as Readonly<Record<string, unknown>>
  switch (kind) {
    case 'nullValue':
      return null
    case 'boolValue':
    case 'stringValue':
      return given as Value
    case 'int64Value':
      return narrow(BigInt(given as string))
    case 'uint64Value':
      return new Uint(BigInt(given as string))
    case 'doubleValue':
      return doubleFrom(given)
    case 'bytesValue':
      return bytesFrom(given as string)
    case 'typeValue':
      return new TypeValue(given as string)
    case 'listValue':
      return all((parts['values'] ?? []) as readonly SpecValue[])
    case 'mapValue':
      return mapFrom((parts['entries'] ?? []) as readonly { key: SpecValue; value: SpecValue }[])
    case 'objectValue':
      return messageFrom(parts)
    default:
      return undefined
  }
}

function all(values: readonly SpecValue[]): Value | undefined {
  const members = values.map(valueFrom)
  return members.includes(undefined) ? undefined : (members as Value[])
}

function mapFrom(entries: readonly { key: SpecValue; value: SpecValue }[]): Value | undefined {
  const map = new CelMap()
  for (const { key, value } of entries) {
    const [left, right] = [valueFrom(key), valueFrom(value)]
    if (left === undefined || right === undefined) return undefined
    map.set(left, right)
  }
  return map
}

const wrapperValue: Readonly<Record<string, (value: unknown) => Value | undefined>> = {
  BoolValue: value => value as boolean,
  BytesValue: value => bytesFrom(value as string),
  DoubleValue: doubleFrom,
  FloatValue: doubleFrom,
  Int32Value: value => Number(value),
  Int64Value: value => narrow(BigInt(value as string)),
  StringValue: value => value as string,
  UInt32Value: value => new Uint(BigInt(value as number)),
  UInt64Value: value => new Uint(BigInt(value as string)),
  Duration: value => {
    const nanoseconds = parseDurationText(value as string)
    return nanoseconds === undefined ? undefined : new Duration(nanoseconds)
  },
  Timestamp: value => parseTimestamp(value as string),
  Value: jsonValue,
  Struct: jsonValue,
  ListValue: jsonValue,
}

/** Numbers of protobuf's JSON values are doubles, whole or not. */
function jsonValue(value: unknown): Value {
  if (typeof value === 'number') return new Double(value)
  if (Array.isArray(value)) return value.map(jsonValue)
  if (typeof value !== 'object' || value === null) return value as Value
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, jsonValue(each)]))
}

function messageFrom(message: Readonly<Record<string, unknown>>): Value | undefined {
  const name = String(message['@type'] ?? '').replace(
    /^type\.googleapis\.com\/google\.protobuf\./,
    '',
  )
  return wrapperValue[name]?.(message['value'])
}

/** Whether an answer is the wanted value, of the same type down to the members. */
export function isSame(got: Value, want: Value): boolean {
  const [left, right] = [adapt(got), adapt(want)]
  if (left instanceof Double && right instanceof Double) {
    return Object.is(left.value, right.value) || left.value === right.value
  }
  if (typeNameOf(left) !== typeNameOf(right)) return false
  if (isList(left) && isList(right)) {
    return (
      left.length === right.length && left.every((each, at) => isSame(each, right[at] as Value))
    )
  }
  if (isMap(left) && isMap(right)) {
    const keys = keysOf(right)
    return (
      keysOf(left).length === keys.length &&
      keys.every(key => {
        const found = findKey(left, key)
        return found !== undefined && isSame(found, findKey(right, key) as Value)
      })
    )
  }
  return equal(left, right) === true
}
