// Amounts that containers and pods request. Upstream: pkg/apis/core/validation/validation.go and
// pkg/apis/core/helper/helpers.go, v1.36.3.

import { labelKeyErrors } from '../../formats.ts'
import type { Quantity, ResourceRequirements } from '../../generated/types.ts'
import { canonicalQuantity, parseQuantity, quantityOf } from '../../quantity.ts'
import { compareQuantities, milliValueOf, scaledInt64, sign } from '../../quantity-math.ts'
import { checkLabelDns, type Errors, nonnegativeText, refuse } from '../checks.ts'
import { duplicate, forbidden, invalid, notFoundValue, required } from '../field-error.ts'

const standardForContainers = ['cpu', 'ephemeral-storage', 'memory']
const standard = new Set([
  ...standardForContainers,
  'requests.cpu',
  'requests.memory',
  'requests.ephemeral-storage',
  'limits.cpu',
  'limits.memory',
  'limits.ephemeral-storage',
  'pods',
  'resourcequotas',
  'services',
  'replicationcontrollers',
  'secrets',
  'configmaps',
  'persistentvolumeclaims',
  'storage',
  'requests.storage',
  'services.nodeports',
  'services.loadbalancers',
])
const integers = new Set([
  'pods',
  'resourcequotas',
  'services',
  'replicationcontrollers',
  'secrets',
  'configmaps',
  'persistentvolumeclaims',
  'services.nodeports',
  'services.loadbalancers',
])

const hugePagePrefix = 'hugepages-'

export function isHugePage(name: string): boolean {
  return name.startsWith(hugePagePrefix)
}

function isNative(name: string): boolean {
  return !name.includes('/') || name.includes('kubernetes.io/')
}

function isExtended(name: string): boolean {
  if (isNative(name) || name.startsWith('requests.')) return false
  return labelKeyErrors(`requests.${name}`).length === 0
}

/** Only what the node can hand out twice may be promised twice. */
export function allowsOvercommit(name: string): boolean {
  return isNative(name) && !isHugePage(name)
}

export type ResourceNameCheck = (errors: Errors, path: string, name: string) => void

/** Names that any list of amounts may use. */
export function checkResourceName(errors: Errors, path: string, name: string): boolean {
  const messages = labelKeyErrors(name)
  refuse(errors, path, name, messages)
  if (messages.length > 0 || name.includes('/')) return messages.length === 0
  if (!standard.has(name) && !isHugePage(name)) {
    errors.push(invalid(path, name, 'must be a standard resource type or fully qualified'))
  }
  return true
}

export const checkContainerResourceName: ResourceNameCheck = (errors, path, name) => {
  checkResourceName(errors, path, name)
  if (!name.includes('/')) {
    if (standardForContainers.includes(name) || isHugePage(name)) return
    errors.push(invalid(path, name, 'must be a standard resource for containers'))
  } else if (!isNative(name) && !isExtended(name)) {
    errors.push(invalid(path, name, "doesn't follow extended resource name standard"))
  }
}

/** A quantity as messages show it. */
export function shownQuantity(quantity: Quantity): string {
  return canonicalQuantity(quantity) ?? String(quantity)
}

export function checkQuantity(errors: Errors, path: string, name: string, amount: Quantity): void {
  const quantity = quantityOf(amount)
  if (sign(quantity) < 0) errors.push(invalid(path, shownQuantity(amount), nonnegativeText))
  const whole = integers.has(name) || isExtended(name)
  if (whole && milliValueOf(quantity) % 1000 !== 0) {
    errors.push(invalid(path, shownQuantity(amount), 'must be an integer'))
  }
}

/** Huge pages come whole. */
function checkPages(errors: Errors, path: string, name: string, amount: Quantity): void {
  if (!isHugePage(name)) return
  const size = parseQuantity(name.slice(hugePagePrefix.length))
  const page = size.ok ? scaledInt64(size.value, 0) : 0n
  const isWhole = size.ok && page > 0n && milliValueOf(size.value) % 1000 === 0
  if (isWhole && scaledInt64(quantityOf(amount), 0) % page === 0n) return
  const shown = shownQuantity(amount)
  errors.push(invalid(path, shown, `${shown} is not positive integer multiple of ${name}`))
}

export interface ResourceChecks {
  readonly nameCheck: ResourceNameCheck
  readonly claimNames: ReadonlySet<string>
}

export function checkResources(
  errors: Errors,
  path: string,
  { limits = {}, requests = {}, claims = [] }: ResourceRequirements,
  { nameCheck, claimNames }: ResourceChecks,
): void {
  for (const name in limits) {
    const at = `${path}.limits[${name}]`
    nameCheck(errors, at, name)
    checkQuantity(errors, at, name, limits[name] as Quantity)
    checkPages(errors, at, name, limits[name] as Quantity)
  }
  for (const name in requests) {
    const at = `${path}.requests[${name}]`
    nameCheck(errors, at, name)
    checkQuantity(errors, at, name, requests[name] as Quantity)
    checkAgainstLimit(errors, path, { name, request: requests[name], limit: limits[name] })
    checkPages(errors, at, name, requests[name] as Quantity)
  }
  const names = [...Object.keys(limits), ...Object.keys(requests)]
  if (names.some(isHugePage) && !names.some(name => name === 'cpu' || name === 'memory')) {
    errors.push(forbidden(path, 'HugePages require cpu or memory'))
  }
  checkClaims(errors, `${path}.claims`, claims, claimNames)
}

interface Amount {
  readonly name: string
  readonly request: Quantity | undefined
  readonly limit: Quantity | undefined
}

function checkAgainstLimit(errors: Errors, path: string, { name, request, limit }: Amount): void {
  const overcommit = allowsOvercommit(name)
  if (limit === undefined) {
    if (overcommit) return
    errors.push(required(`${path}.limits`, 'Limit must be set for non overcommitable resources'))
    return
  }
  const order = compareQuantities(quantityOf(request), quantityOf(limit))
  const shown = shownQuantity(request ?? 0)
  if (order !== 0 && !overcommit) {
    const detail = `must be equal to ${name} limit of ${shownQuantity(limit)}`
    errors.push(invalid(`${path}.requests`, shown, detail))
  } else if (order > 0) {
    const detail = `must be less than or equal to ${name} limit of ${shownQuantity(limit)}`
    errors.push(invalid(`${path}.requests`, shown, detail))
  }
}

function checkClaims(
  errors: Errors,
  path: string,
  claims: NonNullable<ResourceRequirements['claims']>,
  known: ReadonlySet<string>,
): void {
  const seen = new Set<string>()
  claims.forEach(({ name, request = '' }, index) => {
    const at = `${path}[${index}]`
    if (name === '') {
      errors.push(required(at, ''))
      return
    }
    const key = request === '' ? name : `${name}/${request}`
    if (request !== '') checkLabelDns(errors, `${at}.request`, request)
    if (seen.has(name) || seen.has(key)) errors.push(duplicate(at, seen.has(name) ? name : key))
    seen.add(key)
    if (known.has(name)) return
    const list = known.size === 0 ? ' which is empty' : `: ${[...known].sort().join(', ')}`
    const detail = `must be one of the names in pod.spec.resourceClaims${list}`
    errors.push(notFoundValue(at, name, detail))
  })
}
