// What the four kinds of mutators have in common, and how their fields are read: the objects come
// from users and may hold anything anywhere.

import { sameGoValue } from './go-value.ts'
import type { Path } from './location.ts'
import type { PathTests } from './path-tests.ts'
import type { ApplyTo } from './apply-to.ts'
import type { KubeObject } from '../../kube/object.ts'
import { isArray, isObject, type JsonObject } from '../../kube/patch/json.ts'
import type { Match } from './match.ts'

export const mutatorGroup = 'mutations.gatekeeper.sh'

/** The object being mutated and its state so far. */
export type Target = JsonObject

/** What a mutator does at the end of its path. */
export interface Setter {
  /** The object with the field set; the very same when it has that value already. */
  readonly set: (parent: JsonObject, key: string, target: Target) => JsonObject
  /** The element for a keyed list; absent when the mutator cannot set one. */
  readonly element?: (target: Target) => JsonObject
}

/** `Object` and `List` are steps of paths; the others are what a path may end in. */
export type NodeType = 'Object' | 'List' | 'Unknown' | 'Set' | 'String'

/** What its path says about the schema of the objects a mutator applies to. */
export interface ImpliedSchema {
  readonly terminal: NodeType
  readonly mustTerminate: boolean
}

export interface Mutator {
  /** `Assign.mutations.gatekeeper.sh /name`, as messages name it. */
  readonly id: string
  readonly kind: string
  readonly name: string
  /** The kinds and operations it applies to; absent for AssignMetadata, which applies to all. */
  readonly applyTo?: readonly ApplyTo[]
  readonly match: Match
  readonly path: Path
  readonly tests: PathTests
  readonly setter: Setter
  /** What it sets may hold values that JSON does not have. */
  readonly setsGoValues?: boolean
  /** A provider would be asked for the value: nobody knows its answer, so nothing is set. */
  readonly isExternal?: boolean
  readonly schema?: ImpliedSchema
  /** The user's object. */
  readonly source: KubeObject
}

/** One kind of mutator: makes the mutator of an object or throws what is wrong with it. */
export interface MutatorKind {
  readonly kind: string
  readonly doc: string
  readonly build: (object: KubeObject) => Mutator
}

/** The object with the field set; the very same when it has an equal value. */
export function withField(parent: JsonObject, key: string, value: unknown): JsonObject {
  const isSet = Object.hasOwn(parent, key) && sameGoValue(parent[key], value)
  return isSet ? parent : { ...parent, [key]: value }
}

/** The object at a chain of fields; an empty one when there is none. */
export function objectAt(value: unknown, ...fields: readonly string[]): JsonObject {
  let at = value
  for (const field of fields) at = isObject(at) ? at[field] : undefined
  return isObject(at) ? at : {}
}

export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

export function listOf(value: unknown): readonly unknown[] {
  return isArray(value) ? value : []
}

export function textsOf(value: unknown): readonly string[] {
  return listOf(value).filter(item => typeof item === 'string')
}
