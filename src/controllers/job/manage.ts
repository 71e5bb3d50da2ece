// Creating and deleting the pods of a Job. Upstream: pkg/controller/job/job_controller.go
// (manageJob, deleteJobPods, deleteActivePods), v1.36.3.

import { activePodsOrder } from '../../kube/deletion-order.ts'
import type { Container, Job, Pod, PodTemplateSpec } from '../../kube/generated/types.ts'
import { isPodReady, isPodTerminating } from '../../kube/pod.ts'
import { errorText } from '../failures.ts'
import type { Api, Part } from '../framework.ts'
import { expectCounts, lowerCounts } from '../plain-expectations.ts'
import { createPod, deletePod, podFromTemplate, slowStartBatch } from '../pod-control.ts'
import { remainingForIndexMs, remainingMs } from './backoff.ts'
import { firstMissing, merged, withIndexes } from './indexes.ts'
import {
  completionIndex,
  hasFinalizer,
  hasLimitPerIndex,
  indexFailures,
  indexFailuresKey,
  indexIgnoredFailures,
  indexIgnoredFailuresKey,
  indexKey,
  isIndexed,
  isSuspended,
  matchFailurePolicy,
  replacesOnlyFailed,
  trackingFinalizer,
} from './job-spec.ts'
import type { Sync } from './sync-state.ts'

/** At most this many pods are created or deleted in one sync. */
const podsPerSyncMax = 500

export interface Managed {
  readonly active: number
  readonly error?: string
  /** When pods may be created whose creation was put off. */
  readonly retryAfterMs?: number
}

/** Deletes a pod; its error, and whether it is gone from the count of active pods. */
function* removePod(
  api: Api,
  job: Job,
  pod: Pod,
): Part<{ readonly error?: string; readonly notFound?: boolean }> {
  const { error, notFound } = yield* deletePod(api, job, pod)
  return {
    ...(error !== undefined && { error }),
    ...(notFound === true && { notFound }),
  }
}

/** Deletes all active pods of a Job that has ended; their finalizers stay until counted. */
export function* deleteActivePods(
  api: Api,
  sync: Sync,
): Part<{ readonly deleted: number; readonly ready: number; readonly error?: string }> {
  let deleted = 0
  let firstError: string | undefined
  for (const pod of sync.activePods) {
    const { error, notFound } = yield* removePod(api, sync.job, pod)
    if (error === undefined || notFound === true) deleted += 1
    else firstError ??= error
  }
  const ready = sync.activePods.filter(isPodReady).length
  return { deleted, ready, ...(firstError !== undefined && { error: firstError }) }
}

/** The patch that takes the tracking finalizer off a pod. */
export const removeFinalizerPatch = {
  metadata: { '$deleteFromPrimitiveList/finalizers': [trackingFinalizer] },
}

function* deletePods(api: Api, sync: Sync, pods: readonly Pod[]): Part<Managed> {
  yield* expectCounts(api, sync.key, { add: 0, remove: pods.length })
  let removed = 0
  let firstError: string | undefined
  for (const pod of pods) {
    if (hasFinalizer(pod)) {
      const answer = yield* api.patch(pod, 'strategic', removeFinalizerPatch)
      if (!answer.ok) {
        yield* lowerCounts(api, sync.key, { add: 0, remove: 1 })
        firstError ??= `removing completion finalizer: ${errorText(answer)}`
        continue
      }
    }
    const { error, notFound } = yield* removePod(api, sync.job, pod)
    if (error === undefined || notFound === true) removed += 1
    else firstError ??= error
    if (error !== undefined) yield* lowerCounts(api, sync.key, { add: 0, remove: 1 })
  }
  sync.terminating += removed
  sync.ready -= pods.filter(isPodReady).length
  const active = sync.activePods.length - removed
  return { active, ...(firstError !== undefined && { error: firstError }) }
}

function wantedActive({ job, succeeded, activePods }: Sync): number {
  const { completions, parallelism = 1 } = job.spec ?? {}
  if (completions === undefined || completions === null) {
    return succeeded > 0 ? activePods.length : parallelism
  }
  return Math.max(0, Math.min(completions - succeeded, parallelism))
}

/** Brings the number of active pods to what the Job wants. */
export function* manageJob(api: Api, sync: Sync): Part<Managed> {
  const { job, activePods } = sync
  const active = activePods.length
  if (isSuspended(job)) return yield* deletePods(api, sync, podsForRemoval(sync, active))
  const wanted = wantedActive(sync)
  const surplus = podsForRemoval(sync, Math.max(0, active - wanted)).slice(0, podsPerSyncMax)
  if (surplus.length > 0) return yield* deletePods(api, sync, surplus)
  const held = replacesOnlyFailed(job) ? sync.terminating : 0
  const missing = wanted - held - active
  return missing > 0 ? yield* createPods(api, sync, missing) : { active }
}

/** Pods to delete: of repeated or invalid indexes all that are too many, then the least useful. */
function podsForRemoval({ job, activePods }: Sync, atLeast: number): readonly Pod[] {
  const remove: Pod[] = []
  let left: readonly Pod[] = activePods
  if (isIndexed(job)) {
    const kept: Pod[] = []
    const byIndex = new Map<number, Pod[]>()
    for (const pod of activePods) {
      const index = completionIndex(pod)
      if (index === undefined || index >= (job.spec?.completions ?? 0)) remove.push(pod)
      else byIndex.set(index, [...(byIndex.get(index) ?? []), pod])
    }
    for (const index of [...byIndex.keys()].sort((a, b) => a - b)) {
      const sorted = activePodsOrder(byIndex.get(index) ?? [])
      remove.push(...sorted.slice(0, -1))
      kept.push(...sorted.slice(-1))
    }
    left = kept
  }
  if (remove.length >= atLeast) return remove
  return [...remove, ...activePodsOrder(left).slice(0, atLeast - remove.length)]
}

function* createPods(api: Api, sync: Sync, missing: number): Part<Managed> {
  const { job, nowMs } = sync
  const active = sync.activePods.length
  const perIndex = hasLimitPerIndex(job)
  const waitMs = perIndex ? 0 : remainingMs(sync.backoff, nowMs)
  if (waitMs > 0) return { active, retryAfterMs: waitMs }
  const wanted = Math.min(missing, podsPerSyncMax)
  let indexes: readonly number[] | undefined
  if (isIndexed(job)) {
    indexes = pendingIndexes(sync, wanted)
    if (perIndex) {
      const waits = indexes.map(index => remainingForIndexMs(sync.delayedByIndex.get(index), nowMs))
      const ready = indexes.filter((_, position) => waits[position] === 0)
      if (ready.length === 0 && waits.length > 0)
        return { active, retryAfterMs: Math.min(...waits) }
      indexes = ready
    }
  }
  return yield* createMany(api, sync, { count: indexes?.length ?? wanted, indexes })
}

function* createMany(
  api: Api,
  sync: Sync,
  { count, indexes }: { readonly count: number; readonly indexes: readonly number[] | undefined },
): Part<Managed> {
  const { job, key } = sync
  yield* expectCounts(api, key, { add: count, remove: 0 })
  const template = trackedTemplate(job)
  const { successes, error } = yield* slowStartBatch(count, function* (position) {
    const index = indexes?.[position]
    const pod =
      index === undefined ? podFromTemplate(template, job) : indexedPod(sync, template, index)
    const outcome = yield* createPod(api, job, pod)
    return outcome.namespaceTerminating === true ? undefined : outcome.error
  })
  if (successes < count) yield* lowerCounts(api, key, { add: count - successes, remove: 0 })
  const active = sync.activePods.length + successes
  return { active, ...(error !== undefined && { error }) }
}

function pendingIndexes(sync: Sync, count: number): readonly number[] {
  const indexesOf = (pods: readonly Pod[]): number[] =>
    pods.flatMap(pod => completionIndex(pod) ?? [])
  let taken = withIndexes(sync.succeededIndexes, indexesOf(sync.activePods))
  if (replacesOnlyFailed(sync.job)) {
    taken = withIndexes(taken, indexesOf(sync.pods.filter(isPodTerminating)))
  }
  if (sync.failedIndexes !== undefined) taken = merged(taken, sync.failedIndexes)
  return firstMissing(taken, count, sync.job.spec?.completions ?? 0)
}

function trackedTemplate(job: Job): PodTemplateSpec {
  const template = job.spec?.template ?? {}
  const finalizers = template.metadata?.finalizers ?? []
  const tracked = finalizers.includes(trackingFinalizer)
    ? finalizers
    : [...finalizers, trackingFinalizer]
  return { ...template, metadata: { ...template.metadata, finalizers: tracked } }
}

const generatedNameMax = 58

function indexedPod(sync: Sync, template: PodTemplateSpec, index: number): Pod {
  const { job } = sync
  const name = job.metadata.name ?? ''
  const annotations = {
    ...template.metadata?.annotations,
    [indexKey]: String(index),
    ...(hasLimitPerIndex(job) && failureCounts(sync, index)),
  }
  const labels = { ...template.metadata?.labels, [indexKey]: String(index) }
  const spec = template.spec ?? { containers: [] }
  const { initContainers } = spec
  const pod = podFromTemplate(
    {
      metadata: { ...template.metadata, annotations, labels },
      spec: {
        ...spec,
        ...(initContainers && { initContainers: initContainers.map(withIndexVariable) }),
        containers: spec.containers.map(withIndexVariable),
        hostname: `${name}-${index}`,
      },
    },
    job,
  )
  const suffix = `-${index}-`
  const generateName = name.slice(0, generatedNameMax - suffix.length) + suffix
  return { ...pod, metadata: { ...pod.metadata, generateName } }
}

const indexVariable = 'JOB_COMPLETION_INDEX'

function withIndexVariable(container: Container): Container {
  const env = container.env ?? []
  if (env.some(({ name }) => name === indexVariable)) return container
  const fieldRef = { fieldPath: `metadata.labels['${indexKey}']` }
  return { ...container, env: [...env, { name: indexVariable, valueFrom: { fieldRef } }] }
}

function failureCounts({ job, delayedByIndex }: Sync, index: number): Record<string, string> {
  const replaced = delayedByIndex.get(index)
  if (replaced === undefined) return { [indexFailuresKey]: '0' }
  const { counts } = matchFailurePolicy(job.spec?.podFailurePolicy, replaced)
  const failures = indexFailures(replaced) + (counts ? 1 : 0)
  const ignored = indexIgnoredFailures(replaced) + (counts ? 0 : 1)
  return {
    [indexFailuresKey]: String(failures),
    ...(ignored > 0 && { [indexIgnoredFailuresKey]: String(ignored) }),
  }
}
