// The standard functions and operators: what may be called with what, and what it gives.
// Upstream: cel-go v0.26.0 common/stdlib/standard.go; the order of overloads is upstream's.

import {
  add,
  divide,
  isAdder,
  isModder,
  isMultiplier,
  isNegater,
  isSubtractor,
  modulo,
  multiply,
  negate,
  subtract,
} from '../arithmetic.ts'
import { operators } from '../ast.ts'
import { type FunctionDecl, fn, global, member, type Overload } from '../declarations.ts'
import { adapted, compare, equal, isComparable } from '../equality.ts'
import { matches } from '../regex.ts'
import { civilOf, type Civil } from '../time.ts'
import { listOf, mapOf, paramOf, type Type, types, typeOf } from '../types.ts'
import { zoneOffset } from '../zones.ts'
import {
  CelError,
  CelMap,
  Duration,
  isList,
  isMap,
  findKey,
  narrow,
  noSuchOverload,
  sizeOf,
  Timestamp,
  type Value,
} from '../values.ts'
import {
  toBool,
  toBytes,
  toDouble,
  toDuration,
  toInt,
  toText,
  toTimestamp,
  toType,
  toUint,
} from './conversions.ts'

const a = paramOf('A')
const b = paramOf('B')
const listA = listOf(a)
const mapAB = mapOf(a, b)
const { bool, bytes, double, duration, dyn, int, string, timestamp, uint } = types

const orderedPairs: readonly (readonly [string, Type, Type])[] = [
  ['bool', bool, bool],
  ['int64', int, int],
  ['int64_double', int, double],
  ['int64_uint64', int, uint],
  ['uint64', uint, uint],
  ['uint64_double', uint, double],
  ['uint64_int64', uint, int],
  ['double', double, double],
  ['double_int64', double, int],
  ['double_uint64', double, uint],
  ['string', string, string],
  ['bytes', bytes, bytes],
  ['timestamp', timestamp, timestamp],
  ['duration', duration, duration],
]

function order(name: string, prefix: string, holds: (sign: number) => boolean): FunctionDecl {
  return {
    name,
    overloads: orderedPairs.map(([suffix, left, right]) =>
      global(`${prefix}_${suffix}`, [left, right], bool),
    ),
    singleton: {
      arity: 2,
      handles: isComparable,
      call: (left, right) => {
        if (typeof left === 'number' && typeof right === 'number') return holds(left - right)
        const sign = compare(left as Value, right as Value)
        return sign instanceof CelError ? sign : holds(sign)
      },
    },
  }
}

function binary(
  name: string,
  overloads: readonly Overload[],
  singleton: { readonly handles?: (value: Value) => boolean; readonly call: BinaryCall },
): FunctionDecl {
  const { call, ...rest } = singleton
  return {
    name,
    overloads,
    singleton: { arity: 2, ...rest, call: (x, y) => call(x as Value, y as Value) },
  }
}

type BinaryCall = (left: Value, right: Value) => Value

/** Overloads of operators whose operands and result have one type. */
function same(prefix: string, pairs: Readonly<Record<string, Type>>): Overload[] {
  return Object.entries(pairs).map(([suffix, type]) =>
    global(`${prefix}_${suffix}`, [type, type], type),
  )
}

function contains(element: Value, container: Value): Value {
  if (isList(container)) {
    return container.some(each => equal(element, adapted(each)) === true)
  }
  if (container instanceof CelMap) return container.has(element)
  if (isMap(container)) return findKey(container, element) !== undefined
  return container instanceof CelError ? container : noSuchOverload
}

const arithmetic: readonly FunctionDecl[] = [
  binary(
    '_+_',
    [
      ...same('add', { bytes, double }),
      global('add_duration_duration', [duration, duration], duration),
      global('add_duration_timestamp', [duration, timestamp], timestamp),
      global('add_timestamp_duration', [timestamp, duration], timestamp),
      ...same('add', { int64: int, list: listA, string, uint64: uint }),
    ],
    { handles: isAdder, call: add },
  ),
  binary('_/_', same('divide', { double, int64: int, uint64: uint }), {
    handles: isMultiplier,
    call: divide,
  }),
  binary('_%_', same('modulo', { int64: int, uint64: uint }), { handles: isModder, call: modulo }),
  binary('_*_', same('multiply', { double, int64: int, uint64: uint }), {
    handles: isMultiplier,
    call: multiply,
  }),
  {
    name: operators.negate,
    overloads: [global('negate_double', [double], double), global('negate_int64', [int], int)],
    singleton: { arity: 1, handles: isNegater, call: value => negate(value as Value) },
  },
  binary(
    '_-_',
    [
      ...same('subtract', { double }),
      global('subtract_duration_duration', [duration, duration], duration),
      ...same('subtract', { int64: int }),
      global('subtract_timestamp_duration', [timestamp, duration], timestamp),
      global('subtract_timestamp_timestamp', [timestamp, timestamp], duration),
      ...same('subtract', { uint64: uint }),
    ],
    { handles: isSubtractor, call: subtract },
  ),
]

const logic: readonly FunctionDecl[] = [
  fn(operators.conditional, global('conditional', [bool, a, a], a)),
  fn(operators.and, global('logical_and', [bool, bool], bool)),
  fn(operators.or, global('logical_or', [bool, bool], bool)),
  {
    name: operators.not,
    overloads: [global('logical_not', [bool], bool)],
    singleton: {
      arity: 1,
      call: value => (typeof value === 'boolean' ? !value : noSuchOverload),
    },
  },
  fn(operators.notStrictlyFalse, global('not_strictly_false', [bool], bool)),
  fn(operators.equals, global('equals', [a, a], bool)),
  fn(operators.notEquals, global('not_equals', [a, a], bool)),
  order('_<_', 'less', sign => sign < 0),
  order('_<=_', 'less_equals', sign => sign <= 0),
  order('_>_', 'greater', sign => sign > 0),
  order('_>=_', 'greater_equals', sign => sign >= 0),
  fn(operators.index, global('index_list', [listA, int], a), global('index_map', [mapAB, a], b)),
  binary(operators.in, [global('in_list', [a, listA], bool), global('in_map', [a, mapAB], bool)], {
    call: contains,
  }),
]

function sizes(): FunctionDecl {
  const measured: readonly (readonly [string, Type])[] = [
    ['bytes', bytes],
    ['list', listA],
    ['map', mapAB],
    ['string', string],
  ]
  return {
    name: 'size',
    overloads: measured.flatMap(([name, type]) => [
      global(`size_${name}`, [type], int),
      member(`${name}_size`, [type], int),
    ]),
    singleton: {
      arity: 1,
      handles: value => sizeOf(value) !== undefined,
      call: value => sizeOf(value as Value) ?? noSuchOverload,
    },
  }
}

function conversion(
  name: string,
  result: Type,
  { to, from }: { readonly to: (value: Value) => Value; readonly from: Record<string, Type> },
): FunctionDecl {
  return fn(
    name,
    ...Object.entries(from).map(([id, type]) =>
      global(id, [type], result, value => to(value as Value)),
    ),
  )
}

const conversions: readonly FunctionDecl[] = [
  {
    name: 'type',
    overloads: [global('type', [a], typeOf(a))],
    singleton: { arity: 1, call: value => toType(value as Value) },
  },
  conversion('bool', bool, { to: toBool, from: { bool_to_bool: bool, string_to_bool: string } }),
  conversion('bytes', bytes, {
    to: toBytes,
    from: { bytes_to_bytes: bytes, string_to_bytes: string },
  }),
  conversion('double', double, {
    to: toDouble,
    from: {
      double_to_double: double,
      int64_to_double: int,
      string_to_double: string,
      uint64_to_double: uint,
    },
  }),
  conversion('duration', duration, {
    to: toDuration,
    from: { duration_to_duration: duration, int64_to_duration: int, string_to_duration: string },
  }),
  {
    name: 'dyn',
    overloads: [global('to_dyn', [a], dyn)],
    singleton: { arity: 1, call: value => value as Value },
  },
  conversion('int', int, {
    to: toInt,
    from: {
      int64_to_int64: int,
      double_to_int64: double,
      duration_to_int64: duration,
      string_to_int64: string,
      timestamp_to_int64: timestamp,
      uint64_to_int64: uint,
    },
  }),
  conversion('string', string, {
    to: toText,
    from: {
      string_to_string: string,
      bool_to_string: bool,
      bytes_to_string: bytes,
      double_to_string: double,
      duration_to_string: duration,
      int64_to_string: int,
      timestamp_to_string: timestamp,
      uint64_to_string: uint,
    },
  }),
  conversion('timestamp', timestamp, {
    to: toTimestamp,
    from: {
      timestamp_to_timestamp: timestamp,
      int64_to_timestamp: int,
      string_to_timestamp: string,
    },
  }),
  conversion('uint', uint, {
    to: toUint,
    from: {
      uint64_to_uint64: uint,
      double_to_uint64: double,
      int64_to_uint64: int,
      string_to_uint64: string,
    },
  }),
]

function textTest(
  name: string,
  id: string,
  test: (text: string, part: string) => boolean,
): FunctionDecl {
  const call = (text: unknown, part: unknown): Value =>
    typeof text === 'string' && typeof part === 'string' ? test(text, part) : noSuchOverload
  return { ...fn(name, member(id, [string, string], bool, call)), unguarded: true }
}

const texts: readonly FunctionDecl[] = [
  textTest('contains', 'contains_string', (text, part) => text.includes(part)),
  textTest('endsWith', 'ends_with_string', (text, part) => text.endsWith(part)),
  textTest('startsWith', 'starts_with_string', (text, part) => text.startsWith(part)),
  {
    name: 'matches',
    overloads: [
      global('matches', [string, string], bool),
      member('matches_string', [string, string], bool),
    ],
    singleton: {
      arity: 2,
      handles: value => typeof value === 'string',
      call: (text, pattern) =>
        typeof pattern === 'string' ? matches(text as string, pattern) : noSuchOverload,
    },
  },
]

type Part = (time: Civil, nanoseconds: number) => number

function zoned(value: Value, zone: Value, part: Part): Value {
  if (!(value instanceof Timestamp)) return noSuchOverload
  if (typeof zone !== 'string') return zone instanceof CelError ? zone : noSuchOverload
  const offset = zoneOffset(zone, value.seconds)
  if (offset instanceof CelError) return offset
  return part(civilOf(value.seconds + offset), value.nanoseconds)
}

interface Getter {
  readonly id: string
  readonly zonedId?: string
  readonly part: Part
  /** What of a duration the getter gives, in nanoseconds; absent where it has none. */
  readonly unit?: readonly [string, bigint]
}

function getter(name: string, { id, zonedId = `${id}_with_tz`, part, unit }: Getter): FunctionDecl {
  const ofDuration =
    unit === undefined
      ? []
      : [
          member(unit[0], [duration], int, value =>
            value instanceof Duration ? narrow(value.nanoseconds / unit[1]) : noSuchOverload,
          ),
        ]
  return fn(
    name,
    member(id, [timestamp], int, value => zoned(value as Value, 'UTC', part)),
    member(zonedId, [timestamp, string], int, (value, zone) =>
      zoned(value as Value, zone as Value, part),
    ),
    ...ofDuration,
  )
}

const times: readonly FunctionDecl[] = [
  getter('getFullYear', { id: 'timestamp_to_year', part: ({ year }) => year }),
  getter('getMonth', { id: 'timestamp_to_month', part: ({ month }) => month - 1 }),
  getter('getDayOfYear', { id: 'timestamp_to_day_of_year', part: time => time.dayOfYear - 1 }),
  getter('getDayOfMonth', { id: 'timestamp_to_day_of_month', part: ({ day }) => day - 1 }),
  getter('getDate', { id: 'timestamp_to_day_of_month_1_based', part: ({ day }) => day }),
  getter('getDayOfWeek', { id: 'timestamp_to_day_of_week', part: time => time.dayOfWeek }),
  getter('getHours', {
    id: 'timestamp_to_hours',
    part: ({ hour }) => hour,
    unit: ['duration_to_hours', 3_600_000_000_000n],
  }),
  getter('getMinutes', {
    id: 'timestamp_to_minutes',
    part: ({ minute }) => minute,
    unit: ['duration_to_minutes', 60_000_000_000n],
  }),
  getter('getSeconds', {
    id: 'timestamp_to_seconds',
    zonedId: 'timestamp_to_seconds_tz',
    part: ({ second }) => second,
    unit: ['duration_to_seconds', 1_000_000_000n],
  }),
  getter('getMilliseconds', {
    id: 'timestamp_to_milliseconds',
    part: (_time, nanoseconds) => Math.trunc(nanoseconds / 1_000_000),
    unit: ['duration_to_milliseconds', 1_000_000n],
  }),
]

export const standardLibrary: readonly FunctionDecl[] = [
  ...logic,
  ...arithmetic,
  sizes(),
  ...conversions,
  ...texts,
  ...times,
]
