// Splits YAML text into tokens, with the errors of libyaml at their places. js-yaml accepts other
// texts than libyaml and names slips otherwise; what Ansible reads and says must be exact.
// Port of libyaml 0.2.5 src/scanner.c: tokens, indentation, simple keys.

import { Cursor } from './cursor.ts'
import { YamlError } from './error.ts'
import { scanBlock, scanPlain, scanQuoted } from './scan-scalars.ts'
import { scanAnchor, scanDirective, scanTag } from './scan-names.ts'
import { isBlank, isBlankOrEnd, isBreak, type Token, type TokenType } from './tokens.ts'

/** A place where a key may begin that is only known for one at its colon. */
interface SimpleKey {
  isPossible: boolean
  readonly isRequired: boolean
  /** Its position among all tokens of the stream. */
  readonly token: number
  readonly start: number
  readonly line: number
}

const noKey: SimpleKey = { isPossible: false, isRequired: false, token: 0, start: 0, line: 0 }
/** A key is shorter than this and stays on one line. */
const keyLengthMax = 1024

const spaces = / +/y
const blanks = /[ \t]+/y
const comment = /[^\n\r\u0085\u2028\u2029]+/y

const flowMarks: Readonly<Record<string, TokenType>> = {
  '[': 'flow-sequence-start',
  '{': 'flow-mapping-start',
  ']': 'flow-sequence-end',
  '}': 'flow-mapping-end',
}

export class Scanner {
  readonly #cursor: Cursor
  readonly #queue: Token[] = []
  /** Tokens that were taken. */
  #taken = 0
  #indent = -1
  readonly #indents: number[] = []
  #allowsKey = true
  /** One for the block context and one for each bracket that is open. */
  readonly #keys: SimpleKey[] = [noKey]

  constructor(text: string) {
    this.#cursor = new Cursor(text)
  }

  /** The next token, which stays the next. */
  peek(): Token {
    while (this.#needsMore()) this.#fetch()
    return this.#queue[0] as Token
  }

  /** The next token. */
  take(): Token {
    const token = this.peek()
    this.#queue.shift()
    this.#taken += 1
    return token
  }

  get #isFlow(): boolean {
    return this.#keys.length > 1
  }

  // A token that may turn out to be a key is held back until its line says so.
  #needsMore(): boolean {
    if (this.#queue.length === 0) return true
    this.#dropStaleKeys()
    return this.#keys.some(key => key.isPossible && key.token === this.#taken)
  }

  #dropStaleKeys(): void {
    for (const key of this.#keys) {
      const isStale = key.line < this.#cursor.line || key.start + keyLengthMax < this.#cursor.at
      if (key.isPossible && isStale) this.#drop(key)
    }
  }

  #drop(key: SimpleKey): void {
    if (key.isPossible && key.isRequired) {
      throw new YamlError({
        context: 'while scanning a simple key',
        contextOffset: key.start,
        problem: "could not find expected ':'",
        offset: this.#cursor.at,
      })
    }
    if (key !== noKey) key.isPossible = false
  }

  #saveKey(): void {
    if (!this.#allowsKey) return
    const { at, line, column } = this.#cursor
    this.#dropKey()
    this.#keys[this.#keys.length - 1] = {
      isPossible: true,
      isRequired: !this.#isFlow && this.#indent === column,
      token: this.#taken + this.#queue.length,
      start: at,
      line,
    }
  }

  #dropKey(): void {
    this.#drop(this.#keys.at(-1) ?? noKey)
  }

  #push(type: TokenType, start: number, end: number): void {
    this.#queue.push({ type, start, end })
  }

  /** Begins a block at a column that is deeper than the current one. */
  #roll(column: number, type: TokenType, start: number, index = this.#queue.length): void {
    if (this.#isFlow || this.#indent >= column) return
    this.#indents.push(this.#indent)
    this.#indent = column
    this.#queue.splice(index, 0, { type, start, end: start })
  }

  #unroll(column: number): void {
    if (this.#isFlow) return
    const { at } = this.#cursor
    while (this.#indent > column) {
      this.#push('block-end', at, at)
      this.#indent = this.#indents.pop() ?? -1
    }
  }

  #fetch(): void {
    this.#skipToToken()
    this.#dropStaleKeys()
    const cursor = this.#cursor
    this.#unroll(cursor.column)
    const character = cursor.peek()
    if (character === undefined) return this.#fetchEnd()
    if (cursor.column === 0 && character === '%') return this.#fetchDirective()
    if (cursor.isDocumentMark) return this.#fetchDocumentMark(character)
    const flowMark = flowMarks[character]
    if (flowMark !== undefined) return this.#fetchBracket(flowMark, '[{'.includes(character))
    if (this.#fetchIndicator(character)) return
    this.#fetchContent(character)
  }

  #skipToToken(): void {
    const cursor = this.#cursor
    for (;;) {
      if (cursor.column === 0 && cursor.peek() === '\ufeff') cursor.skip()
      // Tabs are blanks, but not where a key may begin.
      cursor.readRun(this.#allowsTab ? blanks : spaces)
      if (cursor.peek() === '#') cursor.readRun(comment)
      if (!isBreak(cursor.peek())) return
      cursor.readBreak()
      if (!this.#isFlow) this.#allowsKey = true
    }
  }

  get #allowsTab(): boolean {
    return this.#isFlow || !this.#allowsKey
  }

  // The end stands at the beginning of a line, even where the text has no last line end.
  #fetchEnd(): void {
    this.#cursor.finish()
    this.#unroll(-1)
    this.#dropKey()
    this.#allowsKey = false
    this.#push('stream-end', this.#cursor.at, this.#cursor.at)
  }

  #fetchDirective(): void {
    this.#unroll(-1)
    this.#dropKey()
    this.#allowsKey = false
    this.#queue.push(scanDirective(this.#cursor))
  }

  #fetchDocumentMark(character: string): void {
    this.#unroll(-1)
    this.#dropKey()
    this.#allowsKey = false
    const start = this.#cursor.at
    this.#cursor.skip(3)
    this.#push(character === '-' ? 'document-start' : 'document-end', start, this.#cursor.at)
  }

  #fetchBracket(type: TokenType, isOpening: boolean): void {
    if (isOpening) {
      this.#saveKey()
      this.#keys.push(noKey)
    } else {
      this.#dropKey()
      if (this.#isFlow) this.#keys.pop()
    }
    this.#allowsKey = isOpening
    this.#mark(type)
  }

  #mark(type: TokenType): void {
    const start = this.#cursor.at
    this.#cursor.skip()
    this.#push(type, start, this.#cursor.at)
  }

  /** Reads `,`, `-`, `?` and `:` where they are indicators. */
  #fetchIndicator(character: string): boolean {
    const next = this.#cursor.peek(1)
    if (character === ',') {
      this.#dropKey()
      this.#allowsKey = true
      this.#mark('flow-entry')
      return true
    }
    if (character === '-' && isBlankOrEnd(next)) {
      this.#fetchEntry()
      return true
    }
    const isIndicator = this.#isFlow || isBlankOrEnd(next)
    if (character === '?' && isIndicator) this.#fetchKey()
    else if (character === ':' && isIndicator) this.#fetchValue()
    else return false
    return true
  }

  #fetchEntry(): void {
    const { at, column } = this.#cursor
    if (!this.#isFlow) {
      if (!this.#allowsKey) this.#notAllowed('block sequence entries')
      this.#roll(column, 'block-sequence-start', at)
    }
    this.#dropKey()
    this.#allowsKey = true
    this.#mark('block-entry')
  }

  #notAllowed(what: string): never {
    const problem = `${what} are not allowed in this context`
    throw new YamlError({ problem, offset: this.#cursor.at })
  }

  #fetchKey(): void {
    const { at, column } = this.#cursor
    if (!this.#isFlow) {
      if (!this.#allowsKey) this.#notAllowed('mapping keys')
      this.#roll(column, 'block-mapping-start', at)
    }
    this.#dropKey()
    this.#allowsKey = !this.#isFlow
    this.#mark('key')
  }

  #fetchValue(): void {
    const { at, column } = this.#cursor
    const key = this.#keys.at(-1) ?? noKey
    if (key.isPossible) {
      const index = key.token - this.#taken
      this.#queue.splice(index, 0, { type: 'key', start: key.start, end: key.start })
      this.#roll(this.#columnOf(key), 'block-mapping-start', key.start, index)
      key.isPossible = false
      this.#allowsKey = false
    } else {
      if (!this.#isFlow) {
        if (!this.#allowsKey) this.#notAllowed('mapping values')
        this.#roll(column, 'block-mapping-start', at)
      }
      this.#allowsKey = !this.#isFlow
    }
    this.#mark('value')
  }

  // A key that is still possible stands on the line of its colon.
  #columnOf(key: SimpleKey): number {
    return this.#cursor.column - (this.#cursor.at - key.start)
  }

  #fetchContent(character: string): void {
    if (character === '*' || character === '&') {
      this.#name(() => scanAnchor(this.#cursor, character === '&'))
    } else if (character === '!') this.#name(() => scanTag(this.#cursor, this.#isFlow))
    else if ((character === '|' || character === '>') && !this.#isFlow) {
      this.#dropKey()
      this.#allowsKey = true
      this.#queue.push(scanBlock(this.#cursor, this.#indent))
    } else if (character === "'" || character === '"') {
      this.#name(() => scanQuoted(this.#cursor, character))
    } else if (this.#beginsPlain(character)) this.#fetchPlain()
    else {
      throw new YamlError({
        context: 'while scanning for the next token',
        contextOffset: this.#cursor.at,
        problem: 'found character that cannot start any token',
        offset: this.#cursor.at,
      })
    }
  }

  #name(scan: () => Token): void {
    this.#saveKey()
    this.#allowsKey = false
    this.#queue.push(scan())
  }

  #beginsPlain(character: string): boolean {
    const next = this.#cursor.peek(1)
    if (!isBlankOrEnd(character) && !'-?:,[]{}#&*!|>\'"%@`'.includes(character)) return true
    if (character === '-') return !isBlank(next)
    return !this.#isFlow && (character === '?' || character === ':') && !isBlankOrEnd(next)
  }

  #fetchPlain(): void {
    this.#saveKey()
    this.#allowsKey = false
    const { token, hasBreak } = scanPlain(this.#cursor, this.#indent + 1, this.#isFlow)
    if (hasBreak) this.#allowsKey = true
    this.#queue.push(token)
  }
}
