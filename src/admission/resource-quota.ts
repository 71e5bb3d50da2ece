// ResourceQuota refuses objects that would use more than a namespace may have. What is used is
// counted when it is asked, where upstream keeps books in the quota's status.
// Upstream: apiserver pkg/admission/plugin/resourcequota/controller.go, v0.36.3.

import {
  type AdmissionContext,
  type AdmissionPlugin,
  type AdmissionRequest,
  denied,
} from '../apiserver/admission.ts'
import { resourceOf } from '../apiserver/resource.ts'
import type { ApiContext } from '../apiserver/request.ts'
import { sortedStrings } from '../base/compare.ts'
import type { Pod, Quantity, ResourceQuota } from '../kube/generated/types.ts'
import type { KubeObject } from '../kube/object.ts'
import { type Quantity as Parsed, quantityOf, quantityText } from '../kube/quantity.ts'
import { addQuantities, compareQuantities, isZero } from '../kube/quantity-math.ts'
import type { ApiStatus } from '../kube/status.ts'
import { add, type Totals } from './pod-amounts.ts'
import { isInScope, usageOf } from './quota-usage.ts'

/** Kinds whose objects a quota of these names counts. */
const kindsOf: Readonly<Record<string, readonly string[]>> = {
  configmaps: ['ConfigMap'],
  persistentvolumeclaims: ['PersistentVolumeClaim'],
  replicationcontrollers: ['ReplicationController'],
  resourcequotas: ['ResourceQuota'],
  secrets: ['Secret'],
  services: ['Service'],
}

function validateCreation(
  request: AdmissionRequest,
  context: AdmissionContext,
): ApiStatus | undefined {
  const { object, namespace, resource } = request
  if (object === undefined || namespace === '' || resource.key === 'ResourceQuota') return undefined
  for (const quota of context.list('ResourceQuota', namespace) as readonly ResourceQuota[]) {
    if (!isInScope(quota, resource, object)) continue
    const why = objection(quota, { request, context, object })
    if (why !== undefined) return denied(request, why)
  }
  return undefined
}

interface Asked {
  readonly request: AdmissionRequest
  readonly context: AdmissionContext
  readonly object: KubeObject
}

function objection(quota: ResourceQuota, { request, context, object }: Asked): string | undefined {
  const hard = quota.spec?.hard ?? {}
  const name = quota.metadata.name ?? ''
  const usage = usageOf(request.resource, object)
  if (request.resource.key === 'Pod') {
    const missing = unspecified(object as Pod, hard)
    if (missing !== '') return `failed quota: ${name}: must specify ${missing}`
  }
  const asked = sortedStrings(usage.keys()).filter(
    key => key in hard && !isZero(usage.get(key) as Parsed),
  )
  if (asked.length === 0) return undefined
  const used = usedIn(quota, request, context)
  const exceeded = asked.filter(key => {
    const total = addQuantities(used.get(key) ?? quantityOf(0), usage.get(key) as Parsed)
    return compareQuantities(total, quantityOf(hard[key])) > 0
  })
  if (exceeded.length === 0) return undefined
  const shown = (amount: (key: string) => Parsed): string =>
    exceeded.map(key => `${key}=${quantityText(amount(key))}`).join(',')
  const parts = [
    `requested: ${shown(key => usage.get(key) as Parsed)}`,
    `used: ${shown(key => used.get(key) ?? quantityOf(0))}`,
    `limited: ${shown(key => quantityOf(hard[key]))}`,
  ]
  return `exceeded quota: ${name}, ${parts.join(', ')}`
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

/** What the objects of the namespace use already, as far as this kind is concerned. */
function usedIn(
  quota: ResourceQuota,
  { resource, namespace }: AdmissionRequest,
  context: AdmissionContext,
): Totals {
  const used: Totals = new Map()
  for (const object of context.list(resource.key, namespace)) {
    if (!isInScope(quota, resource, object)) continue
    for (const [name, amount] of usageOf(resource, object)) add(used, name, amount)
  }
  return used
}

/** The books that clients read: what is hard and what is used, the new object included. */
function charge(request: AdmissionRequest, context: ApiContext): void {
  const { object, namespace, resource } = request
  if (object === undefined || namespace === '') return
  for (const quota of context.list('ResourceQuota', namespace) as readonly ResourceQuota[]) {
    const hard = quota.spec?.hard ?? {}
    const usage = usageOf(resource, object)
    if (!isInScope(quota, resource, object)) continue
    if (!Object.keys(hard).some(name => usage.has(name))) continue
    const before = used(quota, hard, context)
    for (const [name, amount] of usage) add(before, name, amount)
    const shown = Object.keys(hard).map(name => [
      name,
      quantityText(before.get(name) ?? quantityOf(0)),
    ])
    const status = { hard, used: Object.fromEntries(shown) }
    const resourceVersion = String(context.nextRevision())
    const metadata = { ...quota.metadata, resourceVersion }
    const key = `${namespace}/${quota.metadata.name ?? ''}`
    context.put('ResourceQuota', key, { ...quota, metadata, status })
  }
}

function used(
  quota: ResourceQuota,
  hard: Readonly<Record<string, Quantity>>,
  context: ApiContext,
): Totals {
  const totals: Totals = new Map()
  const kinds = new Set(Object.keys(hard).flatMap(name => kindsOf[name] ?? ['Pod']))
  for (const kind of kinds) {
    const resource = resourceOf(context, kind, true)
    for (const object of context.list(kind, quota.metadata.namespace)) {
      if (!isInScope(quota, resource, object)) continue
      for (const [name, amount] of usageOf(resource, object)) add(totals, name, amount)
    }
  }
  return totals
}

export const resourceQuota = {
  name: 'ResourceQuota',
  doc: 'Refuses objects that exceed the quotas of their namespace.',
  operations: ['create'],
  validate: validateCreation,
  commit: charge,
} satisfies AdmissionPlugin
