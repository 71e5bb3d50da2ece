// What a quota limits and what of it is used. Upstream:
// pkg/controller/resourcequota/resource_quota_controller.go (syncResourceQuota), v1.36.3.

import type { Quantity, ResourceQuota } from '../../kube/generated/types.ts'
import { quantityOf, quantityText } from '../../kube/quantity.ts'
import type { ApiContext } from '../request.ts'
import { type Resource, resourceOf } from '../resource.ts'
import { kindCountedBy } from './names.ts'
import { add, type Totals } from './pod-amounts.ts'
import { isInScope, usageOf } from './usage.ts'

export type Amounts = Readonly<Record<string, Quantity>>

/** What clients read in the status of a quota. */
export interface Books {
  readonly hard: Amounts
  readonly used: Amounts
}

/** The objects that are counted: of the API server or of a cache. */
type Listing = Pick<ApiContext, 'list'>

/** Counts what is there now; names that nobody counts keep what was written before. */
export function countedBooks(quota: ResourceQuota, listing: Listing, nowMs: number): Books {
  const hard = quota.spec?.hard ?? {}
  const names = Object.keys(hard)
  const totals: Totals = new Map()
  const counted = new Set<string>()
  for (const resource of resourcesOf(names, listing)) {
    for (const name of names) {
      if (counts(resource, name)) counted.add(name)
    }
    for (const object of listing.list(resource.key, quota.metadata.namespace)) {
      if (!isInScope(quota, resource, object)) continue
      for (const [name, amount] of usageOf(resource, object, nowMs)) add(totals, name, amount)
    }
  }
  const used: Record<string, Quantity> = {}
  for (const name of names) {
    const before = quota.status?.used?.[name]
    if (counted.has(name)) used[name] = quantityText(totals.get(name) ?? zero)
    else if (before !== undefined) used[name] = before
  }
  return { hard, used }
}

const zero = quantityOf(0)

/** Whether objects of the resource count for the name. */
function counts(resource: Resource, name: string): boolean {
  return kindCountedBy(name) === resource.key || name === `count/${resource.qualified}`
}

/** The resources that names of a quota count, each once. */
export function resourcesOf(names: readonly string[], listing: Listing): readonly Resource[] {
  const found = new Map<string, Resource>()
  for (const name of names) {
    const key = kindCountedBy(name) ?? customKind(name, listing)
    if (key !== undefined) found.set(key, resourceOf(listing, key, true))
  }
  return [...found.values()]
}

interface Definition {
  readonly spec?: {
    readonly group?: string
    readonly names?: { readonly kind?: string; readonly plural?: string }
  }
}

/** The kind that `count/<plural>.<group>` counts, if it is a defined one. */
function customKind(name: string, listing: Listing): string | undefined {
  if (!name.startsWith('count/')) return undefined
  const wanted = name.slice('count/'.length)
  const definitions = listing.list('CustomResourceDefinition') as readonly Definition[]
  const found = definitions.find(
    ({ spec }) => `${spec?.names?.plural}.${spec?.group}` === wanted,
  )?.spec
  return found === undefined ? undefined : `${found.names?.kind}.${found.group}`
}
