// What an expression may use: variables, functions with their overloads, message types.
// Upstream: cel-go v0.26.0 common/decls/decls.go and cel/env.go.

import { type Type, types, typeOf, wellKnownTypes } from './types.ts'
import type { CelError, Value } from './values.ts'

/** One signature of a function. In members the first argument is the receiver. */
export interface Overload {
  readonly id: string
  readonly args: readonly Type[]
  readonly result: Type
  readonly isMember: boolean
  /** Absent where the function has one implementation for all overloads. */
  readonly call?: (...args: Value[]) => Value
  /**
   * Upstream binds the overload as a function of many arguments. Such calls stop at the first
   * argument that fails, and then cost nothing.
   */
  readonly stopsAtError?: boolean
}

/** One implementation for all overloads of one or two arguments. */
export interface Singleton {
  readonly arity: 1 | 2
  /** Values of other types are no receivers: `no such overload: size`. */
  readonly handles?: (value: Value) => boolean
  readonly call: (...args: Value[]) => Value
}

export interface FunctionDecl {
  readonly name: string
  readonly overloads: readonly Overload[]
  readonly singleton?: Singleton
  /** The implementation checks its arguments itself. */
  readonly unguarded?: boolean
}

/** A message type: its fields, and how a value of it is made. */
export interface MessageType {
  readonly name: string
  readonly fields: (name: string) => Type | undefined
  readonly create?: (fields: ReadonlyMap<string, Value>) => Value | CelError
}

/** All that a compilation depends on; environments are immutable. */
export interface Environment {
  readonly variables: ReadonlyMap<string, Type>
  readonly functions: ReadonlyMap<string, FunctionDecl>
  readonly messages: (name: string) => MessageType | undefined
  /** Types that can be named: `int`, `optional_type`. */
  readonly typeNames: ReadonlyMap<string, Type>
  /** Whether `cel.bind` is a macro. */
  readonly hasBindings?: boolean
}

export function global(
  id: string,
  args: readonly Type[],
  result: Type,
  call?: Overload['call'],
): Overload {
  return { id, args, result, isMember: false, ...(call !== undefined && { call }) }
}

export function member(
  id: string,
  args: readonly Type[],
  result: Type,
  call?: Overload['call'],
): Overload {
  return { id, args, result, isMember: true, ...(call !== undefined && { call }) }
}

/** An overload that upstream binds as a function of many arguments. */
export function stopping(overload: Overload): Overload {
  return { ...overload, stopsAtError: true }
}

export function fn(name: string, ...overloads: Overload[]): FunctionDecl {
  return { name, overloads }
}

/** Functions by name; a function that two libraries declare has the overloads of both. */
export function mergeFunctions(
  libraries: readonly (readonly FunctionDecl[])[],
): ReadonlyMap<string, FunctionDecl> {
  const merged = new Map<string, FunctionDecl>()
  for (const decl of libraries.flat()) {
    const known = merged.get(decl.name)
    merged.set(decl.name, known === undefined ? decl : merge(known, decl))
  }
  return merged
}

function merge(known: FunctionDecl, decl: FunctionDecl): FunctionDecl {
  const singleton = known.singleton ?? decl.singleton
  return {
    name: known.name,
    overloads: [...known.overloads, ...decl.overloads],
    ...(singleton !== undefined && { singleton }),
    ...(known.unguarded === true && decl.unguarded === true && { unguarded: true }),
  }
}

/** The type of an identifier that is no variable: of types and messages. */
export function typeIdentifier(environment: Environment, name: string): Type | undefined {
  if (environment.messages(name) !== undefined) {
    return typeOf(wellKnownTypes[name] ?? { kind: 'struct', name, params: [] })
  }
  const known = environment.typeNames.get(name)
  return known === undefined ? undefined : typeOf(known)
}

/** Names of the types of the language itself. */
export const standardTypeNames: ReadonlyMap<string, Type> = new Map(
  [
    types.bool,
    types.bytes,
    types.double,
    types.duration,
    types.int,
    types.null,
    types.string,
    types.timestamp,
    types.type,
    types.uint,
    { kind: 'list', name: 'list', params: [types.dyn] } satisfies Type,
    { kind: 'map', name: 'map', params: [types.dyn, types.dyn] } satisfies Type,
  ].map((type): [string, Type] => [type.name, type]),
)
