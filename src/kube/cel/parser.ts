// Text to syntax tree. What the grammar does not allow is left to syntax-errors.ts, which words it
// as upstream's generated parser does. Port of cel-go v0.26.0 parser/parser.go: trees, positions.

import { assert } from '../../base/assert.ts'
import { type Entry, type Expr, type FieldInit, operators } from './ast.ts'
import { type Token, type TokenKind, tokenize } from './lexer.ts'
import { expandMacro } from './macros.ts'
import { intLiteral, uintLiteral } from './literals.ts'
import { type CelIssue, noLocation, type Source } from './source.ts'
import { syntaxErrors } from './syntax-errors.ts'
import { unescapeBytes, unescapeString } from './unescape.ts'
import { Double, Uint, type Value } from './values.ts'

export type Parsed =
  | { readonly ok: true; readonly expr: Expr }
  | { readonly ok: false; readonly issues: readonly CelIssue[] }

const reservedWords: ReadonlySet<string> = new Set([
  'as',
  'break',
  'const',
  'continue',
  'else',
  'for',
  'function',
  'if',
  'import',
  'let',
  'loop',
  'package',
  'namespace',
  'return',
  'var',
  'void',
  'while',
])

const sizeMax = 100_000
const depthMax = 250

/** Parses an expression; every complaint has its place. */
export function parse(source: Source, hasBindings = false): Parsed {
  const size = source.characters.length
  if (size > sizeMax) {
    const message = `expression code point size exceeds limit: size: ${size}, limit ${sizeMax}`
    return { ok: false, issues: [{ location: noLocation, message }] }
  }
  const read = tokenize(source)
  const { tokens, issues } = read
  const parser = new Parser(source, tokens, hasBindings)
  const expr = issues.length === 0 ? parser.start() : undefined
  if (expr !== undefined) {
    return parser.issues.length === 0 ? { ok: true, expr } : { ok: false, issues: parser.issues }
  }
  if (parser.isTooDeep) {
    const message = `expression recursion limit exceeded: ${depthMax}`
    return { ok: false, issues: [{ location: noLocation, message }] }
  }
  return { ok: false, issues: [...issues, ...syntaxErrors(source, read)] }
}

/** Thrown inside the parser where the text leaves the grammar; never leaves this file. */
class Unreadable extends Error {}

class Parser {
  private readonly hasBindings: boolean
  readonly issues: CelIssue[] = []
  isTooDeep = false
  private readonly source: Source
  private readonly tokens: readonly Token[]
  private index = 0
  private depth = 0

  constructor(source: Source, tokens: readonly Token[], hasBindings: boolean) {
    this.hasBindings = hasBindings
    this.source = source
    this.tokens = tokens
  }

  /** The tree, or undefined where the text is not in the grammar. */
  start(): Expr | undefined {
    try {
      const expr = this.expr()
      this.expect('EOF')
      return expr
    } catch (error) {
      if (error instanceof Unreadable) return undefined
      throw error
    }
  }

  private get next(): Token {
    return this.tokens[this.index] as Token
  }

  /** Whether the list goes on behind a comma, which is taken then; one may end it. */
  private goesOn(end: TokenKind): boolean {
    if (this.kindAt(0) !== ',' || this.kindAt(1) === end) return false
    this.take()
    return true
  }

  private kindAt(ahead: number): TokenKind | undefined {
    return this.tokens[this.index + ahead]?.kind
  }

  private take(): Token {
    const token = this.next
    this.index += 1
    return token
  }

  private accept(kind: TokenKind): Token | undefined {
    return this.next.kind === kind ? this.take() : undefined
  }

  private expect(kind: TokenKind): Token {
    if (this.next.kind !== kind) throw new Unreadable()
    return this.take()
  }

  private complain(at: number, message: string): Expr {
    this.issues.push({ location: this.source.locationOf(at), message })
    return { kind: 'unspecified', at }
  }

  private expr(): Expr {
    this.depth += 1
    if (this.depth > depthMax) {
      this.isTooDeep = true
      throw new Unreadable()
    }
    const condition = this.logical('||', operators.or)
    const mark = this.accept('?')
    const result = mark === undefined ? condition : this.conditional(condition, mark.at)
    this.depth -= 1
    return result
  }

  private conditional(condition: Expr, at: number): Expr {
    const yes = this.logical('||', operators.or)
    this.expect(':')
    return this.call(operators.conditional, at, [condition, yes, this.expr()])
  }

  /** A chain of && or ||, as a balanced tree. */
  private logical(mark: '||' | '&&', name: string): Expr {
    const next = (): Expr =>
      mark === '||' ? this.logical('&&', operators.and) : this.relation(this.calc(0))
    const terms = [next()]
    const marks: number[] = []
    for (let token = this.accept(mark); token !== undefined; token = this.accept(mark)) {
      marks.push(token.at)
      terms.push(next())
    }
    return marks.length === 0 ? (terms[0] as Expr) : balanced(name, { terms, marks })
  }

  private relation(first: Expr): Expr {
    let left = first
    while (relations.has(this.next.kind)) {
      const { at, kind } = this.take()
      const name = kind === 'in' ? operators.in : `_${kind}_`
      left = this.call(name, at, [left, this.calc(0)])
    }
    return left
  }

  /** `+ -` bind with strength 0, `* / %` with strength 1. */
  private calc(strength: 0 | 1): Expr {
    const operand = (): Expr => (strength === 0 ? this.calc(1) : this.unary())
    const marks = strength === 0 ? sums : products
    let left = operand()
    while (marks.has(this.next.kind)) {
      const { at, kind } = this.take()
      left = this.call(`_${kind}_`, at, [left, operand()])
    }
    return left
  }

  private unary(): Expr {
    if (this.next.kind === '!') return this.prefixed('!', operators.not)
    // A single minus before digits belongs to the number.
    const number = this.kindAt(1) === 'NUM_INT' || this.kindAt(1) === 'NUM_FLOAT'
    if (this.next.kind === '-' && !number) return this.prefixed('-', operators.negate)
    return this.member()
  }

  private prefixed(mark: '!' | '-', name: string): Expr {
    const { at } = this.next
    let count = 0
    while (this.accept(mark) !== undefined) count += 1
    const operand = this.member()
    return count % 2 === 0 ? operand : this.call(name, at, [operand])
  }

  private member(): Expr {
    let operand = this.primary()
    for (;;) {
      if (this.next.kind === '.') operand = this.selected(operand)
      else if (this.next.kind === '[') operand = this.indexed(operand)
      else return operand
    }
  }

  private selected(operand: Expr): Expr {
    const { at } = this.expect('.')
    if (this.accept('?') !== undefined) {
      const field = this.fieldName()
      const name: Expr = { kind: 'literal', at: field.at, value: field.name }
      return this.plainCall(operators.optSelect, at, [operand, name])
    }
    if (this.next.kind === 'IDENTIFIER' && this.kindAt(1) === '(') {
      const name = this.take().text
      const open = this.take()
      const args = this.arguments()
      return this.callOrMacro({ function: name, target: operand, args, at: open.at })
    }
    const { name } = this.fieldName()
    return { kind: 'select', at, operand, field: name, testOnly: false }
  }

  private fieldName(): { readonly name: string; readonly at: number } {
    const token = this.next
    if (token.kind === 'ESC_IDENTIFIER') {
      this.complain(token.at, "unsupported syntax: '`'")
      this.take()
      return { name: token.text.slice(1, -1), at: token.at }
    }
    return { name: this.expect('IDENTIFIER').text, at: token.at }
  }

  private indexed(operand: Expr): Expr {
    const { at } = this.expect('[')
    const optional = this.accept('?') !== undefined
    const index = this.expr()
    this.expect(']')
    return this.call(optional ? operators.optIndex : operators.index, at, [operand, index])
  }

  private arguments(): Expr[] {
    const args: Expr[] = []
    if (this.accept(')') !== undefined) return args
    do args.push(this.expr())
    while (this.accept(',') !== undefined)
    this.expect(')')
    return args
  }

  private primary(): Expr {
    const token = this.next
    switch (token.kind) {
      case '.':
      case 'IDENTIFIER':
        return this.named()
      case '(': {
        this.take()
        const expr = this.expr()
        this.expect(')')
        return expr
      }
      case '[':
        return this.list()
      case '{':
        return this.map()
      default:
        return this.literal()
    }
  }

  /** An identifier, a call of a global function, or a message. */
  private named(): Expr {
    const start = this.next.at
    const dot = this.accept('.') === undefined ? '' : '.'
    if (this.isMessage()) return this.message(dot)
    const { text, at } = this.expect('IDENTIFIER')
    const reserved = reservedWords.has(text)
    if (this.next.kind === '(') {
      const open = this.take()
      const args = this.arguments()
      if (reserved) return this.complain(start, `reserved identifier: ${text}`)
      return this.callOrMacro({ function: dot + text, target: undefined, args, at: open.at })
    }
    if (reserved) return this.complain(start, `reserved identifier: ${text}`)
    return { kind: 'ident', at, name: dot + text }
  }

  /** Whether `a.b.c {` stands here. */
  private isMessage(): boolean {
    let ahead = 0
    if (this.kindAt(ahead) !== 'IDENTIFIER') return false
    while (this.kindAt(ahead + 1) === '.' && this.kindAt(ahead + 2) === 'IDENTIFIER') ahead += 2
    return this.kindAt(ahead + 1) === '{'
  }

  private message(dot: string): Expr {
    let typeName = dot + this.take().text
    while (this.accept('.') !== undefined) typeName += `.${this.take().text}`
    const { at } = this.expect('{')
    const fields: FieldInit[] = []
    while (this.next.kind !== '}' && this.next.kind !== ',') {
      const optional = this.accept('?') !== undefined
      const { name } = this.fieldName()
      const colon = this.expect(':')
      fields.push({ at: colon.at, name, value: this.expr(), optional })
      if (!this.goesOn('}')) break
    }
    this.accept(',')
    this.expect('}')
    return { kind: 'struct', at, typeName, fields }
  }

  private list(): Expr {
    const { at } = this.expect('[')
    const elements: Expr[] = []
    const optionals: number[] = []
    while (this.next.kind !== ']' && this.next.kind !== ',') {
      if (this.accept('?') !== undefined) optionals.push(elements.length)
      elements.push(this.expr())
      if (!this.goesOn(']')) break
    }
    this.accept(',')
    this.expect(']')
    return { kind: 'list', at, elements, optionals }
  }

  private map(): Expr {
    const { at } = this.expect('{')
    const entries: Entry[] = []
    while (this.next.kind !== '}' && this.next.kind !== ',') {
      const optional = this.accept('?') !== undefined
      const key = this.expr()
      const colon = this.expect(':')
      entries.push({ at: colon.at, key, value: this.expr(), optional })
      if (!this.goesOn('}')) break
    }
    this.accept(',')
    this.expect('}')
    return { kind: 'map', at, entries }
  }

  private literal(): Expr {
    const { at } = this.next
    const sign = this.accept('-') === undefined ? '' : '-'
    const token = this.next
    if (sign !== '' && token.kind !== 'NUM_INT' && token.kind !== 'NUM_FLOAT') {
      throw new Unreadable()
    }
    const value = this.valueOf(token, sign, at)
    this.take()
    return value === undefined ? { kind: 'unspecified', at } : { kind: 'literal', at, value }
  }

  /** The value of a literal; undefined after a complaint. */
  private valueOf({ kind, text }: Token, sign: string, at: number): Value | undefined {
    switch (kind) {
      case 'NUM_INT':
        return this.orComplain(intLiteral(sign, text), at, 'invalid int literal')
      case 'NUM_UINT': {
        const value = this.orComplain(uintLiteral(text), at, 'invalid uint literal')
        return value === undefined ? undefined : new Uint(value)
      }
      case 'NUM_FLOAT': {
        const value = Number(sign + text)
        const finite = Number.isFinite(value) ? new Double(value) : undefined
        return this.orComplain(finite, at, 'invalid double literal')
      }
      case 'STRING': {
        const read = unescapeString(text)
        if (!read.ok) this.complain(at, read.error)
        return read.ok ? read.value : text
      }
      case 'BYTES': {
        const read = unescapeBytes(text.slice(1))
        if (!read.ok) this.complain(at, read.error)
        return read.ok ? read.value : new Uint8Array()
      }
      case 'true':
      case 'false':
        return kind === 'true'
      case 'null':
        return null
      default:
        throw new Unreadable()
    }
  }

  private orComplain<T>(value: T | undefined, at: number, message: string): T | undefined {
    if (value === undefined) this.complain(at, message)
    return value
  }

  private plainCall(name: string, at: number, args: readonly Expr[]): Expr {
    return { kind: 'call', at, function: name, target: undefined, args }
  }

  private call(name: string, at: number, args: readonly Expr[]): Expr {
    return this.plainCall(name, at, args)
  }

  private callOrMacro(call: Parameters<typeof expandMacro>[0]): Expr {
    const expansion = expandMacro(call, this.hasBindings)
    if (expansion === undefined) return { kind: 'call', ...call }
    return 'error' in expansion ? this.complain(expansion.at, expansion.error) : expansion
  }
}

const relations: ReadonlySet<TokenKind> = new Set(['<', '<=', '>=', '>', '==', '!=', 'in'])
const sums: ReadonlySet<TokenKind> = new Set(['+', '-'])
const products: ReadonlySet<TokenKind> = new Set(['*', '/', '%'])

interface Chain {
  readonly terms: readonly Expr[]
  readonly marks: readonly number[]
}

function balanced(name: string, { terms, marks }: Chain): Expr {
  const build = (low: number, high: number): Expr => {
    const middle = Math.trunc((low + high + 1) / 2)
    const left = middle === low ? terms[middle] : build(low, middle - 1)
    const right = middle === high ? terms[middle + 1] : build(middle + 1, high)
    assert(left !== undefined && right !== undefined, 'a chain has one term more than marks')
    const at = marks[middle] as number
    return { kind: 'call', at, function: name, target: undefined, args: [left, right] }
  }
  return build(0, marks.length - 1)
}
