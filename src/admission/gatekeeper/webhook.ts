// How the API server reaches Gatekeeper: the settings of its webhooks and whether anybody answers.
// Upstream: apiserver v0.36.3 pkg/admission/plugin/webhook, and deploy/gatekeeper.yaml of v3.23.1.

import type { AdmissionContext, AdmissionRequest } from '../../apiserver/admission.ts'
import { plainFailure } from '../../apiserver/responses.ts'
import { goQuote } from '../../kube/go-text.ts'
import type {
  EndpointSlice,
  LabelSelector,
  MutatingWebhook,
  MutatingWebhookConfiguration,
  RuleWithOperations,
  Service,
} from '../../kube/generated/types.ts'
import { selectorMatches } from '../../kube/label-selector.ts'
import { type KubeObject, keyFrom } from '../../kube/object.ts'
import type { ApiStatus } from '../../kube/status.ts'

/** What a webhook configuration says; mutating and validating ones have the same fields. */
export type Webhook = Omit<MutatingWebhook, 'admissionReviewVersions' | 'reinvocationPolicy'>

/** The namespaces that Gatekeeper's own manifests leave alone. */
const namespaceSelector: LabelSelector = {
  matchExpressions: [
    { key: 'admission.gatekeeper.sh/ignore', operator: 'DoesNotExist' },
    { key: 'kubernetes.io/metadata.name', operator: 'NotIn', values: ['gatekeeper-system'] },
  ],
}

/** Assumed where mutators are there without Gatekeeper's own manifests: it runs, and answers. */
const assumed: Webhook = { name: '', clientConfig: {}, failurePolicy: 'Ignore', namespaceSelector }

/** The settings of the webhook with the name, as stored or as Gatekeeper installs them. */
export function webhookNamed(
  context: AdmissionContext,
  configurations: 'MutatingWebhookConfiguration' | 'ValidatingWebhookConfiguration',
  name: string,
): Webhook {
  for (const object of context.list(configurations)) {
    const { webhooks } = object as MutatingWebhookConfiguration
    const found = webhooks?.find(each => each.name === name)
    if (found !== undefined) return found
  }
  return { ...assumed, name }
}

/** Whether the API server calls the webhook for the request at all. */
export function concerns(
  webhook: Webhook,
  request: AdmissionRequest,
  context: AdmissionContext,
): boolean {
  const { rules, namespaceSelector: ofNamespace, objectSelector } = webhook
  // Webhooks are never asked about webhooks and policies.
  if (request.resource.group === 'admissionregistration.k8s.io') return false
  if (rules !== undefined && !rules.some(rule => covers(rule, request))) return false
  const labels = request.object?.metadata.labels
  if (objectSelector !== undefined && !selectorMatches(objectSelector, labels)) return false
  if (ofNamespace === undefined) return true
  const isNamespace = request.resource.key === 'Namespace'
  if (request.namespace === '' && !isNamespace) return true
  const namespace = isNamespace ? request.object : context.get('Namespace', request.namespace)
  return selectorMatches(ofNamespace, namespace?.metadata.labels)
}

function covers(rule: RuleWithOperations, { resource, operation }: AdmissionRequest): boolean {
  const includes = (items: readonly string[] | undefined, wanted: string): boolean =>
    items?.some(item => item === '*' || item === wanted) === true
  const { operations, apiGroups, apiVersions, resources, scope = '*' } = rule
  const isNamespaced = resource.namespaced
  return (
    includes(operations, operation.toUpperCase()) &&
    includes(apiGroups, resource.group) &&
    (resource.versions.length === 0 ||
      resource.versions.some(version => includes(apiVersions, version))) &&
    (includes(resources, resource.plural) || includes(resources, '*/*')) &&
    (scope === '*' || scope === (isNamespaced ? 'Namespaced' : 'Cluster'))
  )
}

/** Why a call of the webhook fails now; undefined when somebody answers it. */
export function unreachable(webhook: Webhook, context: AdmissionContext): string | undefined {
  const { service } = webhook.clientConfig
  if (service === undefined) return undefined
  const { name, namespace, port = 443, path = '' } = service
  const found = context.get('Service', keyFrom(namespace, name)) as Service | undefined
  if (found === undefined) return `service ${goQuote(name)} not found`
  const isReady = context
    .list('EndpointSlice', namespace)
    .some(slice => hasReadyEndpoint(slice as EndpointSlice, name))
  if (isReady) return undefined
  const url = `https://${name}.${namespace}.svc:${port}${path}?timeout=${webhook.timeoutSeconds ?? 10}s`
  const address = `${found.spec?.clusterIP ?? ''}:${port}`
  // Nobody listens behind the Service: its rules reject the connection.
  return `Post ${goQuote(url)}: dial tcp ${address}: connect: connection refused`
}

function hasReadyEndpoint({ metadata, endpoints }: EndpointSlice, service: string): boolean {
  return (
    metadata.labels?.['kubernetes.io/service-name'] === service &&
    endpoints?.some(({ conditions }) => conditions?.ready !== false) === true
  )
}

/** The 500 of a webhook that must answer and does not. */
export function callFailed({ name }: Webhook, why: string): ApiStatus {
  const call = `failed calling webhook ${goQuote(name)}: failed to call webhook: ${why}`
  return plainFailure(500, `Internal error occurred: ${call}`, 'InternalError')
}

/** The refusal of a webhook that answered. */
export function deniedBy({ name }: Webhook, code: number, message: string): ApiStatus {
  return plainFailure(code, `admission webhook ${goQuote(name)} denied the request: ${message}`)
}

/** A Namespace as the webhook sees it; undefined for what is in none. */
export function namespaceOf(
  { resource, namespace, object }: AdmissionRequest,
  context: AdmissionContext,
): KubeObject | undefined {
  if (resource.key === 'Namespace') return object
  return namespace === '' ? undefined : context.get('Namespace', namespace)
}
