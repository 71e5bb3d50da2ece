// The namespace controller: empties a namespace that is being deleted, then lets it go.
// Upstream: pkg/controller/namespace and its deletion package, v1.36.3.

import { compareStrings } from '../base/compare.ts'
import type { Namespace, NamespaceCondition, Pod } from '../kube/generated/types.ts'
import { kinds } from '../kube/kinds.ts'
import type { KubeObject } from '../kube/object.ts'
import { formatTime, parseTime } from '../kube/time.ts'
import { aggregateText, errorText, isConflict, isNotFound } from './failures.ts'
import { type Api, type Controller, done, type Part, type ReconcileResult } from './framework.ts'

/** Watchers of other API servers get this long to see the deletion before content goes. */
const gracePeriodMs = 5_000
/** How long objects with finalizers are assumed to stay. */
const finalizerEstimateSeconds = 15
const finalizer = 'kubernetes'

const otherKinds: readonly string[] = [...kinds.values()]
  .filter(({ key, namespaced }) => namespaced && key !== 'Binding' && key !== 'Pod')
  .map(({ key }) => key)

/** What is still there after deleting all objects of some kinds. */
interface Remains {
  estimateSeconds: number
  /** Pods are still there, so nothing else was asked to go yet. */
  podsRemain: boolean
  readonly byResource: Map<string, number>
  readonly byFinalizer: Map<string, number>
  readonly errors: string[]
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}

function* deleteAll(api: Api, kind: string, namespace: string, remains: Remains): Part<void> {
  const objects = yield* api.list<KubeObject>(kind, namespace)
  for (const object of objects) {
    const response = yield* api.delete(object, { propagationPolicy: 'Background' })
    if (!response.ok) {
      if (!isNotFound(response)) remains.errors.push(errorText(response))
      continue
    }
    const { name = '', finalizers = [] } = object.metadata
    const left = yield* api.getLive(kind, namespace, name)
    if (!left.ok) continue
    const known = kinds.get(kind)
    count(remains.byResource, `${known?.plural ?? kind}.${known?.group ?? ''}`)
    for (const one of finalizers) count(remains.byFinalizer, one)
    const estimate = finalizers.length > 0 ? finalizerEstimateSeconds : 0
    remains.estimateSeconds = Math.max(remains.estimateSeconds, estimate)
  }
}

/** The longest grace period of the pods that still run, while it has not passed. */
function podEstimate(pods: readonly Pod[], deletedAtMs: number, nowMs: number): number {
  let seconds = 0
  for (const { spec, status } of pods) {
    if (status?.phase === 'Succeeded' || status?.phase === 'Failed') continue
    seconds = Math.max(seconds, spec?.terminationGracePeriodSeconds ?? 0)
  }
  return nowMs - deletedAtMs >= seconds * 1000 ? 0 : seconds
}

/** Pods go first and alone, then all the rest; unordered, all go at once. */
function* deleteContent(api: Api, namespace: Namespace, isOrdered: boolean): Part<Remains> {
  const { name = '', deletionTimestamp = '' } = namespace.metadata
  const remains: Remains = {
    estimateSeconds: 0,
    podsRemain: false,
    byResource: new Map(),
    byFinalizer: new Map(),
    errors: [],
  }
  const pods = yield* api.list<Pod>('Pod', name)
  const estimate = podEstimate(pods, parseTime(deletionTimestamp), yield* api.now())
  yield* deleteAll(api, 'Pod', name, remains)
  // As long as something else is deleted with them, pods without finalizers are estimated too.
  if (!isOrdered && remains.byResource.size > 0) {
    remains.estimateSeconds = Math.max(remains.estimateSeconds, estimate)
  }
  if (isOrdered && remains.byResource.size > 0) {
    // Pods without finalizers that outlive their grace period are asked again like those with.
    const least = estimate === 0 ? finalizerEstimateSeconds : estimate
    remains.estimateSeconds = Math.max(remains.estimateSeconds, least)
    remains.podsRemain = true
    return remains
  }
  for (const kind of otherKinds) yield* deleteAll(api, kind, name, remains)
  return remains
}

interface Facts {
  readonly reason: string
  readonly message: string
}

const fine: Readonly<Record<string, Facts>> = {
  NamespaceDeletionDiscoveryFailure: {
    reason: 'ResourcesDiscovered',
    message: 'All resources successfully discovered',
  },
  NamespaceDeletionGroupVersionParsingFailure: {
    reason: 'ParsedGroupVersions',
    message: 'All legacy kube types successfully parsed',
  },
  NamespaceDeletionContentFailure: {
    reason: 'ContentDeleted',
    message: 'All content successfully deleted, may be waiting on finalization',
  },
  NamespaceContentRemaining: {
    reason: 'ContentRemoved',
    message: 'All content successfully removed',
  },
  NamespaceFinalizersRemaining: {
    reason: 'ContentHasNoFinalizers',
    message: 'All content-preserving finalizers finished',
  },
}

function listing(counts: ReadonlyMap<string, number>, verb: string): string {
  const lines = [...counts].map(([what, number]) => `${what} ${verb} ${number} resource instances`)
  return lines.sort(compareStrings).join(', ')
}

function troubles(remains: Remains): Readonly<Record<string, Facts>> {
  const { byResource, byFinalizer, errors, podsRemain } = remains
  const found: Record<string, Facts> = {}
  if (errors.length > 0) {
    const texts = [...errors].sort(compareStrings).join(', ')
    found['NamespaceDeletionContentFailure'] = {
      reason: 'ContentDeletionFailed',
      message: `Failed to delete all resource types, ${errors.length} remaining: ${texts}`,
    }
  }
  // As upstream, the counts are not told while pods remain.
  if (podsRemain) return found
  if (byResource.size > 0) {
    found['NamespaceContentRemaining'] = {
      reason: 'SomeResourcesRemain',
      message: `Some resources are remaining: ${listing(byResource, 'has')}`,
    }
  }
  if (byFinalizer.size > 0) {
    const finalizers = listing(byFinalizer, 'in')
    found['NamespaceFinalizersRemaining'] = {
      reason: 'SomeFinalizersRemain',
      message: `Some content in the namespace has finalizers remaining: ${finalizers}`,
    }
  }
  return found
}

/** The five conditions of a namespace in deletion; undefined when none of them changes. */
export function namespaceConditions(
  current: readonly NamespaceCondition[],
  remains: Remains,
  nowMs: number,
): readonly NamespaceCondition[] | undefined {
  const trouble = troubles(remains)
  let changed = false
  const next = [...current]
  for (const [type, good] of Object.entries(fine)) {
    const facts = trouble[type] ?? good
    const status = trouble[type] === undefined ? 'False' : 'True'
    const index = next.findIndex(condition => condition.type === type)
    const old = next[index]
    if (old?.status === status && old.reason === facts.reason && old.message === facts.message) {
      continue
    }
    changed = true
    const since = old?.status === status ? old.lastTransitionTime : undefined
    const lastTransitionTime = since ?? formatTime(nowMs)
    const condition: NamespaceCondition = { type, status, lastTransitionTime, ...facts }
    if (index < 0) next.push(condition)
    else next[index] = condition
  }
  return changed ? next : undefined
}

function* finalize(api: Api, namespace: Namespace): Part<ReconcileResult> {
  const finalizers = (namespace.spec?.finalizers ?? []).filter(other => other !== finalizer)
  const response = yield* api.finalize({
    ...namespace,
    spec: { ...namespace.spec, finalizers },
  })
  return response.ok || isNotFound(response) ? done : { error: errorText(response) }
}

function* setTerminating(api: Api, namespace: Namespace): Part<Namespace | undefined> {
  if (namespace.status?.phase === 'Terminating') return namespace
  const status = { ...namespace.status, phase: 'Terminating' }
  const response = yield* api.updateStatus({ ...namespace, status })
  return response.ok ? (response.object as Namespace) : undefined
}

function* empty(api: Api, found: Namespace, isOrdered: boolean): Part<ReconcileResult> {
  let namespace = yield* setTerminating(api, found)
  if (namespace === undefined) return { error: 'the phase of the namespace could not be set' }
  if ((namespace.spec?.finalizers ?? []).length === 0) return done
  const remains = yield* deleteContent(api, namespace, isOrdered)
  const nowMs = yield* api.now()
  const conditions = namespaceConditions(namespace.status?.conditions ?? [], remains, nowMs)
  if (conditions !== undefined) {
    const status = { ...namespace.status, conditions }
    const response = yield* api.updateStatus({ ...namespace, status })
    if (response.ok) namespace = response.object as Namespace
    else if (isConflict(response)) return { error: errorText(response) }
  }
  if (remains.errors.length > 0) return { error: aggregateText(remains.errors) }
  const { estimateSeconds } = remains
  if (estimateSeconds > 0) {
    return { requeueAfterMs: (Math.floor(estimateSeconds / 2) + 1) * 1000 }
  }
  return yield* finalize(api, namespace)
}

function* reconcile(key: string, api: Api, isOrdered: boolean): Part<ReconcileResult> {
  const live = yield* api.getLive('Namespace', undefined, key)
  if (!live.ok) return isNotFound(live) ? done : { error: errorText(live) }
  const namespace = live.object as Namespace
  if (namespace.metadata.deletionTimestamp === undefined) return done
  return yield* empty(api, namespace, isOrdered)
}

export const namespace = {
  name: 'namespace-controller',
  doc: 'Deletes everything in a namespace that is being deleted, pods first.',
  watches: [
    {
      kind: 'Namespace',
      keys: ({ key, after }, { enqueueAfter }) => {
        if (after?.metadata.deletionTimestamp !== undefined) enqueueAfter(key, gracePeriodMs)
        return []
      },
    },
  ],
  reconcile: (key, api) => reconcile(key, api, true),
} satisfies Controller

/** Before 1.33 (gate OrderedNamespaceDeletion) pods went together with all the rest. */
export const namespaceBefore133: Controller = {
  ...namespace,
  reconcile: (key, api) => reconcile(key, api, false),
}
