// Answers validation vectors with src/kube/formats.ts and src/kube/validation/.

import {
  configMapKeyErrors,
  dns1035LabelErrors,
  dns1123LabelErrors,
  dns1123SubdomainErrors,
  domainPrefixedPathErrors,
  envVarNameErrors,
  fullyQualifiedNameErrors,
  httpHeaderNameErrors,
  labelKeyErrors,
  labelValueErrors,
  percentErrors,
  portNameErrors,
  portNumberErrors,
  relaxedEnvVarNameErrors,
  strictIpErrors,
  wildcardDns1123SubdomainErrors,
} from '../../../src/kube/formats.ts'
import type { LabelSelector, ObjectMeta } from '../../../src/kube/generated/types.ts'
import { goQuote } from '../../../src/kube/go-text.ts'
import { aggregateErrors } from '../../../src/kube/label-selector.ts'
import {
  checkIp,
  checkLabelSelector,
  label1035Name,
  labelDnsName,
  type NameCheck,
  pathSegmentName,
  subdomainName,
} from '../../../src/kube/validation/checks.ts'
import type { FieldError } from '../../../src/kube/validation/field-error.ts'
import { checkMeta } from '../../../src/kube/validation/meta.ts'
import type { Topic } from './topic.ts'

const validators: Readonly<Record<string, (value: string) => readonly string[]>> = {
  configMapKey: configMapKeyErrors,
  dns1035Label: dns1035LabelErrors,
  dns1123Label: dns1123LabelErrors,
  dns1123Subdomain: dns1123SubdomainErrors,
  envVarName: envVarNameErrors,
  httpHeaderName: httpHeaderNameErrors,
  labelValue: labelValueErrors,
  percent: percentErrors,
  portName: portNameErrors,
  qualifiedName: labelKeyErrors,
  relaxedEnvVarName: relaxedEnvVarNameErrors,
  wildcardDNS1123Subdomain: wildcardDns1123SubdomainErrors,
}

const nameRules: Readonly<Record<string, NameCheck>> = {
  dns1123Subdomain: subdomainName,
  dns1123Label: labelDnsName,
  dns1035Label: label1035Name,
  pathSegment: pathSegmentName,
}

function texts(errors: readonly FieldError[]): readonly string[] | null {
  return errors.length === 0 ? null : errors.map(({ field, body }) => `${field}: ${body}`)
}

function refusals(value: string, messages: readonly string[]): readonly string[] {
  return messages.map(message => `name: Invalid value: ${goQuote(value)}: ${message}`)
}

function stringErrors(value: string): unknown {
  const found: Record<string, unknown> = {}
  for (const [name, validate] of Object.entries(validators)) {
    const errors = validate(value)
    if (errors.length > 0) found[name] = errors
  }
  const missing = value === '' ? ['name: Required value'] : undefined
  const qualified = missing ?? refusals(value, fullyQualifiedNameErrors(value))
  if (qualified.length > 0) found['fullyQualifiedName'] = aggregateErrors(qualified)
  const parts = domainPrefixedPathErrors(value)
  const prefixed = missing ?? parts.flatMap(part => refusals(part.value, [part.message]))
  if (prefixed.length > 0) found['domainPrefixedPath'] = aggregateErrors(prefixed)
  const addresses: FieldError[] = []
  checkIp(addresses, 'ip', value)
  const strict = strictIpErrors(value).map(each => `ip: Invalid value: ${goQuote(value)}: ${each}`)
  const address = texts(addresses) ?? strict
  if (address.length > 0) found['ip'] = aggregateErrors(address)
  return { errors: found }
}

interface MetaInput {
  readonly metadata: ObjectMeta
  readonly namespaced: boolean
  readonly nameRule: string
}

/**
 * Recorded in sorted order: upstream walks maps. The recorded function knows nothing of the extra
 * rule of the core group, that a finalizer without a domain must be a standard one.
 */
function metaErrors({ metadata, namespaced, nameRule }: MetaInput): unknown {
  const check = nameRules[nameRule]
  if (check === undefined) return undefined
  const errors: FieldError[] = []
  checkMeta(errors, metadata, namespaced, check)
  const found = (texts(errors) ?? []).filter(text => !text.startsWith('metadata.finalizers['))
  return { errors: found.sort() }
}

export const answer: Topic = (family, input) => {
  switch (family) {
    case 'string':
      return stringErrors((input as { s: string }).s)
    case 'port': {
      const errors = portNumberErrors((input as { n: number }).n)
      return { errors: errors.length === 0 ? null : errors }
    }
    case 'object-meta':
      return metaErrors(input as MetaInput)
    default: {
      const errors: FieldError[] = []
      const { selector } = input as { selector: LabelSelector | null }
      checkLabelSelector(errors, 'spec.selector', selector ?? undefined)
      return { errors: texts(errors) ?? [] }
    }
  }
}
