// Webhook configurations. Upstream: pkg/apis/admissionregistration/validation/validation.go,
// v1.36.3.

import { fullyQualifiedNameErrors } from '../formats.ts'
import type {
  MutatingWebhook,
  MutatingWebhookConfiguration,
  ValidatingWebhook,
} from '../generated/types.ts'
import type { KubeObject } from '../object.ts'
import { checkConditions } from './admission-policies.ts'
import { checkKnown, checkLabelSelector, type Errors, refuse, subdomainName } from './checks.ts'
import { duplicate, invalid, required } from './field-error.ts'
import { checkOperations } from './match-resources.ts'
import { checkCustomMeta } from './meta.ts'
import { checkClient, checkReviewVersions, reviewVersions } from './webhook-client.ts'

type Webhook = MutatingWebhook & ValidatingWebhook

const failurePolicies = ['Fail', 'Ignore']
const matchPolicies = ['Equivalent', 'Exact']
const reinvocationPolicies = ['IfNeeded', 'Never']
const sideEffectClasses = ['None', 'NoneOnDryRun']
const timeoutMax = 30

/** Both kinds of configurations, new or changed. */
export function checkWebhooks(errors: Errors, object: KubeObject): void {
  checkCustomMeta(errors, object.metadata, false, subdomainName)
  const { webhooks = [] } = object as MutatingWebhookConfiguration
  const names = new Set<string>()
  webhooks.forEach((webhook, index) => {
    const path = `webhooks[${index}]`
    checkWebhook(errors, path, webhook)
    const at = `${path}.admissionReviewVersions`
    checkReviewVersions(errors, at, {
      versions: webhook.admissionReviewVersions ?? [],
      missing: `must specify one of ${reviewVersions.join(', ')}`,
    })
    const { name = '' } = webhook
    if (name !== '' && names.has(name)) errors.push(duplicate(`${path}.name`, name))
    names.add(name)
  })
}

function checkWebhook(errors: Errors, path: string, webhook: Webhook): void {
  const { name = '', rules, sideEffects, timeoutSeconds: seconds } = webhook
  if (name === '') errors.push(required(`${path}.name`, ''))
  else refuse(errors, `${path}.name`, name, fullyQualifiedNameErrors(name))
  rules?.forEach((rule, index) => checkOperations(errors, `${path}.rules[${index}]`, rule))
  checkKnown(errors, `${path}.failurePolicy`, webhook.failurePolicy, failurePolicies)
  checkKnown(errors, `${path}.matchPolicy`, webhook.matchPolicy, matchPolicies)
  if (sideEffects === undefined) {
    const detail = `must specify one of ${sideEffectClasses.join(', ')}`
    errors.push(required(`${path}.sideEffects`, detail))
  } else checkKnown(errors, `${path}.sideEffects`, sideEffects, sideEffectClasses)
  if (seconds !== undefined && (seconds > timeoutMax || seconds < 1)) {
    const detail = 'the timeout value must be between 1 and 30 seconds'
    errors.push(invalid(`${path}.timeoutSeconds`, seconds, detail))
  }
  checkLabelSelector(errors, `${path}.namespaceSelector`, webhook.namespaceSelector)
  checkLabelSelector(errors, `${path}.objectSelector`, webhook.objectSelector)
  checkKnown(errors, `${path}.reinvocationPolicy`, webhook.reinvocationPolicy, reinvocationPolicies)
  checkClient(errors, `${path}.clientConfig`, webhook.clientConfig ?? {})
  const { matchConditions = [] } = webhook
  checkConditions(errors, `${path}.matchConditions`, { matchConditions })
}
