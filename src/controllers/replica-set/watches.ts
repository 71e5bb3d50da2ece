// Which changes wake which ReplicaSets, and what they tell about awaited pods.
// Upstream: pkg/controller/replicaset/replica_set.go (event handlers), v1.36.3.

import type { Pod, ReplicaSet } from '../../kube/generated/types.ts'
import { selectorMatches } from '../../kube/label-selector.ts'
import { controllerOf, keyOf } from '../../kube/object.ts'
import { isPodReady } from '../../kube/pod.ts'
import { sameValue } from '../equality.ts'
import { expectationsKey, observeCreation, observeDeletion } from '../expectations.ts'
import type { Lister, ObjectChange, Watch, WatchContext } from '../framework.ts'
import { controllerKey } from '../owners.ts'
import type { Replicated } from './replicated.ts'

/** Sets whose selector matches an orphaned pod. */
function matching(lister: Lister, { metadata }: Pod, of: Replicated): readonly string[] {
  if (Object.keys(metadata.labels ?? {}).length === 0) return []
  return lister
    .list(of.kind, metadata.namespace)
    .map(of.asSet)
    .filter(
      ({ spec }) =>
        !sameValue(spec?.selector, {}) && selectorMatches(spec?.selector, metadata.labels),
    )
    .map(found => keyOf(found.metadata))
}

function podDeleted(
  pod: Pod,
  { lister, memory }: WatchContext,
  { kind }: Replicated,
): readonly string[] {
  const key = controllerKey(lister, pod, kind)
  if (key === undefined) return []
  observeDeletion(memory, key, keyOf(pod.metadata))
  return [key]
}

function podAdded(pod: Pod, context: WatchContext, of: Replicated): readonly string[] {
  if (pod.metadata.deletionTimestamp !== undefined) return podDeleted(pod, context, of)
  if (controllerOf(pod.metadata) === undefined) return matching(context.lister, pod, of)
  const key = controllerKey(context.lister, pod, of.kind)
  if (key === undefined) return []
  observeCreation(context.memory, key)
  return [key]
}

interface PodUpdate {
  readonly before: Pod
  readonly after: Pod
  readonly of: Replicated
}

/** A pod that has become ready will be available minReadySeconds later. */
function planAvailabilityCheck(key: string, update: PodUpdate, context: WatchContext): void {
  const { before, after, of } = update
  const seconds = context.lister.get<ReplicaSet>(of.kind, key)?.spec?.minReadySeconds ?? 0
  if (seconds > 0 && !isPodReady(before) && isPodReady(after)) {
    context.enqueueAfter(key, seconds * 1000)
  }
}

function podUpdated(update: PodUpdate, context: WatchContext): readonly string[] {
  const { before, after, of } = update
  const labelsChanged = !sameValue(before.metadata.labels, after.metadata.labels)
  if (after.metadata.deletionTimestamp !== undefined) {
    const keys = podDeleted(after, context, of)
    return labelsChanged ? [...keys, ...podDeleted(before, context, of)] : keys
  }
  const { lister } = context
  const controller = controllerOf(after.metadata)
  const controllerChanged = !sameValue(controller, controllerOf(before.metadata))
  const formerKey = controllerChanged ? controllerKey(lister, before, of.kind) : undefined
  const former = formerKey === undefined ? [] : [formerKey]
  if (controller === undefined) {
    return labelsChanged || controllerChanged ? [...former, ...matching(lister, after, of)] : former
  }
  const key = controllerKey(lister, after, of.kind)
  if (key === undefined) return former
  planAvailabilityCheck(key, update, context)
  return [...former, key]
}

function keysOfPod(change: ObjectChange, context: WatchContext, of: Replicated): readonly string[] {
  const before: Pod | undefined = change.before
  const after: Pod | undefined = change.after
  if (after === undefined) return before === undefined ? [] : podDeleted(before, context, of)
  if (before === undefined) return podAdded(after, context, of)
  return podUpdated({ before, after, of }, context)
}

function keysOfReplicaSet({ key, before, after }: ObjectChange, { memory }: WatchContext) {
  // One of the same name that comes later starts without expectations.
  if (after?.metadata.uid !== before?.metadata.uid && before !== undefined) {
    memory.delete(expectationsKey(key))
  }
  return [key]
}

/** The watches of the controller that keeps objects of this kind. */
export function watchesOf(of: Replicated): readonly Watch[] {
  return [
    { kind: of.kind, keys: keysOfReplicaSet },
    { kind: 'Pod', owner: of.kind, keys: (change, context) => keysOfPod(change, context, of) },
  ]
}
