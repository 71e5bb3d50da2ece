// A place in a text that moves forward and knows its line. Upstream: libyaml 0.2.5 scanner.c macros
// SKIP, SKIP_LINE, READ, READ_LINE.

import { isBreak } from './tokens.ts'

export class Cursor {
  readonly text: string
  at: number
  line = 0
  #lineStart: number

  constructor(text: string) {
    this.text = text
    // A byte order mark is no part of the first line.
    this.at = text.startsWith('\ufeff') ? 1 : 0
    this.#lineStart = this.at
  }

  get column(): number {
    return this.at - this.#lineStart
  }

  get isAtEnd(): boolean {
    return this.at >= this.text.length
  }

  /** Goes behind the end, into a line of its own. */
  finish(): void {
    if (this.column === 0) return
    this.at = this.text.length + 1
    this.#lineStart = this.at
    this.line += 1
  }

  /** A character ahead, or undefined behind the end. */
  peek(ahead = 0): string | undefined {
    return this.text[this.at + ahead]
  }

  /** Some characters from here on. */
  rest(length: number): string {
    return this.text.slice(this.at, this.at + length)
  }

  skip(count = 1): void {
    this.at += count
  }

  read(): string {
    const character = this.text[this.at] ?? ''
    this.at += 1
    return character
  }

  /** Reads the characters that a sticky expression takes, '' for none; no line ends. */
  readRun(characters: RegExp): string {
    characters.lastIndex = this.at
    const run = characters.exec(this.text)?.[0] ?? ''
    this.at += run.length
    return run
  }

  /** Steps over a line end and gives it as YAML keeps it; '' where there is none. */
  readBreak(): string {
    const character = this.peek()
    if (!isBreak(character)) return ''
    const isPair = character === '\r' && this.peek(1) === '\n'
    this.at += isPair ? 2 : 1
    this.line += 1
    this.#lineStart = this.at
    return character === '\u2028' || character === '\u2029' ? character : '\n'
  }

  /** Whether `---` or `...` stands alone at the beginning of the line. */
  get isDocumentMark(): boolean {
    if (this.column !== 0) return false
    const mark = this.text.slice(this.at, this.at + 3)
    return (mark === '---' || mark === '...') && /^$|[\s\u0085]/.test(this.peek(3) ?? '')
  }
}

/** Joins lines as folding does: one line end is a blank, more are one less. */
export class Folding {
  #first = ''
  #more = ''
  #blanks = ''
  /** A line end was seen since the last character that is none. */
  hasBreak = false

  get isPending(): boolean {
    return this.hasBreak || this.#blanks !== ''
  }

  blank(character: string): void {
    if (!this.hasBreak) this.#blanks += character
  }

  break(text: string): void {
    if (this.hasBreak) this.#more += text
    else {
      this.#blanks = ''
      this.#first = text
      this.hasBreak = true
    }
  }

  /** A line end that was escaped: it joins without a blank. */
  escapedBreak(): void {
    this.hasBreak = true
  }

  /** What has gathered, as it stands in the value; begins anew. */
  take(): string {
    const folded =
      this.#first === '\n' ? (this.#more === '' ? ' ' : this.#more) : this.#first + this.#more
    const text = this.hasBreak ? folded : this.#blanks
    this.#first = ''
    this.#more = ''
    this.#blanks = ''
    this.hasBreak = false
    return text
  }
}
