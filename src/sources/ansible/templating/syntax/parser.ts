// Expressions of templates: tokens to a tree. Port of jinja 3.1.6 src/jinja2/parser.py.

import { Float, integer, type Value } from '../../values.ts'
import { SyntaxFailure } from '../failures.ts'
import type { Argument, BinaryOperator, CompareOperator, Expression } from './ast.ts'
import type { Token, TokenType } from './lexer.ts'

const constants: ReadonlyMap<string, Value> = new Map<string, Value>([
  ['true', true],
  ['True', true],
  ['false', false],
  ['False', false],
  ['none', null],
  ['None', null],
])

const comparisons = new Set(['==', '!=', '<', '<=', '>', '>='])
const descriptions: Readonly<Partial<Record<TokenType, string>>> = {
  variable_end: 'end of print statement',
  block_end: 'end of statement block',
  block_begin: 'begin of statement block',
  variable_begin: 'begin of print statement',
  data: 'template data / text',
  eof: 'end of template',
}

/** How an error calls a token. */
export function describe(token: Token): string {
  return descriptions[token.type] ?? token.text
}

/** A cursor over tokens with the grammar of expressions. */
export class ExpressionParser {
  readonly tokens: readonly Token[]
  index = 0

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens
  }

  get current(): Token {
    return this.tokens[Math.min(this.index, this.tokens.length - 1)] as Token
  }

  is(type: TokenType, text?: string): boolean {
    const { current } = this
    return current.type === type && (text === undefined || current.text === text)
  }

  isOperator(text: string): boolean {
    return this.is('operator', text)
  }

  isName(text: string): boolean {
    return this.is('name', text)
  }

  next(): Token {
    const token = this.current
    this.index += 1
    return token
  }

  skip(type: TokenType, text?: string): boolean {
    if (!this.is(type, text)) return false
    this.index += 1
    return true
  }

  expect(type: TokenType, text?: string): Token {
    if (this.is(type, text)) return this.next()
    const wanted = text ?? descriptions[type] ?? type
    if (this.is('eof')) {
      throw new SyntaxFailure(`unexpected end of template, expected '${wanted}'.`, this.current.at)
    }
    throw new SyntaxFailure(
      `expected token '${wanted}', got '${describe(this.current)}'`,
      this.current.at,
    )
  }

  fail(message: string, at = this.current.at): never {
    throw new SyntaxFailure(message, at)
  }

  expression(withCondition = true): Expression {
    return withCondition ? this.#conditional() : this.#or()
  }

  #conditional(): Expression {
    let then = this.#or()
    while (this.isName('if')) {
      const { at } = this.next()
      const condition = this.#or()
      const otherwise = this.skip('name', 'else') ? this.#conditional() : undefined
      then = { type: 'if', at, condition, then, otherwise }
    }
    return then
  }

  #or(): Expression {
    let left = this.#and()
    while (this.isName('or')) {
      const { at } = this.next()
      left = { type: 'or', at, left, right: this.#and() }
    }
    return left
  }

  #and(): Expression {
    let left = this.#not()
    while (this.isName('and')) {
      const { at } = this.next()
      left = { type: 'and', at, left, right: this.#not() }
    }
    return left
  }

  #not(): Expression {
    if (!this.isName('not')) return this.#compare()
    const { at } = this.next()
    return { type: 'not', at, value: this.#not() }
  }

  #compare(): Expression {
    const { at } = this.current
    const first = this.#sum()
    const rest: { operator: CompareOperator; value: Expression }[] = []
    for (;;) {
      const operator = this.#comparison()
      if (operator === undefined) break
      rest.push({ operator, value: this.#sum() })
    }
    return rest.length === 0 ? first : { type: 'compare', at, first, rest }
  }

  #comparison(): CompareOperator | undefined {
    const { current } = this
    if (current.type === 'operator' && comparisons.has(current.text)) {
      return this.next().text as CompareOperator
    }
    if (this.skip('name', 'in')) return 'in'
    const following = this.tokens[this.index + 1]
    if (!this.isName('not') || following?.type !== 'name' || following.text !== 'in') {
      return undefined
    }
    this.index += 2
    return 'not in'
  }

  #binary(operators: readonly string[], operand: () => Expression): Expression {
    let left = operand()
    while (this.current.type === 'operator' && operators.includes(this.current.text)) {
      const { at, text } = this.next()
      left = { type: 'binary', at, operator: text as BinaryOperator, left, right: operand() }
    }
    return left
  }

  #sum(): Expression {
    return this.#binary(['+', '-'], () => this.#concat())
  }

  #concat(): Expression {
    const { at } = this.current
    const parts = [this.#product()]
    while (this.skip('operator', '~')) parts.push(this.#product())
    return parts.length === 1 ? (parts[0] as Expression) : { type: 'concat', at, parts }
  }

  #product(): Expression {
    return this.#binary(['*', '/', '//', '%'], () => this.#power())
  }

  #power(): Expression {
    return this.#binary(['**'], () => this.unary(true))
  }

  unary(withFilter: boolean): Expression {
    const { at } = this.current
    let node: Expression
    if (this.skip('operator', '-')) node = { type: 'minus', at, value: this.unary(false) }
    else if (this.skip('operator', '+')) node = { type: 'plus', at, value: this.unary(false) }
    else node = this.#primary()
    node = this.#postfix(node)
    return withFilter ? this.filters(node) : node
  }

  #primary(): Expression {
    const token = this.next()
    const { at, text } = token
    switch (token.type) {
      case 'name': {
        const value = constants.get(text)
        return value === undefined ? { type: 'name', at, name: text } : { type: 'const', at, value }
      }
      case 'string':
        return { type: 'const', at, value: this.#strings(text) }
      case 'integer':
        return { type: 'const', at, value: integer(BigInt(text)) }
      case 'float':
        return { type: 'const', at, value: new Float(Number(text)) }
      case 'operator':
        if (text === '(') return this.#parenthesis()
        if (text === '[') return this.#list(at)
        if (text === '{') return this.#dict(at)
        break
      default:
    }
    return this.fail(`unexpected '${describe(token)}'`, at)
  }

  #strings(first: string): string {
    let text = first
    while (this.is('string')) text += this.next().text
    return text
  }

  #parenthesis(): Expression {
    const node = this.tuple({ isExplicit: true })
    this.expect('operator', ')')
    return node
  }

  /** One expression, or a tuple where commas follow. */
  tuple(options: { readonly isExplicit?: boolean; readonly isPlain?: boolean } = {}): Expression {
    const { at } = this.current
    const items: Expression[] = []
    let isTuple = false
    for (;;) {
      if (items.length > 0) this.expect('operator', ',')
      if (this.#endsTuple()) break
      items.push(this.expression(options.isPlain !== true))
      if (!this.isOperator(',')) break
      isTuple = true
    }
    if (isTuple) return { type: 'tuple', at, items }
    if (items[0] !== undefined) return items[0]
    if (options.isExplicit !== true) {
      this.fail(`Expected an expression, got '${describe(this.current)}'`)
    }
    return { type: 'tuple', at, items: [] }
  }

  #endsTuple(): boolean {
    const { type } = this.current
    return type === 'variable_end' || type === 'block_end' || type === 'eof' || this.isOperator(')')
  }

  #list(at: number): Expression {
    const items: Expression[] = []
    while (!this.isOperator(']')) {
      if (items.length > 0) this.expect('operator', ',')
      if (this.isOperator(']')) break
      items.push(this.expression())
    }
    this.expect('operator', ']')
    return { type: 'list', at, items }
  }

  #dict(at: number): Expression {
    const pairs: [Expression, Expression][] = []
    while (!this.isOperator('}')) {
      if (pairs.length > 0) this.expect('operator', ',')
      if (this.isOperator('}')) break
      const key = this.expression()
      this.expect('operator', ':')
      pairs.push([key, this.expression()])
    }
    this.expect('operator', '}')
    return { type: 'dict', at, pairs }
  }

  #postfix(start: Expression): Expression {
    let node = start
    for (;;) {
      if (this.isOperator('.') || this.isOperator('[')) node = this.#subscript(node)
      else if (this.isOperator('(')) node = this.#call(node)
      else return node
    }
  }

  filters(start: Expression): Expression {
    let node = start
    for (;;) {
      if (this.isOperator('|')) node = this.#filter(node)
      else if (this.isName('is')) node = this.#test(node)
      else if (this.isOperator('(')) node = this.#call(node)
      else return node
    }
  }

  #subscript(object: Expression): Expression {
    const { text, at } = this.next()
    if (text === '[') return this.#brackets(object, at)
    const token = this.next()
    if (token.type === 'name') return { type: 'attribute', at, object, name: token.text }
    if (token.type === 'integer') {
      const key: Expression = { type: 'const', at: token.at, value: integer(BigInt(token.text)) }
      return { type: 'item', at, object, key }
    }
    return this.fail('expected name or number', token.at)
  }

  #brackets(object: Expression, at: number): Expression {
    const keys: (Expression | (Expression | undefined)[])[] = []
    while (!this.isOperator(']')) {
      if (keys.length > 0) this.expect('operator', ',')
      keys.push(this.#subscribed())
    }
    this.expect('operator', ']')
    const [only] = keys
    if (keys.length !== 1 || only === undefined) {
      if (keys.length === 0) this.fail('Expected subscript expression', at)
      const items = keys.filter(key => !Array.isArray(key)) as Expression[]
      return { type: 'item', at, object, key: { type: 'tuple', at, items } }
    }
    if (Array.isArray(only)) return { type: 'slice', at, object, bounds: only }
    return { type: 'item', at, object, key: only }
  }

  #subscribed(): Expression | (Expression | undefined)[] {
    const bounds: (Expression | undefined)[] = []
    let expression: Expression | undefined
    if (!this.isOperator(':')) {
      expression = this.expression()
      if (!this.isOperator(':')) return expression
    }
    bounds.push(expression)
    while (this.skip('operator', ':')) {
      const ends = this.isOperator(':') || this.isOperator(']') || this.isOperator(',')
      bounds.push(ends ? undefined : this.expression())
    }
    return bounds
  }

  args(): readonly Argument[] {
    this.expect('operator', '(')
    const args: Argument[] = []
    while (!this.isOperator(')')) {
      if (args.length > 0) {
        this.expect('operator', ',')
        if (this.isOperator(')')) break
      }
      args.push(this.#argument())
    }
    this.expect('operator', ')')
    return args
  }

  #argument(): Argument {
    if (this.skip('operator', '*')) return { value: this.expression(), spread: 'list' }
    if (this.skip('operator', '**')) return { value: this.expression(), spread: 'mapping' }
    const following = this.tokens[this.index + 1]
    if (this.is('name') && following?.type === 'operator' && following.text === '=') {
      const name = this.next().text
      this.index += 1
      return { name, value: this.expression() }
    }
    return { value: this.expression() }
  }

  #call(callee: Expression): Expression {
    const { at } = this.current
    return { type: 'call', at, callee, args: this.args() }
  }

  #dotted(): string {
    let name = this.expect('name').text
    while (this.skip('operator', '.')) name += `.${this.expect('name').text}`
    return name
  }

  #filter(input: Expression): Expression {
    const { at } = this.next()
    const name = this.#dotted()
    const args = this.isOperator('(') ? this.args() : []
    return { type: 'filter', at, name, input, args }
  }

  /** The filters of a filter block or block set, joined by `|`. */
  filterSteps(startsInline: boolean): { name: string; args: readonly Argument[]; at: number }[] {
    const steps: { name: string; args: readonly Argument[]; at: number }[] = []
    let isInline = startsInline
    while (isInline || this.isOperator('|')) {
      const { at } = this.current
      if (!isInline) this.index += 1
      isInline = false
      const name = this.#dotted()
      steps.push({ name, at, args: this.isOperator('(') ? this.args() : [] })
    }
    return steps
  }

  #test(input: Expression): Expression {
    const { at } = this.next()
    const isNegated = this.skip('name', 'not')
    const name = this.#dotted()
    const test: Expression = { type: 'test', at, name, input, args: this.#testArgs() }
    return isNegated ? { type: 'not', at, value: test } : test
  }

  #testArgs(): readonly Argument[] {
    if (this.isOperator('(')) return this.args()
    const { current } = this
    const isOperand =
      ['name', 'string', 'integer', 'float'].includes(current.type) ||
      this.isOperator('[') ||
      this.isOperator('{')
    const ends = ['else', 'or', 'and'].some(word => this.isName(word))
    if (!isOperand || ends) return []
    if (this.isName('is')) this.fail('You cannot chain multiple tests with is')
    return [{ value: this.#postfix(this.#primary()) }]
  }
}
