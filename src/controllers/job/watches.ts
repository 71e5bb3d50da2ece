// Which changes wake which Jobs. Changes of pods are taken together: a sync follows 1 s after the
// first of them. Upstream: pkg/controller/job/job_controller.go (event handlers), v1.36.3.

import type { Job, Pod } from '../../kube/generated/types.ts'
import { selectorMatches } from '../../kube/label-selector.ts'
import { controllerOf, keyOf } from '../../kube/object.ts'
import { sameValue } from '../equality.ts'
import { expectationsKey } from '../expectations.ts'
import type { Lister, ObjectChange, Watch, WatchContext } from '../framework.ts'
import { controllerKey } from '../owners.ts'
import { observeCount } from '../plain-expectations.ts'
import { hasFinalizer, isFinished } from './job-spec.ts'
import { memoryKeys } from './sync-state.ts'
import type { Removed } from './tracking.ts'

/** Before the key of a pod whose finalizer may have to go. */
export const orphanPrefix = 'orphan:'

const batchMs = 1000

/** Queues a Job for later, unless it is to wake before that anyway. */
function wakeLater(context: WatchContext, keys: readonly string[], delayMs = batchMs): void {
  const { memory, nowMs } = context
  for (const key of keys) {
    const planned = memory.get<number>(memoryKeys.wake(key))
    const atMs = nowMs + delayMs
    if (planned !== undefined && planned >= nowMs && planned <= atMs) continue
    memory.set(memoryKeys.wake(key), atMs)
    context.enqueueAfter(key, delayMs)
  }
}

function matching(lister: Lister, { metadata }: Pod): readonly string[] {
  return lister
    .list<Job>('Job', metadata.namespace)
    .filter(({ spec }) => selectorMatches(spec?.selector, metadata.labels))
    .map(found => keyOf(found.metadata))
}

function orphan(pod: Pod): readonly string[] {
  return hasFinalizer(pod) ? [orphanPrefix + keyOf(pod.metadata)] : []
}

function finalizerSeen(context: WatchContext, key: string, uid: string): void {
  const memory = memoryKeys.finalizers(key)
  const known = context.memory.get<Removed>(memory)
  if (known?.includes(uid) !== true) return
  context.memory.set(memory, known.filter(other => other !== uid) satisfies Removed)
}

function podDeleted(pod: Pod, context: WatchContext, final: boolean): readonly string[] {
  if (controllerOf(pod.metadata) === undefined) return orphan(pod)
  const key = controllerKey(context.lister, pod, 'Job')
  if (key === undefined) {
    return controllerOf(pod.metadata)?.kind === 'Job' ? orphan(pod) : []
  }
  const owner = context.lister.get<Job>('Job', key)
  if (owner === undefined || isFinished(owner)) return orphan(pod)
  observeCount(context.memory, key, 'remove')
  if (final || !hasFinalizer(pod)) finalizerSeen(context, key, pod.metadata.uid ?? '')
  wakeLater(context, [key])
  return []
}

function podAdded(pod: Pod, context: WatchContext): readonly string[] {
  if (pod.metadata.deletionTimestamp !== undefined) return podDeleted(pod, context, false)
  if (controllerOf(pod.metadata) === undefined) {
    wakeLater(context, matching(context.lister, pod))
    return orphan(pod)
  }
  const key = controllerKey(context.lister, pod, 'Job')
  if (key === undefined) return []
  observeCount(context.memory, key, 'add')
  wakeLater(context, [key])
  return []
}

function podUpdated(before: Pod, after: Pod, context: WatchContext): readonly string[] {
  if (after.metadata.deletionTimestamp !== undefined) return podDeleted(after, context, false)
  const owner = controllerOf(after.metadata)
  const ownerChanged = !sameValue(owner, controllerOf(before.metadata))
  const former = ownerChanged ? controllerKey(context.lister, before, 'Job') : undefined
  const gone = !hasFinalizer(after)
  const uid = after.metadata.uid ?? ''
  for (const key of [former, controllerKey(context.lister, after, 'Job')]) {
    if (key === undefined) continue
    if (gone) finalizerSeen(context, key, uid)
    wakeLater(context, [key])
  }
  if (owner !== undefined) return []
  if (ownerChanged || !sameValue(before.metadata.labels, after.metadata.labels)) {
    wakeLater(context, matching(context.lister, after))
  }
  return orphan(after)
}

function keysOfPod({ before, after }: ObjectChange, context: WatchContext): readonly string[] {
  if (after === undefined) {
    return before === undefined ? [] : podDeleted(before, context, true)
  }
  if (before === undefined) return podAdded(after, context)
  return podUpdated(before, after, context)
}

/** Pods that a finished or deleted Job leaves behind lose their finalizers. */
function leftBehind(job: Job, { lister }: WatchContext): readonly string[] {
  return lister
    .list<Pod>('Pod', job.metadata.namespace)
    .filter(pod => hasFinalizer(pod) && selectorMatches(job.spec?.selector, pod.metadata.labels))
    .map(pod => orphanPrefix + keyOf(pod.metadata))
}

function keysOfJob(change: ObjectChange, context: WatchContext): readonly string[] {
  const before: Job | undefined = change.before
  const after: Job | undefined = change.after
  if (after === undefined) {
    context.memory.delete(expectationsKey(change.key))
    context.memory.delete(memoryKeys.backoff(change.key))
    context.memory.delete(memoryKeys.finished(before?.metadata.uid ?? ''))
    return [change.key, ...(before === undefined ? [] : leftBehind(before, context))]
  }
  if (before === undefined) return [change.key]
  if (isFinished(after)) return leftBehind(after, context)
  if (after.metadata.generation !== before.metadata.generation) return [change.key]
  wakeLater(context, [change.key])
  return []
}

export const watches: readonly Watch[] = [
  { kind: 'Job', keys: keysOfJob },
  { kind: 'Pod', owner: 'Job', keys: keysOfPod },
]
