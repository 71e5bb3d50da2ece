// Typed values under server-side apply: which fields there are, what differs, what is left.
// Port of sigs.k8s.io/structured-merge-diff v6.3.3 typed/{tofieldset,compare,remove}.go.

import { type JsonObject, isArray, isObject, sameJson } from '../patch/json.ts'
import { type Atom, atomOf, type Described, itemElement } from './atoms.ts'
import { below, type FieldSet, isEmpty, SetBuilder } from './field-set.ts'
import { fieldElement } from './path-element.ts'

type MapAtom = Extract<Atom, { kind: 'map' }>
type ListAtom = Extract<Atom, { kind: 'list' }>
type Path = readonly string[]

export function isNull(value: unknown): value is null | undefined {
  return value === null || value === undefined
}

/** The element of an item; items that cannot be indexed were refused before. */
export function elementOf({ keys = [] }: ListAtom, item: unknown): string {
  const indexed = itemElement(keys, item)
  return indexed.ok ? indexed.element : 'i:0'
}

/** Every field that a value has: leaves, items, and maps that are empty or without named fields. */
export function fieldSetOf(place: Described, value: unknown): FieldSet {
  const set = new SetBuilder()
  addFields(set, [], { place, value })
  return set
}

interface Placed {
  readonly place: Described
  readonly value: unknown
}

function addFields(set: SetBuilder, path: Path, { place, value }: Placed): void {
  const atom = atomOf(place, value)
  if (atom.kind === 'scalar' || atom.atomic) {
    set.insert(path)
    return
  }
  if (atom.kind === 'map' && isObject(value)) addMap(set, path, atom, value)
  if (atom.kind === 'list' && isArray(value)) addList(set, path, atom, value)
}

function addMap(set: SetBuilder, path: Path, atom: MapAtom, value: JsonObject): void {
  for (const key of Object.keys(value)) {
    const here = [...path, fieldElement(key)]
    const { place, named } = atom.field(key)
    const inner = value[key]
    addFields(set, here, { place, value: inner })
    const isBare = isNull(inner) || (isObject(inner) && Object.keys(inner).length === 0)
    if (isBare || !named) set.insert(here)
  }
}

function addList(set: SetBuilder, path: Path, atom: ListAtom, list: readonly unknown[]): void {
  const counts = new Map<string, number>()
  for (const item of list) {
    const element = elementOf(atom, item)
    counts.set(element, (counts.get(element) ?? 0) + 1)
  }
  for (const item of list) {
    const element = elementOf(atom, item)
    const here = [...path, element]
    set.insert(here)
    if (counts.get(element) === 1) addFields(set, here, { place: atom.element, value: item })
  }
}

export interface Comparison {
  readonly added: SetBuilder
  readonly modified: SetBuilder
  readonly removed: SetBuilder
}

/** What became of the fields of `before`. */
export function compareTyped(place: Described, before: unknown, after: unknown): Comparison {
  const comparison = {
    added: new SetBuilder(),
    modified: new SetBuilder(),
    removed: new SetBuilder(),
  }
  compareAt(comparison, [], { place, before, after })
  return comparison
}

interface Pair {
  readonly place: Described
  readonly before: unknown
  readonly after: unknown
}

function compareAt(comparison: Comparison, path: Path, { place, before, after }: Pair): void {
  const atom = atomOf(place, after === undefined ? before : after)
  const leaf = isLeaf(atom, before, after)
  if (before === undefined) comparison.added.insert(path)
  else if (after === undefined) comparison.removed.insert(path)
  else if (leaf && !sameJson(before, after)) comparison.modified.insert(path)
  if (leaf) return
  if (atom.kind === 'map') compareMaps(comparison, path, atom, [before, after])
  else if (atom.kind === 'list') compareLists(comparison, path, atom, [before, after])
}

/** Empty on both sides counts as a leaf: that keeps empty apart from absent. */
export function isLeaf(atom: Atom, before: unknown, after: unknown): boolean {
  if (atom.kind === 'scalar' || atom.atomic) return true
  return isBare(before) && isBare(after)
}

function isBare(value: unknown): boolean {
  if (isNull(value)) return true
  if (isArray(value)) return value.length === 0
  return isObject(value) && Object.keys(value).length === 0
}

type Both = readonly [unknown, unknown]

/** A null is there, but has nothing in it. */
function fieldsOf(value: unknown): JsonObject {
  return isObject(value) ? value : {}
}

function itemsOf(value: unknown): readonly unknown[] {
  return isArray(value) ? value : []
}

function compareMaps(comparison: Comparison, path: Path, atom: MapAtom, [a, b]: Both): void {
  const [before, after] = [fieldsOf(a), fieldsOf(b)]
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const { place } = atom.field(key)
    const pair = { place, before: before[key], after: after[key] }
    if (pair.before === undefined && pair.after === undefined) continue
    compareAt(comparison, [...path, fieldElement(key)], pair)
  }
}

export function grouped(atom: ListAtom, list: readonly unknown[]): Map<string, unknown[]> {
  const groups = new Map<string, unknown[]>()
  for (const item of list) {
    const element = elementOf(atom, item)
    const known = groups.get(element)
    if (known === undefined) groups.set(element, [item])
    else known.push(item)
  }
  return groups
}

function compareLists(comparison: Comparison, path: Path, atom: ListAtom, [a, b]: Both): void {
  const [before, after] = [grouped(atom, itemsOf(a)), grouped(atom, itemsOf(b))]
  for (const element of new Set([...before.keys(), ...after.keys()])) {
    const here = [...path, element]
    const [left, right] = [before.get(element) ?? [], after.get(element) ?? []]
    const place = atom.element
    if (left.length <= 1 && right.length <= 1) {
      compareAt(comparison, here, { place, before: left[0], after: right[0] })
    } else if (left.length >= 2 && right.length >= 2) {
      if (!sameJson(left, right)) comparison.modified.insert(here)
    } else if (left.length >= 2) {
      if (right.length > 0)
        compareAt(comparison, here, { place, before: undefined, after: right[0] })
      comparison.removed.insert(here)
    } else {
      if (left.length > 0) compareAt(comparison, here, { place, before: left[0], after: undefined })
      comparison.added.insert(here)
    }
  }
}

/** The value without the fields of a set; undefined when nothing is left. */
export function withoutFields(place: Described, value: unknown, set: FieldSet): unknown {
  const atom = atomOf(place, value)
  if (atom.kind === 'scalar') return value
  if (atom.atomic) return undefined
  if (atom.kind === 'map' && isObject(value)) {
    const entries = Object.keys(value).flatMap(key => {
      const element = fieldElement(key)
      if (set.members.has(element)) return []
      const inner = below(set, element)
      const { place: field } = atom.field(key)
      const kept = isEmpty(inner) ? value[key] : withoutFields(field, value[key], inner)
      return [[key, kept === undefined ? null : kept] as const]
    })
    return entries.length === 0 ? undefined : Object.fromEntries(entries)
  }
  if (atom.kind === 'list' && isArray(value)) {
    const items = value.flatMap(item => {
      const element = elementOf(atom, item)
      if (set.members.has(element)) return []
      const inner = below(set, element)
      return [isEmpty(inner) ? item : withoutFields(atom.element, item, inner)]
    })
    return items.length === 0 ? undefined : items
  }
  return undefined
}

/** The set with every struct field that has something below it as a member of its own. */
export function withNamedFields(place: Described, set: FieldSet): FieldSet {
  const atom = atomOf(place, {})
  const members = new Set(set.members)
  const children = new Map<string, FieldSet>()
  for (const [element, inner] of set.children) {
    const named = element.startsWith('f:') && atom.kind === 'map'
    const field = named ? atom.field(element.slice(2)) : undefined
    if (field?.named === true) members.add(element)
    const list = atom.kind === 'list' ? atom.element : undefined
    const childPlace = field?.place ?? (element.startsWith('k:') ? list : undefined)
    children.set(element, withNamedFields(childPlace, inner))
  }
  return { members, children }
}
