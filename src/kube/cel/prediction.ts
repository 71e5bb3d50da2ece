// Which way the parser goes where several are open: it looks ahead until one is left.
// Port of antlr4-go v4.13 parser_atn_simulator.go, the SLL stage: decisions and where they fail.

import { followers, type State } from './grammar.ts'
import type { Token, TokenKind } from './lexer.ts'

/** Where to go on behind the rules entered while looking ahead. */
interface Stack {
  readonly to: State
  readonly below: Stack | undefined
}

interface Config {
  readonly state: State
  /** From 1. */
  readonly alternative: number
  readonly stack: Stack | undefined
  /** The rule of the decision has ended on the way here. */
  readonly isOutside: boolean
}

export interface Lookahead {
  readonly decision: State
  /** The precedence with which the rule was called. */
  readonly precedence: number
  readonly tokens: readonly Token[]
  readonly index: number
}

export type Prediction =
  | { readonly ok: true; readonly alternative: number }
  | { readonly ok: false; readonly offending: Token }

/** The alternative (from 1) of a decision, or the token at which none is left. */
export function predict({ decision, precedence, tokens, index }: Lookahead): Prediction {
  let configs = new Reached()
  for (const [at, edge] of decision.edges.entries()) {
    configs.close(
      { state: edge.to, alternative: at + 1, stack: undefined, isOutside: false },
      precedence,
    )
  }
  for (let ahead = index; ; ahead += 1) {
    const token = tokens[Math.min(ahead, tokens.length - 1)] as Token
    const next = step(configs, token.kind)
    if (next.size === 0) return failed(configs, token)
    const alternatives = next.alternatives()
    if (alternatives.length === 1 || token.kind === 'EOF' || next.isAmbiguous()) {
      return { ok: true, alternative: Math.min(...alternatives) }
    }
    configs = next
  }
}

/** An alternative that had ended before the offending token is as good as found. */
function failed(configs: Reached, offending: Token): Prediction {
  const finished = configs
    .all()
    .filter(
      ({ isOutside, state, stack }) => isOutside || (state.kind === 'stop' && stack === undefined),
    )
    .map(({ alternative }) => alternative)
  if (finished.length === 0) return { ok: false, offending }
  return { ok: true, alternative: Math.min(...finished) }
}

function step(configs: Reached, kind: TokenKind): Reached {
  const next = new Reached()
  for (const config of configs.all()) {
    for (const edge of config.state.edges) {
      if (edge.kind === 'tokens' && edge.tokens.has(kind)) next.close({ ...config, state: edge.to })
    }
    // Behind the end of the whole expression only the end of the text follows, again and again.
    if (kind === 'EOF' && config.state.kind === 'stop' && config.stack === undefined)
      next.add(config)
  }
  return next
}

/** The configurations that one token leads to. */
class Reached {
  private readonly configs = new Map<string, Config>()
  private readonly stackNames = new Map<Stack, string>()

  get size(): number {
    return this.configs.size
  }

  all(): Config[] {
    return [...this.configs.values()]
  }

  alternatives(): number[] {
    return [...new Set(this.all().map(({ alternative }) => alternative))]
  }

  add(config: Config): boolean {
    const key = `${this.placeOf(config)} ${config.alternative} ${config.isOutside}`
    if (this.configs.has(key)) return false
    this.configs.set(key, config)
    return true
  }

  /** All alternatives have come to the very same places, so that no token can tell them apart. */
  isAmbiguous(): boolean {
    const byPlace = new Map<string, Set<number>>()
    for (const config of this.all()) {
      const place = this.placeOf(config)
      byPlace.set(place, (byPlace.get(place) ?? new Set()).add(config.alternative))
    }
    return [...byPlace.values()].every(({ size }) => size > 1)
  }

  private placeOf({ state, stack }: Config): string {
    return `${stateName(state)} ${this.nameOf(stack)}`
  }

  private nameOf(stack: Stack | undefined): string {
    if (stack === undefined) return ''
    let name = this.stackNames.get(stack)
    if (name === undefined) {
      name = `${stateName(stack.to)},${this.nameOf(stack.below)}`
      this.stackNames.set(stack, name)
    }
    return name
  }

  /** Adds a configuration and all that can be reached from it without a token. */
  close(config: Config, precedence?: number): void {
    if (!this.add(config)) return
    const { state, stack } = config
    if (state.kind === 'stop') {
      if (stack !== undefined) this.close({ ...config, state: stack.to, stack: stack.below })
      else {
        for (const to of followers.get(state.rule) ?? []) {
          this.close({ ...config, state: to, isOutside: true })
        }
      }
      return
    }
    for (const edge of state.edges) {
      if (edge.kind === 'tokens') continue
      // Predicates count only where the decision was taken: within its rule, before any token.
      const counts = precedence !== undefined && stack === undefined && !config.isOutside
      if (edge.kind === 'precedence' && counts && edge.precedence < precedence) continue
      if (edge.kind === 'rule') {
        const entered = { ...config, state: edge.rule.start, stack: { to: edge.to, below: stack } }
        this.close(entered, precedence)
      } else this.close({ ...config, state: edge.to }, precedence)
    }
  }
}

const stateNames = new WeakMap<State, number>()
let stateCount = 0

function stateName(state: State): number {
  let name = stateNames.get(state)
  if (name === undefined) {
    stateCount += 1
    name = stateCount
    stateNames.set(state, name)
  }
  return name
}
