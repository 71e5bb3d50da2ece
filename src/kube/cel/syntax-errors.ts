// Complaints about texts that are not in the grammar: what was found, what could have stood there,
// and how the parser goes on. Port of antlr4-go v4.13 error_strategy.go and of the rules of cel-go
// v0.26.0 parser/gen/cel_parser.go: texts, places, recovery.

import { type Part, type Rule, type State, startRule, tokenOrder } from './grammar.ts'
import type { Token, TokenKind, Tokens } from './lexer.ts'
import { predict } from './prediction.ts'
import type { CelIssue, Source } from './source.ts'

/** A rule being read, and where its caller goes on. */
interface Call {
  readonly rule: Rule
  readonly precedence: number
  readonly behind: State | undefined
  readonly caller: Call | undefined
}

/** Leaves a rule; the rule reports it and recovers. */
class Mismatch extends Error {
  readonly report: string
  readonly at: Token

  constructor(report: string, at: Token) {
    super(report)
    this.report = report
    this.at = at
  }
}

/** Leaves the text: there are too many errors. */
class GivenUp extends Error {}

const recoveriesMax = 30
const reportsMax = 100

/** All complaints of the parser about these tokens. */
export function syntaxErrors(source: Source, tokens: Tokens): CelIssue[] {
  const reader = new Reader(source, tokens)
  try {
    reader.read()
  } catch (error) {
    if (!(error instanceof GivenUp)) throw error
  }
  return reader.issues
}

class Reader {
  readonly issues: CelIssue[] = []
  private readonly source: Source
  private readonly tokens: readonly Token[]
  private readonly unread: ReadonlySet<number>
  private index = 0
  private call: Call
  private state: State
  private isRecovering = false
  private recoveries = 0
  private lastErrorIndex = -1
  private readonly lastErrorStates = new Set<State>()

  constructor(source: Source, { tokens, unread }: Tokens) {
    this.source = source
    this.tokens = tokens
    this.unread = unread
    const rule = startRule()
    this.state = rule.start
    this.call = { rule, precedence: 0, behind: undefined, caller: undefined }
  }

  read(): void {
    this.body(this.call.rule)
  }

  private token(ahead = 0): Token {
    return this.tokens[Math.min(this.index + ahead, this.tokens.length - 1)] as Token
  }

  private consume(): void {
    this.index = Math.min(this.index + 1, this.tokens.length - 1)
  }

  private body({ body }: Rule): void {
    try {
      this.run(body)
    } catch (error) {
      if (!(error instanceof Mismatch)) throw error
      this.reportOnce(error.report, error.at)
      this.recover()
    }
  }

  private run(part: Part): void {
    switch (part.kind) {
      case 'tokens':
        this.state = part.state
        this.match(part.tokens)
        return
      case 'rule':
        this.invoke(part)
        return
      case 'all':
        for (const each of part.parts) this.run(each)
        return
      case 'choice':
        this.choose(part)
        return
      case 'option':
        this.state = part.state
        this.sync()
        if (part.first.has(this.token().kind)) this.run(part.part)
        return
      case 'loop':
        this.loop(part)
        return
      default:
    }
  }

  private invoke({ state, rule, precedence }: Extract<Part, { kind: 'rule' }>): void {
    this.state = state
    const caller = this.call
    const [edge] = state.edges
    this.call = { rule, precedence, behind: edge?.to, caller }
    this.body(rule)
    this.call = caller
    this.state = state
  }

  private choose({ state, parts, firsts }: Extract<Part, { kind: 'choice' }>): void {
    this.state = state
    this.sync()
    const index = firsts === undefined ? this.predicted(state) : this.firstOf(firsts)
    const part = parts[index]
    if (part !== undefined) this.run(part)
  }

  private firstOf(firsts: readonly ReadonlySet<TokenKind>[]): number {
    const index = firsts.findIndex(first => first.has(this.token().kind))
    if (index < 0) throw this.noViable(this.token())
    return index
  }

  /** The index of the alternative to take. */
  private predicted(decision: State): number {
    const { precedence } = this.call
    const { tokens, index } = this
    const prediction = predict({ decision, precedence, tokens, index })
    if (!prediction.ok) throw this.noViable(prediction.offending)
    return prediction.alternative - 1
  }

  private loop(part: Extract<Part, { kind: 'loop' }>): void {
    const { entry, back, first, atLeastOne } = part
    this.state = entry
    this.sync()
    // The decision of a loop that must turn once stands behind its body.
    const decision = atLeastOne ? back : entry
    const turns = (): boolean =>
      first === undefined ? this.predicted(decision) === 0 : first.has(this.token().kind)
    if (!atLeastOne && !turns()) return
    do {
      this.run(part.part)
      this.state = back
      this.sync()
    } while (turns())
  }

  private match(wanted: ReadonlySet<TokenKind>): void {
    if (wanted.has(this.token().kind)) {
      this.matched()
      this.consume()
      return
    }
    this.countRecovery()
    if (this.deleteOne()) {
      this.consume()
      return
    }
    const next = this.state.edges[0]?.to
    if (next !== undefined && this.expectedFrom(next).has(this.token().kind)) {
      this.reportMissing()
      return
    }
    throw this.mismatch()
  }

  private matched(): void {
    this.isRecovering = false
    this.lastErrorIndex = -1
    this.lastErrorStates.clear()
  }

  /** Looks whether the next token can stand here at all. */
  private sync(): void {
    if (this.isRecovering) return
    const next = nextTokens(this.state)
    if (next.reachesEnd || next.tokens.has(this.token().kind)) return
    if (this.state.kind === 'loop back') {
      this.reportUnwanted()
      this.consumeUntil(new Set([...this.expectedFrom(this.state), ...this.recoverySet()]))
    } else if (this.state.kind !== 'basic' && !this.deleteOne()) throw this.mismatch()
  }

  /** Drops a token that is one too many. */
  private deleteOne(): boolean {
    if (!this.expectedFrom(this.state).has(this.token(1).kind)) return false
    this.reportUnwanted()
    this.consume()
    this.matched()
    return true
  }

  /** The tokens that may follow from a state, with what follows the rules around it. */
  private expectedFrom(state: State): Set<TokenKind> {
    const expected = new Set<TokenKind>()
    let next = nextTokens(state)
    for (let call: Call | undefined = this.call; ; call = call.caller) {
      for (const kind of next.tokens) expected.add(kind)
      if (!next.reachesEnd) return expected
      if (call?.behind === undefined) break
      next = nextTokens(call.behind)
    }
    return expected.add('EOF')
  }

  /** All that may follow any of the rules that are being read. */
  private recoverySet(): Set<TokenKind> {
    const set = new Set<TokenKind>()
    for (let call: Call | undefined = this.call; call?.behind !== undefined; call = call.caller) {
      for (const kind of nextTokens(call.behind).tokens) set.add(kind)
    }
    return set
  }

  private consumeUntil(stop: ReadonlySet<TokenKind>): void {
    while (this.token().kind !== 'EOF' && !stop.has(this.token().kind)) this.consume()
  }

  private recover(): void {
    this.countRecovery()
    if (this.lastErrorIndex === this.index && this.lastErrorStates.has(this.state)) this.consume()
    this.lastErrorIndex = this.index
    this.lastErrorStates.add(this.state)
    this.consumeUntil(this.recoverySet())
  }

  private countRecovery(): void {
    if (this.recoveries === recoveriesMax) {
      this.notify(`error recovery attempt limit exceeded: ${recoveriesMax}`, this.token())
      throw new GivenUp()
    }
    this.recoveries += 1
  }

  private noViable(offending: Token): Mismatch {
    const start = this.token()
    const { characters } = this.source
    const isEnd = offending.kind === 'EOF'
    const end = isEnd ? characters.length : offending.at + Array.from(offending.text).length
    const read = characters.slice(start.at, end).filter((_, at) => !this.unread.has(start.at + at))
    const input = start.kind === 'EOF' ? '<EOF>' : read.join('')
    const text = `no viable alternative at input ${quoted(input)}`
    return new Mismatch(withReservedWord(text), offending)
  }

  private mismatch(): Mismatch {
    const expecting = listed(this.expectedFrom(this.state))
    return new Mismatch(`mismatched input ${this.shown()} expecting ${expecting}`, this.token())
  }

  private shown(): string {
    return quoted(this.token().text)
  }

  private reportUnwanted(): void {
    const expecting = listed(this.expectedFrom(this.state))
    this.reportOnce(`extraneous input ${this.shown()} expecting ${expecting}`, this.token())
  }

  private reportMissing(): void {
    const missing = listed(this.expectedFrom(this.state))
    this.reportOnce(`missing ${missing} at ${this.shown()}`, this.token())
  }

  /** Until a token matches again, what follows an error is no news. */
  private reportOnce(message: string, at: Token): void {
    if (this.isRecovering) return
    this.isRecovering = true
    this.notify(message, at)
  }

  private notify(message: string, { at }: Token): void {
    const tooMany = this.issues.length >= reportsMax
    const text = tooMany ? `More than ${reportsMax} syntax errors` : message
    const location = this.source.locationOf(at)
    this.issues.push({ location, message: `Syntax error: ${text}` })
    if (tooMany) throw new GivenUp()
  }
}

/** Words that look like names are named in the message instead. */
function withReservedWord(text: string): string {
  return text.replace(
    /no viable alternative at input '.(true|false|null)'/,
    "mismatched input '$1' expecting IDENTIFIER",
  )
}

function quoted(text: string): string {
  return `'${text.replaceAll('\t', '\\t').replaceAll('\n', '\\n').replaceAll('\r', '\\r')}'`
}

function listed(kinds: ReadonlySet<TokenKind>): string {
  const names = tokenOrder.filter(kind => kinds.has(kind)).map(tokenName)
  return names.length === 1 ? (names[0] as string) : `{${names.join(', ')}}`
}

function tokenName(kind: TokenKind): string {
  if (kind === 'EOF') return '<EOF>'
  return /^[A-Z_]{2,}$/.test(kind) ? kind : `'${kind}'`
}

interface NextTokens {
  readonly tokens: ReadonlySet<TokenKind>
  /** The end of the rule can be reached without a token. */
  readonly reachesEnd: boolean
}

const nextCache = new WeakMap<State, NextTokens>()

/** The tokens that can follow a state within its rule. */
function nextTokens(state: State): NextTokens {
  const known = nextCache.get(state)
  if (known !== undefined) return known
  const tokens = new Set<TokenKind>()
  let reachesEnd = false
  const seen = new Set<State>()
  const visit = (from: State): void => {
    if (seen.has(from)) return
    seen.add(from)
    if (from.kind === 'stop') reachesEnd = true
    for (const edge of from.edges) {
      if (edge.kind === 'tokens') for (const kind of edge.tokens) tokens.add(kind)
      else if (edge.kind !== 'rule') visit(edge.to)
      else {
        const inner = nextTokens(edge.rule.start)
        for (const kind of inner.tokens) tokens.add(kind)
        if (inner.reachesEnd) visit(edge.to)
      }
    }
  }
  visit(state)
  const next = { tokens, reachesEnd }
  nextCache.set(state, next)
  return next
}
