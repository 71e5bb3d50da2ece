// Statements of templates: tokens to a tree. Port of jinja 3.1.6 src/jinja2/parser.py.

import { SyntaxFailure } from '../failures.ts'
import type { Expression, Parameter, Statement, Target } from './ast.ts'
import { type LexOptions, tokenize, tokenizeExpression } from './lexer.ts'
import { describe, ExpressionParser } from './parser.ts'

/** The tree of a template; throws a SyntaxFailure. */
export function parseTemplate(source: string, options: LexOptions): readonly Statement[] {
  const parser = new StatementParser(tokenize(source, options))
  return parser.until([])
}

/** The tree of a bare expression; with `isTuple` commas make a tuple. */
export function parseExpression(source: string, isTuple: boolean): Expression {
  const parser = new ExpressionParser(tokenizeExpression(source))
  const expression = isTuple ? parser.tuple() : parser.expression()
  if (!parser.is('eof')) parser.fail(`chunk after expression: '${describe(parser.current)}'`)
  return expression
}

const unsupported = new Set(['include', 'import', 'from', 'extends', 'block'])

class StatementParser extends ExpressionParser {
  /** Statements up to a tag of that name, whose `{%` is taken and whose name is current. */
  until(ends: readonly string[]): readonly Statement[] {
    const body: Statement[] = []
    for (;;) {
      const token = this.next()
      const { at } = token
      if (token.type === 'eof') {
        if (ends.length === 0) return body
        throw new SyntaxFailure(`Unexpected end of template, expected '${ends.join("' or '")}'`, at)
      }
      if (token.type === 'data') body.push({ type: 'text', at, text: token.text })
      else if (token.type === 'variable_begin') {
        body.push({ type: 'output', at, value: this.tuple() })
        this.expect('variable_end')
      } else {
        if (this.is('name') && ends.includes(this.current.text)) return body
        body.push(this.#statement(at))
      }
    }
  }

  #statement(at: number): Statement {
    const tag = this.expect('name')
    switch (tag.text) {
      case 'for':
        return this.#for(at)
      case 'if':
        return this.#if(at)
      case 'set':
        return this.#set(at)
      case 'macro':
        return this.#macro(at)
      case 'filter':
        return this.#filterBlock(at)
      case 'with':
        return this.#with(at)
      case 'call':
        return this.#callBlock(at)
      case 'autoescape':
        return this.#autoescape(at)
      default:
        if (unsupported.has(tag.text)) return this.#skipTag(at, tag.text)
        return this.fail(`Encountered unknown tag '${tag.text}'.`, tag.at)
    }
  }

  #end(): void {
    this.expect('block_end')
  }

  #body(ends: readonly string[]): readonly Statement[] {
    this.#end()
    return this.until(ends)
  }

  // The body up to the one tag that can end it.
  #whole(end: string): readonly Statement[] {
    const body = this.#body([end])
    this.next()
    this.#end()
    return body
  }

  #for(at: number): Statement {
    const target = this.#target(['in'])
    this.expect('name', 'in')
    const over = this.tuple({ isPlain: true })
    const condition = this.skip('name', 'if') ? this.expression() : undefined
    const isRecursive = this.skip('name', 'recursive')
    const body = this.#body(['endfor', 'else'])
    let otherwise: readonly Statement[] = []
    if (this.next().text === 'else') otherwise = this.#whole('endfor')
    else this.#end()
    return { type: 'for', at, target, over, condition, body, otherwise, isRecursive }
  }

  #if(at: number): Statement {
    const arms: { condition: Expression; body: readonly Statement[] }[] = []
    for (;;) {
      const condition = this.tuple({ isPlain: true })
      arms.push({ condition, body: this.#body(['elif', 'else', 'endif']) })
      const tag = this.next().text
      if (tag === 'elif') continue
      if (tag === 'else') {
        return { type: 'branch', at, arms, otherwise: this.#whole('endif') }
      }
      this.#end()
      return { type: 'branch', at, arms, otherwise: [] }
    }
  }

  #set(at: number): Statement {
    const target = this.#target(['='])
    if (this.skip('operator', '=')) {
      const value = this.tuple()
      this.#end()
      return { type: 'set', at, target, value }
    }
    const filters = this.filterSteps(false)
    return { type: 'block-set', at, target, filters, body: this.#whole('endset') }
  }

  #macro(at: number): Statement {
    const name = this.expect('name').text
    const parameters = this.#parameters()
    return { type: 'macro', at, name, parameters, body: this.#whole('endmacro') }
  }

  #parameters(): readonly Parameter[] {
    this.expect('operator', '(')
    const parameters: Parameter[] = []
    while (!this.isOperator(')')) {
      if (parameters.length > 0) this.expect('operator', ',')
      const name = this.expect('name').text
      parameters.push(this.skip('operator', '=') ? { name, fallback: this.expression() } : { name })
    }
    this.expect('operator', ')')
    return parameters
  }

  #filterBlock(at: number): Statement {
    const filters = this.filterSteps(true)
    return { type: 'filter-block', at, filters, body: this.#whole('endfilter') }
  }

  #with(at: number): Statement {
    const values: { target: Target; value: Expression }[] = []
    while (!this.is('block_end')) {
      if (values.length > 0) this.expect('operator', ',')
      const target = this.#target(['='])
      this.expect('operator', '=')
      values.push({ target, value: this.expression() })
    }
    return { type: 'with', at, values, body: this.#whole('endwith') }
  }

  #callBlock(at: number): Statement {
    const parameters = this.isOperator('(') ? this.#parameters() : []
    const call = this.expression()
    if (call.type !== 'call') this.fail('expected call', at)
    return { type: 'call-block', at, call, parameters, body: this.#whole('endcall') }
  }

  // Ansible escapes nothing, so the block is its body.
  #autoescape(at: number): Statement {
    this.expression()
    const body = this.#whole('endautoescape')
    return { type: 'with', at, values: [], body }
  }

  #skipTag(at: number, tag: string): Statement {
    while (!this.is('block_end') && !this.is('eof')) this.index += 1
    this.#end()
    return { type: 'unsupported', at, tag }
  }

  #target(ends: readonly string[]): Target {
    const items = [this.#oneTarget()]
    let isTuple = false
    while (this.skip('operator', ',')) {
      isTuple = true
      if (this.current.type !== 'eof' && ends.includes(this.current.text)) break
      items.push(this.#oneTarget())
    }
    return isTuple ? { type: 'tuple', items } : (items[0] as Target)
  }

  #oneTarget(): Target {
    if (this.skip('operator', '(')) {
      const inner = this.#target([')'])
      this.expect('operator', ')')
      return inner
    }
    const name = this.expect('name').text
    if (['true', 'false', 'none', 'True', 'False', 'None'].includes(name)) {
      this.fail(`can't assign to '${name}'`)
    }
    if (!this.skip('operator', '.')) return { type: 'name', name }
    return { type: 'attribute', object: name, name: this.expect('name').text }
  }
}
