// How long webhooks that do not answer hold up a request before it goes on or fails.
// Upstream: apiserver pkg/endpoints/handlers/rest.go (requestTimeoutUpperBound), v0.36.3.

import { kindKeyOf } from '../../kube/kinds.ts'
import { keyFrom, type KubeObject } from '../../kube/object.ts'
import type { AdmissionContext } from '../admission.ts'
import type { ApiContext, ApiRequest } from '../request.ts'
import { resourceOf } from '../resource.ts'
import { answerOf, scriptKind } from './answers.ts'
import { isCalled } from './conditions.ts'
import { type Subject, type Webhook, webhooksOf } from './webhook.ts'

type Reads = Pick<AdmissionContext, 'get' | 'list'>

/** The API server gives up a write after this long. */
export const writeTimeoutSeconds = 34

/** Whether any webhook may hold up requests: only those of which a trial says so. */
export function mayHang(context: Pick<Reads, 'list'>): boolean {
  return context.list(scriptKind).length > 0
}

/** What hanging webhooks do to a request. */
export interface Hold {
  readonly delayMs: number
  /** The request fails in the end, whatever happens until then. */
  readonly fails: boolean
}

const none: Hold = { delayMs: 0, fails: false }

/** How long hanging webhooks hold up the request, and what becomes of it. */
export function holdOf(context: Reads, request: ApiRequest): Hold {
  if (request.verb === 'get' || !mayHang(context)) return none
  const subject = subjectOf(context, request)
  let seconds = 0
  for (const each of hangs(context, subject, webhooksOf(context, 'MutatingWebhookConfiguration'))) {
    seconds += each.seconds
    if (each.isFatal) return heldFor(seconds, true)
  }
  const validating = hangs(context, subject, webhooksOf(context, 'ValidatingWebhookConfiguration'))
  seconds += Math.max(0, ...validating.map(each => each.seconds))
  return heldFor(
    seconds,
    validating.some(each => each.isFatal),
  )
}

function heldFor(seconds: number, fails: boolean): Hold {
  const isLate = seconds >= writeTimeoutSeconds
  return { delayMs: Math.min(seconds, writeTimeoutSeconds) * 1000, fails: fails || isLate }
}

interface Hang {
  readonly seconds: number
  readonly isFatal: boolean
}

/** The webhooks that hold up the request, in their order. */
function hangs(context: Reads, subject: Subject, webhooks: readonly Webhook[]): readonly Hang[] {
  return webhooks.flatMap(webhook => {
    if (isCalled(webhook, subject, context) !== true) return []
    const answer = answerOf(webhook, context)
    if (answer.type !== 'hangs') return []
    return [{ seconds: answer.seconds, isFatal: webhook.failurePolicy !== 'Ignore' }]
  })
}

/** Seconds that hanging mutating webhooks take together, one after the other. */
export function mutatingSeconds(context: Reads, subject: Subject): number {
  const webhooks = webhooksOf(context, 'MutatingWebhookConfiguration')
  return hangs(context, subject, webhooks).reduce((sum, { seconds }) => sum + seconds, 0)
}

const operations = {
  create: 'create',
  update: 'update',
  patch: 'update',
  scale: 'update',
  delete: 'delete',
  bind: 'create',
  evict: 'create',
} as const

const subresources: Readonly<Record<string, Subject['subresource']>> = {
  scale: 'scale',
  bind: 'binding',
  evict: 'eviction',
}

function subjectOf(context: Reads, request: Exclude<ApiRequest, { verb: 'get' }>): Subject {
  const { verb } = request
  const written = 'object' in request ? request.object : undefined
  const [kind, namespace, name] =
    'target' in request
      ? [request.target.kind, request.target.namespace, request.target.name]
      : writtenTo(request.object)
  const resource = resourceOf(context as Pick<ApiContext, 'list'>, kind, namespace !== undefined)
  const old = context.get(resource.key, resource.namespaced ? keyFrom(namespace, name) : name)
  const named = 'subresource' in request ? request.subresource : undefined
  return {
    operation: operations[verb],
    resource,
    subresource: named ?? subresources[verb] ?? '',
    namespace: resource.namespaced ? (namespace ?? '') : '',
    object: written ?? old,
    old,
  }
}

function writtenTo(object: KubeObject): readonly [string, string | undefined, string] {
  const { namespace, name = '' } = object.metadata
  return [kindKeyOf(object), namespace, name]
}
