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
import { attributesOf } from '../apiserver/attributes.ts'
import {
  conditionsHold,
  evaluate,
  type Expression,
  expression,
  type PolicyProgram,
  programsOf,
  type Subject,
  subjectOf,
} from './policies/conditions.ts'
import { type Invocation, invocationsOf } from './policies/invocations.ts'
import { type PolicyNote, policyTopic } from './policy-note.ts'

type Spec = ValidatingAdmissionPolicySpec

interface Program extends PolicyProgram {
  readonly validations: readonly Expression[]
  readonly messages: readonly (Expression | undefined)[]
  readonly annotations: readonly Expression[]
}

const compiled = programsOf((base, { validations = [], auditAnnotations = [] }: Spec): Program => {
  const { compiler } = base
  return {
    ...base,
    validations: validations.map(each => expression(compiler, each.expression, 'condition')),
    messages: validations.map(({ messageExpression: text = '' }) =>
      text === '' ? undefined : expression(compiler, text, 'message'),
    ),
    annotations: auditAnnotations.map(each =>
      expression(compiler, each.valueExpression, 'annotation'),
    ),
  }
})

/** Why a policy does not want the request. */
interface Decision {
  readonly message: string
  /** Of a validation that gave false; failures have none. */
  readonly reason?: string
  /** Refuses whatever the actions of the binding are. */
  readonly always?: boolean
  /** Which validation gave it. */
  readonly index?: number
}

/** What a policy has against a request, and what it has to tell the audit log. */
interface Judgement {
  readonly decisions: readonly Decision[]
  readonly annotations: Readonly<Record<string, string>>
}

const accepted: Judgement = { decisions: [], annotations: {} }

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
function judge({ policy, spec, param }: Invocation<Spec>, subject: Subject): Judgement {
  const program = compiled(spec)
  const { failurePolicy } = spec
  const failures = (...messages: string[]): Decision[] =>
    failurePolicy === 'Ignore' ? [] : messages.map(message => ({ message }))
  const holds = conditionsHold(program, subject, { param, failurePolicy })
  const failed = (message: string): Judgement => ({ ...accepted, decisions: failures(message) })
  if (typeof holds === 'string') return failed(holds)
  if (!holds) return accepted
  const evaluation = { program, subject, param, budget: cel().policyBudget }
  const results = evaluate(program.validations, evaluation)
  if (!results.ok) return failed(results.error)
  const messages = evaluate(program.messages, { ...evaluation, budget: results.remaining })
  const decisions = (spec.validations ?? []).flatMap((validation, index): Decision[] => {
    const outcome = results.outcomes[index] as Outcome
    if ('error' in outcome) return failures(outcome.error)
    if (!messages.ok) return failures(`failed messageExpression: ${messages.error}`)
    if (outcome.value === true) return []
    const message = messageOf(validation, messages.outcomes[index])
    return [{ message, reason: validation.reason ?? 'Invalid', index }]
  })
  const annotations = evaluate(program.annotations, evaluation)
  if (!annotations.ok) return failed(annotations.error)
  const wrong = annotations.outcomes.flatMap(each => ('error' in each ? [each.error] : []))
  const published = annotations.outcomes.flatMap((each, index): [string, string][] => {
    const { key = '' } = spec.auditAnnotations?.[index] ?? {}
    const isText = 'value' in each && typeof each.value === 'string' && each.value.trim() !== ''
    return isText ? [[`${policy}/${key}`, (each.value as string).trim()]] : []
  })
  return {
    decisions: [...decisions, ...failures(...wrong).map(each => ({ ...each, always: true }))],
    annotations: Object.fromEntries(published),
  }
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

interface Told extends Judgement {
  readonly invocation: Invocation<Spec>
}

/** What a policy warns of and writes into the audit log; the request goes on. */
function tell(
  { resource, object, old }: AdmissionRequest,
  { note }: AdmissionContext,
  { invocation, decisions, annotations }: Told,
): void {
  if (note === undefined) return
  const { policy, binding = '', bindingSpec } = invocation
  const { validationActions: actions = [] } = bindingSpec ?? {}
  const { name = '', generateName = '', namespace } = (object ?? old)?.metadata ?? {}
  const about = { kind: resource.key, namespace, name, generateName, policy, binding }
  const tells = (action: 'Audit' | 'Warn', text: string): void => {
    const said: PolicyNote = { ...about, action, text }
    note(policyTopic, said)
  }
  for (const { message, always = false } of decisions) {
    if (always) continue
    if (actions.includes('Warn')) tells('Warn', message)
    if (actions.includes('Audit')) tells('Audit', message)
  }
  for (const [key, text] of Object.entries(annotations)) tells('Audit', `${key}: ${text}`)
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
    const { decisions, annotations } = judge(invocation, subject)
    tell(request, context, { invocation, decisions, annotations })
    const denies = bindingSpec?.validationActions?.includes('Deny') === true
    const found = decisions.find(each => denies || each.always === true)
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
