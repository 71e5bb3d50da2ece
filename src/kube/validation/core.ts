// Config maps, secrets, namespaces, nodes and other small kinds of the core group.
// Upstream: pkg/apis/core/validation/validation.go, v1.36.3.

import {
  configMapKeyErrors,
  dns1123LabelErrors,
  dns1123SubdomainErrors,
  labelValueErrors,
} from '../formats.ts'
import type { ConfigMap, Node, Secret, Taint } from '../generated/types.ts'
import { utf8Length } from '../go-text.ts'
import type { KubeObject } from '../object.ts'
import {
  checkChoice,
  checkLabelName,
  type Errors,
  immutableText,
  refuse,
  subdomainName,
} from './checks.ts'
import { duplicate, forbidden, invalid, required, tooLong } from './field-error.ts'
import { checkMeta } from './meta.ts'
import { checkQuantity } from './pod/resources.ts'
import { sameValue } from './same.ts'
import { checkCidr } from './service.ts'

const sizeMax = 1024 * 1024
const immutableSet = 'field is immutable when `immutable` is set'

/** The bytes that base64 text stands for. */
function decodedLength(text: string): number {
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0
  return Math.max(0, (text.length * 3) / 4 - padding)
}

function checkData(errors: Errors, object: KubeObject): void {
  const { data = {}, binaryData = {} } = object as ConfigMap
  let size = 0
  for (const key in data) {
    refuse(errors, `data[${key}]`, key, configMapKeyErrors(key))
    if (Object.hasOwn(binaryData, key)) {
      errors.push(invalid(`data[${key}]`, key, 'duplicate of key present in binaryData'))
    }
    size += utf8Length(data[key] as string)
  }
  for (const key in binaryData) {
    refuse(errors, `binaryData[${key}]`, key, configMapKeyErrors(key))
    size += decodedLength(binaryData[key] as string)
  }
  if (size > sizeMax) errors.push(tooLong('[]', sizeMax))
}

export function checkConfigMap(errors: Errors, object: KubeObject): void {
  checkMeta(errors, object.metadata, true, subdomainName)
  checkData(errors, object)
}

function checkImmutable(
  errors: Errors,
  object: KubeObject,
  old: KubeObject,
  fields: readonly string[],
): void {
  if (old['immutable'] !== true) return
  if (object['immutable'] !== true) errors.push(forbidden('immutable', immutableSet))
  for (const field of fields) {
    if (!sameValue(object[field], old[field])) errors.push(forbidden(field, immutableSet))
  }
}

export function checkConfigMapUpdate(errors: Errors, object: KubeObject, old: KubeObject): void {
  checkImmutable(errors, object, old, ['data', 'binaryData'])
  checkData(errors, object)
}

const requiredKeys: Readonly<Record<string, readonly string[]>> = {
  'kubernetes.io/dockercfg': ['.dockercfg'],
  'kubernetes.io/dockerconfigjson': ['.dockerconfigjson'],
  'kubernetes.io/ssh-auth': ['ssh-privatekey'],
  'kubernetes.io/tls': ['tls.crt', 'tls.key'],
}

const accountAnnotation = 'kubernetes.io/service-account.name'

function checkSecretData(errors: Errors, object: KubeObject): void {
  const { data = {}, type = '', metadata } = object as Secret
  let size = 0
  for (const key in data) {
    refuse(errors, `data[${key}]`, key, configMapKeyErrors(key))
    size += decodedLength(data[key] as string)
  }
  if (size > sizeMax) errors.push(tooLong('data', sizeMax))
  if (type === 'kubernetes.io/service-account-token') {
    if ((metadata.annotations?.[accountAnnotation] ?? '') === '') {
      errors.push(required(`metadata.annotations[${accountAnnotation}]`, ''))
    }
  } else if (type === 'kubernetes.io/basic-auth') {
    if ('username' in data || 'password' in data) return
    errors.push(required('data[username]', ''), required('data[password]', ''))
  }
  for (const key of requiredKeys[type] ?? []) {
    if (!(key in data)) errors.push(required(`data[${key}]`, ''))
  }
}

export function checkSecret(errors: Errors, object: KubeObject): void {
  checkMeta(errors, object.metadata, true, subdomainName)
  checkSecretData(errors, object)
}

export function checkSecretUpdate(errors: Errors, object: KubeObject, old: KubeObject): void {
  if (object['type'] !== old['type']) errors.push(invalid('type', object['type'], immutableText))
  checkImmutable(errors, object, old, ['data'])
  checkSecretData(errors, object)
}

export function checkNamespace(errors: Errors, object: KubeObject): void {
  checkMeta(errors, object.metadata, false, dns1123LabelErrors)
}

const effects = ['NoSchedule', 'PreferNoSchedule', 'NoExecute']

function checkTaints(errors: Errors, path: string, taints: readonly Taint[]): void {
  const seen = new Set<string>()
  taints.forEach((taint, index) => {
    const at = `${path}[${index}]`
    const { key = '', value = '', effect = '' } = taint
    checkLabelName(errors, `${at}.key`, key)
    const messages = labelValueErrors(value)
    if (messages.length > 0) errors.push(invalid(`${at}.value`, value, messages.join(';')))
    checkChoice(errors, `${at}.effect`, effect, effects)
    const pair = `${key}:${effect}`
    if (seen.has(pair)) {
      const shown = { Key: key, Value: value, Effect: effect, TimeAdded: taint.timeAdded ?? null }
      const { reason, field, body } = duplicate(at, shown)
      const detail = 'taints must be unique by key and effect pair'
      errors.push({ reason, field, body: `${body}: ${detail}` })
    }
    seen.add(pair)
  })
}

function checkNodeContent(errors: Errors, object: KubeObject): void {
  const { spec, status } = object as Node
  // Upstream reports taints below metadata.
  checkTaints(errors, 'metadata.taints', spec?.taints ?? [])
  for (const list of ['capacity', 'allocatable'] as const) {
    const amounts = status?.[list] ?? {}
    for (const name in amounts) {
      checkQuantity(errors, `status.${list}[${name}]`, name, amounts[name] ?? 0)
    }
  }
  spec?.podCIDRs?.forEach((cidr, index) => checkCidr(errors, `spec.podCIDRs[${index}]`, cidr))
}

export function checkNode(errors: Errors, object: KubeObject): void {
  checkMeta(errors, object.metadata, false, dns1123SubdomainErrors)
  checkNodeContent(errors, object)
}

/** Identity of the machine is set once. */
export function checkNodeUpdate(errors: Errors, object: KubeObject, old: KubeObject): void {
  checkNode(errors, object)
  const spec = (object as Node).spec
  const before = (old as Node).spec
  checkTaints(errors, 'metadata.taints', spec?.taints ?? [])
  const provider = before?.providerID ?? ''
  if (provider !== '' && provider !== (spec?.providerID ?? '')) {
    const detail = 'node updates may not change providerID except from "" to valid'
    errors.push(forbidden('spec.providerID', detail))
  }
  const ranges = before?.podCIDRs ?? []
  if (ranges.length > 0 && !sameValue(ranges, spec?.podCIDRs)) {
    const detail = 'node updates may not change podCIDR except from "" to valid'
    errors.push(forbidden('spec.podCIDRs', detail))
  }
}

/** Kinds of which only the metadata is checked. */
export function checkNamespacedMeta(errors: Errors, object: KubeObject): void {
  checkMeta(errors, object.metadata, true, subdomainName)
}
