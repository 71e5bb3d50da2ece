// Scans scalars: plain, quoted and block texts. Port of libyaml 0.2.5 scanner.c:
// yaml_parser_scan_plain_scalar, yaml_parser_scan_flow_scalar, yaml_parser_scan_block_scalar.

import { type Cursor, Folding } from './cursor.ts'
import { YamlError } from './error.ts'
import { isBlank, isBlankOrEnd, isBreak, isBreakOrEnd, type Token } from './tokens.ts'

function scanError(cursor: Cursor, context: string, start: number, problem: string): YamlError {
  return new YamlError({ context, contextOffset: start, problem, offset: cursor.at })
}

/** A plain scalar and whether a line ended after it, so that a key may follow. */
export interface PlainScan {
  readonly token: Token
  readonly hasBreak: boolean
}

/** Characters that mean nothing in the text they stand in. */
const inPlain = /[^\s\u0085:,?[\]{}]+/y
const inQuotes = /[^\s\u0085'"\\]+/y
const inLine = /[^\n\r\u0085\u2028\u2029]+/y

export function scanPlain(cursor: Cursor, indent: number, isFlow: boolean): PlainScan {
  const context = 'while scanning a plain scalar'
  const start = cursor.at
  let end = start
  let text = ''
  const folding = new Folding()
  while (!cursor.isDocumentMark && cursor.peek() !== '#') {
    while (!isBlankOrEnd(cursor.peek())) {
      if (cursor.peek() === ':' && isFlow && ',?[]{}'.includes(cursor.peek(1) ?? 'x')) {
        throw scanError(cursor, context, start, "found unexpected ':'")
      }
      if (endsPlain(cursor, isFlow)) break
      if (folding.isPending) text += folding.take()
      const run = cursor.readRun(inPlain)
      text += run === '' ? cursor.read() : run
      end = cursor.at
    }
    if (!isBlank(cursor.peek()) && !isBreak(cursor.peek())) break
    while (isBlank(cursor.peek()) || isBreak(cursor.peek())) {
      if (isBreak(cursor.peek())) folding.break(cursor.readBreak())
      else {
        if (folding.hasBreak && cursor.column < indent && cursor.peek() === '\t') {
          throw scanError(cursor, context, start, 'found a tab character that violates indentation')
        }
        folding.blank(cursor.read())
      }
    }
    if (!isFlow && cursor.column < indent) break
  }
  return { token: { type: 'scalar', start, end, text, isPlain: true }, hasBreak: folding.hasBreak }
}

function endsPlain(cursor: Cursor, isFlow: boolean): boolean {
  const character = cursor.peek() as string
  if (character === ':' && isBlankOrEnd(cursor.peek(1))) return true
  return isFlow && ',[]{}'.includes(character)
}

const escapes: Readonly<Record<string, string>> = {
  '0': '\0',
  a: '\u0007',
  b: '\b',
  t: '\t',
  '\t': '\t',
  n: '\n',
  v: '\v',
  f: '\f',
  r: '\r',
  e: '\u001b',
  ' ': ' ',
  '"': '"',
  '/': '/',
  '\\': '\\',
  N: '\u0085',
  _: '\u00a0',
  L: '\u2028',
  P: '\u2029',
}
const codeLengths: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 }

export function scanQuoted(cursor: Cursor, quote: string): Token {
  const context = 'while scanning a quoted scalar'
  const start = cursor.at
  cursor.skip()
  let text = ''
  const folding = new Folding()
  for (;;) {
    if (cursor.isDocumentMark) {
      throw scanError(cursor, context, start, 'found unexpected document indicator')
    }
    if (cursor.isAtEnd) throw scanError(cursor, context, start, 'found unexpected end of stream')
    while (!isBlankOrEnd(cursor.peek()) && !isClosing(cursor, quote)) {
      const character = cursor.peek() as string
      if (character === '\\' && quote === '"' && isBreak(cursor.peek(1))) {
        cursor.skip()
        cursor.readBreak()
        folding.escapedBreak()
        break
      }
      const run = cursor.readRun(inQuotes)
      text += run === '' ? scanCharacter(cursor, quote, start) : run
    }
    if (isClosing(cursor, quote)) break
    while (isBlank(cursor.peek()) || isBreak(cursor.peek())) {
      if (isBreak(cursor.peek())) folding.break(cursor.readBreak())
      else folding.blank(cursor.read())
    }
    text += folding.take()
  }
  cursor.skip()
  return { type: 'scalar', start, end: cursor.at, text, isPlain: false }
}

// Two single quotes are one that does not close.
function isClosing(cursor: Cursor, quote: string): boolean {
  return cursor.peek() === quote && !(quote === "'" && cursor.peek(1) === "'")
}

function scanCharacter(cursor: Cursor, quote: string, start: number): string {
  const character = cursor.read()
  if (character === "'" && quote === "'") {
    cursor.skip()
    return "'"
  }
  return character === '\\' && quote === '"' ? scanEscape(cursor, start) : character
}

function scanEscape(cursor: Cursor, start: number): string {
  const context = 'while parsing a quoted scalar'
  const letter = cursor.peek() ?? ''
  const simple = escapes[letter]
  const length = codeLengths[letter]
  if (simple !== undefined) {
    cursor.skip()
    return simple
  }
  if (length === undefined) {
    cursor.at -= 1
    throw scanError(cursor, context, start, 'found unknown escape character')
  }
  cursor.skip()
  const digits = cursor.text.slice(cursor.at, cursor.at + length)
  if (digits.length < length || !/^[0-9a-fA-F]+$/.test(digits)) {
    throw scanError(cursor, context, start, 'did not find expected hexdecimal number')
  }
  const code = Number.parseInt(digits, 16)
  if ((code >= 0xd800 && code <= 0xdfff) || code > 0x10ffff) {
    throw scanError(cursor, context, start, 'found invalid Unicode character escape code')
  }
  cursor.skip(length)
  return String.fromCodePoint(code)
}

/** A block text; `parentIndent` is the indentation of the block that it stands in. */
export function scanBlock(cursor: Cursor, parentIndent: number): Token {
  const start = cursor.at
  const isLiteral = cursor.read() === '|'
  const { chomping, increment } = scanHeader(cursor, start)
  const breaks = { indent: increment === 0 ? 0 : Math.max(parentIndent, 0) + increment, text: '' }
  let end = cursor.at
  let text = ''
  let leading = ''
  let wasIndented = false
  end = scanBreaks(cursor, breaks, parentIndent, start)
  while (cursor.column === breaks.indent && !cursor.isAtEnd) {
    const isIndented = isBlank(cursor.peek())
    // A line end between two lines that are not indented further is folded.
    const isFolded = !isLiteral && leading === '\n' && !wasIndented && !isIndented
    text += (isFolded ? (breaks.text === '' ? ' ' : '') : leading) + breaks.text
    breaks.text = ''
    wasIndented = isIndented
    text += cursor.readRun(inLine)
    leading = cursor.readBreak()
    end = scanBreaks(cursor, breaks, parentIndent, start)
  }
  if (chomping !== '-') text += leading
  if (chomping === '+') text += breaks.text
  return { type: 'scalar', start, end, text, isPlain: false }
}

function scanHeader(
  cursor: Cursor,
  start: number,
): { readonly chomping: string; readonly increment: number } {
  const context = 'while scanning a block scalar'
  let chomping = ''
  let increment = 0
  for (let part = 0; part < 2; part += 1) {
    const character = cursor.peek() ?? ''
    if (chomping === '' && (character === '+' || character === '-')) chomping = cursor.read()
    else if (increment === 0 && /^[0-9]$/.test(character)) {
      if (character === '0') {
        throw scanError(cursor, context, start, 'found an indentation indicator equal to 0')
      }
      increment = Number(cursor.read())
    }
  }
  while (isBlank(cursor.peek())) cursor.skip()
  if (cursor.peek() === '#') while (!isBreakOrEnd(cursor.peek())) cursor.skip()
  if (!isBreakOrEnd(cursor.peek())) {
    throw scanError(cursor, context, start, 'did not find expected comment or line break')
  }
  cursor.readBreak()
  return { chomping, increment }
}

// Steps over indentation and empty lines; the first line with content sets the indentation.
function scanBreaks(
  cursor: Cursor,
  breaks: { indent: number; text: string },
  parentIndent: number,
  start: number,
): number {
  let deepest = 0
  let end = cursor.at
  for (;;) {
    const isShort = (): boolean => breaks.indent === 0 || cursor.column < breaks.indent
    while (isShort() && cursor.peek() === ' ') cursor.skip()
    deepest = Math.max(deepest, cursor.column)
    if (isShort() && cursor.peek() === '\t') {
      const problem = 'found a tab character where an indentation space is expected'
      throw scanError(cursor, 'while scanning a block scalar', start, problem)
    }
    if (!isBreak(cursor.peek())) break
    breaks.text += cursor.readBreak()
    end = cursor.at
  }
  if (breaks.indent === 0) breaks.indent = Math.max(deepest, parentIndent + 1, 1)
  return end
}
