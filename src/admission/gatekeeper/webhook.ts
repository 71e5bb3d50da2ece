// The settings of Gatekeeper's webhooks: as stored, or as its manifests install them.
// Upstream: deploy/gatekeeper.yaml of gatekeeper v3.23.1.

import type { AdmissionContext, AdmissionRequest } from '../../apiserver/admission.ts'
import { type Configurations, type Webhook, webhooksOf } from '../../apiserver/webhooks/webhook.ts'
import { unreachable } from '../../apiserver/webhooks/answers.ts'
import type { Deployment, LabelSelector } from '../../kube/generated/types.ts'
import type { KubeObject } from '../../kube/object.ts'

/** The namespaces that Gatekeeper's own manifests leave alone. */
const namespaceSelector: LabelSelector = {
  matchExpressions: [
    { key: 'admission.gatekeeper.sh/ignore', operator: 'DoesNotExist' },
    { key: 'kubernetes.io/metadata.name', operator: 'NotIn', values: ['gatekeeper-system'] },
  ],
}

/** Assumed where mutators are there without Gatekeeper's own manifests: it runs, and answers. */
const assumed: Webhook = {
  name: '',
  clientConfig: {},
  failurePolicy: 'Ignore',
  namespaceSelector,
  rules: [
    { apiGroups: ['*'], apiVersions: ['*'], operations: ['CREATE', 'UPDATE'], resources: ['*'] },
  ],
}

/** The settings of the webhook with the name, as stored or as Gatekeeper installs them. */
export function webhookNamed(
  context: AdmissionContext,
  configurations: Configurations,
  name: string,
): Webhook {
  const found = webhooksOf(context, configurations).find(each => each.name === name)
  return found ?? { ...assumed, name }
}

/** The namespace of Gatekeeper's own manifests. */
const ownNamespace = 'gatekeeper-system'

/**
 * Why the webhook does not answer: nobody is behind its Service. Where no configuration is stored
 * its own Deployment tells, once it has been there: until then its installer waits for it.
 */
export function whyDown(webhook: Webhook, context: AdmissionContext): string | undefined {
  if (webhook.clientConfig.service !== undefined) return unreachable(webhook, context)
  const own = (context.list('Deployment', ownNamespace) as readonly Deployment[]).filter(isServing)
  if (own.length === 0 || own.some(({ status }) => (status?.readyReplicas ?? 0) > 0)) {
    return undefined
  }
  return own.some(wasComplete) ? `no pod of ${ownNamespace} is ready` : undefined
}

/** The part of Gatekeeper that answers webhooks; another one only audits. */
function isServing({ spec }: Deployment): boolean {
  return (spec?.template.spec?.containers ?? []).some(
    ({ image = '', args = [] }) =>
      /(?:^|\/)gatekeeper(?:[:@]|$)/.test(image) &&
      (args.includes('--operation=webhook') || !args.some(arg => arg.startsWith('--operation='))),
  )
}

function wasComplete({ status }: Deployment): boolean {
  return (status?.conditions ?? []).some(({ reason }) => reason === 'NewReplicaSetAvailable')
}

/** A Namespace as the webhook sees it; undefined for what is in none. */
export function namespaceOf(
  { resource, namespace, object }: AdmissionRequest,
  context: AdmissionContext,
): KubeObject | undefined {
  if (resource.key === 'Namespace') return object
  return namespace === '' ? undefined : context.get('Namespace', namespace)
}
