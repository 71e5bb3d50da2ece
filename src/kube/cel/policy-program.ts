// The expressions of one policy: compiled with the variables that they share, evaluated together.
// Upstream: k8s.io/apiserver v0.36.3 pkg/admission/plugin/cel/{compile,composition,condition}.go.

import { admissionEnvironment, variablesTypeName } from './admission-environment.ts'
import { type Bindings, type Compiled, compile } from './compile.ts'
import type { Environment } from './declarations.ts'
import type { DeclaredType } from './schema-types.ts'
import { type Type, types, typeText } from './types.ts'
import { CelError, Foreign, type Value } from './values.ts'

/** What an expression is for: that decides what it may use and must give. */
export type Purpose = 'condition' | 'message' | 'annotation' | 'apply' | 'jsonPatch' | 'variable'

const resultTypes: Readonly<Record<Purpose, readonly string[]>> = {
  condition: ['bool'],
  message: ['string'],
  annotation: ['string', 'null_type'],
  apply: ['Object'],
  jsonPatch: ['list(JSONPatch)'],
  variable: [],
}

/** What all expressions of one policy may cost, and its match conditions before them. */
export const policyBudget = 10_000_000
export const matchConditionBudget = 2_500_000

const outOfBudget =
  'validation failed due to running out of cost budget, no further validation rules will be run'

/** Kinds of types that a variable keeps; of all others the checker knows nothing. */
const keptKinds = ['bool', 'bytes', 'double', 'duration', 'int', 'string', 'timestamp', 'uint']

function declared(type: Type | undefined): Type {
  if (type === undefined) return types.dyn
  const keeps = keptKinds.includes(type.kind) || type.kind === 'list' || type.kind === 'map'
  return keeps ? type : types.dyn
}

export interface CompilerOptions {
  readonly hasParams: boolean
  /** Without, nothing of the name `variables` is declared. */
  readonly hasVariables?: boolean
  /** The types that are known of the object and the parameters, for type checking. */
  readonly object?: DeclaredType | undefined
  readonly params?: DeclaredType | undefined
}

/** Compiles the expressions of one policy. */
export class PolicyCompiler {
  readonly variables = new Map<string, Compiled>()
  private readonly types = new Map<string, Type>()
  private readonly hasParams: boolean
  private readonly hasVariables: boolean
  private readonly environments = new Map<string, Environment>()
  private readonly known: Pick<CompilerOptions, 'object' | 'params'>

  constructor({ hasParams, hasVariables = true, ...known }: CompilerOptions) {
    this.known = known
    this.hasParams = hasParams
    this.hasVariables = hasVariables
  }

  /** A variable, for the expressions that come after it. */
  addVariable(name: string, text: string): Compiled {
    const compiled = this.compile(text, 'variable')
    this.variables.set(name, compiled)
    this.types.set(name, declared(compiled.ok ? compiled.program.outputType : undefined))
    this.environments.clear()
    return compiled
  }

  /** The program of a text, or why it is none; a wrong type of result counts as that. */
  compile(text: string, purpose: Purpose): Compiled {
    const compiled = compile(text, this.environmentOf(purpose))
    if (!compiled.ok) return compiled
    const wanted = resultTypes[purpose]
    const given = typeText(compiled.program.outputType)
    if (wanted.length === 0 || wanted.includes(given)) return compiled
    const one = wanted.length === 1 ? wanted[0] : `one of [${wanted.join(' ')}]`
    return { ok: false, error: `must evaluate to ${one} but got ${given}`, issues: [] }
  }

  private environmentOf(purpose: Purpose): Environment {
    const patches = purpose === 'apply' || purpose === 'jsonPatch'
    const authorizer = purpose !== 'message'
    const key = `${patches} ${authorizer}`
    let environment = this.environments.get(key)
    if (environment === undefined) {
      const { hasParams: params } = this
      const composed = this.hasVariables ? { composed: new Map(this.types) } : {}
      const { object, params: paramsType } = this.known
      const typed = object === undefined ? {} : { object, paramsType }
      environment = admissionEnvironment({ params, authorizer, patches, ...composed, ...typed })
      this.environments.set(key, environment)
    }
    return environment
  }
}

/** `variables`: each is evaluated when it is first asked for. */
class Variables extends Foreign {
  readonly typeName = variablesTypeName
  cost = 0
  private readonly values = new Map<string, Value>()
  private readonly compiled: ReadonlyMap<string, Compiled>
  private bindings: Bindings = {}

  constructor(compiled: ReadonlyMap<string, Compiled>) {
    super()
    this.compiled = compiled
  }

  bind(bindings: Bindings): Bindings {
    this.bindings = { ...bindings, variables: this }
    return this.bindings
  }

  field(name: string): Value | undefined {
    let value = this.values.get(name)
    if (value !== undefined) return value
    const compiled = this.compiled.get(name)
    if (compiled === undefined) return undefined
    value = this.evaluated(name, compiled)
    this.values.set(name, value)
    return value
  }

  private evaluated(name: string, compiled: Compiled): Value {
    const head = `composited variable "${name}" fails`
    if (!compiled.ok) return new CelError(`${head} to compile: ${compiled.error}`)
    const { value, cost } = compiled.program.evaluate(this.bindings)
    this.cost += cost
    if (!(value instanceof CelError)) return value
    return new CelError(`${head} to evaluate: ${value.message}`)
  }

  equals(other: Value): boolean {
    return other === this
  }
}

export interface Expression {
  readonly text: string
  readonly compiled: Compiled
}

/** The value of an expression, or why it has none. */
export type Outcome = { readonly value: Value } | { readonly error: string }

export type Outcomes =
  | { readonly ok: true; readonly outcomes: readonly Outcome[]; readonly remaining: number }
  | { readonly ok: false; readonly error: string }

export interface Run {
  readonly variables: ReadonlyMap<string, Compiled>
  readonly bindings: Bindings
  readonly budget: number
}

/** Evaluates expressions that share a budget; over it, there are no outcomes at all. */
export function evaluateAll(
  expressions: readonly (Expression | undefined)[],
  { variables, bindings, budget }: Run,
): Outcomes {
  const lazy = new Variables(variables)
  const bound = lazy.bind(bindings)
  const outcomes: Outcome[] = []
  let remaining = budget
  for (const expression of expressions) {
    if (expression === undefined) {
      outcomes.push({ value: null })
      continue
    }
    const { text, compiled } = expression
    if (!compiled.ok) {
      outcomes.push({ error: `compilation error: ${compiled.error}` })
      continue
    }
    const { value, cost } = compiled.program.evaluate(bound)
    remaining -= cost + lazy.cost
    lazy.cost = 0
    if (remaining < 0) return { ok: false, error: outOfBudget }
    const failed = value instanceof CelError
    outcomes.push(
      failed ? { error: `expression '${text}' resulted in error: ${value.message}` } : { value },
    )
  }
  return { ok: true, outcomes, remaining }
}
