// What a write does to the ownership of fields, and what an apply makes of an object.
// Port of sigs.k8s.io/structured-merge-diff v6.3.3 merge/update.go and apimachinery v0.36.3
// pkg/util/managedfields/internal/{managedfieldsupdater,stripmeta,structuredmerge,
// lastappliedmanager}.go.

import type { KubeObject } from '../object.ts'
import { isObject, sameJson } from '../patch/json.ts'
import { schemaOf } from '../schema.ts'
import type { Schema } from '../custom/schema.ts'
import type { Described } from './atoms.ts'
import {
  difference,
  emptySet,
  type FieldSet,
  intersection,
  isEmpty,
  recursiveDifference,
  sameSet,
  SetBuilder,
  union,
} from './field-set.ts'
import {
  capped,
  type Conflict,
  conflictsOf,
  idOf,
  type ManagerName,
  type Owner,
  type Owners,
} from './managers.ts'
import { mergedTyped } from './merge.ts'
import { compareTyped, fieldSetOf, withNamedFields, withoutFields } from './typed.ts'
import { typedProblems } from './validate.ts'
import { zeroOf } from './zero.ts'

/** Fields that nobody owns. */
const unowned: FieldSet = setFrom([
  ['f:apiVersion'],
  ['f:kind'],
  ['f:metadata'],
  ['f:metadata', 'f:name'],
  ['f:metadata', 'f:namespace'],
  ['f:metadata', 'f:creationTimestamp'],
  ['f:metadata', 'f:selfLink'],
  ['f:metadata', 'f:uid'],
  ['f:metadata', 'f:clusterName'],
  ['f:metadata', 'f:generation'],
  ['f:metadata', 'f:managedFields'],
  ['f:metadata', 'f:resourceVersion'],
  // Only a DELETE sets these.
  ['f:metadata', 'f:deletionGracePeriodSeconds'],
  ['f:metadata', 'f:deletionTimestamp'],
])

function setFrom(paths: readonly (readonly string[])[]): FieldSet {
  const set = new SetBuilder()
  for (const path of paths) set.insert(path)
  return set
}

/** Fields that a write through a subresource cannot set. */
export function resetFields(
  subresource: string,
  { hasStatus, isCustom }: { readonly hasStatus: boolean; readonly isCustom: boolean },
): FieldSet {
  if (subresource !== 'status') return hasStatus ? setFrom([['f:status']]) : emptySet
  return setFrom([['f:spec'], isCustom ? ['f:metadata'] : ['f:metadata', 'f:labels']])
}

function placeOf({ apiVersion, kind }: KubeObject, schema: Schema | undefined): Described {
  if (schema !== undefined) return { schema, isOpen: false, isResource: true }
  const type = schemaOf(apiVersion, kind)
  return type === undefined ? undefined : { type }
}

/** Managed fields themselves are no field that anybody manages. */
function bare(object: KubeObject): KubeObject {
  const { managedFields: _fields, ...metadata } = object.metadata
  return { ...object, metadata }
}

export interface WrittenBy {
  readonly name: ManagerName
  /** RFC 3339. */
  readonly time: string
  readonly reset: FieldSet
  /** Of a custom resource. */
  readonly schema?: Schema | undefined
}

interface Changed {
  readonly owners: Map<string, Owner>
  readonly conflicts: readonly Conflict[]
  readonly added: FieldSet
  readonly modified: FieldSet
}

/** Other owners lose what was changed or removed; what they would lose to a change conflicts. */
function withoutChanges(
  owners: Owners,
  writer: string | undefined,
  { before, after, by }: { before: unknown; after: KubeObject; by: WrittenBy },
): Changed {
  const { reset } = by
  const comparison = compareTyped(placeOf(after, by.schema), before, after)
  const [added, modified, removed] = [
    recursiveDifference(comparison.added, reset),
    recursiveDifference(comparison.modified, reset),
    recursiveDifference(comparison.removed, reset),
  ]
  const changed = union(modified, added)
  const left = new Map<string, Owner>()
  const found: { owner: Owner; set: FieldSet }[] = []
  for (const [id, owner] of owners) {
    if (id === writer) {
      left.set(id, owner)
      continue
    }
    const conflict = intersection(owner.set, changed)
    if (!isEmpty(conflict)) found.push({ owner, set: conflict })
    const set = difference(difference(owner.set, conflict), removed)
    if (!isEmpty(set)) left.set(id, { ...owner, set })
  }
  return { owners: left, conflicts: conflictsOf(found), added, modified }
}

/** Who owns what after a write that is no apply. `before` is undefined for a new object. */
export function ownersAfterUpdate(
  owners: Owners,
  { before, after }: { readonly before: KubeObject | undefined; readonly after: KubeObject },
  by: WrittenBy,
): Owners {
  const { name, time } = by
  const type = schemaOf(after.apiVersion, after.kind)
  const empty = type === undefined ? {} : zeroOf(type)
  const [old, next] = [before === undefined ? empty : bare(before), bare(after)]
  const changed = withoutChanges(owners, undefined, { before: old, after: next, by })
  const taken = difference(union(changed.modified, changed.added), unowned)
  if (isEmpty(taken)) return changed.owners
  const id = idOf(name)
  const known = changed.owners.get(id)
  const set = known === undefined ? taken : union(known.set, taken)
  changed.owners.set(id, { name, set, apiVersion: name.apiVersion, time })
  return capped(changed.owners)
}

export type Applied =
  | {
      readonly ok: true
      /** The live object itself when nothing changes. */
      readonly object: KubeObject
      readonly owners: Owners
    }
  | { readonly ok: false; readonly problem: string }
  | { readonly ok: false; readonly conflicts: readonly Conflict[] }

export interface Applying extends WrittenBy {
  readonly force: boolean
}

/** Merges an applied object into the live one; `live` is undefined when it is to be created. */
export function applyObject(
  live: KubeObject | undefined,
  given: KubeObject,
  { owners, by }: { readonly owners: Owners; readonly by: Applying },
): Applied {
  const place = placeOf(given, by.schema)
  const problem = typedProblems(place, given)
  if (problem.length > 0) return { ok: false, problem: problemText(given, problem) }
  const once = applyOnce(live, given, { owners, by })
  if (once.ok || !('conflicts' in once) || by.name.manager !== 'kubectl' || live === undefined) {
    return once
  }
  // What kubectl itself had set before it applied on the server is no conflict.
  const allowed = lastAppliedFields(live, by.schema)
  const all = new SetBuilder()
  for (const { path } of once.conflicts) all.insert(path)
  if (!isEmpty(difference(all, allowed))) return once
  return applyOnce(live, given, { owners, by: { ...by, force: true } })
}

function problemText(given: KubeObject, problems: readonly string[]): string {
  const [name, namespace] = [textAt(given.metadata, 'name'), textAt(given.metadata, 'namespace')]
  const [group = '', version] = given.apiVersion.includes('/')
    ? given.apiVersion.split('/')
    : ['', given.apiVersion]
  const gvk = `${group}/${version ?? ''}, Kind=${given.kind}`
  const shown = problems.length === 1 ? (problems[0] as string) : several(problems)
  return `failed to create typed patch object (${namespace}/${name}; ${gvk}): ${shown}`
}

/** A field of metadata that may be anything. */
function textAt(metadata: unknown, field: 'name' | 'namespace'): string {
  const value = isObject(metadata) ? metadata[field] : undefined
  return typeof value === 'string' ? value : ''
}

function several(problems: readonly string[]): string {
  return ['errors:', ...problems.map(problem => `  ${problem}`)].join('\n')
}

function applyOnce(
  live: KubeObject | undefined,
  given: KubeObject,
  { owners, by }: { readonly owners: Owners; readonly by: Applying },
): Applied {
  const place = placeOf(given, by.schema)
  const id = idOf(by.name)
  const current = live === undefined ? emptyOf(given) : bare(live)
  const merged = mergedTyped(place, current, given) as KubeObject
  const last = owners.get(id)
  const set = difference(recursiveDifference(fieldSetOf(place, given), by.reset), unowned)
  const withMine = new Map(owners)
  const name = by.name
  withMine.set(id, { name, set, apiVersion: name.apiVersion, time: last?.time ?? '' })
  const pruned = prune(place, merged, { owners: withMine, mine: id, last: last?.set })
  const change = { before: current, after: pruned, by }
  const changed = withoutChanges(withMine, id, change)
  if (changed.conflicts.length > 0 && !by.force) return { ok: false, conflicts: changed.conflicts }
  if (isEmpty(set)) changed.owners.delete(id)
  const same = sameJson(current, pruned)
  const moved = !same || !sameOwners(owners, changed.owners)
  const mine = changed.owners.get(id)
  if (!same && mine !== undefined) changed.owners.set(id, { ...mine, time: by.time })
  return {
    ok: true,
    object: same && live !== undefined ? live : pruned,
    owners: moved ? changed.owners : owners,
  }
}

function sameOwners(a: Owners, b: Owners): boolean {
  if (a.size !== b.size) return false
  return [...a].every(([id, { set }]) => {
    const other = b.get(id)
    return other !== undefined && sameSet(set, other.set)
  })
}

/** What an object is before it is created. */
function emptyOf({ apiVersion, kind }: KubeObject): KubeObject {
  return { apiVersion, kind, metadata: {} }
}

interface Pruning {
  readonly owners: Owners
  readonly mine: string
  readonly last: FieldSet | undefined
}

/** Takes out what this manager applied the last time, not now, and nobody else owns. */
function prune(place: Described, merged: KubeObject, pruning: Pruning): KubeObject {
  const { owners, mine, last } = pruning
  if (last === undefined || isEmpty(last)) return merged
  const named = (set: FieldSet): FieldSet => withNamedFields(place, set)
  const remove = (set: FieldSet): KubeObject =>
    (withoutFields(place, merged, set) ?? emptyOf(merged)) as KubeObject
  const lastNamed = named(last)
  const pruned = remove(lastNamed)
  const mergedSet = named(fieldSetOf(place, merged))
  let managed: FieldSet = emptySet
  for (const [id, { set }] of owners) {
    if (id !== mine || set !== last) managed = union(managed, set)
  }
  const prunedSet = named(fieldSetOf(place, pruned))
  const backed = remove(difference(mergedSet, union(prunedSet, named(managed))))
  const backedSet = named(fieldSetOf(place, backed))
  return remove(intersection(difference(mergedSet, backedSet), lastNamed))
}

const lastAppliedKey = 'kubectl.kubernetes.io/last-applied-configuration'

/** Fields that kubectl's annotation says it set, as far as they are still so. */
function lastAppliedFields(live: KubeObject, schema: Schema | undefined): FieldSet {
  const text = live.metadata.annotations?.[lastAppliedKey]
  if (text === undefined) return emptySet
  let last: unknown
  try {
    last = JSON.parse(text)
  } catch {
    return emptySet
  }
  const place = placeOf(live, schema)
  if (typedProblems(place, last).length > 0) return emptySet
  return difference(fieldSetOf(place, last), compareTyped(place, last, bare(live)).modified)
}
