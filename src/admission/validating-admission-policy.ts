// ValidatingAdmissionPolicy refuses what the expressions of a bound policy do not accept.
// Upstream: k8s.io/apiserver v0.36.3 pkg/admission/plugin/policy/validating.

import {
  type AdmissionContext,
  type AdmissionPlugin,
  type AdmissionRequest,
  denied,
} from '../apiserver/admission.ts'
import { cel } from '../kube/cel/provider.ts'
import type { ValidatingAdmissionPolicySpec, Validation } from '../kube/generated/types.ts'
import { utf8Length } from '../kube/go-text.ts'
import type { ApiStatus } from '../kube/status.ts'
import { attributesOf } from './policies/attributes.ts'
import {
  conditionsHold,
  evaluate,
  type Expression,
  expression,
  type PolicyProgram,
  programOf,
  type Subject,
  subjectOf,
} from './policies/conditions.ts'
import { type Invocation, invocationsOf } from './policies/invocations.ts'

type Spec = ValidatingAdmissionPolicySpec

interface Program extends PolicyProgram {
  readonly validations: readonly Expression[]
  readonly messages: readonly (Expression | undefined)[]
  readonly annotations: readonly Expression[]
}

const programs = new WeakMap<Spec, Program>()

function compiled(spec: Spec): Program {
  const known = programs.get(spec)
  if (known !== undefined) return known
  const base = programOf(spec)
  const { compiler } = base
  const validations = spec.validations ?? []
  const program: Program = {
    ...base,
    validations: validations.map(each => expression(compiler, each.expression, 'condition')),
    messages: validations.map(({ messageExpression: text = '' }) =>
      text === '' ? undefined : expression(compiler, text, 'message'),
    ),
    annotations: (spec.auditAnnotations ?? []).map(each =>
      expression(compiler, each.valueExpression, 'annotation'),
    ),
  }
  programs.set(spec, program)
  return program
}

/** Why a policy does not want the request. */
interface Decision {
  readonly message: string
  /** Of a validation that gave false; failures have none. */
  readonly reason?: string
  /** Refuses whatever the actions of the binding are. */
  readonly always?: boolean
}

type Outcomes = ReturnType<typeof evaluate>
type Outcome = Extract<Outcomes, { ok: true }>['outcomes'][number]

/** The longest text that a messageExpression may give. */
const messageBytesMax = 5 * 1024

function messageOf(validation: Validation, outcome: Outcome | undefined): string {
  if (outcome !== undefined && 'value' in outcome && typeof outcome.value === 'string') {
    const text = outcome.value.trim()
    if (text !== '' && !text.includes('\n') && utf8Length(text) <= messageBytesMax) return text
  }
  const given = validation.message?.trim() ?? ''
  return given === '' ? `failed expression: ${validation.expression.trim()}` : given
}

/** What one policy with one parameter has against the request. */
function judge({ spec, param }: Invocation<Spec>, subject: Subject): readonly Decision[] {
  const program = compiled(spec)
  const { failurePolicy } = spec
  const failures = (...messages: string[]): Decision[] =>
    failurePolicy === 'Ignore' ? [] : messages.map(message => ({ message }))
  const holds = conditionsHold(program, subject, { param, failurePolicy })
  if (typeof holds === 'string') return failures(holds)
  if (!holds) return []
  const evaluation = { program, subject, param, budget: cel().policyBudget }
  const results = evaluate(program.validations, evaluation)
  if (!results.ok) return failures(results.error)
  const messages = evaluate(program.messages, { ...evaluation, budget: results.remaining })
  const decisions = (spec.validations ?? []).flatMap((validation, index): Decision[] => {
    const outcome = results.outcomes[index] as Outcome
    if ('error' in outcome) return failures(outcome.error)
    if (!messages.ok) return failures(`failed messageExpression: ${messages.error}`)
    if (outcome.value === true) return []
    const message = messageOf(validation, messages.outcomes[index])
    return [{ message, reason: validation.reason ?? 'Invalid' }]
  })
  const annotations = evaluate(program.annotations, evaluation)
  if (!annotations.ok) return failures(annotations.error)
  const wrong = annotations.outcomes.flatMap(each => ('error' in each ? [each.error] : []))
  return [...decisions, ...failures(...wrong).map(each => ({ ...each, always: true }))]
}

const codes: Readonly<Record<string, number>> = {
  Forbidden: 403,
  Unauthorized: 401,
  RequestEntityTooLarge: 413,
}

function refusal(
  request: AdmissionRequest,
  { policy, binding }: Invocation<Spec>,
  { message, reason = 'Invalid' }: Decision,
): ApiStatus {
  const by = binding === undefined ? '' : ` with binding '${binding}'`
  const why = `ValidatingAdmissionPolicy '${policy}'${by} denied request: ${message}`
  const status = denied(request, why, [{ message: why }])
  return { ...status, reason, code: codes[reason] ?? 422 }
}

function validate(request: AdmissionRequest, context: AdmissionContext): ApiStatus | undefined {
  if (context.list(kinds.policies).length === 0) return undefined
  const attributes = attributesOf(request)
  const invocations = invocationsOf<Spec>(kinds, attributes, context)
  if (invocations.length === 0) return undefined
  const subject = subjectOf(attributes, context)
  for (const invocation of invocations) {
    const { problem, spec, bindingSpec } = invocation
    if (problem !== undefined) {
      if (spec.failurePolicy === 'Ignore') continue
      return refusal(request, invocation, { message: problem })
    }
    const denies = bindingSpec?.validationActions?.includes('Deny') === true
    const found = judge(invocation, subject).find(each => denies || each.always === true)
    if (found !== undefined) return refusal(request, invocation, found)
  }
  return undefined
}

const kinds = {
  policies: 'ValidatingAdmissionPolicy',
  bindings: 'ValidatingAdmissionPolicyBinding',
} as const

export const validatingAdmissionPolicy = {
  name: 'ValidatingAdmissionPolicy',
  doc: 'Refuses objects that the expressions of bound policies do not accept.',
  operations: ['create', 'update', 'delete'],
  subresources: ['status', 'scale', 'finalize', 'binding', 'eviction'],
  validate,
} satisfies AdmissionPlugin
