// Which changes wake which DaemonSets, and what they tell about awaited pods.
// Upstream: pkg/controller/daemon/daemon_controller.go (event handlers, syncNodeUpdate), v1.36.3.

import type { ControllerRevision, DaemonSet, Node, Pod } from '../../kube/generated/types.ts'
import { selectorMatches } from '../../kube/label-selector.ts'
import { controllerOf, keyFrom, keyOf, type KubeObject } from '../../kube/object.ts'
import { isPodReady } from '../../kube/pod.ts'
import { sameValue } from '../equality.ts'
import { expectationsKey } from '../expectations.ts'
import type { Lister, ObjectChange, Watch, WatchContext } from '../framework.ts'
import { controllerKey } from '../owners.ts'
import { observeCount } from '../plain-expectations.ts'
import { placementOn } from './placement.ts'

/** DaemonSets whose selector matches an object without a controller. */
function matching(lister: Lister, { metadata }: KubeObject): readonly string[] {
  if (Object.keys(metadata.labels ?? {}).length === 0) return []
  return lister
    .list<DaemonSet>('DaemonSet', metadata.namespace)
    .filter(
      ({ spec }) =>
        !sameValue(spec?.selector, {}) && selectorMatches(spec?.selector, metadata.labels),
    )
    .map(found => keyOf(found.metadata))
}

function podDeleted(pod: Pod, { lister, memory }: WatchContext): readonly string[] {
  const key = controllerKey(lister, pod, 'DaemonSet')
  if (key === undefined) return []
  observeCount(memory, key, 'remove')
  return [key]
}

function podAdded(pod: Pod, context: WatchContext): readonly string[] {
  if (pod.metadata.deletionTimestamp !== undefined) return podDeleted(pod, context)
  if (controllerOf(pod.metadata) === undefined) return matching(context.lister, pod)
  const key = controllerKey(context.lister, pod, 'DaemonSet')
  if (key === undefined) return []
  observeCount(context.memory, key, 'add')
  return [key]
}

function podUpdated(before: Pod, after: Pod, context: WatchContext): readonly string[] {
  if (after.metadata.deletionTimestamp !== undefined) return podDeleted(after, context)
  const { lister } = context
  const owner = controllerOf(after.metadata)
  const ownerChanged = !sameValue(owner, controllerOf(before.metadata))
  const formerKey = ownerChanged ? controllerKey(lister, before, 'DaemonSet') : undefined
  const former = formerKey === undefined ? [] : [formerKey]
  if (owner === undefined) {
    const changed = ownerChanged || !sameValue(before.metadata.labels, after.metadata.labels)
    return changed ? [...former, ...matching(lister, after)] : former
  }
  const key = controllerKey(lister, after, 'DaemonSet')
  if (key === undefined) return former
  const seconds = lister.get<DaemonSet>('DaemonSet', key)?.spec?.minReadySeconds ?? 0
  if (seconds > 0 && !isPodReady(before) && isPodReady(after)) {
    // One second more, as upstream: times in objects are whole seconds.
    context.enqueueAfter(key, (seconds + 1) * 1000)
  }
  return [...former, key]
}

function keysOfPod({ before, after }: ObjectChange, context: WatchContext): readonly string[] {
  if (after === undefined) return before === undefined ? [] : podDeleted(before, context)
  if (before === undefined) return podAdded(after, context)
  return podUpdated(before, after, context)
}

function keysOfDaemonSet({ key, before, after }: ObjectChange, { memory }: WatchContext) {
  if (before !== undefined && after?.metadata.uid !== before.metadata.uid) {
    memory.delete(expectationsKey(key))
  }
  return [key]
}

function keysOfRevision({ before, after }: ObjectChange, { lister }: WatchContext) {
  const revision = (after ?? before) as ControllerRevision
  const key = controllerKey(lister, revision, 'DaemonSet')
  if (key !== undefined) return before === undefined ? [] : [key]
  const orphan = after !== undefined && controllerOf(after.metadata) === undefined
  return orphan ? matching(lister, revision) : []
}

/** DaemonSets that have to start or stop a pod on a node that is new or has changed. */
function keysOfNode({ before, after, key }: ObjectChange, { lister }: WatchContext) {
  if (after === undefined) return []
  const node = after as Node
  const old: Node | undefined = before
  const same =
    old !== undefined &&
    sameValue(old.metadata.labels, node.metadata.labels) &&
    sameValue(old.spec?.taints, node.spec?.taints)
  if (same) return []
  const owners = new Set(
    lister.onNode<Pod>(key).map(pod => {
      const owner = controllerOf(pod.metadata)
      return owner?.kind === 'DaemonSet' ? keyFrom(pod.metadata.namespace, owner.name) : ''
    }),
  )
  return lister
    .list<DaemonSet>('DaemonSet')
    .filter(daemonSet => {
      const { shouldRun, shouldContinue } = placementOn(daemonSet)(node)
      const scheduled = owners.has(keyOf(daemonSet.metadata))
      if (!scheduled) return shouldRun
      return !shouldContinue || (daemonSet.status?.numberMisscheduled ?? 0) > 0
    })
    .map(daemonSet => keyOf(daemonSet.metadata))
}

export const watches: readonly Watch[] = [
  { kind: 'DaemonSet', keys: keysOfDaemonSet },
  { kind: 'ControllerRevision', keys: keysOfRevision },
  { kind: 'Pod', owner: 'DaemonSet', keys: keysOfPod },
  { kind: 'Node', keys: keysOfNode },
]
