// Types of expressions and their text. Upstream: cel-go v0.26.0 common/types/types.go and
// checker/format.go.

import { CelMap, findKey, isList, isMap, keysOf, typeNameOf, type Value } from './values.ts'

export type TypeKind =
  | 'any'
  | 'bool'
  | 'bytes'
  | 'double'
  | 'duration'
  | 'dyn'
  | 'error'
  | 'int'
  | 'list'
  | 'map'
  | 'null'
  | 'opaque'
  | 'param'
  | 'string'
  | 'struct'
  | 'timestamp'
  | 'type'
  | 'uint'

export interface Type {
  readonly kind: TypeKind
  /** The name at run time: `google.protobuf.Duration`. */
  readonly name: string
  readonly params: readonly Type[]
  /** A wrapper: null is a value of the type. */
  readonly nullable?: boolean
}

const noParams: readonly Type[] = []

function simple(kind: TypeKind, name: string): Type {
  return { kind, name, params: noParams }
}

export const types = {
  any: simple('any', 'google.protobuf.Any'),
  bool: simple('bool', 'bool'),
  bytes: simple('bytes', 'bytes'),
  double: simple('double', 'double'),
  duration: simple('duration', 'google.protobuf.Duration'),
  dyn: simple('dyn', 'dyn'),
  error: simple('error', 'error'),
  int: simple('int', 'int'),
  null: simple('null', 'null_type'),
  string: simple('string', 'string'),
  timestamp: simple('timestamp', 'google.protobuf.Timestamp'),
  type: simple('type', 'type'),
  uint: simple('uint', 'uint'),
} as const

export function listOf(element: Type): Type {
  return { kind: 'list', name: 'list', params: [element] }
}

export function mapOf(key: Type, value: Type): Type {
  return { kind: 'map', name: 'map', params: [key, value] }
}

export function opaque(name: string, ...params: Type[]): Type {
  return { kind: 'opaque', name, params }
}

export function optionalOf(value: Type): Type {
  return opaque('optional_type', value)
}

export function structOf(name: string): Type {
  return wellKnownTypes[name] ?? simple('struct', name)
}

export function paramOf(name: string): Type {
  return simple('param', name)
}

export function typeOf(param: Type): Type {
  return { kind: 'type', name: 'type', params: [param] }
}

export function nullable(type: Type): Type {
  return { ...type, nullable: true }
}

/** Messages of protobuf that stand for types of the language. */
export const wellKnownTypes: Readonly<Record<string, Type>> = {
  'google.protobuf.Any': types.any,
  'google.protobuf.BoolValue': nullable(types.bool),
  'google.protobuf.BytesValue': nullable(types.bytes),
  'google.protobuf.DoubleValue': nullable(types.double),
  'google.protobuf.Duration': types.duration,
  'google.protobuf.FloatValue': nullable(types.double),
  'google.protobuf.Int32Value': nullable(types.int),
  'google.protobuf.Int64Value': nullable(types.int),
  'google.protobuf.ListValue': listOf(types.dyn),
  'google.protobuf.NullValue': types.null,
  'google.protobuf.StringValue': nullable(types.string),
  'google.protobuf.Struct': mapOf(types.string, types.dyn),
  'google.protobuf.Timestamp': types.timestamp,
  'google.protobuf.UInt32Value': nullable(types.uint),
  'google.protobuf.UInt64Value': nullable(types.uint),
  'google.protobuf.Value': types.dyn,
}

/** The same type, names of parameters included. */
export function isExactly(a: Type, b: Type): boolean {
  return isSame(a, b, true)
}

/** The same type, whatever its parameters are called. */
export function isEquivalent(a: Type, b: Type): boolean {
  return isSame(a, b, false)
}

function isSame(a: Type, b: Type, withParamNames: boolean): boolean {
  if (a === b) return true
  if (a.kind !== b.kind || a.params.length !== b.params.length) return false
  if ((withParamNames || a.kind !== 'param') && a.name !== b.name) return false
  return a.params.every((param, index) => isSame(param, b.params[index] as Type, withParamNames))
}

export function isDyn({ kind }: Type): boolean {
  return kind === 'dyn' || kind === 'any'
}

/** Whether a value of type `from` may stand where `to` is declared, parameters aside. */
export function accepts(to: Type, from: Type): boolean {
  if (to.nullable === true) {
    if (from.kind === 'null') return true
    const { nullable: _nullable, ...wrapped } = to
    return accepts(wrapped, from)
  }
  if (to === from || to.kind === 'dyn' || to.kind === 'any' || to.kind === 'param') return true
  if (to.kind !== from.kind || to.name !== from.name) return false
  if (to.params.length !== from.params.length) return false
  return to.params.every((param, index) => accepts(param, from.params[index] as Type))
}

/** Whether a function may be called with this value: of lists and maps the first member counts. */
export function acceptsValue(to: Type, value: Value): boolean {
  if (to.nullable === true && value === null) return true
  if (to.kind === 'dyn' || to.kind === 'any' || to.kind === 'param') return true
  if (to.name !== typeNameOf(value)) return false
  if (to.kind === 'list' && isList(value)) {
    return value.length === 0 || acceptsValue(to.params[0] as Type, value[0] as Value)
  }
  if (to.kind === 'map' && isMap(value)) return acceptsEntries(to, value)
  return true
}

function acceptsEntries(to: Type, map: CelMap | Value): boolean {
  if (!isMap(map)) return false
  const [key] = keysOf(map)
  if (key === undefined) return true
  const value = findKey(map, key) as Value
  return acceptsValue(to.params[0] as Type, key) && acceptsValue(to.params[1] as Type, value)
}

function declaredName(type: Type): string {
  return type.nullable === true ? `wrapper(${type.name})` : type.name
}

/** The text of a type in answers: `google.protobuf.Duration`, `list(int)`. */
export function typeText(type: Type): string {
  if (type.kind === 'param') return `<${type.name}>`
  if (type.params.length === 0) return declaredName(type)
  return `${declaredName(type)}(${type.params.map(typeText).join(', ')})`
}

const shortNames: Partial<Readonly<Record<TypeKind, string>>> = {
  any: 'any',
  duration: 'duration',
  error: '!error!',
  null: 'null',
  timestamp: 'timestamp',
}

/** The text of a type in messages of the checker: `duration`, `null`. */
export function typeLabel(type: Type): string {
  const short = shortNames[type.kind]
  if (short !== undefined) return short
  if (type.kind === 'param') return type.name
  if (type.params.length === 0) return declaredName(type)
  return `${type.name}(${type.params.map(typeLabel).join(', ')})`
}

/** The arguments of a call in messages: `(int, double)`, `string.(int)`. */
export function signatureLabel(args: readonly Type[], isMember: boolean): string {
  const [target, ...rest] = isMember ? args : [undefined, ...args]
  const list = `(${rest.map(each => typeLabel(each as Type)).join(', ')})`
  return target === undefined ? list : `${typeLabel(target)}.${list}`
}
