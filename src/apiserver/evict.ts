// POST pods/eviction: a deletion that asks the pod's disruption budget first.
// Upstream: pkg/registry/core/pod/storage/eviction.go, v1.36.3.

import type { Pod, PodDisruptionBudget } from '../kube/generated/types.ts'
import { selectorMatches } from '../kube/label-selector.ts'
import type { KubeObject } from '../kube/object.ts'
import { isPodReady } from '../kube/pod.ts'
import type { ApiStatus } from '../kube/status.ts'
import { formatTime } from '../kube/time.ts'
import { type AdmissionRequest, validate } from './admission.ts'
import { withCondition } from './conditions.ts'
import { deleteObject } from './delete.ts'
import { unmetPrecondition } from './deletion.ts'
import type { ApiContext, ApiResponse, DeleteOptions, Target } from './request.ts'
import { type Resource, resourceOf } from './resource.ts'
import { forbiddenRequest, notFound, plainFailure, refused, tooManyRequests } from './responses.ts'
import { admissionRequest, find, put, type Server } from './stored.ts'

const disruptedPodsMax = 2000
const refusalText = "Cannot evict pod as it would violate the pod's disruption budget."
const severalText =
  'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.'

/** Evicts a pod, charging its budget; the answer is the pod as it was deleted or marked. */
export function evict(server: Server, target: Target, options: DeleteOptions = {}): ApiResponse {
  const { context } = server
  const { resource, object } = find(context, target)
  if (object === undefined) return refused(notFound(resource, target.name))
  const pod = object as Pod
  const denial = validate(server.plugins, evictionRequest(resource, pod), context)
  if (denial !== undefined) return refused(denial)
  if (!ignoresBudgets(pod)) {
    const refusal = charge(context, pod)
    if (refusal !== undefined) return refused(refusal)
  }
  const response = markAndDelete(server, resource, { pod, options })
  // An eviction is created, so its answer says 201.
  return response.ok ? { ...response, code: 201 } : response
}

/** What admission sees: an Eviction that is created. */
function evictionRequest(resource: Resource, { metadata }: Pod): AdmissionRequest {
  const { name = '', namespace = '' } = metadata
  const object = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace } }
  const parts = { operation: 'create', object, old: undefined, subresource: 'eviction' } as const
  return admissionRequest(resource, parts)
}

/** Pods that run nothing yet, or nothing any more, disturb nobody. */
function ignoresBudgets({ metadata, status }: Pod): boolean {
  const phase = status?.phase
  return (
    phase === 'Succeeded' ||
    phase === 'Failed' ||
    phase === 'Pending' ||
    metadata.deletionTimestamp !== undefined
  )
}

/** Takes one disruption from the budget of the pod, or says why not. */
function charge(context: ApiContext, pod: Pod): ApiStatus | undefined {
  const budgets = budgetsOf(context, pod)
  const budget = budgets[0]
  if (budget === undefined) return undefined
  if (budgets.length > 1) return plainFailure(500, severalText)
  return unhealthyMayGo(pod, budget) ? undefined : decrement(context, pod, budget)
}

function budgetsOf(context: ApiContext, pod: Pod): readonly PodDisruptionBudget[] {
  const labels = pod.metadata.labels ?? {}
  const budgets = context.list('PodDisruptionBudget', pod.metadata.namespace)
  return (budgets as readonly PodDisruptionBudget[]).filter(budget =>
    selectorMatches(budget.spec?.selector, labels),
  )
}

/** An unready pod is not counted as healthy, so its going need not be charged. */
function unhealthyMayGo(pod: Pod, { spec, status }: PodDisruptionBudget): boolean {
  if (isPodReady(pod)) return false
  if (spec?.unhealthyPodEvictionPolicy === 'AlwaysAllow') return true
  const { currentHealthy = 0, desiredHealthy = 0 } = status ?? {}
  return currentHealthy >= desiredHealthy && desiredHealthy > 0
}

function decrement(
  context: ApiContext,
  pod: Pod,
  budget: PodDisruptionBudget,
): ApiStatus | undefined {
  const refusal = exhausted(context, budget)
  if (refusal !== undefined || budget.status === undefined) return refusal
  const disruptionsAllowed = budget.status.disruptionsAllowed - 1
  const now = formatTime(context.nowMs)
  const disruptedPods = { ...budget.status.disruptedPods, [pod.metadata.name ?? '']: now }
  const status = { ...budget.status, disruptionsAllowed, disruptedPods }
  const charged: PodDisruptionBudget = {
    ...budget,
    status: disruptionsAllowed === 0 ? withoutRoom(status, now) : status,
  }
  put(context, resourceOf(context, 'PodDisruptionBudget', true), charged)
  return undefined
}

type BudgetStatus = NonNullable<PodDisruptionBudget['status']>

/** The condition that no further disruption is allowed. */
function withoutRoom(status: BudgetStatus, now: string): BudgetStatus {
  const type = 'DisruptionAllowed'
  const conditions = status.conditions ?? []
  const index = conditions.findIndex(each => each.type === type)
  const before = conditions[index]
  const condition = {
    type,
    status: 'False',
    reason: 'InsufficientPods',
    message: '',
    ...(status.observedGeneration !== undefined && {
      observedGeneration: status.observedGeneration,
    }),
    lastTransitionTime: before?.status === 'False' ? before.lastTransitionTime : now,
  }
  const changed = index < 0 ? [...conditions, condition] : conditions.with(index, condition)
  return { ...status, conditions: changed }
}

function exhausted(context: ApiContext, budget: PodDisruptionBudget): ApiStatus | undefined {
  const name = budget.metadata.name ?? ''
  const status = budget.status
  if ((status?.observedGeneration ?? 0) < (budget.metadata.generation ?? 0)) {
    const message = `The disruption budget ${name} is still being processed by the server.`
    return tooManyRequests(refusalText, 10, [{ reason: 'DisruptionBudget', message }])
  }
  const allowed = status?.disruptionsAllowed ?? 0
  const known = resourceOf(context, 'PodDisruptionBudget', true)
  const singular = {
    ...known,
    plural: 'poddisruptionbudget',
    qualified: 'poddisruptionbudget.policy',
  }
  if (allowed < 0) return forbiddenRequest(singular, name, 'pdb disruptions allowed is negative')
  if (Object.keys(status?.disruptedPods ?? {}).length > disruptedPodsMax) {
    const why = 'DisruptedPods map too big - too many evictions not confirmed by PDB controller'
    return forbiddenRequest(singular, name, why)
  }
  if (allowed > 0) return undefined
  return tooManyRequests(refusalText, 0, [
    { reason: 'DisruptionBudget', message: noRoomText(name, status) },
  ])
}

function noRoomText(name: string, status: BudgetStatus | undefined): string {
  const { desiredHealthy = 0, currentHealthy = 0 } = status ?? {}
  const condition = status?.conditions?.find(each => each.type === 'DisruptionAllowed')
  const refuses = condition?.status === 'False' && condition.message !== ''
  const subject = `The disruption budget ${name}`
  if (refuses && condition.reason === 'SyncFailed') {
    const failed = 'does not allow evicting pods currently because it failed sync'
    return `${subject} ${failed}: ${condition.message}`
  }
  if (currentHealthy <= desiredHealthy) {
    return `${subject} needs ${desiredHealthy} healthy pods and has ${currentHealthy} currently`
  }
  const text = `${subject} does not allow evicting pods currently`
  return refuses ? `${text} (${condition.reason}): ${condition.message}` : text
}

/** The pod learns that it was evicted before it is deleted: two writes, as upstream. */
function markAndDelete(
  server: Server,
  resource: Resource,
  { pod, options }: { pod: Pod; options: DeleteOptions },
): ApiResponse {
  const refusal = unmetPrecondition(
    { ...resource, kind: 'Pod', groupKind: 'Pod' },
    { object: pod, options },
  )
  if (refusal !== undefined) return refused(refusal)
  const condition = {
    type: 'DisruptionTarget',
    status: 'True',
    reason: 'EvictionByEvictionAPI',
    message: 'Eviction API: evicting',
  }
  const conditions = withCondition(pod.status?.conditions, condition, server.context.nowMs)
  const marked: KubeObject = put(server.context, resource, {
    ...pod,
    status: { ...pod.status, conditions },
  })
  const { preconditions, ...rest } = options
  const uid = preconditions?.uid
  const kept = uid === undefined ? rest : { ...rest, preconditions: { uid } }
  return deleteObject(server, resource, { object: marked, options: kept })
}
