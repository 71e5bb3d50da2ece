// Which requests a webhook is asked about, and the words for what comes of the call. Upstream:
// apiserver pkg/admission/plugin/webhook (generic, predicates/rules, errors), v0.36.3.

import { goQuote } from '../../kube/go-text.ts'
import type {
  MutatingWebhook,
  MutatingWebhookConfiguration,
  RuleWithOperations,
} from '../../kube/generated/types.ts'
import { selectorMatches } from '../../kube/label-selector.ts'
import type { KubeObject } from '../../kube/object.ts'
import type { ApiStatus } from '../../kube/status.ts'
import type { AdmissionContext, AdmissionRequest } from '../admission.ts'
import { plainFailure, withCauses } from '../responses.ts'

/** What a webhook configuration says; mutating and validating ones have the same fields. */
export type Webhook = Omit<MutatingWebhook, 'admissionReviewVersions' | 'reinvocationPolicy'>

export type Configurations = 'MutatingWebhookConfiguration' | 'ValidatingWebhookConfiguration'

const none: readonly Webhook[] = []

/** All stored webhooks of the sort: by the names of their configurations, then as listed there. */
export function webhooksOf(
  context: Pick<AdmissionContext, 'list'>,
  configurations: Configurations,
): readonly Webhook[] {
  const stored = context.list(configurations)
  if (stored.length === 0) return none
  return stored.flatMap(each => (each as MutatingWebhookConfiguration).webhooks ?? none)
}

/** What the rules and selectors of a webhook look at. */
export type Subject = Pick<
  AdmissionRequest,
  'operation' | 'resource' | 'subresource' | 'namespace' | 'object' | 'old'
>

/** Whether the API server calls the webhook for the request at all. */
export function concerns(
  webhook: Webhook,
  request: Subject,
  context: Pick<AdmissionContext, 'get'>,
): boolean {
  const { rules, namespaceSelector: ofNamespace, objectSelector } = webhook
  const { resource, object, old, namespace } = request
  // Webhooks are never asked about webhooks and policies; what is scripted for a trial is no
  // object of the cluster.
  if (resource.group === 'admissionregistration.k8s.io' || resource.group === 'seatrial.dev') {
    return false
  }
  // Without rules it is asked about nothing: programs that write their rules later ship it so.
  if (rules?.some(rule => covers(rule, request)) !== true) return false
  if (objectSelector !== undefined) {
    const matches = (each: KubeObject | undefined): boolean =>
      each !== undefined && selectorMatches(objectSelector, each.metadata.labels)
    if (!matches(object) && !matches(old)) return false
  }
  if (ofNamespace === undefined) return true
  const isNamespace = resource.key === 'Namespace'
  if (namespace === '' && !isNamespace) return true
  const within = isNamespace ? (object ?? old) : context.get('Namespace', namespace)
  return selectorMatches(ofNamespace, within?.metadata.labels)
}

function covers(rule: RuleWithOperations, request: Subject): boolean {
  const { resource, operation, subresource } = request
  const includes = (items: readonly string[] | undefined, wanted: string): boolean =>
    items?.some(item => item === '*' || item === wanted) === true
  const { operations, apiGroups, apiVersions, resources, scope = '*' } = rule
  // Bindings and evictions are created.
  const done = subresource === 'binding' || subresource === 'eviction' ? 'create' : operation
  return (
    includes(operations, done.toUpperCase()) &&
    includes(apiGroups, resource.group) &&
    (resource.versions.length === 0 ||
      resource.versions.some(version => includes(apiVersions, version))) &&
    resources?.some(each => isAbout(each, resource.plural, subresource)) === true &&
    (scope === '*' || scope === (resource.namespaced ? 'Namespaced' : 'Cluster'))
  )
}

/** `pods`, `pods/status`, `*`, `pods/*`, `*\/status` or `*\/*`; without a slash: no subresource. */
function isAbout(pattern: string, plural: string, subresource: string): boolean {
  const [resource = '', below = ''] = pattern.split('/')
  return (resource === '*' || resource === plural) && (below === '*' || below === subresource)
}

/** The 500 of a webhook that must answer and does not. */
export function callFailed({ name }: Webhook, why: string): ApiStatus {
  const call = `failed calling webhook ${goQuote(name)}: failed to call webhook: ${why}`
  const status = plainFailure(500, `Internal error occurred: ${call}`, 'InternalError')
  return withCauses(status, [{ message: call }])
}

/** The refusal of a webhook that answered. */
export function deniedBy({ name }: Webhook, code: number, message: string): ApiStatus {
  const explained = message === '' ? ' without explanation' : `: ${message}`
  return plainFailure(code, `admission webhook ${goQuote(name)} denied the request${explained}`)
}
