// A change as a patch in the user's own kustomization: the bases below it may be somebody else's,
// and the next release of them would undo an edit there.

import { dump } from 'js-yaml'
import { type PathPart, pathParts, setAt, valueAt } from '../kube/field-path.ts'
import type { KubeObject } from '../kube/object.ts'
import type { FieldValue, FileEdit } from './edit.ts'
import { diffOf } from './edit-diff.ts'
import { rangeIn, sourceFile, type SourceDocument, type SourceObject } from './source-object.ts'
import { readText } from './yaml/read.ts'

/** The edit of a kustomization that patches the object; undefined when it cannot be written there. */
export function overlayEditOf(
  { object }: SourceObject,
  overlay: SourceDocument,
  changes: readonly FieldValue[],
): FileEdit | undefined {
  const { file } = overlay
  const { kind, metadata } = object
  const patch = jsonPatch(object, changes) ?? mergePatch(object, changes)
  if (patch === undefined) return undefined
  const entry = { target: { kind, name: metadata.name }, patch: yaml(patch) }
  const place = placeOf(overlay)
  if (place === undefined) return undefined
  const lines = yaml([entry]).trimEnd().split('\n')
  const text = `${place.before}${lines.map(line => `${place.indent}${line}\n`).join('')}`
  const splice = { file: file.name, start: place.at, end: place.at, text }
  const after = file.text.slice(0, place.at) + text + file.text.slice(place.at)
  const [document] = readText(sourceFile(file.name, after)).documents
  const patches = valueAt(document?.value, ['patches'])
  const isThere =
    Array.isArray(patches) && patches.some(each => JSON.stringify(each) === JSON.stringify(entry))
  if (!isThere) return undefined
  return { splices: [splice], diff: diffOf(file.text, [splice]), isWhole: false }
}

interface Place {
  readonly at: number
  readonly before: string
  readonly indent: string
}

/** Before the first of the patches that are there, else at the end of the file. */
function placeOf(overlay: SourceDocument): Place | undefined {
  const { text } = overlay.file
  const known = rangeIn(overlay, ['patches'])
  if (known?.style === 'block') {
    const lineStart = text.lastIndexOf('\n', known.start - 1) + 1
    const indent = text.slice(lineStart, known.start)
    return indent.trim() === '' ? { at: lineStart, before: '', indent } : undefined
  }
  if (known !== undefined) return undefined
  const isEnded = text.endsWith('\n')
  return { at: text.length, before: `${isEnded ? '' : '\n'}patches:\n`, indent: '' }
}

interface Operation {
  readonly op: 'add' | 'remove' | 'replace'
  readonly path: string
  readonly value?: unknown
}

/** JSON patch operations; undefined where a parent is missing, which they cannot make. */
function jsonPatch(
  object: KubeObject,
  changes: readonly FieldValue[],
): readonly Operation[] | undefined {
  const operations: Operation[] = []
  for (const { path, value } of changes) {
    const parts = pathParts(path)
    const isThere = valueAt(object, parts) !== undefined
    if (valueAt(object, parts.slice(0, -1)) === undefined) return undefined
    const at = pointer(parts)
    if (value === null) operations.push({ op: 'remove', path: at })
    else operations.push({ op: isThere ? 'replace' : 'add', path: at, value })
  }
  return operations
}

function pointer(parts: readonly PathPart[]): string {
  const escaped = parts.map(part => String(part).replaceAll('~', '~0').replaceAll('/', '~1'))
  return `/${escaped.join('/')}`
}

/** A strategic merge patch: it makes what is missing, but knows no items of lists. */
function mergePatch(
  { apiVersion, kind, metadata: { name } }: KubeObject,
  changes: readonly FieldValue[],
): unknown {
  const all = changes.map(({ path, value }) => ({ parts: pathParts(path), value }))
  const isPlain = all.every(
    ({ parts, value }) => value !== null && parts.every(part => typeof part === 'string'),
  )
  if (!isPlain) return undefined
  return all.reduce<unknown>((at, { parts, value }) => setAt(at, parts, value), {
    apiVersion,
    kind,
    metadata: { name },
  })
}

function yaml(value: unknown): string {
  return dump(value, { lineWidth: -1, noRefs: true })
}
