// Which changes make the garbage collector look at which objects.
// Upstream: pkg/controller/garbagecollector/graph_builder.go (processGraphChanges), v1.36.3.

import type { KubeObject } from '../../kube/object.ts'
import type { Lister, ObjectChange, Watch } from '../framework.ts'
import {
  collectedKinds,
  dependentsOf,
  hasFinalizer,
  isDeletingDependents,
  itemKey,
  itemOf,
  orphanFinalizer,
  ownerItem,
} from './graph.ts'

function ownersOf(object: KubeObject) {
  return object.metadata.ownerReferences ?? []
}

/** Owners in foreground deletion that this object held up until now. */
function waitingOwners(lister: Lister, object: KubeObject): string[] {
  const keys: string[] = []
  for (const owner of ownersOf(object)) {
    const item = ownerItem(object, owner)
    const found = lister.get(item.kind, item.key)
    if (found?.metadata.uid === owner.uid && isDeletingDependents(found)) keys.push(itemKey(item))
  }
  return keys
}

function removed(kind: string, object: KubeObject, lister: Lister): readonly string[] {
  const dependents = dependentsOf(lister, itemOf(kind, object).uid)
  return [...dependents.map(({ item }) => itemKey(item)), ...waitingOwners(lister, object)]
}

/** The start of a deletion that waits for dependents, or that lets them go. */
function transition(kind: string, object: KubeObject, lister: Lister): readonly string[] {
  const item = itemOf(kind, object)
  if (hasFinalizer(object, orphanFinalizer)) return [itemKey(item)]
  if (!isDeletingDependents(object)) return []
  return [...dependentsOf(lister, item.uid).map(({ item: one }) => itemKey(one)), itemKey(item)]
}

function added(kind: string, object: KubeObject, lister: Lister): readonly string[] {
  const { deletionTimestamp } = object.metadata
  const keys = deletionTimestamp === undefined ? [] : transition(kind, object, lister)
  const absent = ownersOf(object).some(owner => {
    const item = ownerItem(object, owner)
    return lister.get(item.kind, item.key)?.metadata.uid !== owner.uid
  })
  const own = itemKey(itemOf(kind, object))
  return absent && !keys.includes(own) ? [...keys, own] : keys
}

function updated(
  kind: string,
  before: KubeObject,
  after: KubeObject,
  lister: Lister,
): readonly string[] {
  const keys: string[] = []
  if (before.metadata.ownerReferences !== after.metadata.ownerReferences) {
    keys.push(...added(kind, after, lister), ...waitingOwners(lister, before))
  }
  const startsDeleting =
    after.metadata.deletionTimestamp !== undefined &&
    (before.metadata.deletionTimestamp === undefined ||
      before.metadata.finalizers !== after.metadata.finalizers)
  if (startsDeleting) keys.push(...transition(kind, after, lister))
  return keys
}

function keysOf({ kind, before, after }: ObjectChange, lister: Lister): readonly string[] {
  if (before === undefined) return after === undefined ? [] : added(kind, after, lister)
  if (after === undefined) return removed(kind, before, lister)
  if (before.metadata.uid === after.metadata.uid) return updated(kind, before, after, lister)
  return [...removed(kind, before, lister), ...added(kind, after, lister)]
}

export const watches: readonly Watch[] = collectedKinds.map(kind => ({
  kind,
  keys: (change, { lister }) => keysOf(change, lister),
}))
