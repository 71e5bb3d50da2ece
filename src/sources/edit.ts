// Changes of fields as splices of the text they are written in: what is not concerned keeps its
// bytes, comments and layout. Every edit is read back, and dropped when it says something else.

import { existsSync } from 'node:fs'
import { dump } from 'js-yaml'
import { type PathPart, pathParts, setAt } from '../kube/field-path.ts'
import type { KubeObject } from '../kube/object.ts'
import { diffOf } from './edit-diff.ts'
import { objectsOf } from './objects.ts'
import { type SourceFile, type SourceObject, sourceFile } from './source-object.ts'
import type { NodeRange } from './yaml/positions.ts'
import { readText } from './yaml/read.ts'

/** One replacement; offsets count in the text as it is now. */
export interface Splice {
  readonly file: string
  readonly start: number
  readonly end: number
  readonly text: string
}

export interface FieldValue {
  readonly path: string
  /** Null removes the field. */
  readonly value: unknown
}

export interface FileEdit {
  readonly splices: readonly Splice[]
  /** The lines that go and the lines that come, with `-` and `+` before them. */
  readonly diff: string
  /** The file alone says what was judged; else something else (an overlay) has a say as well. */
  readonly isWhole: boolean
}

/** The edit that makes an object's file say so, or undefined when it cannot be written there. */
export function editOf(item: SourceObject, changes: readonly FieldValue[]): FileEdit | undefined {
  const { file } = item.source
  // The standard input, and what a tool has rendered, is nobody's file.
  if (!existsSync(file.name)) return undefined
  const before = objectIn(file, item)
  if (before === undefined) return undefined
  const bare = changes.flatMap(change => spliceOf(before, change) ?? [])
  if (bare.length !== changes.length) return undefined
  const splices = bare.map(each => ({ file: file.name, ...each }))
  const after = objectIn(sourceFile(file.name, spliced(file.text, splices)), item)
  const wanted = changes.reduce<unknown>(
    (object, { path, value }) => setAt(object, pathParts(path), value),
    before.object,
  )
  if (after === undefined || !sameJson(after.object, wanted)) return undefined
  const isWhole = sameJson(withoutNamespace(before.object), withoutNamespace(item.object))
  return { splices, diff: diffOf(file.text, splices), isWhole }
}

/** The text after all splices; they count in the text before. */
export function spliced(text: string, splices: readonly Omit<Splice, 'file'>[]): string {
  // At one place, what is taken away goes first, then what is put there.
  const lastFirst = [...splices].sort((a, b) => b.start - a.start || b.end - a.end)
  return lastFirst.reduce(
    (rest, { start, end, text: put }) => rest.slice(0, start) + put + rest.slice(end),
    text,
  )
}

/** The object as a version of its file has it: by kind and name, where they are unique. */
function objectIn(file: SourceFile, { object, source }: SourceObject): SourceObject | undefined {
  const { documents } = readText(file)
  const same = objectsOf(documents, false).objects.filter(
    each =>
      each.source.index === source.index &&
      each.object.kind === object.kind &&
      each.object.metadata.name === object.metadata.name,
  )
  return same.length === 1 ? same[0] : undefined
}

/** A namespace may come from the command line. */
function withoutNamespace({
  metadata: { namespace: _, ...metadata },
  ...rest
}: KubeObject): unknown {
  return { ...rest, metadata }
}

function sameJson(a: unknown, b: unknown): boolean {
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b))
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([key, item]) => [key, sorted(item)]))
}

type Bare = Omit<Splice, 'file'>

function spliceOf(item: SourceObject, { path, value }: FieldValue): Bare | undefined {
  const { text } = item.source.file
  const parts = pathParts(path)
  const range = item.range(parts)
  if (value === null) return range && removal(text, range)
  if (range !== undefined) return replacement(text, range, value)
  for (let depth = parts.length - 1; depth >= 0; depth -= 1) {
    const parent = item.range(parts.slice(0, depth))
    if (parent !== undefined) return insertion(text, parent, parts.slice(depth), value)
  }
  return undefined
}

/** A value in the place of another one. */
function replacement(text: string, range: NodeRange, value: unknown): Bare | undefined {
  const { start, end, style } = range
  const isBlock = typeof value === 'object' && value !== null
  switch (style) {
    case 'scalar':
      return isBlock ? undefined : { start, end, text: scalarText(text, value) }
    case 'flow':
      return { start, end, text: JSON.stringify(value) }
    case 'block':
      return isBlock ? { start, end, text: blockText(value, columnAt(text, start)) } : undefined
    case 'empty':
      return isBlock ? undefined : { start, end, text: ` ${scalarText(text, value)}` }
    default:
      return undefined
  }
}

/** New fields as the first of the mapping that is there. */
function insertion(
  text: string,
  parent: NodeRange,
  rest: readonly PathPart[],
  value: unknown,
): Bare | undefined {
  const [key] = rest
  if (typeof key !== 'string' || rest.some(part => typeof part === 'number')) return undefined
  const inner = rest.slice(1).reduceRight<unknown>((at, part) => ({ [part]: at }), value)
  const { start, style } = parent
  if (style === 'flow') {
    if (text[start] !== '{') return undefined
    const isEmpty = /^\s*\}/.test(text.slice(start + 1))
    const name = isJson(text) ? JSON.stringify(key) : key
    const field = `${name}: ${flowText(text, inner)}${isEmpty ? '' : ', '}`
    return { start: start + 1, end: start + 1, text: field }
  }
  if (style !== 'block' || text.startsWith('- ', start)) return undefined
  const column = columnAt(text, start)
  const indent = ' '.repeat(column)
  const block = blockText({ [key]: inner }, column)
  // A line of its own, unless the mapping starts behind the dash of an item.
  if (text.slice(start - column, start) !== indent) {
    return { start, end: start, text: `${block}\n${indent}` }
  }
  return { start: start - column, end: start - column, text: `${indent}${block}\n` }
}

/** A key with its value, whole lines of it in block style. */
function removal(text: string, { key, start, end, style }: NodeRange): Bare | undefined {
  if (key === undefined) return undefined
  const lineStart = text.lastIndexOf('\n', key.start) + 1
  const isAlone = text.slice(lineStart, key.start).trim() === ''
  const lineEnd = text.indexOf('\n', Math.max(end, start))
  const tail = text.slice(end, lineEnd < 0 ? text.length : lineEnd)
  if (isAlone && style !== 'alias' && /^\s*(#.*)?$/.test(tail)) {
    return { start: lineStart, end: lineEnd < 0 ? text.length : lineEnd + 1, text: '' }
  }
  // In a flow mapping the comma goes along: the one after it, else the one before.
  const after = /^\s*,\s*/.exec(text.slice(end))?.[0]
  if (after !== undefined) return { start: key.start, end: end + after.length, text: '' }
  const before = /,\s*$/.exec(text.slice(0, key.start))?.[0]
  return { start: key.start - (before?.length ?? 0), end, text: '' }
}

function columnAt(text: string, offset: number): number {
  return offset - (text.lastIndexOf('\n', offset - 1) + 1)
}

function isJson(text: string): boolean {
  return /^\s*[{[]/.test(text)
}

function scalarText(text: string, value: unknown): string {
  return isJson(text) ? JSON.stringify(value) : dump(value, { lineWidth: -1 }).trimEnd()
}

/** JSON is YAML in flow style. */
function flowText(text: string, value: unknown): string {
  const isPlain = typeof value !== 'object' || value === null
  return isPlain ? scalarText(text, value) : JSON.stringify(value)
}

/** YAML whose first line stands where it is put, the others below it. */
function blockText(value: unknown, column: number): string {
  const lines = dump(value, { lineWidth: -1, noRefs: true }).trimEnd().split('\n')
  return lines.join(`\n${' '.repeat(column)}`)
}
