// ResourceQuota refuses objects that would use more than a namespace may have, by the books in the
// quota's status, and charges what it admits. The resource quota controller corrects the books.
// Upstream: apiserver pkg/admission/plugin/resourcequota/controller.go, v0.36.3.

import {
  type AdmissionContext,
  type AdmissionPlugin,
  type AdmissionRequest,
  denied,
} from '../apiserver/admission.ts'
import { type Books, countedBooks } from '../apiserver/quota/books.ts'
import { kindCountedBy } from '../apiserver/quota/names.ts'
import type { Totals } from '../apiserver/quota/pod-amounts.ts'
import { isInScope, usageOf } from '../apiserver/quota/usage.ts'
import type { ApiContext } from '../apiserver/request.ts'
import { sortedStrings } from '../base/compare.ts'
import type { Pod, Quantity, ResourceQuota } from '../kube/generated/types.ts'
import { type Quantity as Parsed, quantityOf, quantityText } from '../kube/quantity.ts'
import {
  addQuantities,
  compareQuantities,
  isZero,
  sign,
  subtractQuantities,
} from '../kube/quantity-math.ts'
import type { ApiStatus } from '../kube/status.ts'

/** Kinds whose updates may use more than before. */
const growing = new Set(['PersistentVolumeClaim', 'Service'])

/** The quotas that look at the object of the request. */
function quotasOn(
  { object, namespace, resource, operation }: AdmissionRequest,
  context: AdmissionContext,
): readonly ResourceQuota[] {
  if (object === undefined || namespace === '') return []
  if (operation === 'update' && !growing.has(resource.key)) return []
  const quotas = context.list('ResourceQuota', namespace) as readonly ResourceQuota[]
  if (quotas.length === 0) return quotas
  return quotas.filter(quota => isInScope(quota, resource, object))
}

function validateUse(request: AdmissionRequest, context: AdmissionContext): ApiStatus | undefined {
  const quotas = quotasOn(request, context)
  if (quotas.length === 0) return undefined
  for (const quota of quotas) {
    if (request.resource.key !== 'Pod' || request.object === undefined) continue
    const missing = unspecified(request.object as Pod, limitsOf(quota))
    if (missing === '') continue
    const name = quota.metadata.name ?? ''
    return denied(request, `failed quota: ${name}: must specify ${missing}`)
  }
  const usage = additionalUse(request)
  if (usage.size === 0) return undefined
  for (const quota of quotas) {
    const why = objection(quota, usage, context)
    if (why !== undefined) return denied(request, why)
  }
  return undefined
}

/** What is limited already: the controller takes over changes of the spec. */
function limitsOf({ spec, status }: ResourceQuota): Readonly<Record<string, Quantity>> {
  return status?.hard ?? spec?.hard ?? {}
}

/** What the request would use beyond what the object used before; zeros are left out. */
function additionalUse({ object, old, resource }: AdmissionRequest): Totals {
  const usage: Totals = new Map()
  if (object === undefined) return usage
  const before = old === undefined ? undefined : usageOf(resource, old)
  for (const [name, amount] of usageOf(resource, object)) {
    const earlier = before?.get(name)
    const more = earlier === undefined ? amount : subtractQuantities(amount, earlier)
    if (sign(more) > 0) usage.set(name, more)
  }
  return usage
}

/** The books of the quota; those that nobody has written yet are counted instead. */
function booksOf(quota: ResourceQuota, usage: Totals, context: AdmissionContext): Books {
  const { hard, used = {} } = quota.status ?? {}
  const known =
    hard !== undefined &&
    Object.keys(hard).every(
      name => name in used || !usage.has(name) || kindCountedBy(name) === undefined,
    )
  return known ? { hard, used } : countedBooks(quota, context, 0)
}

function objection(
  quota: ResourceQuota,
  usage: Totals,
  context: AdmissionContext,
): string | undefined {
  const { hard, used } = booksOf(quota, usage, context)
  const exceeded = sortedStrings(usage.keys()).filter(key => {
    if (!(key in hard)) return false
    const total = addQuantities(quantityOf(used[key] ?? 0), usage.get(key) as Parsed)
    return compareQuantities(total, quantityOf(hard[key])) > 0
  })
  if (exceeded.length === 0) return undefined
  const shown = (amount: (key: string) => Parsed): string =>
    exceeded.map(key => `${key}=${quantityText(amount(key))}`).join(',')
  const parts = [
    `requested: ${shown(key => usage.get(key) as Parsed)}`,
    `used: ${shown(key => quantityOf(used[key] ?? 0))}`,
    `limited: ${shown(key => quantityOf(hard[key]))}`,
  ]
  return `exceeded quota: ${quota.metadata.name ?? ''}, ${parts.join(', ')}`
}

const perContainer = [
  'cpu',
  'memory',
  'requests.cpu',
  'requests.memory',
  'limits.cpu',
  'limits.memory',
]

/** Amounts that a quota limits must be given by every container. */
function unspecified({ spec }: Pod, hard: Readonly<Record<string, Quantity>>): string {
  const containers = [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])]
  const missing = sortedStrings(perContainer.filter(key => key in hard)).flatMap(key => {
    const [side, name] = key.includes('.') ? key.split('.') : ['requests', key]
    const lists = side === 'limits' ? 'limits' : 'requests'
    const names = containers
      .filter(({ resources }) => resources?.[lists]?.[name ?? ''] === undefined)
      .map(container => container.name)
    return names.length === 0 ? [] : [`${key} for: ${sortedStrings(names).join(',')}`]
  })
  return missing.join('; ')
}

/** Writes what is admitted into the books. */
function charge(request: AdmissionRequest, context: ApiContext): void {
  const quotas = quotasOn(request, context)
  if (quotas.length === 0) return
  const usage = additionalUse(request)
  for (const quota of quotas) {
    const { hard, used } = quota.status ?? {}
    if (hard === undefined || used === undefined) continue
    const charged: Record<string, Quantity> = {}
    for (const [name, amount] of usage) {
      if (!(name in hard) || isZero(amount)) continue
      charged[name] = quantityText(addQuantities(quantityOf(used[name] ?? 0), amount))
    }
    if (Object.keys(charged).length === 0) continue
    const status = { ...quota.status, used: { ...used, ...charged } }
    const metadata = { ...quota.metadata, resourceVersion: String(context.nextRevision()) }
    const key = `${request.namespace}/${quota.metadata.name ?? ''}`
    context.put('ResourceQuota', key, { ...quota, metadata, status })
  }
}

export const resourceQuota = {
  name: 'ResourceQuota',
  doc: 'Refuses objects that exceed the quotas of their namespace.',
  operations: ['create', 'update'],
  validate: validateUse,
  commit: charge,
} satisfies AdmissionPlugin
