// Webhook configurations. Upstream: pkg/apis/admissionregistration/validation/validation.go,
// v1.36.3; apiserver pkg/util/webhook/validation.go, v0.36.3.

import { dns1035LabelErrors, fullyQualifiedNameErrors, portNumberErrors } from '../formats.ts'
import type {
  MutatingWebhook,
  MutatingWebhookConfiguration,
  ValidatingWebhook,
  WebhookClientConfig,
} from '../generated/types.ts'
import type { KubeObject } from '../object.ts'
import { checkConditions } from './admission-policies.ts'
import { checkLabelSelector, type Errors, refuse, subdomainName } from './checks.ts'
import { duplicate, invalid, notSupported, required } from './field-error.ts'
import { checkOperations } from './match-resources.ts'
import { checkCustomMeta } from './meta.ts'

type Webhook = MutatingWebhook & ValidatingWebhook

const choices = {
  failurePolicy: ['Fail', 'Ignore'],
  matchPolicy: ['Equivalent', 'Exact'],
  reinvocationPolicy: ['IfNeeded', 'Never'],
} as const
const sideEffectClasses = ['None', 'NoneOnDryRun']
const reviewVersions = ['v1', 'v1beta1']
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
    checkReviewVersions(errors, at, webhook.admissionReviewVersions ?? [])
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

function checkReviewVersions(errors: Errors, path: string, versions: readonly string[]): void {
  if (versions.length === 0) {
    errors.push(required(path, `must specify one of ${reviewVersions.join(', ')}`))
    return
  }
  versions.forEach((version, index) => {
    const at = `${path}[${index}]`
    if (versions.indexOf(version) < index) errors.push(invalid(at, version, 'duplicate version'))
    else refuse(errors, at, version, dns1035LabelErrors(version))
  })
  if (versions.some(version => reviewVersions.includes(version))) return
  errors.push(invalid(path, versions, `must include at least one of ${reviewVersions.join(', ')}`))
}

function checkClient(errors: Errors, path: string, { url, service }: WebhookClientConfig): void {
  if ((url === undefined) === (service === undefined)) {
    errors.push(required(path, 'exactly one of url or service is required'))
  } else if (url !== undefined) checkUrl(errors, `${path}.url`, url)
  else if (service !== undefined) checkService(errors, `${path}.service`, service)
}

const form = '; desired format: https://host[/path]'
const urlParts =
  /^(?:([A-Za-z][A-Za-z0-9+.-]*):)?(?:\/\/(?:([^/?#]*)@)?([^/?#]*))?[^?#]*(?:\?([^#]*))?(?:#(.*))?$/

/** Texts that are no URL at all are refused for their missing scheme and host. */
function checkUrl(errors: Errors, path: string, url: string): void {
  const [, scheme = '', user, host = '', query = '', fragment = ''] = urlParts.exec(url) ?? []
  const lower = scheme.toLowerCase()
  if (lower !== 'https') {
    errors.push(invalid(path, lower, `'https' is the only allowed URL scheme${form}`))
  }
  if (host === '') errors.push(invalid(path, host, `host must be specified${form}`))
  if (user !== undefined) {
    errors.push(invalid(path, user, 'user information is not permitted in the URL'))
  }
  if (fragment !== '') {
    errors.push(invalid(path, fragment, 'fragments are not permitted in the URL'))
  }
  if (query !== '') {
    errors.push(invalid(path, query, 'query parameters are not permitted in the URL'))
  }
}

/** Upstream takes the name for the namespace and the namespace for the name. */
function checkService(
  errors: Errors,
  at: string,
  { name = '', namespace = '', path = '', port = 0 }: NonNullable<WebhookClientConfig['service']>,
): void {
  if (namespace === '') errors.push(required(`${at}.name`, ''))
  if (name === '') errors.push(required(`${at}.namespace`, ''))
  const refused = portNumberErrors(port)
  if (refused.length > 0) {
    errors.push(invalid(`${at}.port`, port, `port is not valid: ${refused.join(', ')}`))
  }
  if (path !== '' && path !== '/') refuse(errors, `${at}.path`, path, pathErrors(path))
}

function pathErrors(path: string): readonly string[] {
  if (path === '//') return ['segment[0] may not be empty']
  const start = path.startsWith('/') ? [] : ["must start with a '/'"]
  const segments = path.slice(1).replace(/\/$/, '').split('/')
  const messages = segments.flatMap((segment, index) =>
    segment === ''
      ? [`segment[${index}] may not be empty`]
      : subdomainName(segment).map(message => `segment[${index}]: ${message}`),
  )
  return [...start, ...messages]
}
