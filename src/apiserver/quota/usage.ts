// What objects count for in a quota, and which quotas they fall under. Upstream:
// pkg/quota/v1/evaluator/core/{pods,services,persistent_volume_claims}.go, v1.36.3.

import { qosClassOf } from '../qos.ts'
import type { Resource } from '../resource.ts'
import type {
  PersistentVolumeClaim,
  Pod,
  ResourceQuota,
  Service,
} from '../../kube/generated/types.ts'
import type { KubeObject } from '../../kube/object.ts'
import { type Quantity as Parsed, quantityOf } from '../../kube/quantity.ts'
import { compareQuantities } from '../../kube/quantity-math.ts'
import { parseTime } from '../../kube/time.ts'
import { add, podAmounts, type Totals } from './pod-amounts.ts'

/** Kinds that have a plain name in quotas besides `count/<resource>`. */
const plainNames: Readonly<Record<string, string>> = {
  ConfigMap: 'configmaps',
  PersistentVolumeClaim: 'persistentvolumeclaims',
  Pod: 'pods',
  ReplicationController: 'replicationcontrollers',
  ResourceQuota: 'resourcequotas',
  Secret: 'secrets',
  Service: 'services',
}

const one = quantityOf(1)

/** What the object uses up; `nowMs` tells which pods are past their grace period. */
export function usageOf(resource: Resource, object: KubeObject, nowMs = 0): Totals {
  const usage: Totals = new Map([[`count/${resource.qualified}`, one]])
  const plain = plainNames[resource.key]
  if (resource.key === 'Pod') return podUsage(usage, object as Pod, nowMs)
  if (plain !== undefined) usage.set(plain, one)
  if (resource.key === 'Service') serviceUsage(usage, object as Service)
  if (resource.key === 'PersistentVolumeClaim') claimUsage(usage, object as PersistentVolumeClaim)
  return usage
}

/** When a pod counts no more although it is still there: its node did not let it go in time. */
export function overdueAtMs({ metadata }: Pod): number | undefined {
  const { deletionTimestamp, deletionGracePeriodSeconds } = metadata
  if (deletionTimestamp === undefined || deletionGracePeriodSeconds === undefined) return undefined
  return parseTime(deletionTimestamp) + deletionGracePeriodSeconds * 1000
}

/** Whether a pod uses anything: those that ended or that are stuck only count as objects. */
export function usesAnything(pod: Pod, nowMs: number): boolean {
  const phase = pod.status?.phase
  if (phase === 'Failed' || phase === 'Succeeded') return false
  const overdueMs = overdueAtMs(pod)
  return overdueMs === undefined || nowMs <= overdueMs
}

function podUsage(usage: Totals, pod: Pod, nowMs: number): Totals {
  const { spec } = pod
  if (spec === undefined || !usesAnything(pod, nowMs)) return usage
  usage.set('pods', one)
  for (const [name, amount] of podAmounts(spec, 'requests')) {
    usage.set(`requests.${name}`, amount)
    if (standard.includes(name) || name.startsWith('hugepages-')) usage.set(name, amount)
  }
  for (const [name, amount] of podAmounts(spec, 'limits')) usage.set(`limits.${name}`, amount)
  return usage
}

const standard = ['cpu', 'memory', 'ephemeral-storage']

function serviceUsage(usage: Totals, { spec }: Service): void {
  const ports = quantityOf(spec?.ports?.length ?? 0)
  const balanced = spec?.type === 'LoadBalancer'
  if (balanced) usage.set('services.loadbalancers', one)
  const forwarded = balanced && spec.allocateLoadBalancerNodePorts !== false
  if (forwarded || spec?.type === 'NodePort') usage.set('services.nodeports', ports)
}

function claimUsage(usage: Totals, claim: PersistentVolumeClaim): void {
  const { spec } = claim
  const storage = storageOf(claim)
  const classed = spec?.storageClassName ?? ''
  const prefix = `${classed}.storageclass.storage.k8s.io/`
  if (classed !== '') add(usage, `${prefix}persistentvolumeclaims`, one)
  if (storage === undefined) return
  usage.set('requests.storage', storage)
  if (classed !== '') usage.set(`${prefix}requests.storage`, storage)
}

/** What is asked, or what is already allocated when that is more. */
function storageOf({ spec, status }: PersistentVolumeClaim): Parsed | undefined {
  const asked = spec?.resources?.requests?.['storage']
  const given = status?.allocatedResources?.['storage']
  if (asked === undefined) return undefined
  const [request, allocated] = [quantityOf(asked), quantityOf(given ?? 0)]
  return compareQuantities(allocated, request) > 0 ? allocated : request
}

/** Whether a quota with scopes looks at the object; without scopes it looks at all. */
export function isInScope(
  { spec }: ResourceQuota,
  resource: Resource,
  object: KubeObject,
): boolean {
  const scopes = spec?.scopes ?? []
  const expressions = spec?.scopeSelector?.matchExpressions ?? []
  if (scopes.length + expressions.length === 0) return true
  if (resource.key !== 'Pod') return false
  const pod = object as Pod
  return (
    scopes.every(scope => matchesScope(scope, pod)) &&
    expressions.every(({ scopeName, operator, values = [] }) =>
      scopeName === 'PriorityClass'
        ? matchesClass(pod.spec?.priorityClassName, operator, values)
        : matchesScope(scopeName, pod),
    )
  )
}

function matchesScope(scope: string, { spec }: Pod): boolean {
  const bounded = spec?.activeDeadlineSeconds !== undefined
  switch (scope) {
    case 'Terminating':
      return bounded
    case 'NotTerminating':
      return !bounded
    case 'BestEffort':
      return qosClassOf(spec) === 'BestEffort'
    case 'NotBestEffort':
      return qosClassOf(spec) !== 'BestEffort'
    case 'PriorityClass':
      return (spec?.priorityClassName ?? '') !== ''
    default:
      return false
  }
}

function matchesClass(
  name: string | undefined,
  operator: string,
  values: readonly string[],
): boolean {
  const known = name !== undefined && name !== ''
  switch (operator) {
    case 'In':
      return known && values.includes(name)
    case 'NotIn':
      return !known || !values.includes(name)
    case 'Exists':
      return known
    default:
      return !known
  }
}
