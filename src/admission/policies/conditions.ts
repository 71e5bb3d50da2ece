// Expressions of policies, compiled once, and the conditions under which a policy applies.
// Upstream: k8s.io/apiserver v0.36.3 pkg/admission/plugin/webhook/matchconditions/matcher.go.

import type { AdmissionContext } from '../../apiserver/admission.ts'
import { type CelEngine, cel } from '../../kube/cel/provider.ts'
import { aggregateErrors } from '../../kube/label-selector.ts'
import type { KubeObject } from '../../kube/object.ts'
import type { JsonObject } from '../../kube/patch/json.ts'
import {
  type Attributes,
  namespaceOf,
  namespaceValue,
  requestValue,
} from '../../apiserver/attributes.ts'
import type { PolicySpec } from './invocations.ts'

type Compiler = InstanceType<CelEngine['PolicyCompiler']>
export type Compiled = ReturnType<Compiler['compile']>
export type Outcomes = ReturnType<CelEngine['evaluateAll']>
type Outcome = Extract<Outcomes, { ok: true }>['outcomes'][number]

export interface Expression {
  readonly text: string
  readonly compiled: Compiled
}

/** What all policies have compiled. */
export interface PolicyProgram {
  readonly compiler: Compiler
  readonly conditions: readonly Expression[]
}

export function expression(
  compiler: Compiler,
  text: string,
  purpose: Parameters<Compiler['compile']>[1],
): Expression {
  return { text, compiled: compiler.compile(text, purpose) }
}

/** Compiles the expressions of a spec once; `own` adds those that only its kind has. */
export function programsOf<S extends PolicySpec, P extends PolicyProgram>(
  own: (base: PolicyProgram, spec: S) => P,
): (spec: S) => P {
  const programs = new WeakMap<S, P>()
  return spec => {
    let program = programs.get(spec)
    if (program === undefined) {
      program = own(programOf(spec), spec)
      programs.set(spec, program)
    }
    return program
  }
}

function programOf(spec: PolicySpec): PolicyProgram {
  const compiler = new (cel().PolicyCompiler)({ hasParams: spec.paramKind !== undefined })
  for (const { name, expression: text } of spec.variables ?? []) compiler.addVariable(name, text)
  const conditions = (spec.matchConditions ?? []).map(each =>
    expression(compiler, each.expression, 'condition'),
  )
  return { compiler, conditions }
}

/** The values of one request that expressions may read; `params` differs by invocation. */
export interface Subject {
  readonly attributes: Attributes
  readonly request: JsonObject
  readonly namespaceObject: JsonObject | null
}

export function subjectOf(attributes: Attributes, context: AdmissionContext): Subject {
  return {
    attributes,
    request: requestValue(attributes, context.user),
    namespaceObject: namespaceValue(namespaceOf(attributes, context)),
  }
}

export interface Evaluation {
  readonly program: PolicyProgram
  readonly subject: Subject
  readonly param: KubeObject | undefined
  readonly budget: number
}

/** Evaluates expressions over the request. */
export function evaluate(
  expressions: readonly (Expression | undefined)[],
  { program, subject, param, budget }: Evaluation,
): Outcomes {
  const { attributes, request, namespaceObject } = subject
  const { authorizerValue, requestResourceValue, evaluateAll } = cel()
  const bindings = {
    object: attributes.object ?? null,
    oldObject: attributes.old ?? null,
    params: param ?? null,
    request,
    namespaceObject,
    authorizer: authorizerValue,
    'authorizer.requestResource': requestResourceValue,
  }
  return evaluateAll(expressions, { variables: program.compiler.variables, bindings, budget })
}

/** Whether the conditions hold; a text says why that cannot be told. */
export function conditionsHold(
  program: PolicyProgram,
  subject: Subject,
  { param, failurePolicy }: { param: KubeObject | undefined; failurePolicy: string | undefined },
): boolean | string {
  if (program.conditions.length === 0) return true
  const budget = cel().matchConditionBudget
  const known = { ...subject, namespaceObject: null }
  const result = evaluate(program.conditions, { program, subject: known, param, budget })
  const ignores = failurePolicy === 'Ignore'
  if (!result.ok) return ignores ? false : result.error
  const { outcomes } = result
  if (outcomes.some(each => 'value' in each && each.value === false)) return false
  const errors = outcomes.flatMap((each: Outcome) => ('error' in each ? [each.error] : []))
  if (errors.length === 0) return true
  return ignores ? false : aggregateErrors(errors)
}
