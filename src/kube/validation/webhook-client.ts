// How webhooks are reached and what they are asked in: those of admission, and those that convert
// custom resources. Upstream: apiserver pkg/util/webhook/validation.go, v0.36.3.

import { dns1035LabelErrors, portNumberErrors } from '../formats.ts'
import type { WebhookClientConfig } from '../generated/types.ts'
import { type Errors, refuse, subdomainName } from './checks.ts'
import { invalid, required } from './field-error.ts'

/** The versions of a review that an API server can send. */
export const reviewVersions = ['v1', 'v1beta1']

interface Reviews {
  readonly versions: readonly string[]
  /** What is said where there are none. */
  readonly missing: string
}

export function checkReviewVersions(
  errors: Errors,
  path: string,
  { versions, missing }: Reviews,
): void {
  if (versions.length === 0) {
    errors.push(required(path, missing))
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

/** Where a webhook is. */
export function checkClient(
  errors: Errors,
  path: string,
  { url, service }: WebhookClientConfig,
): void {
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
