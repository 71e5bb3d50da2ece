// KyvernoMutation calls Kyverno's webhooks: the policies that the cluster holds change what is
// created and updated. Kyverno registers its webhooks itself, so no manifest has them: they are as
// its chart makes them. Upstream: kyverno v1.19.1 pkg/webhooks/resource/mutation.

import type { AdmissionContext, AdmissionPlugin, ObjectRequest } from '../apiserver/admission.ts'
import { decode } from '../apiserver/decoding.ts'
import { semanticEqual } from '../apiserver/equality.ts'
import { answerOf } from '../apiserver/webhooks/answers.ts'
import { callFailed, deniedBy, type Webhook } from '../apiserver/webhooks/webhook.ts'
import { compareStrings } from '../base/compare.ts'
import { applyDefaults } from '../kube/defaults/registry.ts'
import type { KubeObject } from '../kube/object.ts'
import type { ApiStatus } from '../kube/status.ts'
import { applyPolicy, type KyvernoPolicy, kyvernoGroup, policyOf } from './kyverno/policy.ts'
import { type MutatorPlace, noteMutation, placesOf } from './mutation-note.ts'

export const kyvernoMutation = {
  name: 'KyvernoMutation',
  doc: 'Applies the mutating policies of Kyverno when the cluster has some and its webhook answers.',
  operations: ['create', 'update'],
  isWebhook: true,
  admit(request, context) {
    const policies = policiesFor(request, context)
    if (policies.length === 0) return request.object
    let { object } = request
    for (const failurePolicy of ['Fail', 'Ignore'] as const) {
      const mine = policies.filter(each => each.failurePolicy === failurePolicy)
      if (mine.length === 0) continue
      const webhook = webhookFor(failurePolicy)
      const answer = answerOf(webhook, context)
      if (answer.type === 'denies') return deniedBy(webhook, 400, answer.message)
      if (answer.type === 'allows') {
        const next = mutated(mine, { ...request, object }, context)
        if (typeof next === 'string') return deniedBy(webhook, 400, next)
        if (next.kind === 'Status') return next as ApiStatus
        object = next as KubeObject
      } else if (failurePolicy === 'Fail') {
        return callFailed(webhook, answer.why)
      }
    }
    return object
  },
} satisfies AdmissionPlugin

/** As Kyverno registers them. */
function webhookFor(failurePolicy: 'Fail' | 'Ignore'): Webhook {
  const service = { namespace: 'kyverno', name: 'kyverno-svc', path: '/mutate', port: 443 }
  const name = `mutate.kyverno.svc-${failurePolicy.toLowerCase()}`
  return { name, clientConfig: { service }, failurePolicy, sideEffects: 'NoneOnDryRun' }
}

/** What the chart's resourceFilters leave out. */
const filteredNamespaces = ['kube-system', 'kube-public', 'kube-node-lease', 'kyverno']
const filteredKinds = ['Event', 'Node', 'APIService', 'Binding', 'ReplicaSet']

/** The policies with modelled rules that may be about the request, by name. */
function policiesFor(
  { resource, namespace, name }: ObjectRequest,
  { list }: AdmissionContext,
): readonly KyvernoPolicy[] {
  const within = resource.key === 'Namespace' ? name : namespace
  if (filteredNamespaces.includes(within) || resource.group === kyvernoGroup) return []
  const stored = [
    ...list(`ClusterPolicy.${kyvernoGroup}`),
    ...list(`Policy.${kyvernoGroup}`).filter(each => each.metadata.namespace === namespace),
  ]
  if (stored.length === 0 || filteredKinds.includes(resource.kind)) return []
  return stored
    .map(policyOf)
    .filter(({ rules }) => rules.length > 0)
    .sort((a, b) => compareStrings(a.source.metadata.name ?? '', b.source.metadata.name ?? ''))
}

/** The object as the server takes it from the webhook; a text says why it cannot be made. */
function mutated(
  policies: readonly KyvernoPolicy[],
  request: ObjectRequest,
  context: AdmissionContext,
): KubeObject | ApiStatus | string {
  const { resource, operation } = request
  const namespaceLabels = context.get('Namespace', request.namespace)?.metadata.labels ?? {}
  const places: MutatorPlace[] = []
  let { object } = request
  for (const policy of policies) {
    const incoming = { object, namespaceLabels, operation: operation.toUpperCase() }
    const { source } = policy
    const { applied, object: next, error } = applyPolicy(policy, incoming)
    const name = source.metadata.name ?? ''
    if (error !== undefined) return `mutation policy ${name} error: ${error}`
    for (const { before, after } of applied) {
      places.push(...placesOf({ kind: source.kind, name }, before, after))
    }
    object = next
  }
  if (object === request.object) return object
  const decoded = decode(object, resource, { validation: 'Ignore', old: request.object })
  if (decoded.kind === 'Status') return decoded
  if (semanticEqual(decoded, request.object)) return request.object
  noteMutation(context, request, places)
  return applyDefaults(resource.key, decoded as KubeObject)
}
