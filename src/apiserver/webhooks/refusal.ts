// What webhooks that change nothing make of a request.

import type { ApiStatus } from '../../kube/status.ts'
import type { AdmissionContext, AdmissionRequest } from '../admission.ts'
import { answerOf } from './answers.ts'
import { isCalled } from './conditions.ts'
import { callFailed, type Configurations, deniedBy, webhooksOf } from './webhook.ts'

/** The first refusal, by a webhook that denies or that must answer and does not. */
export function firstRefusal(
  configurations: Configurations,
  request: AdmissionRequest,
  context: AdmissionContext,
): ApiStatus | undefined {
  for (const webhook of webhooksOf(context, configurations)) {
    const called = isCalled(webhook, request, context)
    if (called === false) continue
    if (called !== true) return called
    const answer = answerOf(webhook, context)
    if (answer.type === 'denies') return deniedBy(webhook, 400, answer.message)
    if (answer.type === 'allows' || webhook.failurePolicy === 'Ignore') continue
    return callFailed(webhook, answer.why)
  }
  return undefined
}
