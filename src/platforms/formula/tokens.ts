// Tokens of a formula. Port of expr-lang v1.17.8 parser/lexer for what formulas over metrics use.

export interface Token {
  readonly kind: 'Identifier' | 'Number' | 'String' | 'Operator' | 'Bracket' | 'EOF'
  readonly text: string
  /** Offset in characters. */
  readonly at: number
}

/** An error with the place it is shown at. */
export class FormulaError extends Error {
  readonly at: number

  constructor(message: string, at: number) {
    super(message)
    this.at = at
  }

  /** The message with the line and a mark below it. */
  in(source: string): string {
    const before = source.slice(0, this.at)
    const start = before.lastIndexOf('\n') + 1
    const row = before.split('\n').length
    const column = this.at - start
    const [line = ''] = source.slice(start).split('\n')
    return `${this.message} (${row}:${column + 1})\n | ${line}\n | ${'.'.repeat(column)}^`
  }
}

const wordOperators = new Set(
  'in not and or let matches contains startsWith endsWith if else'.split(' '),
)
const spaces = /^(?:\s+|\/\/[^\n]*|#\s*(?=$)|\/\*[\s\S]*?\*\/)/
const number = /^(?:[0-9][0-9_]*(?:\.[0-9_]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?/
const word = /^[A-Za-z_$][A-Za-z0-9_$]*/
const string = /^(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")/
const operator = /^(?:\*\*|==|!=|<=|>=|&&|\|\||\?\?|\?\.|\.\.|::|[-+*/%^<>!?:;,.#|=])/

export function tokensOf(source: string): readonly Token[] {
  const tokens: Token[] = []
  let at = 0
  while (at < source.length) {
    const rest = source.slice(at)
    const space = spaces.exec(rest)
    if (space !== null) {
      at += space[0].length
      continue
    }
    const token = tokenAt(rest, at)
    tokens.push(token)
    at += token.text.length
  }
  tokens.push({ kind: 'EOF', text: '', at: Math.max(0, source.length - 1) })
  return tokens
}

function tokenAt(rest: string, at: number): Token {
  const matched = (pattern: RegExp): string | undefined => pattern.exec(rest)?.[0]
  const digits = matched(number)
  if (digits !== undefined) return { kind: 'Number', text: digits, at }
  const name = matched(word)
  if (name !== undefined) {
    return { kind: wordOperators.has(name) ? 'Operator' : 'Identifier', text: name, at }
  }
  const quoted = matched(string)
  if (quoted !== undefined) return { kind: 'String', text: quoted, at }
  const [first = ''] = rest
  if ('()[]{}'.includes(first)) return { kind: 'Bracket', text: first, at }
  const symbol = matched(operator)
  if (symbol !== undefined) return { kind: 'Operator', text: symbol, at }
  if (first === "'" || first === '"') throw new FormulaError('literal not terminated', at)
  throw new FormulaError(`unrecognized character: U+${codePoint(first)}`, at)
}

function codePoint(char: string): string {
  const hex = (char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')
  return `${hex} '${char}'`
}
