// The text of an expression: lines, positions, and errors as the API server prints them.
// Port of cel-go v0.26.0 common/{source,error,errors}.go: locations and display strings.

import { compareNumbers } from '../../base/compare.ts'
import { utf8Length } from '../go-text.ts'

/** A place in an expression: the line from 1, the column from 0, both in characters. */
export interface Location {
  readonly line: number
  readonly column: number
}

export const noLocation: Location = { line: -1, column: -1 }

/** The characters of an expression; offsets count characters, not UTF-16 units. */
export class Source {
  readonly text: string
  readonly characters: readonly string[]
  /** The offset behind the line feed of each line but the last. */
  private readonly lineEnds: readonly number[]

  constructor(text: string) {
    this.text = text
    this.characters = Array.from(text)
    const ends: number[] = []
    for (const [index, character] of this.characters.entries()) {
      if (character === '\n') ends.push(index + 1)
    }
    this.lineEnds = ends
  }

  locationOf(offset: number): Location {
    let line = 0
    while (line < this.lineEnds.length && (this.lineEnds[line] as number) <= offset) line += 1
    const start = line === 0 ? 0 : (this.lineEnds[line - 1] as number)
    return { line: line + 1, column: offset - start }
  }

  /** The text of a line without its line feed. */
  lineText(line: number): string | undefined {
    if (line < 1 || line > this.lineEnds.length + 1) return undefined
    const start = line === 1 ? 0 : (this.lineEnds[line - 2] as number)
    const end = this.lineEnds[line - 1]
    return this.characters.slice(start, end === undefined ? undefined : end - 1).join('')
  }
}

export interface CelIssue {
  readonly location: Location
  readonly message: string
}

const issuesMax = 100
/** Lines with more bytes than this are not shown. */
const snippetBytesMax = 16_384

/** All issues in order of their places, each with the line and a pointer to the character. */
export function issuesText(source: Source, issues: readonly CelIssue[]): string {
  const shown = issues.slice(0, issuesMax).sort((a, b) => byPlace(a.location, b.location))
  const texts = shown.map(issue => issueText(source, issue))
  const more = issues.length - issuesMax
  if (more > 0) texts.push(`${more} more errors were truncated`)
  return texts.join('\n')
}

function byPlace(a: Location, b: Location): number {
  return compareNumbers(a.line, b.line) || compareNumbers(a.column, b.column)
}

function issueText(source: Source, { location, message }: CelIssue): string {
  const { line, column } = location
  const head = `ERROR: <input>:${line}:${column + 1}: ${message}`
  const text = source.lineText(line)
  if (text === undefined || utf8Length(text) > snippetBytesMax) return head
  const snippet = text.replaceAll('\t', ' ')
  const characters = Array.from(snippet)
  const dots = characters.slice(0, Math.max(0, column)).map(each => (isWide(each) ? '\uff0e' : '.'))
  const under = characters[Math.max(0, column)]
  const pointer = under !== undefined && isWide(under) ? '\uff3e' : '^'
  return `${head}\n | ${snippet}\n | ${dots.join('')}${pointer}`
}

function isWide(character: string): boolean {
  return (character.codePointAt(0) ?? 0) >= 0x80
}
