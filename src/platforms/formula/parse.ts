// The tree of a formula. Port of expr-lang v1.17.8 parser/parser.go without maps, members, slices,
// pipes and `if`, which formulas over metrics have no use for.

import { goQuote } from '../../kube/go-text.ts'
import { FormulaError, type Token, tokensOf } from './tokens.ts'

interface At {
  readonly at: number
}

export type FormulaNode = At &
  (
    | { readonly type: 'nil' }
    | { readonly type: 'bool'; readonly value: boolean }
    | { readonly type: 'int' | 'float64'; readonly value: number }
    | { readonly type: 'string'; readonly value: string }
    | { readonly type: 'array'; readonly items: readonly FormulaNode[] }
    | { readonly type: 'name'; readonly name: string }
    /** `#`: the item a predicate looks at. */
    | { readonly type: 'item' }
    | { readonly type: 'unary'; readonly operator: string; readonly operand: FormulaNode }
    | {
        readonly type: 'binary'
        readonly operator: string
        readonly left: FormulaNode
        readonly right: FormulaNode
      }
    | {
        readonly type: 'conditional'
        readonly condition: FormulaNode
        readonly then: FormulaNode
        readonly otherwise: FormulaNode
      }
    | { readonly type: 'call'; readonly name: string; readonly args: readonly FormulaNode[] }
    | {
        readonly type: 'let'
        readonly name: string
        readonly value: FormulaNode
        readonly body: FormulaNode
      }
    | { readonly type: 'sequence'; readonly nodes: readonly FormulaNode[] }
  )

interface Operator {
  readonly precedence: number
  readonly isRight?: true
}

const unary: Readonly<Record<string, number>> = { not: 50, '!': 50, '-': 90, '+': 90 }
const binary: Readonly<Record<string, Operator>> = {
  or: { precedence: 10 },
  '||': { precedence: 10 },
  and: { precedence: 15 },
  '&&': { precedence: 15 },
  '==': { precedence: 20 },
  '!=': { precedence: 20 },
  '<': { precedence: 20 },
  '>': { precedence: 20 },
  '>=': { precedence: 20 },
  '<=': { precedence: 20 },
  in: { precedence: 20 },
  '+': { precedence: 30 },
  '-': { precedence: 30 },
  '*': { precedence: 60 },
  '/': { precedence: 60 },
  '%': { precedence: 60 },
  '**': { precedence: 100, isRight: true },
  '^': { precedence: 100, isRight: true },
  '??': { precedence: 500 },
}
const comparisons: readonly string[] = ['<', '>', '<=', '>=']

/** Throws a FormulaError. */
export function parseFormula(source: string): FormulaNode {
  const parser = new Parser(tokensOf(source))
  const node = parser.sequence()
  parser.end()
  return node
}

class Parser {
  private readonly tokens: readonly Token[]
  private position = 0
  private depth = 0

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens
  }

  end(): void {
    if (this.current.kind !== 'EOF') this.unexpected()
  }

  sequence(): FormulaNode {
    const first = this.expression(0)
    const nodes = [first]
    while (this.accept(';')) {
      if (this.current.kind === 'EOF') break
      nodes.push(this.expression(0))
    }
    return nodes.length === 1 ? first : { type: 'sequence', nodes, at: first.at }
  }

  private get current(): Token {
    return this.tokens[this.position] as Token
  }

  private unexpected(token = this.current): never {
    const shown = token.kind === 'EOF' ? 'EOF' : `${token.kind}(${goQuote(token.text)})`
    throw new FormulaError(`unexpected token ${shown}`, token.at)
  }

  private is(text: string): boolean {
    const { kind, text: current } = this.current
    return (kind === 'Operator' || kind === 'Bracket') && current === text
  }

  private accept(text: string): boolean {
    const isIt = this.is(text)
    if (isIt) this.position += 1
    return isIt
  }

  private expect(text: string): void {
    if (!this.accept(text)) this.unexpected()
  }

  private take(): Token {
    const token = this.current
    this.position += 1
    return token
  }

  private expression(precedence: number): FormulaNode {
    if (precedence === 0 && this.accept('let')) return this.declaration()
    let left = this.primary()
    let previous = ''
    for (;;) {
      const token = this.current
      const isNegated = this.is('not')
      const operatorToken = isNegated ? (this.tokens[this.position + 1] as Token) : token
      const operator = token.kind === 'Operator' ? binary[operatorToken.text] : undefined
      if (operator === undefined || operator.precedence < precedence) break
      if (isNegated && operatorToken.text !== 'in') this.unexpected(operatorToken)
      this.position += isNegated ? 2 : 1
      if (previous === '??' && operatorToken.text !== '??') {
        const mixed = `Operator (${operatorToken.text}) and coalesce expressions (??) cannot be mixed`
        throw new FormulaError(`${mixed}. Wrap either by parentheses.`, operatorToken.at)
      }
      left = comparisons.includes(operatorToken.text)
        ? this.comparison(left, operatorToken, operator.precedence)
        : this.operation(left, operatorToken, operator)
      if (isNegated) left = { type: 'unary', operator: 'not', operand: left, at: operatorToken.at }
      previous = operatorToken.text
    }
    return precedence === 0 ? this.conditional(left) : left
  }

  private operation(left: FormulaNode, { text, at }: Token, operator: Operator): FormulaNode {
    const right = this.expression(operator.precedence + (operator.isRight === true ? 0 : 1))
    return { type: 'binary', operator: text, left, right, at }
  }

  /** `a < b < c` means `a < b && b < c`. */
  private comparison(first: FormulaNode, token: Token, precedence: number): FormulaNode {
    let left = first
    let operator = token
    let whole: FormulaNode | undefined
    for (;;) {
      const right = this.expression(precedence + 1)
      const { text, at } = operator
      const one: FormulaNode = { type: 'binary', operator: text, left, right, at }
      whole =
        whole === undefined ? one : { type: 'binary', operator: '&&', left: whole, right: one, at }
      left = right
      if (this.current.kind !== 'Operator' || !comparisons.includes(this.current.text)) return whole
      operator = this.take()
    }
  }

  private declaration(): FormulaNode {
    const name = this.take()
    if (name.kind !== 'Identifier') this.unexpected(name)
    this.expect('=')
    const value = this.expression(0)
    this.expect(';')
    return { type: 'let', name: name.text, value, body: this.sequence(), at: name.at }
  }

  private conditional(first: FormulaNode): FormulaNode {
    let node = first
    while (this.accept('?')) {
      const condition = node
      let then = node
      if (!this.accept(':')) {
        then = this.expression(0)
        this.expect(':')
      }
      const otherwise = this.expression(0)
      node = { type: 'conditional', condition, then, otherwise, at: this.current.at }
    }
    return node
  }

  private primary(): FormulaNode {
    const token = this.current
    const precedence = token.kind === 'Operator' ? unary[token.text] : undefined
    if (precedence !== undefined) {
      this.position += 1
      const operand = this.expression(precedence)
      return { type: 'unary', operator: token.text, operand, at: token.at }
    }
    if (this.accept('(')) {
      const node = this.sequence()
      this.expect(')')
      return node
    }
    if (this.depth > 0 && this.accept('#')) return { type: 'item', at: token.at }
    return this.literal()
  }

  private literal(): FormulaNode {
    const { kind, text, at } = this.current
    if (kind === 'Identifier') return this.named()
    if (kind === 'Number') {
      this.position += 1
      const type = /[.eE]/.test(text) ? 'float64' : 'int'
      return { type, value: Number(text.replaceAll('_', '')), at }
    }
    if (kind === 'String') {
      this.position += 1
      return { type: 'string', value: text.slice(1, -1).replaceAll(/\\(.)/g, '$1'), at }
    }
    if (this.accept('[')) return { type: 'array', items: this.list(']'), at }
    return this.unexpected()
  }

  private named(): FormulaNode {
    const { text, at } = this.take()
    if (text === 'nil') return { type: 'nil', at }
    if (text === 'true' || text === 'false') return { type: 'bool', value: text === 'true', at }
    if (!this.accept('(')) return { type: 'name', name: text, at }
    this.depth += 1
    const args = this.list(')')
    this.depth -= 1
    return { type: 'call', name: text, args, at }
  }

  private list(end: string): FormulaNode[] {
    const items: FormulaNode[] = []
    while (!this.is(end)) {
      if (items.length > 0) this.expect(',')
      if (this.is(end)) break
      items.push(this.expression(0))
    }
    this.expect(end)
    return items
  }
}
