// MutatingAdmissionPolicy changes objects as the expressions of bound policies say.
// Upstream: k8s.io/apiserver v0.36.3 pkg/admission/plugin/policy/mutating.

import {
  type AdmissionContext,
  type AdmissionPlugin,
  denied,
  type ObjectRequest,
  type Round,
} from '../apiserver/admission.ts'
import { cel } from '../kube/cel/provider.ts'
import type { Mutation, MutatingAdmissionPolicySpec } from '../kube/generated/types.ts'
import type { KubeObject } from '../kube/object.ts'
import type { ApiStatus } from '../kube/status.ts'
import { noteMutation, placesOf } from './mutation-note.ts'
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
import { type Changed, changedBy } from './policies/mutations.ts'

type Spec = MutatingAdmissionPolicySpec

interface Program extends PolicyProgram {
  readonly mutations: readonly Expression[]
}

function isApply({ patchType }: Mutation): boolean {
  return patchType === 'ApplyConfiguration'
}

const compiled = programsOf((base, spec: Spec): Program => {
  const mutations = (spec.mutations ?? []).map(mutation => {
    const part = isApply(mutation) ? mutation.applyConfiguration : mutation.jsonPatch
    const purpose = isApply(mutation) ? 'apply' : 'jsonPatch'
    return expression(base.compiler, part?.expression ?? '', purpose)
  })
  return { ...base, mutations }
})

/** One change of an object; the text says why it cannot be made. */
function mutated({ spec, param }: Invocation<Spec>, index: number, subject: Subject): Changed {
  const program = compiled(spec)
  const { compiled: result } = program.mutations[index] as Expression
  if (!result.ok) return { error: result.error }
  const budget = cel().policyBudget
  const each = program.mutations[index]
  const evaluated = evaluate([each], { program, subject, param, budget })
  if (!evaluated.ok) return { error: evaluated.error }
  const outcome = evaluated.outcomes[0] as (typeof evaluated.outcomes)[number]
  return 'error' in outcome
    ? { error: outcome.error }
    : changedBy(subject.attributes.object as KubeObject, outcome.value)
}

interface Problem {
  readonly message: string
  readonly reason: 'Forbidden' | 'Invalid'
}

/** The object on its way through the policies. */
interface State {
  object: KubeObject
  readonly problems: Problem[]
  readonly ran: Set<string>
}

function head({ policy, binding }: Invocation<Spec>): string {
  const by = binding === undefined ? '' : ` with binding '${binding}'`
  return `policy '${policy}'${by} denied request: `
}

function keyOf({ policy, binding = '', param }: Invocation<Spec>): string {
  const { namespace = '', name = '' } = param?.metadata ?? {}
  return [policy, binding, namespace, name].join(' ')
}

interface Asked {
  readonly subject: Subject
  readonly round: Round
}

/** Runs the mutations of one policy; a refusal that no failure policy can undo is given back. */
function run(
  state: State,
  invocation: Invocation<Spec>,
  { subject, round }: Asked,
): ApiStatus | undefined {
  const { spec, param } = invocation
  const { failurePolicy, mutations = [] } = spec
  const fail = (message: string): void => {
    if (failurePolicy === 'Ignore') return
    state.problems.push({ message: head(invocation) + message, reason: 'Invalid' })
  }
  const now = withObject(subject, state.object)
  const holds = conditionsHold(compiled(spec), now, { param, failurePolicy })
  if (typeof holds === 'string') fail(holds)
  if (holds !== true) return undefined
  const key = keyOf(invocation)
  if (round.isSecond && round.memory.get(name)?.has(key) !== true) return undefined
  for (const index of mutations.keys()) {
    const changed = mutated(invocation, index, withObject(subject, state.object))
    if ('status' in changed) return changed.status
    if ('error' in changed) fail(changed.error)
    else state.object = changed.object
  }
  if (spec.reinvocationPolicy === 'IfNeeded') state.ran.add(key)
  return undefined
}

function withObject(subject: Subject, object: KubeObject): Subject {
  return { ...subject, attributes: { ...subject.attributes, object } }
}

function refusal(request: ObjectRequest, problems: readonly Problem[]): ApiStatus {
  const causes = problems.map(({ message }) => ({ message }))
  const { message, reason } = problems[0] as Problem
  return { ...denied(request, '', causes), message, reason }
}

function admit(
  request: ObjectRequest,
  context: AdmissionContext,
  round: Round,
): KubeObject | ApiStatus {
  if (context.list(kinds.policies).length === 0) return request.object
  const attributes = attributesOf(request)
  const invocations = invocationsOf<Spec>(kinds, attributes, context)
  if (invocations.length === 0) return request.object
  const subject = subjectOf(attributes, context)
  const state: State = { object: request.object, problems: [], ran: new Set() }
  for (const each of invocations) {
    if (each.problem === undefined || each.spec.failurePolicy === 'Ignore') continue
    state.problems.push({ message: head(each) + each.problem, reason: 'Forbidden' })
  }
  for (const invocation of invocations) {
    if (invocation.problem !== undefined) continue
    const before = state.object
    const status = run(state, invocation, { subject, round })
    if (status !== undefined) return status
    if (state.object !== before && context.note !== undefined) {
      const by = { kind: kinds.policies, name: invocation.policy }
      noteMutation(context, request, placesOf(by, before, state.object))
    }
  }
  if (!round.isSecond) round.memory.set(name, state.ran)
  return state.problems.length === 0 ? state.object : refusal(request, state.problems)
}

const kinds = {
  policies: 'MutatingAdmissionPolicy',
  bindings: 'MutatingAdmissionPolicyBinding',
} as const

const name = 'MutatingAdmissionPolicy'

export const mutatingAdmissionPolicy = {
  name: 'MutatingAdmissionPolicy',
  doc: 'Changes objects as the expressions of bound policies say.',
  operations: ['create', 'update'],
  subresources: ['status', 'finalize'],
  reinvokes: true,
  admit,
} satisfies AdmissionPlugin
