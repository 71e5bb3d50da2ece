// The settings of Gatekeeper's webhooks: as stored, or as its manifests install them.
// Upstream: deploy/gatekeeper.yaml of gatekeeper v3.23.1.

import type { AdmissionContext, AdmissionRequest } from '../../apiserver/admission.ts'
import { type Configurations, type Webhook, webhooksOf } from '../../apiserver/webhooks/webhook.ts'
import type { LabelSelector } from '../../kube/generated/types.ts'
import type { KubeObject } from '../../kube/object.ts'

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
  configurations: Configurations,
  name: string,
): Webhook {
  const found = webhooksOf(context, configurations).find(each => each.name === name)
  return found ?? { ...assumed, name }
}

/** A Namespace as the webhook sees it; undefined for what is in none. */
export function namespaceOf(
  { resource, namespace, object }: AdmissionRequest,
  context: AdmissionContext,
): KubeObject | undefined {
  if (resource.key === 'Namespace') return object
  return namespace === '' ? undefined : context.get('Namespace', namespace)
}
