// The string forms of label selectors: parsing `a in (b,c),!d` and printing. Upstream: apimachinery
// pkg/labels/selector.go (Lexer, Parser), v0.36.3.

import { compareStrings, sortedStrings } from '../base/compare.ts'
import { labelKeyErrors } from './formats.ts'
import type { LabelSelector } from './generated/types.ts'
import { goQuote } from './go-text.ts'
import {
  checkedRequirement,
  type Operator,
  type Parsed,
  type Requirement,
  type Selector,
  selectorOf,
} from './label-selector.ts'

interface Token {
  readonly type: 'word' | 'end' | 'error' | ')' | ',' | '!' | '(' | Operator
  readonly text: string
}

const symbols: Readonly<Record<string, Token['type']>> = {
  ')': ')',
  ',': ',',
  '!': '!',
  '==': '==',
  '=': '=',
  '>': 'gt',
  '<': 'lt',
  '!=': '!=',
  '(': '(',
}

function scan(text: string): readonly Token[] {
  const tokens: Token[] = []
  let at = 0
  while (at < text.length && text[at] !== '\0') {
    const character = text[at] as string
    if (/[ \t\r\n]/.test(character)) {
      at += 1
    } else if (/[=!(),><]/.test(character)) {
      const two = text.slice(at, at + 2)
      const symbol = Object.hasOwn(symbols, two) ? two : character
      tokens.push({ type: symbols[symbol] as Token['type'], text: symbol })
      at += symbol.length
    } else {
      const word = (/^[^=!(),>< \t\r\n\0]+/.exec(text.slice(at)) as RegExpExecArray)[0]
      const isKeyword = word === 'in' || word === 'notin'
      tokens.push({ type: isKeyword ? word : 'word', text: word })
      at += word.length
    }
  }
  tokens.push({ type: 'end', text: '' })
  return tokens
}

/** A parse error travels as an exception inside this file only. */
class SelectorSyntaxError extends Error {}

class Parser {
  private readonly tokens: readonly Token[]
  private readonly path: string
  private position = 0

  constructor(text: string, path: string) {
    this.tokens = scan(text)
    this.path = path
  }

  requirements(): Requirement[] {
    const requirements: Requirement[] = []
    for (;;) {
      const { type, text } = this.peek()
      if (type === 'end') return requirements
      if (type !== 'word' && type !== '!') {
        throw fail(`found '${text}', expected: !, identifier, or 'end of string'`)
      }
      requirements.push(this.requirement())
      const next = this.take()
      if (next.type === 'end') return requirements
      if (next.type !== ',') throw fail(`found '${next.text}', expected: ',' or 'end of string'`)
      const after = this.peek()
      if (after.type !== 'word' && after.type !== '!') {
        throw fail(`found '${after.text}', expected: identifier after ','`)
      }
    }
  }

  private requirement(): Requirement {
    const prefix = 'unable to parse requirement: '
    const absent = this.peek().type === '!'
    if (absent) this.take()
    const { type, text: key } = this.take()
    if (type !== 'word') throw fail(`${prefix}found '${key}', expected: identifier`)
    const errors = labelKeyErrors(key)
    if (errors.length > 0) {
      const path = this.path === '' ? '<nil>' : this.path
      throw fail(`${prefix}${path}: Invalid value: ${goQuote(key)}: ${errors.join('; ')}`)
    }
    const next = this.peek().type
    const isUnary = absent || next === 'end' || next === ','
    const operator = isUnary ? (absent ? '!' : 'exists') : this.operator(prefix)
    const values = isUnary ? [] : this.values(operator, prefix)
    const made = checkedRequirement({ key, operator, values }, this.path)
    if (!made.ok) throw fail(prefix + made.error)
    return made.value
  }

  private operator(prefix: string): Operator {
    const token = this.tokens[this.position] as Token
    this.position += 1
    switch (token.type) {
      case 'in':
      case 'notin':
      case '=':
      case '==':
      case '!=':
      case 'gt':
      case 'lt':
        return token.type
      default: {
        const expected = 'in, notin, =, ==, !=, gt, lt'
        throw fail(`${prefix}found '${token.text}', expected: ${expected}`)
      }
    }
  }

  private values(operator: Operator, prefix: string): readonly string[] {
    return operator === 'in' || operator === 'notin' ? this.list(prefix) : this.exact(prefix)
  }

  private exact(prefix: string): readonly string[] {
    const { type } = this.peek()
    if (type === 'end' || type === ',') return ['']
    const token = this.take()
    if (token.type === 'word') return [token.text]
    throw fail(`${prefix}found '${token.text}', expected: identifier`)
  }

  private list(prefix: string): readonly string[] {
    const open = this.take()
    if (open.type !== '(') throw fail(`${prefix}found '${open.text}' expected: '('`)
    const first = this.peek()
    if (first.type === ')') {
      this.take()
      return ['']
    }
    if (first.type !== 'word' && first.type !== ',') {
      throw fail(`${prefix}found '${first.text}', expected: ',', ')' or identifier`)
    }
    const values = this.identifiers(prefix)
    this.take()
    return sortedStrings(values)
  }

  private identifiers(prefix: string): Set<string> {
    const values = new Set<string>()
    for (;;) {
      const { type, text } = this.take()
      const next = this.peek()
      if (type === 'word') {
        values.add(text)
        if (next.type === ')') return values
        if (next.type !== ',') throw fail(`${prefix}found '${next.text}', expected: ',' or ')'`)
      } else if (type === ',') {
        if (values.size === 0 || next.type === ',' || next.type === ')') values.add('')
        if (next.type === ')') return values
      } else {
        throw fail(`${prefix}found '${text}', expected: ',', or identifier`)
      }
    }
  }

  /** Outside the place of an operator the words `in` and `notin` are identifiers. */
  private peek(): Token {
    const token = this.tokens[Math.min(this.position, this.tokens.length - 1)] as Token
    return token.type === 'in' || token.type === 'notin' ? { ...token, type: 'word' } : token
  }

  private take(): Token {
    const token = this.peek()
    this.position += 1
    return token
  }
}

function fail(message: string): SelectorSyntaxError {
  return new SelectorSyntaxError(message)
}

/** labels.Parse; `path` is the field path that messages name. */
export function parseSelector(text: string, path = ''): Parsed<Selector> {
  try {
    const requirements = new Parser(text, path).requirements()
    return {
      ok: true,
      value: { requirements: requirements.sort((a, b) => compareStrings(a.key, b.key)) },
    }
  } catch (error) {
    if (error instanceof SelectorSyntaxError) return { ok: false, error: error.message }
    throw error
  }
}

const signs: Readonly<Record<Operator, string>> = {
  '=': '=',
  '==': '==',
  '!=': '!=',
  in: ' in ',
  notin: ' notin ',
  gt: '>',
  lt: '<',
  exists: '',
  '!': '',
}

function requirementText({ key, operator, values }: Requirement): string {
  if (operator === 'exists') return key
  if (operator === '!') return `!${key}`
  const list = values.length === 1 ? (values[0] as string) : sortedStrings(values).join(',')
  const isSet = operator === 'in' || operator === 'notin'
  return `${key}${signs[operator]}${isSet ? `(${list})` : list}`
}

/** Selector.String(): requirements separated by commas. */
export function selectorString(selector: Selector): string {
  return (selector.requirements ?? []).map(requirementText).join(',')
}

/** FormatLabelSelector: for people, `<none>` when empty and `<error>` when invalid. */
export function formatLabelSelector(selector: LabelSelector | undefined | null): string {
  const parsed = selectorOf(selector)
  if (!parsed.ok) return '<error>'
  const text = selectorString(parsed.value)
  return text === '' ? '<none>' : text
}
