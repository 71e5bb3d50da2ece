// Assignability of types with parameters: what a parameter stands for is found on the way.
// Port of cel-go v0.26.0 checker/{types,mapping}.go: answers.

import { accepts, isDyn, isExactly, type Type, types } from './types.ts'

/** What each type parameter stands for so far. */
export type Substitutions = ReadonlyMap<string, Type>

type Draft = Map<string, Type>

/** The substitutions under which `from` may stand where `to` is wanted; undefined if never. */
export function assignable(known: Substitutions, a: Type, b: Type): Substitutions | undefined {
  return assignableLists(known, [a], [b])
}

export function assignableLists(
  known: Substitutions,
  a: readonly Type[],
  b: readonly Type[],
): Substitutions | undefined {
  const draft = new Map(known)
  return unifyLists(draft, a, b) ? draft : undefined
}

function unifyLists(draft: Draft, a: readonly Type[], b: readonly Type[]): boolean {
  if (a.length !== b.length) return false
  return a.every((type, index) => unify(draft, type, b[index] as Type))
}

function unify(draft: Draft, a: Type, b: Type): boolean {
  if (b.kind === 'param') {
    const answer = substitutes(draft, a, b)
    if (answer !== 'open') return answer === 'yes'
  }
  if (a.kind === 'param') return substitutes(draft, b, a) === 'yes'
  if (isDynOrError(a) || isDynOrError(b)) return true
  if (a.kind === 'null') return acceptsNull(b)
  if (b.kind === 'null') return acceptsNull(a)
  switch (a.kind) {
    case 'type':
      return b.kind === 'type'
    case 'opaque':
    case 'list':
    case 'map':
      return a.kind === b.kind && a.name === b.name && unifyLists(draft, a.params, b.params)
    default:
      return accepts(b, a)
  }
}

function isDynOrError(type: Type): boolean {
  return type.kind === 'error' || isDyn(type)
}

function acceptsNull(type: Type): boolean {
  return (
    ['opaque', 'struct', 'any', 'duration', 'timestamp'].includes(type.kind) ||
    accepts(type, types.null)
  )
}

/** Whether `param` may stand for `type`; `open` when nothing is known and it may not. */
function substitutes(draft: Draft, type: Type, param: Type): 'yes' | 'no' | 'open' {
  if (type.kind === param.kind && isExactly(type, param)) return 'yes'
  const known = draft.get(param.name)
  if (known === undefined) {
    if (!isFree(draft, param, type)) return 'open'
    draft.set(param.name, type)
    return 'yes'
  }
  if (type.kind === known.kind && isExactly(type, known)) return 'yes'
  if (!unify(draft, type, known)) return 'no'
  const general = mostGeneral(type, known)
  if (isFree(draft, param, general)) draft.set(param.name, general)
  return 'yes'
}

/** Whether a parameter occurs nowhere within a type. */
function isFree(draft: Draft, param: Type, within: Type): boolean {
  if (isExactly(param, within)) return false
  if (within.kind === 'param') {
    const known = draft.get(within.name)
    return known === undefined || isFree(draft, param, known)
  }
  return within.params.every(each => isFree(draft, param, each))
}

/** The more general of two types that unify. */
export function mostGeneral(a: Type, b: Type): Type {
  return isLessSpecific(a, b) ? a : b
}

function isLessSpecific(a: Type, b: Type): boolean {
  if (isDyn(a) || a.kind === 'param') return true
  if (isDyn(b) || b.kind === 'param' || a.kind !== b.kind) return false
  switch (a.kind) {
    case 'opaque':
      if (a.name !== b.name || a.params.length !== b.params.length) return false
      return a.params.every((each, index) => isLessSpecific(each, b.params[index] as Type))
    case 'list':
    case 'map':
      return a.params.every((each, index) => isLessSpecific(each, b.params[index] as Type))
    case 'type':
      return true
    default:
      return isExactly(a, b)
  }
}

/** The type with all known parameters replaced; with `toDyn` the others become dyn. */
export function substitute(known: Substitutions, type: Type, toDyn: boolean): Type {
  if (type.kind === 'param') {
    const found = known.get(type.name)
    if (found !== undefined) return substitute(known, found, toDyn)
    return toDyn ? types.dyn : type
  }
  if (type.params.length === 0) return type
  return { ...type, params: type.params.map(each => substitute(known, each, toDyn)) }
}

/** The names of the parameters of a signature. */
export function paramNames(all: readonly Type[], into: Set<string> = new Set()): Set<string> {
  for (const type of all) {
    if (type.kind === 'param') into.add(type.name)
    paramNames(type.params, into)
  }
  return into
}
