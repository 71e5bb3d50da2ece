// The location of a mutation: a path through objects and keyed lists, such as
// `spec.containers[name: main].image`. Port of gatekeeper v3.23.1 pkg/mutation/path/parser.

import { MutationError } from './mutation-error.ts'
import { type Token, type TokenType, tokensOf, tokenText } from './location-tokens.ts'

/** One step of a path: a field of an object. */
export interface ObjectNode {
  readonly type: 'Object'
  readonly reference: string
}

/** One step of a path: the elements of a list whose key field has the value, or all (`glob`). */
export interface ListNode {
  readonly type: 'List'
  readonly keyField: string
  readonly keyValue: string | number | undefined
  readonly glob: boolean
}

export type PathNode = ObjectNode | ListNode
export type Path = readonly PathNode[]

/** Parses a location; throws a MutationError that says what was expected where. */
export function parseLocation(location: string): Path {
  return new LocationParser(tokensOf(location)).parse()
}

class LocationParser {
  private at = 0
  private readonly tokens: readonly Token[]

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens
  }

  parse(): Path {
    const nodes: PathNode[] = []
    while (this.current().type === 'IDENT') {
      nodes.push({ type: 'Object', reference: this.current().literal })
      if (this.takes('LBRACKET')) nodes.push(this.list())
      if (this.takes('SEPARATOR')) {
        if (this.peek().type === 'EOF') throw new MutationError('trailing separators are forbidden')
        this.at += 1
      } else if (!this.takes('EOF')) {
        throw unexpected("expected '.' or eof", this.peek())
      }
    }
    if (this.current().type !== 'EOF') {
      throw unexpected('expected field name or eof', this.current())
    }
    return nodes
  }

  private list(): ListNode {
    if (!this.takes('IDENT')) throw unexpected('expected keyField in listSpec', this.peek())
    const keyField = this.current().literal
    if (!this.takes('COLON')) {
      throw unexpected(`expected ':' following keyField ${keyField}`, this.peek())
    }
    const node = this.key(keyField)
    if (!this.takes('RBRACKET')) throw unexpected("expected ']' following listSpec", this.peek())
    return node
  }

  private key(keyField: string): ListNode {
    const node = { type: 'List', keyField, glob: false } as const
    if (this.takes('GLOB')) return { ...node, keyValue: undefined, glob: true }
    if (this.takes('IDENT')) return { ...node, keyValue: this.current().literal }
    if (this.takes('INT')) return { ...node, keyValue: integer(this.current().literal, keyField) }
    throw unexpected('expected key value or glob in listSpec', this.peek())
  }

  private current(): Token {
    return this.tokenAt(this.at)
  }

  private peek(): Token {
    return this.tokenAt(this.at + 1)
  }

  /** Behind the last token is nothing but that token again. */
  private tokenAt(index: number): Token {
    return this.tokens[Math.min(index, this.tokens.length - 1)] as Token
  }

  /** Goes on to the next token if it is of the type. */
  private takes(type: TokenType): boolean {
    if (this.peek().type !== type) return false
    this.at += 1
    return true
  }
}

function unexpected(expected: string, got: Token): MutationError {
  return new MutationError(`unexpected token: ${expected}, got: ${tokenText(got)}`)
}

/** Upstream adds digit by digit and calls it an overflow when the sum turns negative. */
function integer(digits: string, keyField: string): number {
  let value = 0n
  for (const digit of digits) {
    value = BigInt.asIntN(64, value * 10n + BigInt(digit))
    if (value < 0n) {
      const why = `invalid integer: overflow in integer string: ${digits}`
      throw new MutationError(`${why}: parsing key value for key: ${keyField}`)
    }
  }
  return Number(value)
}

/** As messages print a path; it parses to the same path. */
export function pathText(path: Path): string {
  return path
    .map((node, index) => (node.type === 'Object' && index > 0 ? '.' : '') + nodeText(node))
    .join('')
}

/** As messages print one step. */
export function nodeText(node: PathNode): string {
  if (node.type === 'Object') return quoted(node.reference)
  return `[${quoted(node.keyField)}: ${keyText(node)}]`
}

function keyText({ keyValue, glob }: ListNode): string {
  if (glob) return '*'
  return typeof keyValue === 'string' ? quoted(keyValue) : String(keyValue ?? '')
}

function quoted(text: string): string {
  if (text === '') return '""'
  if (!/['"\t\n \\*[\]:.]|^[0-9]/.test(text)) return text
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
}

/** Whether two steps are the same. */
export function sameNode(a: PathNode, b: PathNode): boolean {
  if (a.type === 'Object') return b.type === 'Object' && a.reference === b.reference
  return (
    b.type === 'List' && a.keyField === b.keyField && a.keyValue === b.keyValue && a.glob === b.glob
  )
}

/** The fields on a path, without the elements of lists that it picks. */
export function fieldsOf(path: Path): readonly string[] {
  return path.flatMap(node => (node.type === 'Object' ? [node.reference] : []))
}
