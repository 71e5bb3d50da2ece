// Tokens of an expression. Follows the lexer rules of cel-go v0.26.0 parser/gen/CEL.g4: the longest
// match wins; what matches nothing is an error and is skipped.

import type { CelIssue, Source } from './source.ts'

export type TokenKind =
  | '=='
  | '!='
  | 'in'
  | '<'
  | '<='
  | '>='
  | '>'
  | '&&'
  | '||'
  | '['
  | ']'
  | '{'
  | '}'
  | '('
  | ')'
  | '.'
  | ','
  | '-'
  | '!'
  | '?'
  | ':'
  | '+'
  | '*'
  | '/'
  | '%'
  | 'true'
  | 'false'
  | 'null'
  | 'NUM_FLOAT'
  | 'NUM_INT'
  | 'NUM_UINT'
  | 'STRING'
  | 'BYTES'
  | 'IDENTIFIER'
  | 'ESC_IDENTIFIER'
  | 'EOF'

export interface Token {
  readonly kind: TokenKind
  readonly text: string
  /** The offset of its first character. */
  readonly at: number
}

export interface Tokens {
  readonly tokens: readonly Token[]
  readonly issues: readonly CelIssue[]
  /** Offsets of characters that belong to no token. */
  readonly unread: ReadonlySet<number>
}

const escape = String.raw`\\(?:[abfnrtv"'\\?${'`'}]|[0-3][0-7][0-7]|[xX][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})`
const strings = [
  String.raw`"""(?:${escape}|[^\\])*?"""`,
  String.raw`'''(?:${escape}|[^\\])*?'''`,
  String.raw`"(?:${escape}|[^\\"\n\r])*"`,
  String.raw`'(?:${escape}|[^\\'\n\r])*'`,
  String.raw`[rR]"""[\s\S]*?"""`,
  String.raw`[rR]'''[\s\S]*?'''`,
  String.raw`[rR]"[^"\n\r]*"`,
  String.raw`[rR]'[^'\n\r]*'`,
]
const string = `(?:${strings.join('|')})`

/** What is no punctuation. An exact word beats an identifier of the same length. */
const patterns: readonly (readonly [TokenKind | 'HIDDEN', RegExp])[] = [
  ['HIDDEN', /[\t \r\n\f]+|\/\/[^\n]*/uy],
  [
    'NUM_FLOAT',
    /[0-9]+\.[0-9]+(?:[eE][+-]?[0-9]+)?|[0-9]+[eE][+-]?[0-9]+|\.[0-9]+(?:[eE][+-]?[0-9]+)?/uy,
  ],
  ['NUM_UINT', /0x[0-9a-fA-F]+[uU]|[0-9]+[uU]/uy],
  ['NUM_INT', /0x[0-9a-fA-F]+|[0-9]+/uy],
  ['BYTES', new RegExp(`[bB]${string}`, 'uy')],
  ['STRING', new RegExp(string, 'uy')],
  ['IDENTIFIER', /[A-Za-z_][A-Za-z0-9_]*/uy],
  ['ESC_IDENTIFIER', /`[A-Za-z0-9_.\-/ ]+`/uy],
]

const punctuation = /==|!=|<=|>=|&&|\|\||[<>[\]{}().,\-!?:+*/%]/uy
const words: ReadonlySet<string> = new Set(['in', 'true', 'false', 'null'])

interface Match {
  readonly kind: TokenKind | 'HIDDEN'
  readonly text: string
}

function matchAt(text: string, index: number): Match | undefined {
  let best: Match | undefined
  for (const [kind, pattern] of patterns) {
    pattern.lastIndex = index
    const found = pattern.exec(text)?.[0]
    if (found !== undefined && found.length > (best?.text.length ?? 0)) best = { kind, text: found }
  }
  if (best !== undefined && best.text.length > 1) return best
  punctuation.lastIndex = index
  const mark = punctuation.exec(text)?.[0]
  return mark === undefined ? best : { kind: mark as TokenKind, text: mark }
}

/** All tokens, the last being EOF, and what could not be read. */
export function tokenize(source: Source): Tokens {
  const { text } = source
  const tokens: Token[] = []
  const issues: CelIssue[] = []
  const unread = new Set<number>()
  let index = 0
  let at = 0
  while (index < text.length) {
    const match = matchAt(text, index)
    const read = match?.text ?? unreadable(text, index)
    if (match === undefined) {
      const shown = escaped(read)
      const message = `Syntax error: token recognition error at: '${shown}'`
      issues.push({ location: source.locationOf(at), message })
    } else if (match.kind !== 'HIDDEN') {
      const word = match.kind === 'IDENTIFIER' && words.has(read)
      tokens.push({ kind: word ? (read as TokenKind) : match.kind, text: read, at })
    }
    const length = Array.from(read).length
    if (match === undefined) for (let each = 0; each < length; each += 1) unread.add(at + each)
    index += read.length
    at += length
  }
  tokens.push({ kind: 'EOF', text: '<EOF>', at })
  return { tokens, issues, unread }
}

function escaped(text: string): string {
  return text.replaceAll('\n', '\\n').replaceAll('\t', '\\t').replaceAll('\r', '\\r')
}

/**
 * The characters up to the one at which no rule could go on, and that one too: an open text is
 * reported as a whole.
 */
function unreadable(text: string, index: number): string {
  const open = openText(text, index)
  const end = open ?? index
  const [character = ''] = Array.from(text.slice(end, end + 2))
  return text.slice(index, end + character.length)
}

const opened = [
  new RegExp(String.raw`[bB]?"""(?:${escape}|[^\\])*`, 'uy'),
  new RegExp(String.raw`[bB]?'''(?:${escape}|[^\\])*`, 'uy'),
  new RegExp(String.raw`[bB]?"(?:${escape}|[^\\"\n\r])*`, 'uy'),
  new RegExp(String.raw`[bB]?'(?:${escape}|[^\\'\n\r])*`, 'uy'),
  /[bB]?[rR]"[^"\n\r]*/uy,
  /[bB]?[rR]'[^'\n\r]*/uy,
  /`[A-Za-z0-9_.\-/ ]*/uy,
  /&|\||=/uy,
]
const escapeStart = /\\(?:[xX][0-9a-fA-F]?|u[0-9a-fA-F]{0,3}|U[0-9a-fA-F]{0,7}|[0-3][0-7]?)?/uy

/** Where a text that opens at `index` stops to be readable. */
function openText(text: string, index: number): number | undefined {
  let end: number | undefined
  for (const pattern of opened) {
    pattern.lastIndex = index
    const length = pattern.exec(text)?.[0].length
    if (length !== undefined) end = Math.max(end ?? 0, index + length)
  }
  if (end === undefined || text[end] !== '\\') return end
  escapeStart.lastIndex = end
  return end + (escapeStart.exec(text)?.[0].length ?? 0)
}
