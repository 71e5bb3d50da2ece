// Which changes wake which StatefulSets.
// Upstream: pkg/controller/statefulset/stateful_set.go (event handlers), v1.36.3.

import type { Pod, StatefulSet } from '../../kube/generated/types.ts'
import { selectorMatches } from '../../kube/label-selector.ts'
import { controllerOf, keyOf } from '../../kube/object.ts'
import { isPodReady } from '../../kube/pod.ts'
import { sameValue } from '../equality.ts'
import type { Lister, ObjectChange, Watch, WatchContext } from '../framework.ts'
import { controllerKey } from '../owners.ts'

/** StatefulSets whose selector matches an orphaned pod. */
function matching(lister: Lister, { metadata }: Pod): readonly string[] {
  if (Object.keys(metadata.labels ?? {}).length === 0) return []
  return lister
    .list<StatefulSet>('StatefulSet', metadata.namespace)
    .filter(
      ({ spec }) =>
        !sameValue(spec?.selector, {}) && selectorMatches(spec?.selector, metadata.labels),
    )
    .map(found => keyOf(found.metadata))
}

function ownerKeys(lister: Lister, pod: Pod): readonly string[] {
  const key = controllerKey(lister, pod, 'StatefulSet')
  return key === undefined ? [] : [key]
}

function podAdded(pod: Pod, lister: Lister): readonly string[] {
  if (controllerOf(pod.metadata) !== undefined) return ownerKeys(lister, pod)
  return pod.metadata.deletionTimestamp === undefined ? matching(lister, pod) : []
}

function podUpdated(before: Pod, after: Pod, context: WatchContext): readonly string[] {
  const { lister } = context
  const controller = controllerOf(after.metadata)
  const controllerChanged = !sameValue(controller, controllerOf(before.metadata))
  const former = controllerChanged ? ownerKeys(lister, before) : []
  if (controller === undefined) {
    const labelsChanged = !sameValue(before.metadata.labels, after.metadata.labels)
    return labelsChanged || controllerChanged ? [...former, ...matching(lister, after)] : former
  }
  const [key] = ownerKeys(lister, after)
  if (key === undefined) return former
  const seconds = lister.get<StatefulSet>('StatefulSet', key)?.spec?.minReadySeconds ?? 0
  if (seconds > 0 && !isPodReady(before) && isPodReady(after)) {
    context.enqueueAfter(key, seconds * 1000)
  }
  return [...former, key]
}

function keysOfPod({ before, after }: ObjectChange, context: WatchContext): readonly string[] {
  if (after === undefined) {
    return before === undefined ? [] : ownerKeys(context.lister, before as Pod)
  }
  if (before === undefined) return podAdded(after as Pod, context.lister)
  return podUpdated(before as Pod, after as Pod, context)
}

export const watches: readonly Watch[] = [
  { kind: 'StatefulSet', keys: ({ key }) => [key] },
  { kind: 'Pod', owner: 'StatefulSet', keys: keysOfPod },
]
