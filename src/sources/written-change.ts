// A change that was tried, as its user would write it: edits of their files where it can be written
// there, else a patch to put into an overlay, or the flag that says it.

import { dump } from 'js-yaml'
import { pathParts, setAt, valueAt } from '../kube/field-path.ts'
import type { ObjectRef } from '../kube/object.ts'
import type { PoolSpec } from '../trials/spec.ts'
import { editOf, type FieldValue, type Splice } from './edit.ts'
import { diffOf } from './edit-diff.ts'
import { overlayEditOf } from './edit-overlay.ts'
import { poolEditOf } from './edit-pool.ts'
import type { SourceObject } from './source-object.ts'

export interface Change {
  readonly fields: readonly (FieldValue & { readonly object: ObjectRef })[]
  readonly pools: readonly { readonly pool: string; readonly count: number }[]
}

export interface WrittenChange {
  readonly edits: readonly Splice[]
  readonly diff: string
  /** Whether edits, or a flag, say exactly what was tried. */
  readonly isExact: boolean
}

/** How to write a change into the files that these objects and pools come from. */
export function writtenChange(
  { fields, pools }: Change,
  from: { readonly objects: readonly SourceObject[]; readonly pools: readonly PoolSpec[] },
): WrittenChange {
  const parts = [
    ...byObject(fields).map(each => fieldsWritten(each, from.objects)),
    ...pools.map(each => poolWritten(each, from.pools)),
  ]
  return {
    edits: parts.flatMap(({ edits }) => edits),
    diff: parts.map(({ diff }) => diff).join(''),
    isExact: parts.every(({ isExact }) => isExact),
  }
}

interface ObjectChange {
  readonly object: ObjectRef
  readonly changes: readonly FieldValue[]
}

function byObject(fields: Change['fields']): readonly ObjectChange[] {
  const groups = new Map<string, ObjectChange>()
  for (const { object, ...change } of fields) {
    const key = JSON.stringify(object)
    const known = groups.get(key)?.changes ?? []
    groups.set(key, { object, changes: [...known, change] })
  }
  return [...groups.values()]
}

function fieldsWritten(
  { object, changes }: ObjectChange,
  objects: readonly SourceObject[],
): WrittenChange {
  const item = objects.find(
    ({ object: { kind, metadata } }) =>
      kind === object.kind &&
      metadata.namespace === object.namespace &&
      metadata.name === object.name,
  )
  const { overlay } = item ?? {}
  const edit =
    item === undefined || overlay === undefined
      ? item && editOf(item, changes)
      : overlayEditOf(item, overlay, changes)
  if (edit !== undefined) {
    return { edits: edit.splices, diff: edit.diff, isExact: edit.isWhole }
  }
  const apiVersion = item?.object.apiVersion ?? 'v1'
  return { edits: [], diff: patchText(object, apiVersion, changes), isExact: false }
}

/** A strategic merge patch, as a kustomization takes it. */
function patchText(
  { kind, name }: ObjectRef,
  apiVersion: string,
  changes: readonly FieldValue[],
): string {
  const isPlain = changes.every(({ path }) =>
    pathParts(path).every(part => typeof part === 'string'),
  )
  if (!isPlain) return ''
  const patch = changes.reduce<unknown>(
    (at, { path, value }) => {
      return value === null ? withNull(at, path) : setAt(at, pathParts(path), value)
    },
    { apiVersion, kind, metadata: { name } },
  )
  const lines = dump(patch, { lineWidth: -1, noRefs: true }).trimEnd().split('\n')
  return lines.map(line => `+${line}\n`).join('')
}

/** A patch removes a field by saying null. */
function withNull(at: unknown, path: string): unknown {
  const parts = pathParts(path)
  const [parent, last] = [parts.slice(0, -1), String(parts.at(-1))]
  const fields = valueAt(at, parent)
  return setAt(at, parent, { ...(typeof fields === 'object' ? fields : {}), [last]: null })
}

function poolWritten(
  { pool: name, count }: Change['pools'][number],
  pools: readonly PoolSpec[],
): WrittenChange {
  const pool = pools.find(each => each.name === name)
  const from = pool?.count ?? 0
  const edit = poolEditOf(pool?.location, { from, to: count })
  // No file says how many nodes there are: a flag or nobody does.
  if (edit === undefined) return { edits: [], diff: '', isExact: pool?.location === undefined }
  return { edits: [edit.splice], diff: diffOf(edit.text, [edit.splice]), isExact: true }
}
