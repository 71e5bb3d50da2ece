// Text to program: parse, check, validate, plan. Programs are kept by text and environment.
// Upstream: cel-go v0.26.0 cel/{env,program}.go and k8s.io/apiserver v0.36.3
// pkg/admission/plugin/cel/compile.go.

import { type Checked, check } from './checker.ts'
import { estimateCost } from './cost-estimate.ts'
import type { Environment } from './declarations.ts'
import { CostExceeded, type Frame } from './frame.ts'
import { parse } from './parser.ts'
import { CannotPlan } from './node.ts'
import { Planner } from './plan.ts'
import type { Sizes } from './schema-sizes.ts'
import { type CelIssue, issuesText, Source } from './source.ts'
import { type Type, types } from './types.ts'
import { validateTree } from './validators.ts'
import { CelError, type Value } from './values.ts'

export interface Evaluated {
  readonly value: Value
  readonly cost: number
  /** The evaluation was stopped because it cost too much. */
  readonly exceeded: boolean
}

export interface Program {
  readonly outputType: Type
  /** Names of the variables that occur. */
  readonly variables: readonly string[]
  evaluate(bindings: Bindings, limit?: number): Evaluated
  /** The most that an evaluation can cost where each variable has these limits. */
  costMax(variable: Sizes): number
}

/** Values of variables by name; a variable that is not given is no such attribute. */
export type Bindings = Readonly<Record<string, Value | undefined>>

export type Compiled =
  | { readonly ok: true; readonly program: Program }
  | {
      readonly ok: false
      /** The text of the API server. */
      readonly error: string
      /** Places in the expression; none where a program could not be made of a correct text. */
      readonly issues: readonly CelIssue[]
    }

/** What one expression may cost. Upstream: apiserver pkg/apis/cel/config.go, PerCallLimit. */
export const costLimitPerCall = 1_000_000

const caches = new WeakMap<Environment, Map<string, Compiled>>()
const cacheMax = 10_000

/** Compiles an expression, once for each environment. */
export function compile(text: string, environment: Environment): Compiled {
  let cache = caches.get(environment)
  if (cache === undefined) {
    cache = new Map()
    caches.set(environment, cache)
  }
  const known = cache.get(text)
  if (known !== undefined) return known
  if (cache.size >= cacheMax) cache.clear()
  const compiled = compileNew(text, environment)
  cache.set(text, compiled)
  return compiled
}

function refuse(source: Source, issues: readonly CelIssue[]): Compiled {
  return { ok: false, error: `compilation failed: ${issuesText(source, issues)}`, issues }
}

function compileNew(text: string, environment: Environment): Compiled {
  const source = new Source(text)
  const parsed = parse(source, environment.hasBindings)
  if (!parsed.ok) return refuse(source, parsed.issues)
  const checked = check(source, parsed.expr, environment)
  if (checked.issues.length > 0) return refuse(source, checked.issues)
  const complaints = validateTree(source, checked)
  if (complaints.length > 0) return refuse(source, complaints)
  try {
    const planner = new Planner(checked, environment)
    const { step } = planner.plan(checked.expr)
    return { ok: true, program: programOf(checked, planner, step) }
  } catch (error) {
    if (!(error instanceof CannotPlan)) throw error
    return { ok: false, error: `program instantiation failed: ${error.message}`, issues: [] }
  }
}

const costExceeded = new CelError('operation cancelled: actual cost limit exceeded')

function programOf(checked: Checked, planner: Planner, step: (frame: Frame) => Value): Program {
  const { variables, slotCount } = planner
  return {
    outputType: checked.types.get(checked.expr) ?? types.dyn,
    variables,
    costMax: variable => estimateCost(checked, variable),
    evaluate: (bindings, limit = costLimitPerCall) => {
      const slots: (Value | undefined)[] = []
      for (let index = 0; index < slotCount; index += 1) {
        const name = variables[index]
        slots.push(name === undefined ? undefined : bindings[name])
      }
      const frame: Frame = { slots, cost: 0, limit }
      try {
        return { value: step(frame), cost: frame.cost, exceeded: false }
      } catch (error) {
        if (!(error instanceof CostExceeded)) throw error
        return { value: costExceeded, cost: frame.cost, exceeded: true }
      }
    },
  }
}
