// What users chose to live with, next to the object: an annotation or a comment that names a rule
// and says why. A reason is not optional: whoever reads it next year has only that.

import type { Problem } from '../base/problem.ts'
import { nearest } from '../base/nearest.ts'
import { rules } from '../explain/rules.ts'
import type { ObjectRef } from '../kube/object.ts'
import type { Suppression } from '../trials/spec.ts'
import { codes, errorAt } from './problems.ts'
import { locationAt, type SourceDocument, type SourceObject } from './source-object.ts'

export const ignoreAnnotation = 'seatrial.dev/ignore'

const comment = /#[ \t]*seatrial:ignore\b[ \t]*(.*)$/gm

export interface FoundSuppressions {
  readonly suppressions: readonly Suppression[]
  readonly problems: readonly Problem[]
}

/** Every suppression of the objects' annotations and of the comments in their documents. */
export function suppressionsOf(objects: readonly SourceObject[]): FoundSuppressions {
  const found: { suppressions: Suppression[]; problems: Problem[] } = {
    suppressions: [],
    problems: [],
  }
  const add = (item: SourceObject, text: string, location: Suppression['location']): void => {
    for (const part of text.split(/[;\n]/).filter(each => each.trim() !== '')) {
      const read = readOne(part.trim())
      if ('fault' in read) found.problems.push(wrong(location, part.trim(), read.fault))
      else found.suppressions.push({ ...read, object: refOf(item), location, lines: linesOf(item) })
    }
  }
  for (const item of objects) {
    const text = item.object.metadata.annotations?.[ignoreAnnotation]
    if (text !== undefined)
      add(item, text, item.locate(`metadata.annotations[${ignoreAnnotation}]`))
  }
  for (const [document, items] of byDocument(objects)) {
    for (const { offset, text } of commentsIn(document)) {
      const item = nearestItem(items, offset)
      if (item !== undefined) add(item, text, locationAt(document.file, offset))
    }
  }
  return found
}

/** `ST1101 the vendor licenses one replica`. */
function readOne(
  text: string,
): { readonly rule: string; readonly reason: string } | { readonly fault: string } {
  const [, rule = '', reason = ''] = /^(\S+)\s*([\s\S]*)$/.exec(text) ?? []
  const known = rules.map(({ id }) => id)
  if (!/^ST0\d{3}$/.test(rule) && !known.includes(rule)) {
    const near = nearest(rule, known)
    return { fault: near === undefined ? 'name a rule first: ST1101' : `did you mean ${near}?` }
  }
  if (reason.trim() === '') return { fault: `write why behind it: ${rule} the vendor licenses one` }
  return { rule, reason: reason.trim() }
}

function wrong(location: Suppression['location'], text: string, todo: string): Problem {
  return errorAt(codes.suppression, location, {
    what: `"${text}" is no suppression`,
    why: 'it names a rule and the reason why it may be as it is',
    todo,
  })
}

function refOf({ object: { kind, metadata } }: SourceObject): ObjectRef {
  const { namespace, name = '' } = metadata
  return namespace === undefined ? { kind, name } : { kind, namespace, name }
}

/** The first and last line of the object's document. */
function linesOf({ source }: SourceObject): Suppression['lines'] {
  const { file, start, end } = source
  return { from: file.lines.at(start).line, to: file.lines.at(Math.max(start, end - 1)).line }
}

/** Documents of files in which a comment suppresses something. */
function byDocument(
  objects: readonly SourceObject[],
): ReadonlyMap<SourceDocument, readonly SourceObject[]> {
  const files = new Map<string, boolean>()
  const documents = new Map<SourceDocument, SourceObject[]>()
  for (const item of objects) {
    const { file } = item.source
    const has = files.get(file.name) ?? file.text.includes('seatrial:ignore')
    files.set(file.name, has)
    if (!has) continue
    const known = documents.get(item.source)
    if (known === undefined) documents.set(item.source, [item])
    else known.push(item)
  }
  return documents
}

function commentsIn({ file, start, end }: SourceDocument) {
  const text = file.text.slice(start, end)
  return [...text.matchAll(comment)].map(match => ({
    offset: start + match.index,
    text: match[1] ?? '',
  }))
}

/** Of several objects in a list the one that the comment is in, else the first after it. */
function nearestItem(items: readonly SourceObject[], offset: number): SourceObject | undefined {
  const placed = items.map(item => ({ item, range: item.range([]) }))
  const inside = placed.find(
    ({ range }) => range !== undefined && range.start <= offset && offset < range.end,
  )
  const after = placed.find(({ range }) => (range?.start ?? 0) >= offset)
  return (inside ?? after ?? placed.at(-1))?.item
}
