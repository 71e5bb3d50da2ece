// MutatingAdmissionWebhook calls the mutating webhooks that the cluster holds, one after the other.
// Gatekeeper's own is called by GatekeeperMutation, which knows what it answers.
// Upstream: apiserver pkg/admission/plugin/webhook/mutating/dispatcher.go, v0.36.3.

import type { AdmissionPlugin, ObjectRequest } from '../apiserver/admission.ts'
import { decode } from '../apiserver/decoding.ts'
import { semanticEqual } from '../apiserver/equality.ts'
import { plainFailure } from '../apiserver/responses.ts'
import { answerOf } from '../apiserver/webhooks/answers.ts'
import { mutatingSeconds, writeTimeoutSeconds } from '../apiserver/webhooks/delay.ts'
import { isCalled } from '../apiserver/webhooks/conditions.ts'
import { callFailed, deniedBy, webhooksOf } from '../apiserver/webhooks/webhook.ts'
import { firstRefusal } from '../apiserver/webhooks/refusal.ts'
import { applyDefaults } from '../kube/defaults/registry.ts'
import type { KubeObject } from '../kube/object.ts'
import type { ApiStatus } from '../kube/status.ts'
import { noteMutation } from './mutation-note.ts'

const configurations = 'MutatingWebhookConfiguration'

const gatekeeper = 'mutation.gatekeeper.sh'

const outOfTime =
  'Timeout: request did not complete within requested timeout - context deadline exceeded'

export const mutatingWebhooks = {
  name: 'MutatingAdmissionWebhook',
  doc: 'Calls mutating webhooks; those that must answer and cannot refuse the request.',
  operations: ['create', 'update', 'delete'],
  subresources: ['status', 'scale', 'binding', 'finalize'],
  isWebhook: true,
  admit(request, context) {
    const webhooks = webhooksOf(context, configurations)
    if (webhooks.length === 0) return request.object
    let { object } = request
    for (const webhook of webhooks) {
      const seen = object === request.object ? request : { ...request, object }
      const called = webhook.name !== gatekeeper && isCalled(webhook, seen, context)
      if (called === false) continue
      if (called !== true) return called
      const answer = answerOf(webhook, context)
      const isFatal = webhook.failurePolicy !== 'Ignore'
      if (answer.type === 'denies') return deniedBy(webhook, 400, answer.message)
      if (answer.type === 'allows') {
        const next = appended(request, object, answer.append)
        if (next.kind === 'Status') return next as ApiStatus
        if (next !== object && answer.append !== undefined) {
          const place = { kind: configurations, name: webhook.name, location: answer.append.at }
          noteMutation(context, request, [place])
        }
        object = next as KubeObject
      } else if (isFatal) {
        return callFailed(webhook, answer.why)
      }
    }
    // Webhooks that may fail still take their time.
    const isLate = mutatingSeconds(context, request) >= writeTimeoutSeconds
    return isLate ? plainFailure(504, outOfTime, 'Timeout') : object
  },
  validate(request, context) {
    // Deletions change no object, but the webhooks are asked about them too.
    if (request.operation !== 'delete') return undefined
    return firstRefusal(configurations, request, context)
  },
} satisfies AdmissionPlugin

/** The object with one more element in the list at the path, as its type keeps it. */
function appended(
  { object: original, resource }: ObjectRequest,
  object: KubeObject,
  append: { readonly at: string; readonly value: unknown } | undefined,
): KubeObject | ApiStatus {
  if (append === undefined) return object
  const changed = withElement(object, append.at.split('.'), append.value) as KubeObject
  const decoded = decode(changed, resource, { validation: 'Ignore', old: original })
  if (decoded.kind === 'Status') return decoded
  if (semanticEqual(decoded, object)) return object
  return applyDefaults(resource.key, decoded as KubeObject)
}

function withElement(value: unknown, path: readonly string[], element: unknown): unknown {
  const [step, ...rest] = path
  if (step === undefined) return [...(Array.isArray(value) ? value : []), element]
  const fields = typeof value === 'object' && value !== null ? value : {}
  const below = (fields as Readonly<Record<string, unknown>>)[step]
  return { ...fields, [step]: withElement(below, rest, element) }
}
