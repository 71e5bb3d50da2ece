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

/** ReplicaSets whose selector matches an orphaned pod. */
function matching(lister: Lister, { metadata }: Pod): readonly string[] {
  if (Object.keys(metadata.labels ?? {}).length === 0) return []
  return lister
    .list<ReplicaSet>('ReplicaSet', metadata.namespace)
    .filter(
      ({ spec }) =>
        !sameValue(spec?.selector, {}) && selectorMatches(spec?.selector, metadata.labels),
    )
    .map(found => keyOf(found.metadata))
}

function podDeleted(pod: Pod, { lister, memory }: WatchContext): readonly string[] {
  const key = controllerKey(lister, pod, 'ReplicaSet')
  if (key === undefined) return []
  observeDeletion(memory, key, keyOf(pod.metadata))
  return [key]
}

function podAdded(pod: Pod, context: WatchContext): readonly string[] {
  if (pod.metadata.deletionTimestamp !== undefined) return podDeleted(pod, context)
  if (controllerOf(pod.metadata) === undefined) return matching(context.lister, pod)
  const key = controllerKey(context.lister, pod, 'ReplicaSet')
  if (key === undefined) return []
  observeCreation(context.memory, key)
  return [key]
}

/** A pod that has become ready will be available minReadySeconds later. */
function planAvailabilityCheck(key: string, before: Pod, after: Pod, context: WatchContext): void {
  const seconds = context.lister.get<ReplicaSet>('ReplicaSet', key)?.spec?.minReadySeconds ?? 0
  if (seconds > 0 && !isPodReady(before) && isPodReady(after)) {
    context.enqueueAfter(key, seconds * 1000)
  }
}

function podUpdated(before: Pod, after: Pod, context: WatchContext): readonly string[] {
  const labelsChanged = !sameValue(before.metadata.labels, after.metadata.labels)
  if (after.metadata.deletionTimestamp !== undefined) {
    const keys = podDeleted(after, context)
    return labelsChanged ? [...keys, ...podDeleted(before, context)] : keys
  }
  const { lister } = context
  const controller = controllerOf(after.metadata)
  const controllerChanged = !sameValue(controller, controllerOf(before.metadata))
  const formerKey = controllerChanged ? controllerKey(lister, before, 'ReplicaSet') : undefined
  const former = formerKey === undefined ? [] : [formerKey]
  if (controller === undefined) {
    return labelsChanged || controllerChanged ? [...former, ...matching(lister, after)] : former
  }
  const key = controllerKey(lister, after, 'ReplicaSet')
  if (key === undefined) return former
  planAvailabilityCheck(key, before, after, context)
  return [...former, key]
}

function keysOfPod({ before, after }: ObjectChange, context: WatchContext): readonly string[] {
  if (after === undefined) return before === undefined ? [] : podDeleted(before as Pod, context)
  if (before === undefined) return podAdded(after as Pod, context)
  return podUpdated(before as Pod, after as Pod, context)
}

function keysOfReplicaSet({ key, before, after }: ObjectChange, { memory }: WatchContext) {
  // One of the same name that comes later starts without expectations.
  if (after?.metadata.uid !== before?.metadata.uid && before !== undefined) {
    memory.delete(expectationsKey(key))
  }
  return [key]
}

export const watches: readonly Watch[] = [
  { kind: 'ReplicaSet', keys: keysOfReplicaSet },
  { kind: 'Pod', owner: 'ReplicaSet', keys: keysOfPod },
]
