// Parses the part of CEL that device selectors use: operators, field access, calls, literals.
// Language: github.com/google/cel-spec doc/langdef.md. A full engine can replace it behind
// device-selector.ts.

export type Expression =
  | { readonly kind: 'literal'; readonly value: string | number | boolean | null }
  | { readonly kind: 'list'; readonly items: readonly Expression[] }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'field'; readonly target: Expression; readonly name: string }
  | { readonly kind: 'index'; readonly target: Expression; readonly index: Expression }
  | {
      readonly kind: 'call'
      readonly target: Expression | undefined
      readonly name: string
      readonly args: readonly Expression[]
    }
  | { readonly kind: 'unary'; readonly operator: string; readonly operand: Expression }
  | {
      readonly kind: 'binary'
      readonly operator: string
      readonly left: Expression
      readonly right: Expression
    }
  | {
      readonly kind: 'choice'
      readonly condition: Expression
      readonly then: Expression
      readonly otherwise: Expression
    }

interface Token {
  readonly kind: 'string' | 'number' | 'name' | 'operator'
  readonly text: string
}

const lexeme =
  /\s+|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?u?|[A-Za-z_]\w*|&&|\|\||[=!<>]=|[-+*/%<>!?:.,()[\]]/y

/** The tree of an expression, or what is wrong with it. */
export function parseExpression(text: string): Expression | { readonly error: string } {
  const tokens = tokenize(text)
  if (tokens === undefined) return { error: 'token recognition error' }
  const parser = new Parser(tokens)
  const expression = parser.choice()
  if (expression === undefined || !parser.isAtEnd()) {
    return { error: `Syntax error at token ${parser.position}` }
  }
  return expression
}

function tokenize(text: string): Token[] | undefined {
  const tokens: Token[] = []
  lexeme.lastIndex = 0
  while (lexeme.lastIndex < text.length) {
    const match = lexeme.exec(text)
    if (match === null) return undefined
    const [found] = match
    const first = found.charAt(0)
    if (/\s/.test(first)) continue
    const kind =
      first === '"' || first === "'"
        ? 'string'
        : /\d/.test(first)
          ? 'number'
          : /[A-Za-z_]/.test(first)
            ? 'name'
            : 'operator'
    tokens.push({ kind, text: found })
  }
  return tokens
}

/** Binary operators from the weakest to the strongest. */
const levels: readonly (readonly string[])[] = [
  ['||'],
  ['&&'],
  ['==', '!=', '<', '<=', '>', '>=', 'in'],
  ['+', '-'],
  ['*', '/', '%'],
]

class Parser {
  position = 0
  private readonly tokens: readonly Token[]
  /** Nesting is bounded, as the real parser's is. */
  private depth = 0

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens
  }

  isAtEnd(): boolean {
    return this.position >= this.tokens.length
  }

  choice(): Expression | undefined {
    if (this.depth > 250) return undefined
    this.depth += 1
    const condition = this.binary(0)
    const result = condition !== undefined && this.take('?') ? this.branches(condition) : condition
    this.depth -= 1
    return result
  }

  private branches(condition: Expression): Expression | undefined {
    const then = this.binary(0)
    if (then === undefined || !this.take(':')) return undefined
    const otherwise = this.choice()
    return otherwise === undefined ? undefined : { kind: 'choice', condition, then, otherwise }
  }

  private binary(level: number): Expression | undefined {
    const operators = levels[level]
    if (operators === undefined) return this.unary()
    let left = this.binary(level + 1)
    while (left !== undefined) {
      const operator = this.peek()
      if (operator === undefined || !operators.includes(operator)) return left
      this.position += 1
      const right = this.binary(level + 1)
      left = right === undefined ? undefined : { kind: 'binary', operator, left, right }
    }
    return left
  }

  private unary(): Expression | undefined {
    for (const operator of ['!', '-']) {
      if (!this.take(operator)) continue
      if (this.depth > 250) return undefined
      this.depth += 1
      const operand = this.unary()
      this.depth -= 1
      return operand === undefined ? undefined : { kind: 'unary', operator, operand }
    }
    return this.member()
  }

  private member(): Expression | undefined {
    let target = this.primary()
    while (target !== undefined) {
      if (this.take('.')) target = this.selection(target)
      else if (this.take('[')) {
        const index = this.choice()
        target =
          index === undefined || !this.take(']') ? undefined : { kind: 'index', target, index }
      } else return target
    }
    return target
  }

  private selection(target: Expression): Expression | undefined {
    const name = this.takeName()
    if (name === undefined) return undefined
    if (!this.take('(')) return { kind: 'field', target, name }
    const args = this.list(')')
    return args === undefined ? undefined : { kind: 'call', target, name, args }
  }

  private primary(): Expression | undefined {
    if (this.take('(')) {
      const inner = this.choice()
      return inner !== undefined && this.take(')') ? inner : undefined
    }
    if (this.take('[')) {
      const items = this.list(']')
      return items === undefined ? undefined : { kind: 'list', items }
    }
    const token = this.tokens[this.position]
    if (token === undefined || token.kind === 'operator') return undefined
    this.position += 1
    if (token.kind === 'string') return { kind: 'literal', value: unquote(token.text) }
    if (token.kind === 'number') return { kind: 'literal', value: Number.parseFloat(token.text) }
    return this.named(token.text)
  }

  private named(name: string): Expression | undefined {
    if (name === 'true' || name === 'false') return { kind: 'literal', value: name === 'true' }
    if (name === 'null') return { kind: 'literal', value: null }
    if (!this.take('(')) return { kind: 'name', name }
    const args = this.list(')')
    return args === undefined ? undefined : { kind: 'call', target: undefined, name, args }
  }

  private list(end: string): Expression[] | undefined {
    const items: Expression[] = []
    while (!this.take(end)) {
      if (items.length > 0 && !this.take(',')) return undefined
      const item = this.choice()
      if (item === undefined) return undefined
      items.push(item)
    }
    return items
  }

  /** The next operator or the word `in`. */
  private peek(): string | undefined {
    const token = this.tokens[this.position]
    return token?.kind === 'operator' || token?.text === 'in' ? token.text : undefined
  }

  private take(operator: string): boolean {
    const token = this.tokens[this.position]
    if (token?.kind !== 'operator' || token.text !== operator) return false
    this.position += 1
    return true
  }

  private takeName(): string | undefined {
    const token = this.tokens[this.position]
    if (token?.kind !== 'name') return undefined
    this.position += 1
    return token.text
  }
}

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' }

function unquote(text: string): string {
  return text.slice(1, -1).replace(/\\(.)/g, (_, char: string) => escapes[char] ?? char)
}
