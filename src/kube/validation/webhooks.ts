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
import { checkLabelSelector, type Errors, refuse, subdomainName } from './checks.ts'
import { duplicate, invalid, notSupported, required } from './field-error.ts'
import { checkOperations } from './match-resources.ts'
import { checkCustomMeta } from './meta.ts'
import { checkClient, checkReviewVersions, reviewVersions } from './webhook-client.ts'

type Webhook = MutatingWebhook & ValidatingWebhook

const choices = {
  failurePolicy: ['Fail', 'Ignore'],
  matchPolicy: ['Equivalent', 'Exact'],
  reinvocationPolicy: ['IfNeeded', 'Never'],
} as const
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

function checkChoice(
  errors: Errors,
  path: string,
  webhook: Webhook,
  name: keyof typeof choices,
): void {
  const value = webhook[name]
  const allowed: readonly string[] = choices[name]
  if (value === undefined || allowed.includes(value)) return
  errors.push(notSupported(`${path}.${name}`, value, allowed))
}

function checkWebhook(errors: Errors, path: string, webhook: Webhook): void {
  const { name = '', rules, sideEffects, timeoutSeconds: seconds } = webhook
  if (name === '') errors.push(required(`${path}.name`, ''))
  else refuse(errors, `${path}.name`, name, fullyQualifiedNameErrors(name))
  rules?.forEach((rule, index) => checkOperations(errors, `${path}.rules[${index}]`, rule))
  checkChoice(errors, path, webhook, 'failurePolicy')
  checkChoice(errors, path, webhook, 'matchPolicy')
  if (sideEffects === undefined) {
    const detail = `must specify one of ${sideEffectClasses.join(', ')}`
    errors.push(required(`${path}.sideEffects`, detail))
  } else if (!sideEffectClasses.includes(sideEffects)) {
    errors.push(notSupported(`${path}.sideEffects`, sideEffects, sideEffectClasses))
  }
  if (seconds !== undefined && (seconds > timeoutMax || seconds < 1)) {
    const detail = 'the timeout value must be between 1 and 30 seconds'
    errors.push(invalid(`${path}.timeoutSeconds`, seconds, detail))
  }
  checkLabelSelector(errors, `${path}.namespaceSelector`, webhook.namespaceSelector)
  checkLabelSelector(errors, `${path}.objectSelector`, webhook.objectSelector)
  checkChoice(errors, path, webhook, 'reinvocationPolicy')
  checkClient(errors, `${path}.clientConfig`, webhook.clientConfig ?? {})
  const { matchConditions = [] } = webhook
  checkConditions(errors, `${path}.matchConditions`, { matchConditions })
}
