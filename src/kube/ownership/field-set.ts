// Sets of field paths, as trees: what one manager owns of an object.
// Port of sigs.k8s.io/structured-merge-diff v6.3.3 fieldpath/set.go and serialize.go.

import { compareStrings } from '../../base/compare.ts'
import { compareElements } from './path-element.ts'

/** A set: its own elements, and the sets below elements. Elements are `f:name`, `k:{…}`, `v:…`. */
export interface FieldSet {
  readonly members: ReadonlySet<string>
  readonly children: ReadonlyMap<string, FieldSet>
}

export const emptySet: FieldSet = { members: new Set(), children: new Map() }

export function isEmpty({ members, children }: FieldSet): boolean {
  return members.size === 0 && children.size === 0
}

/** A set that is being built. */
export class SetBuilder implements FieldSet {
  readonly members = new Set<string>()
  readonly children = new Map<string, SetBuilder>()

  insert(path: readonly string[]): void {
    const [element, ...rest] = path
    if (element === undefined) return
    if (rest.length === 0) this.members.add(element)
    else this.child(element).insert(rest)
  }

  /** Adds every path of a set below this one. */
  insertAll(path: readonly string[], { members, children }: FieldSet): void {
    for (const member of members) this.insert([...path, member])
    for (const [element, below] of children) this.insertAll([...path, element], below)
  }

  private child(element: string): SetBuilder {
    const known = this.children.get(element)
    if (known !== undefined) return known
    const made = new SetBuilder()
    this.children.set(element, made)
    return made
  }
}

/** The set below one element. */
export function below({ children }: FieldSet, element: string): FieldSet {
  return children.get(element) ?? emptySet
}

type Combine = (a: FieldSet, b: FieldSet) => FieldSet

function withChildren(
  members: ReadonlySet<string>,
  elements: Iterable<string>,
  child: (element: string) => FieldSet | undefined,
): FieldSet {
  const children = new Map<string, FieldSet>()
  for (const element of elements) {
    const set = child(element)
    if (set !== undefined && !isEmpty(set)) children.set(element, set)
  }
  return { members, children }
}

export const union: Combine = (a, b) =>
  withChildren(
    new Set([...a.members, ...b.members]),
    new Set([...a.children.keys(), ...b.children.keys()]),
    element => union(below(a, element), below(b, element)),
  )

export const intersection: Combine = (a, b) =>
  withChildren(
    new Set([...a.members].filter(member => b.members.has(member))),
    a.children.keys(),
    element => intersection(below(a, element), below(b, element)),
  )

/** Exactly the paths of `b` are taken out; what lies below them stays. */
export const difference: Combine = (a, b) =>
  withChildren(
    new Set([...a.members].filter(member => !b.members.has(member))),
    a.children.keys(),
    element => difference(below(a, element), below(b, element)),
  )

/** The paths of `b` are taken out with all that lies below them. */
export const recursiveDifference: Combine = (a, b) =>
  withChildren(
    new Set([...a.members].filter(member => !b.members.has(member))),
    [...a.children.keys()].filter(element => !b.members.has(element)),
    element => recursiveDifference(below(a, element), below(b, element)),
  )

export function sameSet(a: FieldSet, b: FieldSet): boolean {
  if (a.members.size !== b.members.size || a.children.size !== b.children.size) return false
  for (const member of a.members) if (!b.members.has(member)) return false
  for (const [element, set] of a.children) {
    const other = b.children.get(element)
    if (other === undefined || !sameSet(set, other)) return false
  }
  return true
}

/** Every path, in order. */
export function pathsOf(
  { members, children }: FieldSet,
  prefix: readonly string[] = [],
): readonly (readonly string[])[] {
  const elements = [...new Set([...members, ...children.keys()])].sort(compareElements)
  return elements.flatMap(element => [
    ...(members.has(element) ? [[...prefix, element]] : []),
    ...pathsOf(children.get(element) ?? emptySet, [...prefix, element]),
  ])
}

type Json = { readonly [key: string]: Json }

/** FieldsV1: `{"f:metadata": {"f:labels": {".": {}, "f:app": {}}}}`. */
export function fieldsOf({ members, children }: FieldSet): Json {
  const elements = [...new Set([...members, ...children.keys()])].sort(compareElements)
  return Object.fromEntries(
    elements.map(element => {
      const set = children.get(element)
      if (set === undefined) return [element, {}]
      const own = members.has(element) ? { '.': {} } : {}
      return [element, { ...own, ...fieldsOf(set) }]
    }),
  )
}

/** The set that FieldsV1 writes; what is no mapping counts as empty. */
export function setOf(fields: unknown): FieldSet {
  const builder = new SetBuilder()
  collect(builder, [], fields)
  return builder
}

function collect(builder: SetBuilder, path: readonly string[], fields: unknown): void {
  if (typeof fields !== 'object' || fields === null || Array.isArray(fields)) return
  const entries = Object.entries(fields).sort(([a], [b]) => compareStrings(a, b))
  for (const [element, inner] of entries) {
    if (element === '.') {
      builder.insert(path)
      continue
    }
    const here = [...path, element]
    const isLeaf = typeof inner !== 'object' || inner === null || Object.keys(inner).length === 0
    if (isLeaf) builder.insert(here)
    else collect(builder, here, inner)
  }
}
