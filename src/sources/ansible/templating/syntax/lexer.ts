// Splits a template into tokens. Port of jinja 3.1.6 src/jinja2/lexer.py with the settings of
// Ansible: trim_blocks on, lstrip_blocks off.

import { SyntaxFailure } from '../failures.ts'
import { unescapeString } from './strings.ts'

export type TokenType =
  | 'data'
  | 'variable_begin'
  | 'variable_end'
  | 'block_begin'
  | 'block_end'
  | 'name'
  | 'string'
  | 'integer'
  | 'float'
  | 'operator'
  | 'eof'

export interface Token {
  readonly type: TokenType
  /** Unescaped for strings, without underscores for numbers. */
  readonly text: string
  readonly at: number
}

const name = /[\p{L}_\p{Nl}][\p{L}\p{N}\p{M}_\p{Pc}]*/uy
const float = /(?:\d+_)*\d+(?:(?:\.(?:\d+_)*\d+)?[eE][+-]?(?:\d+_)*\d+|\.(?:\d+_)*\d+)/y
const integer =
  /(?:0[bB](?:_?[01])+|0[oO](?:_?[0-7])+|0[xX](?:_?[\da-fA-F])+|[1-9](?:_?\d)*|0(?:_?0)*)/y
const string = /'(?:[^'\\]|\\[\s\S])*'|"(?:[^"\\]|\\[\s\S])*"/y
const operator = /\/\/|\*\*|==|!=|>=|<=|[-+/*%~[\](){}><=.:|,;]/y
const space = /\s+/y

const closing: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' }

function match(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0]
}

/** How a text is read. */
export interface LexOptions {
  /**
   * Backslashes of strings inside `{{ }}`: escapes; or they stand for themselves and still save a
   * quote (2.19), or save none because the text is parsed with each of them doubled (before).
   */
  readonly backslashes: 'escape' | 'kept' | 'doubled'
}

/** The tokens of a template, `eof` at the end; throws a SyntaxFailure. */
export function tokenize(source: string, options: LexOptions): readonly Token[] {
  return new Lexer(source.replace(/\n$/, ''), options).template()
}

/** The tokens of a bare expression. */
export function tokenizeExpression(source: string): readonly Token[] {
  const lexer = new Lexer(source, { backslashes: 'escape' })
  lexer.inside(undefined)
  return lexer.finish()
}

type Close = 'variable_end' | 'block_end'

class Lexer {
  readonly #text: string
  readonly #options: LexOptions
  readonly #tokens: Token[] = []
  #at = 0

  constructor(text: string, options: LexOptions) {
    this.#text = text
    this.#options = options
  }

  template(): readonly Token[] {
    while (this.#at < this.#text.length) this.#data()
    return this.finish()
  }

  finish(): readonly Token[] {
    this.#push('eof', '', this.#text.length)
    return this.#tokens
  }

  #push(type: TokenType, text: string, at: number): void {
    this.#tokens.push({ type, text, at })
  }

  // Text up to the next opening delimiter, and that construct.
  #data(): void {
    const start = this.#at
    const opening = /\{[{%#]/g
    opening.lastIndex = start
    const found = opening.exec(this.#text)
    const end = found?.index ?? this.#text.length
    const strips = found !== null && this.#text[end + 2] === '-'
    const data = this.#text.slice(start, end)
    const kept = strips ? data.replace(/\s+$/, '') : data
    if (kept !== '') this.#push('data', kept, start)
    this.#at = end
    if (found === null) return
    const hasSign = strips || this.#text[end + 2] === '+'
    const after = end + 2 + (hasSign ? 1 : 0)
    if (found[0] === '{#') this.#comment(end, after)
    else if (found[0] === '{{') this.#expression('variable_begin', 'variable_end', after)
    else if (!this.#raw(end, after)) this.#expression('block_begin', 'block_end', after)
  }

  #expression(open: TokenType, close: Close, after: number): void {
    this.#push(open, '', this.#at)
    this.#at = after
    this.inside(close)
  }

  #comment(start: number, after: number): void {
    const end = this.#text.indexOf('#}', after)
    if (end < 0) throw new SyntaxFailure('Missing end of comment tag', start)
    this.#at = end + 2
    this.#trim(this.#text[end - 1] ?? '', end - 1 >= after)
  }

  #raw(start: number, after: number): boolean {
    const opening = /\s*raw\s*([-+]?)%\}/y
    opening.lastIndex = after
    const begin = opening.exec(this.#text)
    if (begin === null) return false
    const ending = /\{%([-+]?)\s*endraw\s*([-+]?)%\}/g
    ending.lastIndex = opening.lastIndex
    const end = ending.exec(this.#text)
    if (end === null) throw new SyntaxFailure('Missing end of raw directive', start)
    this.#at = opening.lastIndex
    this.#trim(begin[1] ?? '', true)
    const text = this.#text.slice(this.#at, Math.max(end.index, this.#at))
    const kept = end[1] === '-' ? text.replace(/\s+$/, '') : text
    if (kept !== '') this.#push('data', kept, this.#at)
    this.#at = ending.lastIndex
    this.#trim(end[2] ?? '', true)
    return true
  }

  // What a closing tag swallows: all space after `-`, nothing after `+`, else one line end.
  #trim(sign: string, isSign: boolean): void {
    if (isSign && sign === '-') this.#at += match(space, this.#text, this.#at)?.length ?? 0
    else if (!(isSign && sign === '+') && this.#text[this.#at] === '\n') this.#at += 1
  }

  /** The tokens of an expression or statement up to its end, or to the end of the text. */
  inside(close: Close | undefined): void {
    const start = this.#at
    const open: string[] = []
    for (;;) {
      this.#at += match(space, this.#text, this.#at)?.length ?? 0
      if (this.#at >= this.#text.length) break
      if (close !== undefined && open.length === 0 && this.#closes(close)) return
      this.#token(open, close)
    }
    if (open.length > 0 && close === undefined) return
    if (close !== undefined) {
      const what = close === 'variable_end' ? 'end of print statement' : 'end of statement block'
      throw new SyntaxFailure(`unexpected end of template, expected '${what}'.`, start)
    }
  }

  #closes(close: Close): boolean {
    const end = close === 'variable_end' ? '}}' : '%}'
    const sign = this.#text[this.#at] ?? ''
    const hasSign = sign === '-' || (sign === '+' && close === 'block_end')
    const at = this.#at + (hasSign ? 1 : 0)
    if (!this.#text.startsWith(end, at)) return false
    this.#push(close, '', this.#at)
    this.#at = at + 2
    if (close === 'block_end') this.#trim(sign, hasSign)
    else if (hasSign) this.#trim('-', true)
    return true
  }

  #token(open: string[], close: Close | undefined): void {
    const at = this.#at
    const number = this.#text[at - 1] === '.' ? undefined : match(float, this.#text, at)
    if (number !== undefined) return this.#take('float', number, number.replaceAll('_', ''))
    const whole = match(integer, this.#text, at)
    if (whole !== undefined) return this.#take('integer', whole, whole.replaceAll('_', ''))
    const word = match(name, this.#text, at)
    if (word !== undefined) return this.#take('name', word, word)
    const quoted = match(string, this.#text, at)
    if (quoted !== undefined) {
      const { backslashes } = this.#options
      const inner = quoted.slice(1, -1)
      if (backslashes === 'escape' || close !== 'variable_end') {
        return this.#take('string', quoted, unescapeString(inner))
      }
      if (backslashes === 'kept') return this.#take('string', quoted, inner)
      const end = quoted.indexOf(quoted[0] ?? '', 1)
      return this.#take('string', quoted.slice(0, end + 1), quoted.slice(1, end))
    }
    const symbol = match(operator, this.#text, at)
    if (symbol === undefined) {
      const character = this.#text[at] ?? ''
      throw new SyntaxFailure(`unexpected char '${character}' at ${at}`, at)
    }
    this.#balance(symbol, open)
    this.#take('operator', symbol, symbol)
  }

  #balance(symbol: string, open: string[]): void {
    if (symbol === '(' || symbol === '[' || symbol === '{') open.push(symbol)
    const expected = closing[symbol]
    if (expected === undefined) return
    const last = open.pop()
    if (last === undefined) throw new SyntaxFailure(`unexpected '${symbol}'`, this.#at)
    if (last === expected) return
    const wanted = Object.keys(closing).find(key => closing[key] === last)
    throw new SyntaxFailure(`unexpected '${symbol}', expected '${wanted}'`, this.#at)
  }

  #take(type: TokenType, source: string, text: string): void {
    this.#push(type, text, this.#at)
    this.#at += source.length
  }
}
