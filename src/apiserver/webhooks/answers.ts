// Who answers when the API server calls a webhook: what a trial says of it, or the pods behind its
// Service. Nobody runs their programs: those that answer are taken to allow what they see.
// Upstream: apiserver pkg/util/webhook/{client,serviceresolver}.go, v0.36.3.

import { goQuote } from '../../kube/go-text.ts'
import type { Deployment, EndpointSlice, Service } from '../../kube/generated/types.ts'
import { selectorMatches } from '../../kube/label-selector.ts'
import { type KubeObject, keyFrom } from '../../kube/object.ts'
import { isOut, outageKind } from '../../kube/outage-object.ts'
import type { AdmissionContext } from '../admission.ts'
import type { Webhook } from './webhook.ts'

/** An object `Webhook` of seatrial.dev/v1: how a webhook answers (docs/webhooks.md). */
export interface WebhookScript extends KubeObject {
  readonly spec?: {
    readonly webhook?: string
    readonly answer?: 'allow' | 'deny' | 'refuse' | 'hang'
    readonly message?: string
    readonly append?: { readonly at?: string; readonly value?: unknown }
  }
}

export const scriptKind = 'Webhook.seatrial.dev'

export type Answer =
  | { readonly type: 'allows'; readonly append?: { readonly at: string; readonly value: unknown } }
  | { readonly type: 'denies'; readonly message: string }
  | { readonly type: 'fails'; readonly why: string }
  | { readonly type: 'hangs'; readonly why: string; readonly seconds: number }

type Reads = Pick<AdmissionContext, 'get' | 'list'>

/** What comes of calling the webhook now. */
export function answerOf(webhook: Webhook, context: Reads): Answer {
  if (isOut(context.list(outageKind), { of: 'webhooks', webhook: webhook.name })) {
    return { type: 'fails', why: refused(webhook, context) }
  }
  const script = scriptOf(webhook, context)
  if (script !== undefined) return scripted(webhook, script, context)
  if (!hasKnownBackend(webhook, context)) return { type: 'allows' }
  const why = unreachable(webhook, context)
  return why === undefined ? { type: 'allows' } : { type: 'fails', why }
}

function scriptOf({ name }: Webhook, context: Reads): WebhookScript['spec'] {
  const scripts = context.list(scriptKind)
  if (scripts.length === 0) return undefined
  const found = (scripts as readonly WebhookScript[]).find(({ spec }) => spec?.webhook === name)
  return found?.spec
}

function scripted(
  webhook: Webhook,
  { answer = 'allow', message = '', append }: NonNullable<WebhookScript['spec']>,
  context: Reads,
): Answer {
  switch (answer) {
    case 'deny':
      return { type: 'denies', message }
    case 'refuse':
      return { type: 'fails', why: refused(webhook, context) }
    case 'hang': {
      const seconds = webhook.timeoutSeconds ?? defaultTimeout
      const why = `Post ${goQuote(urlOf(webhook))}: context deadline exceeded`
      return { type: 'hangs', why, seconds }
    }
    default:
      return append?.at === undefined
        ? { type: 'allows' }
        : { type: 'allows', append: { at: append.at, value: append.value } }
  }
}

const defaultTimeout = 10

const workloads = ['Deployment', 'DaemonSet', 'StatefulSet'] as const

/** Whether its Service selects a workload here: what runs elsewhere is taken to answer. */
function hasKnownBackend({ clientConfig }: Webhook, context: Reads): boolean {
  const { name, namespace } = clientConfig.service ?? {}
  const found = name === undefined ? undefined : context.get('Service', keyFrom(namespace, name))
  const matchLabels = (found as Service | undefined)?.spec?.selector
  if (matchLabels === undefined) return false
  return workloads.some(kind =>
    (context.list(kind, namespace) as readonly Deployment[]).some(({ spec }) =>
      selectorMatches({ matchLabels }, spec?.template.metadata?.labels),
    ),
  )
}

/** Why a call of the webhook fails now; undefined when somebody answers it. */
export function unreachable(webhook: Webhook, context: Reads): string | undefined {
  const { service } = webhook.clientConfig
  if (service === undefined) return undefined
  const { name, namespace } = service
  const found = context.get('Service', keyFrom(namespace, name)) as Service | undefined
  if (found === undefined) return `service ${goQuote(name)} not found`
  const isReady = context
    .list('EndpointSlice', namespace)
    .some(slice => hasReadyEndpoint(slice as EndpointSlice, name))
  // Nobody listens behind the Service: its rules reject the connection.
  return isReady ? undefined : refused(webhook, context)
}

function hasReadyEndpoint({ metadata, endpoints }: EndpointSlice, service: string): boolean {
  return (
    metadata.labels?.['kubernetes.io/service-name'] === service &&
    endpoints?.some(({ conditions }) => conditions?.ready !== false) === true
  )
}

function refused(webhook: Webhook, context: Reads): string {
  const address = addressOf(webhook, context)
  return `Post ${goQuote(urlOf(webhook))}: dial tcp ${address}: connect: connection refused`
}

function urlOf({ clientConfig, timeoutSeconds = defaultTimeout }: Webhook): string {
  const { service, url = '' } = clientConfig
  if (service === undefined) return `${url}?timeout=${timeoutSeconds}s`
  const { name, namespace, port = 443, path = '' } = service
  return `https://${name}.${namespace}.svc:${port}${path}?timeout=${timeoutSeconds}s`
}

function addressOf({ clientConfig }: Webhook, context: Reads): string {
  const { service, url = '' } = clientConfig
  if (service === undefined) {
    const host = /^https?:\/\/([^/?]*)/.exec(url)?.[1] ?? ''
    return /:\d+$/.test(host) ? host : `${host}:443`
  }
  const { name, namespace, port = 443 } = service
  const found = context.get('Service', keyFrom(namespace, name)) as Service | undefined
  return `${found?.spec?.clusterIP ?? ''}:${port}`
}
