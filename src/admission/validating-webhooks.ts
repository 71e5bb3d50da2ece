// ValidatingAdmissionWebhook asks the validating webhooks that the cluster holds, all at once.
// Upstream: apiserver pkg/admission/plugin/webhook/validating/dispatcher.go, v0.36.3.

import type { AdmissionPlugin } from '../apiserver/admission.ts'
import { firstRefusal } from '../apiserver/webhooks/refusal.ts'

export const validatingWebhooks = {
  name: 'ValidatingAdmissionWebhook',
  doc: 'Asks validating webhooks; those that must answer and cannot refuse the request.',
  operations: ['create', 'update', 'delete'],
  subresources: ['status', 'scale', 'binding', 'finalize', 'eviction'],
  validate: (request, context) => firstRefusal('ValidatingWebhookConfiguration', request, context),
} satisfies AdmissionPlugin
