// Tokens of a mutation's location. Port of gatekeeper v3.23.1 pkg/mutation/path/token.

import { goQuote } from '../../kube/go-text.ts'

export type TokenType =
  | 'ERROR'
  | 'EOF'
  | 'IDENT'
  | 'INT'
  | 'LBRACKET'
  | 'RBRACKET'
  | 'SEPARATOR'
  | 'GLOB'
  | 'COLON'

export interface Token {
  readonly type: TokenType
  readonly literal: string
}

/** As messages print a token: `IDENT: "spec"`. */
export function tokenText({ type, literal }: Token): string {
  return `${type}: ${goQuote(literal)}`
}

const punctuation: Readonly<Record<string, TokenType>> = {
  '.': 'SEPARATOR',
  '[': 'LBRACKET',
  ']': 'RBRACKET',
  '*': 'GLOB',
  ':': 'COLON',
}

const end: Token = { type: 'EOF', literal: '' }
const patterns = {
  space: /[ \t\r\n]*/y,
  integer: /[0-9]+/y,
  identifier: /[A-Za-z0-9_-]+/y,
}

/** All tokens of a location, the last one EOF or the first ERROR. */
export function tokensOf(location: string): readonly Token[] {
  const tokens: Token[] = []
  let at = 0
  for (;;) {
    at += lengthOf(patterns.space, location, at)
    const { token, next } = tokenAt(location, at)
    tokens.push(token)
    if (token.type === 'EOF' || token.type === 'ERROR') return tokens
    at = next
  }
}

interface Scanned {
  readonly token: Token
  readonly next: number
}

function lengthOf(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0].length ?? 0
}

function tokenAt(text: string, at: number): Scanned {
  if (at >= text.length) return { token: end, next: at }
  for (const [pattern, type] of [
    [patterns.integer, 'INT'],
    [patterns.identifier, 'IDENT'],
  ] as const) {
    const length = lengthOf(pattern, text, at)
    const next = at + length
    if (length > 0) return { token: { type, literal: text.slice(at, next) }, next }
  }
  const character = String.fromCodePoint(text.codePointAt(at) as number)
  if (character === '"' || character === "'") return quotedAt(text, at, character)
  const type = punctuation[character] ?? 'ERROR'
  return { token: { type, literal: character }, next: at + character.length }
}

/** A string in quotes; a backslash takes the next character as it is. */
function quotedAt(text: string, start: number, quote: string): Scanned {
  let literal = ''
  for (let at = start + 1; at < text.length; at += 1) {
    if (text[at] === quote) return { token: { type: 'IDENT', literal }, next: at + 1 }
    if (text[at] === '\\') at += 1
    literal += text[at] ?? ''
  }
  return { token: { type: 'ERROR', literal }, next: text.length }
}
