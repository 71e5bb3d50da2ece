// An object with the place it came from: file, line and column of every value, on demand.

import type { Location } from '../base/problem.ts'
import { type FieldPath, formatPath, type PathPart, pathParts } from '../kube/field-path.ts'
import type { KubeObject } from '../kube/object.ts'
import { startOf } from './yaml/build.ts'
import type { TextRange } from './yaml/chunks.ts'
import { LineTable } from './yaml/lines.ts'
import { type Parsed, parseYaml } from './yaml/parse.ts'
import { findNode, type NodeRange } from './yaml/positions.ts'

/** A text that was read; `name` is how its user would call it. */
export interface SourceFile {
  readonly name: string
  readonly text: string
  readonly lines: LineTable
}

/** One YAML document or JSON value of a file. */
export interface SourceDocument extends TextRange {
  readonly file: SourceFile
  /** Counts from 0 within the file. */
  readonly index: number
  /** Where the top-level value begins. */
  readonly valueStart: number
}

/** An object and where it was read; the place of a missing field is that of its parent. */
export interface SourceObject {
  readonly object: KubeObject
  readonly source: SourceDocument
  /** The kustomization that built it, where one did: changes belong there. */
  readonly overlay?: SourceDocument
  locate(path: FieldPath): Location
  /** Offsets in `source.file.text`, for edits; undefined when the path is not written there. */
  range(path: FieldPath): NodeRange | undefined
}

/** A file of that name and text. */
export function sourceFile(name: string, text: string): SourceFile {
  return { name, text, lines: new LineTable(text) }
}

/** The location of an offset in a file. */
export function locationAt(file: SourceFile, offset: number, path?: string): Location {
  const { line, column } = file.lines.at(offset)
  return path === undefined
    ? { file: file.name, line, column }
    : { file: file.name, line, column, path }
}

/** Ties an object to its document; `prefix` leads to it inside (items of a List). */
export function sourceObject(
  object: KubeObject,
  source: SourceDocument,
  prefix: readonly PathPart[] = [],
): SourceObject {
  return {
    object,
    source,
    locate: path => locateIn(source, path, prefix),
    range: path => rangeIn(source, path, prefix),
  }
}

/** The location of a field of a document. */
export function locateIn(
  source: SourceDocument,
  path: FieldPath,
  prefix: readonly PathPart[] = [],
): Location {
  const parts = pathParts(path)
  const node = nodeAt(source, [...prefix, ...parts])
  const start = node.key !== undefined ? node.key.start : node.start
  const text = typeof path === 'string' ? path : formatPath(parts)
  return locationAt(source.file, start, text === '' ? undefined : text)
}

/** The offsets of a field of a document, or undefined when it is not written there. */
export function rangeIn(
  source: SourceDocument,
  path: FieldPath,
  prefix: readonly PathPart[] = [],
): NodeRange | undefined {
  const parts = [...prefix, ...pathParts(path)]
  const node = nodeAt(source, parts)
  return node.depth === parts.length ? node : undefined
}

function nodeAt(source: SourceDocument, parts: readonly PathPart[]): NodeRange {
  const parsed = parsedDocument(source)
  if (parsed === undefined) {
    return { start: source.valueStart, end: source.end, style: 'block', depth: 0 }
  }
  const node = findNode(parsed.text, parsed.events, parts)
  const move = (range: TextRange): TextRange => ({
    start: parsed.toSource(range.start) + source.start,
    end: parsed.toSource(range.end) + source.start,
  })
  return node.key === undefined
    ? { ...node, ...move(node) }
    : { ...node, ...move(node), key: move(node.key) }
}

// Positions are asked for in runs: all of one finding, then the next.
let last: { readonly source: SourceDocument; readonly parsed: Parsed } | undefined

function parsedDocument(source: SourceDocument): Parsed | undefined {
  if (last?.source === source) return last.parsed
  try {
    const chunk = parseYaml(source.file.text.slice(source.start, source.end))
    const parsed = { ...chunk, events: documentAt(chunk, source.valueStart - source.start) }
    last = { source, parsed }
    return parsed
  } catch {
    // Large JSON that YAML does not accept: its position is that of the document.
    return undefined
  }
}

// A chunk holds several documents after a line `...`; keep the one that is asked for.
function documentAt(chunk: Parsed, valueStart: number): Parsed['events'] {
  const { events, toSource } = chunk
  const starts = events.flatMap((event, index) => (event.type === 1 ? [index] : []))
  if (starts.length < 2) return events
  const parts = starts.map((start, index) => events.slice(start, starts[index + 1]))
  return parts.find(part => toSource(startOf(part[1])) === valueStart) ?? events
}
