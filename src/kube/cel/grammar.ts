// The grammar as a network of states, from which the expected tokens of a syntax error follow.
// Grammar of cel-go v0.26.0 parser/gen/CEL.g4 after ANTLR has removed left recursion.

import type { Mutable } from '../../base/mutable.ts'
import { assert } from '../../base/assert.ts'
import type { TokenKind } from './lexer.ts'

/** All kinds of tokens, in the order in which messages list them. */
export const tokenOrder: readonly TokenKind[] = [
  'EOF',
  ...(['==', '!=', 'in', '<', '<=', '>=', '>', '&&', '||', '[', ']', '{', '}', '('] as const),
  ...([')', '.', ',', '-', '!', '?', ':', '+', '*', '/', '%', 'true', 'false', 'null'] as const),
  ...(['NUM_FLOAT', 'NUM_INT', 'NUM_UINT', 'STRING', 'BYTES', 'IDENTIFIER'] as const),
  'ESC_IDENTIFIER',
]

export type Edge =
  | { readonly kind: 'epsilon'; readonly to: State }
  | { readonly kind: 'tokens'; readonly tokens: ReadonlySet<TokenKind>; readonly to: State }
  | { readonly kind: 'rule'; readonly rule: Rule; readonly precedence: number; readonly to: State }
  | { readonly kind: 'precedence'; readonly precedence: number; readonly to: State }

/** What kind of state upstream's parser synchronises at. */
export type StateKind = 'basic' | 'block' | 'loop entry' | 'loop back' | 'stop'

export interface State {
  readonly kind: StateKind
  readonly rule: Rule
  readonly edges: Edge[]
}

export interface Rule {
  readonly name: string
  readonly start: State
  readonly stop: State
  /** Its parts, as the parser executes them. */
  body: Part
}

/** Executable grammar. A choice is predicted from one token, or from as many as it needs. */
export type Part =
  | { readonly kind: 'tokens'; readonly state: State; readonly tokens: ReadonlySet<TokenKind> }
  | {
      readonly kind: 'rule'
      readonly state: State
      readonly rule: Rule
      readonly precedence: number
    }
  | { readonly kind: 'all'; readonly parts: readonly Part[] }
  | {
      readonly kind: 'choice'
      readonly state: State
      readonly parts: readonly Part[]
      readonly firsts?: readonly ReadonlySet<TokenKind>[]
    }
  | {
      readonly kind: 'option'
      readonly state: State
      readonly part: Part
      readonly first: ReadonlySet<TokenKind>
    }
  | {
      readonly kind: 'loop'
      readonly entry: State
      readonly back: State
      readonly part: Part
      /** At least one turn; the decision stands behind it. */
      readonly atLeastOne: boolean
      readonly first?: ReadonlySet<TokenKind>
    }

/** A piece of the network under construction: where it begins and ends. */
interface Piece {
  readonly left: State
  readonly right: State
  readonly part: Part
}

type Build = (rule: Rule) => Piece

function stateOf(rule: Rule, kind: StateKind = 'basic'): State {
  return { kind, rule, edges: [] }
}

function link(from: State, to: State): void {
  from.edges.push({ kind: 'epsilon', to })
}

function tokens(...kinds: TokenKind[]): Build {
  const set = new Set(kinds)
  return rule => {
    const [left, right] = [stateOf(rule), stateOf(rule)]
    left.edges.push({ kind: 'tokens', tokens: set, to: right })
    return { left, right, part: { kind: 'tokens', state: left, tokens: set } }
  }
}

function ref(name: string, precedence = 0): Build {
  return rule => {
    const [left, right] = [stateOf(rule), stateOf(rule)]
    const target = ruleNamed(name)
    left.edges.push({ kind: 'rule', rule: target, precedence, to: right })
    return { left, right, part: { kind: 'rule', state: left, rule: target, precedence } }
  }
}

/** Goes on only where the rule was called with at most this precedence. */
function precedence(least: number): Build {
  return rule => {
    const [left, right] = [stateOf(rule), stateOf(rule)]
    left.edges.push({ kind: 'precedence', precedence: least, to: right })
    return { left, right, part: { kind: 'all', parts: [] } }
  }
}

function all(...builds: Build[]): Build {
  return rule => {
    const pieces = builds.map(build => build(rule))
    for (const [index, piece] of pieces.entries()) {
      const next = pieces[index + 1]
      if (next !== undefined) link(piece.right, next.left)
    }
    const [first, last] = [pieces[0], pieces.at(-1)]
    assert(first !== undefined && last !== undefined, 'a sequence has parts')
    const part: Part = { kind: 'all', parts: pieces.map(piece => piece.part) }
    return { left: first.left, right: last.right, part }
  }
}

function choice(builds: readonly Build[], firsts?: readonly TokenKind[]): Build {
  return rule => {
    const [left, right] = [stateOf(rule, 'block'), stateOf(rule)]
    const parts = builds.map(build => {
      const piece = build(rule)
      link(left, piece.left)
      link(piece.right, right)
      return piece.part
    })
    const sets = firsts?.map(first => new Set([first]))
    const part: Part = {
      kind: 'choice',
      state: left,
      parts,
      ...(sets !== undefined && { firsts: sets }),
    }
    return { left, right, part }
  }
}

function option(build: Build, first: ReadonlySet<TokenKind>): Build {
  return rule => {
    const [left, right] = [stateOf(rule, 'block'), stateOf(rule)]
    const piece = build(rule)
    link(left, piece.left)
    link(left, right)
    link(piece.right, right)
    return { left, right, part: { kind: 'option', state: left, part: piece.part, first } }
  }
}

function loop(build: Build, first?: TokenKind): Build {
  return rule => {
    const [entry, back] = [stateOf(rule, 'loop entry'), stateOf(rule, 'loop back')]
    const right = stateOf(rule)
    const piece = build(rule)
    link(entry, piece.left)
    link(entry, right)
    link(piece.right, back)
    link(back, entry)
    const part = loopPart({ entry, back, part: piece.part, atLeastOne: false }, first)
    return { left: entry, right, part }
  }
}

function repeat(build: Build, first?: TokenKind): Build {
  return rule => {
    const [entry, back] = [stateOf(rule, 'block'), stateOf(rule, 'loop back')]
    const right = stateOf(rule)
    const piece = build(rule)
    link(entry, piece.left)
    link(piece.right, back)
    link(back, entry)
    link(back, right)
    const part = loopPart({ entry, back, part: piece.part, atLeastOne: true }, first)
    return { left: entry, right, part }
  }
}

type Loop = Omit<Extract<Part, { kind: 'loop' }>, 'kind' | 'first'>

function loopPart(parts: Loop, first: TokenKind | undefined): Part {
  return { kind: 'loop', ...parts, ...(first !== undefined && { first: new Set([first]) }) }
}

const rules = new Map<string, Rule>()

function ruleNamed(name: string): Rule {
  const known = rules.get(name)
  if (known !== undefined) return known
  const rule: Mutable<Rule> = {
    name,
    start: undefined as unknown as State,
    stop: undefined as unknown as State,
    body: { kind: 'all', parts: [] },
  }
  rule.start = stateOf(rule)
  rule.stop = stateOf(rule, 'stop')
  rules.set(name, rule)
  return rule
}

function define(name: string, build: Build): void {
  const rule = ruleNamed(name)
  const piece = build(rule)
  link(rule.start, piece.left)
  link(piece.right, rule.stop)
  rule.body = piece.part
}

const expressionStart: ReadonlySet<TokenKind> = new Set([
  ...(['[', '{', '(', '.', '-', '!', 'true', 'false', 'null'] as const),
  ...(['NUM_FLOAT', 'NUM_INT', 'NUM_UINT', 'STRING', 'BYTES', 'IDENTIFIER'] as const),
])

function only(kind: TokenKind): ReadonlySet<TokenKind> {
  return new Set([kind])
}

/** `part` when the next token is of this kind. */
function maybe(kind: TokenKind): Build {
  return option(tokens(kind), only(kind))
}

function defineOperators(): void {
  define('start', all(ref('expr'), tokens('EOF')))
  const branches = all(tokens('?'), ref('conditionalOr'), tokens(':'), ref('expr'))
  define('expr', all(ref('conditionalOr'), option(branches, only('?'))))
  const or = loop(all(tokens('||'), ref('conditionalAnd')), '||')
  define('conditionalOr', all(ref('conditionalAnd'), or))
  const and = loop(all(tokens('&&'), ref('relation')), '&&')
  define('conditionalAnd', all(ref('relation'), and))
  const comparison = tokens('==', '!=', 'in', '<', '<=', '>=', '>')
  define('relation', all(ref('calc'), loop(all(precedence(1), comparison, ref('relation', 2)))))
  const products = all(precedence(2), tokens('*', '/', '%'), ref('calc', 3))
  const sums = all(precedence(1), tokens('+', '-'), ref('calc', 2))
  define('calc', all(ref('unary'), loop(choice([products, sums]))))
  define(
    'unary',
    choice([
      ref('member'),
      all(repeat(tokens('!'), '!'), ref('member')),
      all(repeat(tokens('-')), ref('member')),
    ]),
  )
}

function defineMembers(): void {
  const select = all(precedence(3), tokens('.'), maybe('?'), ref('escapeIdent'))
  const args = option(ref('exprList'), expressionStart)
  const call = all(precedence(2), tokens('.'), tokens('IDENTIFIER'), tokens('('), args, tokens(')'))
  const index = all(precedence(1), tokens('['), maybe('?'), ref('expr'), tokens(']'))
  define('member', all(ref('primary'), loop(choice([select, call, index]))))
  const elements = new Set([...expressionStart, '?' as const])
  const fields = new Set<TokenKind>(['?', 'IDENTIFIER', 'ESC_IDENTIFIER'])
  const name = all(maybe('.'), tokens('IDENTIFIER'))
  const rest = loop(all(tokens('.'), tokens('IDENTIFIER')), '.')
  define(
    'primary',
    choice([
      name,
      all(name, tokens('('), args, tokens(')')),
      all(tokens('('), ref('expr'), tokens(')')),
      all(tokens('['), option(ref('listInit'), elements), maybe(','), tokens(']')),
      all(tokens('{'), option(ref('mapInitializerList'), elements), maybe(','), tokens('}')),
      all(
        name,
        rest,
        tokens('{'),
        option(ref('fieldInitializerList'), fields),
        maybe(','),
        tokens('}'),
      ),
      ref('literal'),
    ]),
  )
}

function defineLists(): void {
  define('exprList', all(ref('expr'), loop(all(tokens(','), ref('expr')), ',')))
  define('listInit', all(ref('optExpr'), loop(all(tokens(','), ref('optExpr')))))
  const field = all(ref('optField'), tokens(':'), ref('expr'))
  define('fieldInitializerList', all(field, loop(all(tokens(','), field))))
  define('optField', all(maybe('?'), ref('escapeIdent')))
  const entry = all(ref('optExpr'), tokens(':'), ref('expr'))
  define('mapInitializerList', all(entry, loop(all(tokens(','), entry))))
  const identifiers: TokenKind[] = ['IDENTIFIER', 'ESC_IDENTIFIER']
  define(
    'escapeIdent',
    choice(
      identifiers.map(kind => tokens(kind)),
      identifiers,
    ),
  )
  define('optExpr', all(maybe('?'), ref('expr')))
  const constants = (['STRING', 'BYTES', 'true', 'false', 'null'] as const).map(kind =>
    tokens(kind),
  )
  define(
    'literal',
    choice([
      all(maybe('-'), tokens('NUM_INT')),
      tokens('NUM_UINT'),
      all(maybe('-'), tokens('NUM_FLOAT')),
      ...constants,
    ]),
  )
}

/** States that stand behind a call of a rule anywhere in the grammar. */
export const followers = new Map<Rule, State[]>()

function collectFollowers(): void {
  const seen = new Set<State>()
  const visit = (state: State): void => {
    if (seen.has(state)) return
    seen.add(state)
    for (const edge of state.edges) {
      if (edge.kind === 'rule')
        followers.set(edge.rule, [...(followers.get(edge.rule) ?? []), edge.to])
      visit(edge.to)
    }
  }
  for (const { start } of rules.values()) visit(start)
}

/** The rule of a whole expression; the network is built when it is first asked for. */
export function startRule(): Rule {
  if (rules.size === 0) {
    defineOperators()
    defineMembers()
    defineLists()
    collectFollowers()
  }
  return ruleNamed('start')
}
