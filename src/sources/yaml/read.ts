// Reads the documents of one YAML or JSON text; what cannot be read becomes a Problem with its
// place.

import { YAMLException } from 'js-yaml'
import type { Problem } from '../../base/problem.ts'
import { codes, errorAt } from '../problems.ts'
import { locationAt, type SourceDocument, type SourceFile } from '../source-object.ts'
import { buildDocuments, type Flaw } from './build.ts'
import { chunksOf, type TextRange } from './chunks.ts'
import { parseYaml } from './parse.ts'
import { withoutSchemas } from './schemas.ts'

/** A value of a file that is a mapping, list or scalar of any kind. */
export interface ReadDocument {
  readonly value: unknown
  readonly source: SourceDocument
}

export interface ReadText {
  readonly documents: readonly ReadDocument[]
  readonly problems: readonly Problem[]
}

// JSON beyond this is parsed natively: ten times faster, but equal keys go unseen.
const largeJson = 1 << 18

/** All documents of a text, those that can be read, and a problem for each that cannot. */
export function readText(file: SourceFile): ReadText {
  if (file.text.length > largeJson && /^\s*[{[]/.test(file.text.slice(0, 1000))) {
    const document = readLargeJson(file)
    if (document !== undefined) return { documents: [document], problems: [] }
  }
  const documents: ReadDocument[] = []
  const problems: Problem[] = []
  for (const chunk of chunksOf(file.text)) readChunk(file, chunk, documents, problems)
  return { documents, problems }
}

function readLargeJson(file: SourceFile): ReadDocument | undefined {
  try {
    const value: unknown = JSON.parse(
      file.text.charCodeAt(0) === 0xfeff ? file.text.slice(1) : file.text,
    )
    // The YAML reader says where nesting goes too deep.
    if (isDeep(value)) return undefined
    const valueStart = file.text.search(/[{[]/)
    return { value, source: { file, index: 0, start: 0, end: file.text.length, valueStart } }
  } catch {
    return undefined
  }
}

/** Deeper than any manifest; js-yaml stops there as well. */
const depthMax = 100

function isDeep(value: unknown): boolean {
  let level: unknown[] = [value]
  for (let depth = 0; depth <= depthMax && level.length > 0; depth++) {
    level = level.flatMap(item =>
      typeof item === 'object' && item !== null ? Object.values(item) : [],
    )
  }
  return level.length > 0
}

function readChunk(
  file: SourceFile,
  chunk: TextRange,
  documents: ReadDocument[],
  problems: Problem[],
): void {
  const isWhole = chunk.start === 0 && chunk.end === file.text.length
  const text = isWhole ? file.text : file.text.slice(chunk.start, chunk.end)
  if (readWithoutSchemas(file, chunk, text, documents)) return
  try {
    const parsed = parseYaml(text)
    const built = buildDocuments(parsed.text, parsed.events)
    const place = (offset: number): number => chunk.start + parsed.toSource(offset)
    for (const flaw of built.flaws) problems.push(flawProblem(file, flaw, place))
    for (const { value, start } of built.values) {
      const valueStart = place(start)
      const { start: from, end } = chunk
      const source = { file, index: documents.length, start: from, end, valueStart }
      documents.push({ value, source })
    }
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error
    problems.push(syntaxProblem(file, chunk.start + (error.mark?.position ?? 0), error.reason))
  }
}

// Whatever is odd about the shortened text, the whole one is read instead and has the problem.
function readWithoutSchemas(
  file: SourceFile,
  chunk: TextRange,
  text: string,
  documents: ReadDocument[],
): boolean {
  const short = withoutSchemas(text)
  if (short === undefined) return false
  try {
    const { values, flaws } = buildDocuments(short, parseYaml(short).events)
    const [first] = values
    if (flaws.length > 0 || first === undefined || values.length !== 1) return false
    const { start, end } = chunk
    const valueStart = start + first.start
    const source = { file, index: documents.length, start, end, valueStart }
    documents.push({ value: first.value, source })
    return true
  } catch (error) {
    if (error instanceof YAMLException) return false
    throw error
  }
}

function syntaxProblem(file: SourceFile, offset: number, reason: string): Problem {
  const place = Math.min(offset, Math.max(file.text.length - 1, 0))
  const line = file.lines.text(file.lines.at(place).line) ?? ''
  if (reason.includes('maxDepth')) {
    return errorAt(codes.syntax, locationAt(file, place), {
      what: `this document nests too deep: ${reason}`,
      why: 'no object of the API nests as deep; the rest of the file is still judged',
      todo: 'look for brackets that are not closed, or flatten this value',
    })
  }
  return errorAt(codes.syntax, locationAt(file, place), {
    what: `this is not valid ${/^\s*[{[]/.test(file.text) ? 'JSON or YAML' : 'YAML'}: ${reason}`,
    why: 'kubectl cannot read this document either; the rest of the file is still judged',
    todo: adviceFor(reason, line, file.text),
  })
}

function adviceFor(reason: string, line: string, text: string): string {
  if (reason.includes('tab character') || /^ *\t/.test(line)) {
    return 'replace the tab by spaces: YAML indents with spaces only'
  }
  const template = templateAdvice(line)
  if (template !== undefined) return template
  if (/<[A-Z][A-Z0-9_]*>/.test(line)) return 'replace the <PLACEHOLDER> by a value first'
  if (reason.includes('null byte')) return 'save the file as UTF-8 text'
  if (reason === 'deficient indentation' || reason.includes('scalar')) {
    return 'look for a quote or bracket that is not closed before this place'
  }
  if (reason.includes('indentation')) return 'align this line with the keys of the same mapping'
  if (/^\s*[{[]/.test(text)) return 'look for a missing comma, quote or bracket before this place'
  return 'correct this line, or the one before it'
}

const valueAdvice = 'quote the text or correct the value'

function templateAdvice(line: string): string | undefined {
  return /\{\{.*\}\}/.test(line)
    ? 'this looks like a Helm template: helm template CHART | seatrial check -'
    : undefined
}

function flawProblem(file: SourceFile, flaw: Flaw, place: (offset: number) => number): Problem {
  const location = locationAt(file, place(flaw.offset))
  switch (flaw.kind) {
    case 'duplicate-key': {
      const first = file.lines.at(place(flaw.first ?? 0)).line
      return errorAt(codes.duplicateKey, location, {
        what: `${flaw.text}, first in line ${first}`,
        why: 'kubectl silently keeps the last value, kustomize refuses the file',
        todo: 'delete one of the two',
      })
    }
    case 'bomb':
      return errorAt(codes.alias, location, {
        what: flaw.text,
        why: 'its aliases expand to far more than is written; kubectl refuses such a document',
        todo: 'write the values out instead of nesting aliases',
      })
    case 'alias':
      return errorAt(codes.alias, location, {
        what: flaw.text,
        why: 'an alias stands for a value that was anchored before it, in the same document',
        todo: 'define the anchor first, or write the value out',
      })
    case 'merge':
    case 'value':
      return errorAt(codes.value, location, {
        what: flaw.text,
        why: 'the API server takes JSON, which cannot hold this; kubectl stops here too',
        todo: templateAdvice(file.lines.text(location.line ?? 1) ?? '') ?? valueAdvice,
      })
  }
}
