// Values of expressions. A JSON value of an object is itself a value: text, boolean, null, list,
// map; a number is an int when it is whole and a double when it is not.
// Upstream: cel-go v0.26.0 common/types.

/** A double. Whole doubles must not be mistaken for ints, so doubles are never bare numbers. */
export class Double {
  readonly value: number

  constructor(value: number) {
    this.value = value
  }
}

export class Uint {
  readonly value: bigint

  constructor(value: bigint) {
    this.value = value
  }
}

/** A duration in nanoseconds. */
export class Duration {
  readonly nanoseconds: bigint

  constructor(nanoseconds: bigint) {
    this.nanoseconds = nanoseconds
  }
}

/** A moment: seconds since 1970 and nanoseconds in 0..999999999; printed with its offset. */
export class Timestamp {
  readonly seconds: number
  readonly nanoseconds: number
  /** Seconds east of UTC, for text only. */
  readonly offset: number

  constructor(seconds: number, nanoseconds: number, offset = 0) {
    this.seconds = seconds
    this.nanoseconds = nanoseconds
    this.offset = offset
  }
}

/** `value` is undefined in optional.none(). */
export class Optional {
  readonly value: Value | undefined

  constructor(value: Value | undefined) {
    this.value = value
  }
}

/** The value of `int`, `type(x)`. */
export class TypeValue {
  readonly name: string

  constructor(name: string) {
    this.name = name
  }
}

/** A failed evaluation. It is a value, because && and || may absorb it. */
export class CelError {
  readonly message: string

  constructor(message: string) {
    this.message = message
  }
}

/** A value of a library: it names its type and says how it equals, measures and reads fields. */
export interface LibraryValue {
  readonly typeName: string
  equals(other: Value): boolean | CelError
  readonly size?: number
  field?(name: string): Value | undefined
  readonly isZero?: boolean
}

export type JsonMap = { readonly [key: string]: unknown }

export type Value =
  | boolean
  | null
  | string
  | number
  | bigint
  | Double
  | Uint
  | Uint8Array
  | readonly Value[]
  | CelMap
  | JsonMap
  | Duration
  | Timestamp
  | Optional
  | TypeValue
  | CelError
  | Foreign

/** The class of all library values, so that they are told from maps by `instanceof`. */
export abstract class Foreign implements LibraryValue {
  abstract readonly typeName: string
  abstract equals(other: Value): boolean | CelError
}

export const none = new Optional(undefined)

export const noSuchOverload = new CelError('no such overload')

/** A map with keys of any key type; equal numbers of different types are one key. */
export class CelMap {
  private readonly byKey = new Map<unknown, { readonly key: Value; readonly value: Value }>()

  get size(): number {
    return this.byKey.size
  }

  get(key: Value): Value | undefined {
    return this.byKey.get(keyOf(key))?.value
  }

  has(key: Value): boolean {
    return this.byKey.has(keyOf(key))
  }

  set(key: Value, value: Value): void {
    this.byKey.set(keyOf(key), { key, value })
  }

  delete(key: Value): void {
    this.byKey.delete(keyOf(key))
  }

  keys(): Value[] {
    return Array.from(this.byKey.values(), ({ key }) => key)
  }

  entries(): { readonly key: Value; readonly value: Value }[] {
    return [...this.byKey.values()]
  }
}

/** Something that is the same for all keys that find each other; texts stay apart from numbers. */
function keyOf(key: Value): unknown {
  if (typeof key === 'string' || typeof key === 'boolean' || typeof key === 'number') return key
  if (typeof key === 'bigint') return key
  if (key instanceof Uint) return narrow(key.value)
  if (key instanceof Double) return Number.isInteger(key.value) ? narrow(BigInt(key.value)) : key
  return key
}

/** A list that only its comprehension sees, so that it may grow in place. */
export class GrowingList extends Array<Value> {
  static override get [Symbol.species](): ArrayConstructor {
    return Array
  }
}

export function isMap(value: Value): value is CelMap | JsonMap {
  return value instanceof CelMap || isJsonMap(value)
}

export function isJsonMap(value: Value): value is JsonMap {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

export function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value)
}

/** An int is a number where that is safe, else a bigint. */
export function isInt(value: Value): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint'
}

/** A bigint as int. */
export function narrow(value: bigint): number | bigint {
  return value >= -9007199254740991n && value <= 9007199254740991n ? Number(value) : value
}

/** A member of a JSON value as a value: only numbers that are not whole need a form of their own. */
export function adapt(raw: unknown): Value {
  if (typeof raw === 'number' && !Number.isSafeInteger(raw)) return new Double(raw)
  return raw as Value
}

/** The value of a key, or undefined. */
export function findKey(map: CelMap | JsonMap, key: Value): Value | undefined {
  if (map instanceof CelMap) return map.get(key)
  if (typeof key !== 'string' || !Object.hasOwn(map, key)) return undefined
  const raw = map[key]
  return raw === undefined ? undefined : adapt(raw)
}

/** The keys of a map in the order in which they were written. */
export function keysOf(map: CelMap | JsonMap): Value[] {
  if (map instanceof CelMap) return map.keys()
  return Object.keys(map).filter(key => map[key] !== undefined)
}

export function mapSize(map: CelMap | JsonMap): number {
  return map instanceof CelMap ? map.size : keysOf(map).length
}

/** How many characters a text has. */
export function characterCount(text: string): number {
  let count = text.length
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index)
    if (unit >= 0xd800 && unit < 0xdc00 && index + 1 < text.length) {
      const next = text.charCodeAt(index + 1)
      if (next >= 0xdc00 && next < 0xe000) {
        count -= 1
        index += 1
      }
    }
  }
  return count
}

/** The size of a value that has one. */
export function sizeOf(value: Value): number | undefined {
  if (typeof value === 'string') return characterCount(value)
  if (isList(value)) return value.length
  if (value instanceof Uint8Array) return value.length
  if (value instanceof Foreign) return (value as LibraryValue).size
  if (isMap(value)) return mapSize(value)
  return undefined
}

/** The name of the type of a value at run time. */
export function typeNameOf(value: Value): string {
  switch (typeof value) {
    case 'string':
      return 'string'
    case 'number':
    case 'bigint':
      return 'int'
    case 'boolean':
      return 'bool'
    default:
      return objectTypeName(value)
  }
}

function objectTypeName(value: Value): string {
  if (value === null) return 'null_type'
  if (isList(value)) return 'list'
  if (value instanceof Double) return 'double'
  if (value instanceof Uint) return 'uint'
  if (value instanceof Foreign) return value.typeName
  if (value instanceof Uint8Array) return 'bytes'
  if (value instanceof Duration) return 'google.protobuf.Duration'
  if (value instanceof Timestamp) return 'google.protobuf.Timestamp'
  if (value instanceof Optional) return 'optional_type'
  if (value instanceof TypeValue) return 'type'
  if (value instanceof CelError) return 'error'
  return 'map'
}

/** An empty or zero value, which optional.ofNonZeroValue leaves out. */
export function isZeroValue(value: Value): boolean {
  if (value === null || value === false || value === '' || value === 0) return true
  if (isList(value) || value instanceof Uint8Array) return value.length === 0
  if (value instanceof Double) return value.value === 0
  if (value instanceof Uint) return value.value === 0n
  if (value instanceof Duration) return value.nanoseconds === 0n
  if (value instanceof Timestamp) return isZeroTime(value)
  if (value instanceof Foreign) return (value as LibraryValue).isZero === true
  return isMap(value) && mapSize(value) === 0
}

/** The zero time of Go is the first moment of year 1. */
function isZeroTime({ seconds, nanoseconds }: Timestamp): boolean {
  return seconds === -62_135_596_800 && nanoseconds === 0
}
