// Whether a webhook is called: its rules and selectors, then its matchConditions.
// Upstream: apiserver pkg/admission/plugin/webhook/{generic/webhook,matchconditions/matcher}.go,
// v0.36.3.

import { cel } from '../../kube/cel/provider.ts'
import { aggregateErrors } from '../../kube/label-selector.ts'
import type { MatchCondition } from '../../kube/generated/types.ts'
import type { ApiStatus } from '../../kube/status.ts'
import type { AdmissionContext } from '../admission.ts'
import { attributesOf, requestValue } from '../attributes.ts'
import { forbiddenRequest } from '../responses.ts'
import { concerns, type Subject, type Webhook } from './webhook.ts'

type Reads = Pick<AdmissionContext, 'get' | 'user'>

interface Expression {
  readonly text: string
  readonly compiled: ReturnType<InstanceType<ReturnType<typeof cel>['PolicyCompiler']>['compile']>
}

const programs = new WeakMap<readonly MatchCondition[], readonly Expression[]>()

function compiled(conditions: readonly MatchCondition[]): readonly Expression[] {
  let known = programs.get(conditions)
  if (known === undefined) {
    const compiler = new (cel().PolicyCompiler)({ hasParams: false, hasVariables: false })
    known = conditions.map(({ expression: text }) => ({
      text,
      compiled: compiler.compile(text, 'condition'),
    }))
    programs.set(conditions, known)
  }
  return known
}

/** Whether the webhook is to be called; the refusal of a request where that cannot be told. */
export function isCalled(webhook: Webhook, request: Subject, context: Reads): boolean | ApiStatus {
  if (!concerns(webhook, request, context)) return false
  const { matchConditions = [], failurePolicy } = webhook
  if (matchConditions.length === 0) return true
  const why = conditionsProblem(matchConditions, request, context)
  if (typeof why === 'boolean') return why
  if (failurePolicy === 'Ignore') return false
  const name = (request.object ?? request.old)?.metadata.name ?? ''
  return forbiddenRequest(request.resource, name, why)
}

/** Whether all conditions hold, or why that cannot be told. */
function conditionsProblem(
  conditions: readonly MatchCondition[],
  request: Subject,
  context: Reads,
): boolean | string {
  const { authorizerValue, requestResourceValue, evaluateAll, matchConditionBudget } = cel()
  const name = (request.object ?? request.old)?.metadata.name ?? ''
  const attributes = attributesOf({ name, dryRun: false, ...request })
  const bindings = {
    object: attributes.object ?? null,
    oldObject: attributes.old ?? null,
    request: requestValue(attributes, context.user),
    authorizer: authorizerValue,
    'authorizer.requestResource': requestResourceValue,
  }
  const run = { variables: new Map(), bindings, budget: matchConditionBudget }
  const result = evaluateAll(compiled(conditions), run)
  if (!result.ok) return result.error
  if (result.outcomes.some(each => 'value' in each && each.value === false)) return false
  const errors = result.outcomes.flatMap(each => ('error' in each ? [each.error] : []))
  return errors.length === 0 ? true : aggregateErrors(errors)
}
