// Who owns which fields of an object, and the form in which metadata.managedFields tells it.
// Port of apimachinery v0.36.3 pkg/util/managedfields/internal/{managedfields,buildmanagerinfo,
// capmanagers,conflict}.go.

import { compareStrings } from '../../base/compare.ts'
import { goQuote } from '../go-text.ts'
import type { ManagedFieldsEntry } from '../object.ts'
import { type FieldSet, fieldsOf, pathsOf, setOf, union } from './field-set.ts'
import { pathText } from './path-element.ts'

/** A manager: updates of each version and subresource are apart, applies are one. */
export interface ManagerName {
  readonly manager: string
  readonly operation: 'Apply' | 'Update'
  readonly apiVersion: string
  readonly subresource?: string
}

export interface Owner {
  readonly name: ManagerName
  readonly set: FieldSet
  /** Version of the last write that changed the set. */
  readonly apiVersion: string
  /** RFC 3339; empty when it is not known. */
  readonly time: string
}

/** Owners by the identity of their manager. */
export type Owners = ReadonlyMap<string, Owner>

export const noOwners: Owners = new Map()

export function idOf({ manager, operation, apiVersion, subresource = '' }: ManagerName): string {
  return JSON.stringify([manager, operation, operation === 'Apply' ? '' : apiVersion, subresource])
}

/** What metadata.managedFields says. */
export function decodeOwners(entries: readonly ManagedFieldsEntry[]): Owners {
  const owners = new Map<string, Owner>()
  for (const {
    manager = '',
    operation = '',
    apiVersion = '',
    subresource = '',
    ...rest
  } of entries) {
    const name: ManagerName = {
      manager,
      operation: operation === 'Apply' ? 'Apply' : 'Update',
      apiVersion,
      ...(subresource !== '' && { subresource }),
    }
    owners.set(idOf(name), { name, set: setOf(rest.fieldsV1), apiVersion, time: rest.time ?? '' })
  }
  return owners
}

/** Applies first, then by time, manager, version and subresource. */
function compareOwners(a: Owner, b: Owner): number {
  return (
    compareStrings(a.name.operation, b.name.operation) ||
    compareStrings(a.time, b.time) ||
    compareStrings(a.name.manager, b.name.manager) ||
    compareStrings(a.apiVersion, b.apiVersion) ||
    compareStrings(a.name.subresource ?? '', b.name.subresource ?? '')
  )
}

/** The entries of metadata.managedFields. */
export function encodeOwners(owners: Owners): readonly ManagedFieldsEntry[] {
  return [...owners.values()].sort(compareOwners).map(({ name, set, apiVersion, time }) => ({
    manager: name.manager,
    operation: name.operation,
    apiVersion,
    ...(time !== '' && { time }),
    fieldsType: 'FieldsV1',
    fieldsV1: fieldsOf(set),
    ...(name.subresource !== undefined && { subresource: name.subresource }),
  }))
}

const updatersMax = 10
const ancient = 'ancient-changes'

/** Only so many managers of updates are kept apart: the oldest become one. */
export function capped(owners: Owners): Owners {
  const updaters = [...owners].filter(([, { name }]) => name.operation === 'Update')
  if (updaters.length <= updatersMax) return owners
  updaters.sort(([, a], [, b]) => compareStrings(a.time, b.time))
  const result = new Map(owners)
  const excess = updaters.filter(([, { name }]) => name.manager !== ancient)
  for (const [id, owner] of excess.slice(0, updaters.length - updatersMax)) {
    const name: ManagerName = {
      manager: ancient,
      operation: 'Update',
      apiVersion: owner.apiVersion,
    }
    const known = result.get(idOf(name))
    const set = known === undefined ? owner.set : union(known.set, owner.set)
    result.delete(id)
    result.set(idOf(name), { ...owner, name, set })
  }
  return result
}

export interface Conflict {
  readonly owner: Owner
  readonly path: readonly string[]
}

/** Conflicts in the order of managers, then of paths. */
export function conflictsOf(found: readonly { owner: Owner; set: FieldSet }[]): Conflict[] {
  return [...found]
    .sort((a, b) => compareStrings(idOf(a.owner.name), idOf(b.owner.name)))
    .flatMap(({ owner, set }) => pathsOf(set).map(path => ({ owner, path })))
}

function managerText({ name }: Owner): string {
  const { manager, operation, apiVersion, subresource } = name
  const own = goQuote(manager)
  const text = subresource === undefined ? own : `${own} with subresource ${goQuote(subresource)}`
  return operation === 'Update' ? `${text} using ${apiVersion}` : text
}

/** The message of a refused apply. */
export function conflictMessage(conflicts: readonly Conflict[]): string {
  const [first] = conflicts
  if (conflicts.length === 1 && first !== undefined) {
    const where = pathText(first.path)
    return `Apply failed with 1 conflict: conflict with ${managerText(first.owner)}: ${where}`
  }
  const lines: string[] = []
  let last: Owner | undefined
  for (const { owner, path } of conflicts) {
    if (owner !== last) lines.push(`conflicts with ${managerText(owner)}:`)
    last = owner
    lines.push(`- ${pathText(path)}`)
  }
  return `Apply failed with ${conflicts.length} conflicts: ${lines.join('\n')}`
}

/** The causes of a refused apply. */
export function conflictCauses(
  conflicts: readonly Conflict[],
): readonly { reason: string; message: string; field: string }[] {
  return conflicts.map(({ owner, path }) => ({
    reason: 'FieldManagerConflict',
    message: `conflict with ${managerText(owner)}`,
    field: pathText(path),
  }))
}
