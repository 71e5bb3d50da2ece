// The resource quota controller: keeps the books of what the objects of a namespace use.
// Upstream: pkg/controller/resourcequota/resource_quota_controller.go and its monitor, v1.36.3.

import { type Books, countedBooks, resourcesOf } from '../apiserver/quota/books.ts'
import { kindCountedBy } from '../apiserver/quota/names.ts'
import { overdueAtMs } from '../apiserver/quota/usage.ts'
import type { PersistentVolumeClaim, Pod, ResourceQuota, Service } from '../kube/generated/types.ts'
import { kinds } from '../kube/kinds.ts'
import { keyOf } from '../kube/object.ts'
import { quantityOf } from '../kube/quantity.ts'
import { compareQuantities } from '../kube/quantity-math.ts'
import { sameValue } from './equality.ts'
import { errorText } from './failures.ts'
import { type Controller, done, type Lister, type ObjectChange, type Watch } from './framework.ts'

/** How often everything is counted again. */
const resyncMs = 300_000

type Amounts = Books['hard']

function sameAmounts(one: Amounts, other: Amounts): boolean {
  const names = Object.keys(one)
  return (
    names.length === Object.keys(other).length &&
    names.every(
      name =>
        other[name] !== undefined &&
        compareQuantities(quantityOf(one[name]), quantityOf(other[name])) === 0,
    )
  )
}

/** Changes after which objects may use less; what uses more is charged on admission. */
function frees({ kind, before, after }: ObjectChange): boolean {
  if (after === undefined) return true
  if (before === undefined) return false
  switch (kind) {
    case 'Pod':
      return !hasEnded(before) && hasEnded(after)
    case 'Service':
      return (before as Service).spec?.type !== (after as Service).spec?.type
    case 'PersistentVolumeClaim':
      return allocatedTo(before) !== allocatedTo(after)
    default:
      return false
  }
}

function hasEnded({ status }: Pod): boolean {
  return status?.phase === 'Failed' || status?.phase === 'Succeeded'
}

function allocatedTo({ status }: PersistentVolumeClaim): unknown {
  return status?.allocatedResources?.['storage']
}

/** The quotas that count objects of the kind. */
function countedBy({ kind, before, after }: ObjectChange, lister: Lister): readonly string[] {
  const quotas = lister.list<ResourceQuota>('ResourceQuota', (after ?? before)?.metadata.namespace)
  return quotas
    .filter(({ status }) => Object.keys(status?.hard ?? {}).some(n => kindCountedBy(n) === kind))
    .map(({ metadata }) => keyOf(metadata))
}

const counted: readonly Watch[] = [...kinds.values()]
  .filter(({ key, namespaced }) => namespaced && key !== 'Binding' && key !== 'ResourceQuota')
  .map(({ key }) => ({
    kind: key,
    keys: (change, { lister }) => (frees(change) ? countedBy(change, lister) : []),
  }))

function limitsChanged({ before, after }: ObjectChange): boolean {
  const [old, now] = [before as ResourceQuota | undefined, after as ResourceQuota | undefined]
  if (old === undefined || now === undefined) return now !== undefined
  return !sameValue(old.spec?.hard, now.spec?.hard)
}

/** Whether time alone may change the books, or what is not watched. */
function needsResync(quota: ResourceQuota, lister: Lister): boolean {
  const names = Object.keys(quota.spec?.hard ?? {})
  if (resourcesOf(names, lister).some(({ key }) => !kinds.has(key))) return true
  if (!names.some(name => kindCountedBy(name) === 'Pod')) return false
  return lister
    .list<Pod>('Pod', quota.metadata.namespace)
    .some(pod => overdueAtMs(pod) !== undefined)
}

export const resourceQuotaBooks = {
  name: 'resourcequota-controller',
  doc: 'Counts what the objects of a namespace use of its quotas.',
  watches: [
    {
      kind: 'ResourceQuota',
      keys: change => (limitsChanged(change) ? [change.key] : []),
    },
    ...counted,
  ],
  *reconcile(key, api) {
    const quota = yield* api.get<ResourceQuota>('ResourceQuota', key)
    if (quota === undefined) return done
    const nowMs = yield* api.now()
    const books = yield* api.read(lister => countedBooks(quota, lister, nowMs))
    const { hard, used } = quota.status ?? {}
    const isRight =
      hard !== undefined &&
      used !== undefined &&
      sameValue(hard, books.hard) &&
      sameAmounts(used, books.used)
    if (!isRight) {
      const answer = yield* api.updateStatus({ ...quota, status: { ...books } })
      if (!answer.ok) return { error: errorText(answer) }
    }
    const again = yield* api.read(lister => needsResync(quota, lister))
    return again ? { requeueAfterMs: resyncMs, standing: true } : done
  },
} satisfies Controller
