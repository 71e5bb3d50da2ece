// The garbage collector: objects go when the last of their owners has gone.
// Upstream: pkg/controller/garbagecollector/garbagecollector.go, v1.36.3.

import type { DeleteOptions } from '../../apiserver/request.ts'
import { kinds } from '../../kube/kinds.ts'
import { type KubeObject, type OwnerReference, splitKey } from '../../kube/object.ts'
import { sameValue } from '../equality.ts'
import { aggregateText, errorText, isConflict, isNotFound, type Refusal } from '../failures.ts'
import { type Api, type Controller, done, type Part, type ReconcileResult } from '../framework.ts'
import {
  blocks,
  type Dependent,
  dependentsOf,
  foregroundFinalizer,
  hasFinalizer,
  isDeletingDependents,
  type Item,
  orphanFinalizer,
  ownerItem,
  parseItem,
} from './graph.ts'
import { watches } from './watches.ts'

function* getLive(api: Api, { kind, key }: Item): Part<KubeObject | Refusal> {
  const { namespace, name } = splitKey(key)
  const response = yield* api.getLive(kind, namespace, name)
  return response.ok ? response.object : response
}

function isRefusal(found: KubeObject | Refusal): found is Refusal {
  return 'ok' in found && found['ok'] === false
}

type OwnerState = 'solid' | 'dangling' | 'waiting' | 'unknown'

/** A kind that is neither built in nor defined by a CustomResourceDefinition. */
function* isUnknownKind(api: Api, kind: string): Part<boolean> {
  if (kinds.has(kind)) return false
  const definitions = yield* api.list('CustomResourceDefinition')
  return !definitions.some(definition => {
    const spec = definition['spec'] as { group?: string; names?: { kind?: string } } | undefined
    return `${spec?.names?.kind}.${spec?.group}` === kind
  })
}

function* stateOf(api: Api, object: KubeObject, owner: OwnerReference): Part<OwnerState> {
  const item = ownerItem(object, owner)
  const found = yield* getLive(api, item)
  if (isRefusal(found)) {
    if (!isNotFound(found)) return 'unknown'
    return (yield* isUnknownKind(api, item.kind)) ? 'unknown' : 'dangling'
  }
  if (found.metadata.uid !== owner.uid) return 'dangling'
  return isDeletingDependents(found) ? 'waiting' : 'solid'
}

/** The patch that takes owners off `object`; an owner reference that is absent is no error. */
function* removeOwners(
  api: Api,
  object: KubeObject,
  uids: readonly string[],
): Part<string | undefined> {
  const ownerReferences = uids.map(uid => ({ $patch: 'delete', uid }))
  const patch = { metadata: { uid: object.metadata.uid, ownerReferences } }
  const response = yield* api.patch(object, 'strategic', patch)
  return response.ok || isNotFound(response) ? undefined : errorText(response)
}

function* removeFinalizer(api: Api, item: Item, finalizer: string): Part<string | undefined> {
  for (let attempt = 1; ; attempt++) {
    const found = yield* getLive(api, item)
    if (isRefusal(found)) return isNotFound(found) ? undefined : errorText(found)
    const { finalizers = [], resourceVersion } = found.metadata
    if (!finalizers.includes(finalizer)) return undefined
    const rest = finalizers.filter(other => other !== finalizer)
    const metadata = { resourceVersion, finalizers: rest.length === 0 ? null : rest }
    const response = yield* api.patch(found, 'merge', { metadata })
    if (response.ok || isNotFound(response)) return undefined
    if (!isConflict(response) || attempt === 4) return errorText(response)
  }
}

type Policy = NonNullable<DeleteOptions['propagationPolicy']>

function policyOf(object: KubeObject): Policy {
  if (hasFinalizer(object, orphanFinalizer)) return 'Orphan'
  return hasFinalizer(object, foregroundFinalizer) ? 'Foreground' : 'Background'
}

/** Deletes `object` unless its owners changed since it was read. */
function* deleteObject(
  api: Api,
  item: Item,
  object: KubeObject,
  propagationPolicy: Policy,
): Part<ReconcileResult> {
  const { uid = '', resourceVersion = '', ownerReferences } = object.metadata
  const strict = { propagationPolicy, preconditions: { uid, resourceVersion } }
  const response = yield* api.delete(object, strict)
  if (response.ok || isNotFound(response)) return done
  if (!isConflict(response)) return { error: errorText(response) }
  const live = yield* getLive(api, item)
  if (isRefusal(live)) return isNotFound(live) ? done : { error: errorText(response) }
  const { metadata } = live
  if (metadata.uid !== uid || !sameValue(metadata.ownerReferences, ownerReferences)) {
    return { error: errorText(response) }
  }
  const again = yield* api.delete(object, { propagationPolicy, preconditions: { uid } })
  return again.ok || isNotFound(again) ? done : { error: errorText(again) }
}

function* dependents(api: Api, uid: string): Part<readonly Dependent[]> {
  return yield* api.read(lister => dependentsOf(lister, uid))
}

/** Orphan: dependents lose their owner, then the owner goes. */
function* orphanDependents(api: Api, item: Item): Part<ReconcileResult> {
  const errors: string[] = []
  for (const { object } of yield* dependents(api, item.uid)) {
    const error = yield* removeOwners(api, object, [item.uid])
    if (error !== undefined) errors.push(error)
  }
  if (errors.length > 0) return { error: aggregateText(errors) }
  const error = yield* removeFinalizer(api, item, orphanFinalizer)
  return error === undefined ? done : { error }
}

/** Owner references that no longer block, for a ring of owners that wait for each other. */
function* unblockOwners(api: Api, object: KubeObject): Part<void> {
  const ownerReferences = (object.metadata.ownerReferences ?? []).map(owner => ({
    ...owner,
    blockOwnerDeletion: false,
  }))
  const patch = { metadata: { uid: object.metadata.uid, ownerReferences } }
  yield* api.patch(object, 'strategic', patch)
}

function* collect(api: Api, item: Item, object: KubeObject): Part<ReconcileResult> {
  const gone: string[] = []
  const waiting: string[] = []
  let solid = false
  for (const owner of object.metadata.ownerReferences ?? []) {
    const state = yield* stateOf(api, object, owner)
    // Upstream gives up on a kind that nobody serves, too.
    if (state === 'unknown') return done
    if (state === 'solid') solid = true
    else if (state === 'dangling') gone.push(owner.uid)
    else waiting.push(owner.uid)
  }
  if (solid) {
    if (gone.length + waiting.length === 0) return done
    const error = yield* removeOwners(api, object, [...gone, ...waiting])
    return error === undefined ? done : { error }
  }
  const below = waiting.length === 0 ? [] : yield* dependents(api, item.uid)
  if (below.length === 0) return yield* deleteObject(api, item, object, policyOf(object))
  if (below.some(dependent => isDeletingDependents(dependent.object))) {
    yield* unblockOwners(api, object)
    const live = yield* getLive(api, item)
    if (isRefusal(live)) return done
    return yield* deleteObject(api, item, live, 'Foreground')
  }
  return yield* deleteObject(api, item, object, 'Foreground')
}

/** Foreground: blocking dependents go first, and the owner when none of them is left. */
function* finishForeground(api: Api, item: Item): Part<ReconcileResult> {
  const all = yield* dependents(api, item.uid)
  const blocking = all.filter(dependent => blocks(dependent, item.uid))
  if (blocking.length === 0) {
    const error = yield* removeFinalizer(api, item, foregroundFinalizer)
    return error === undefined ? done : { error }
  }
  // Each of them that has gone wakes this item again.
  const errors: string[] = []
  for (const { item: dependent, object } of blocking) {
    if (object.metadata.deletionTimestamp !== undefined) continue
    const { error } = yield* collect(api, dependent, object)
    if (error !== undefined) errors.push(error)
  }
  return errors.length === 0 ? done : { error: aggregateText(errors) }
}

function* reconcile(key: string, api: Api): Part<ReconcileResult> {
  const item = parseItem(key)
  const object = yield* getLive(api, item)
  if (isRefusal(object)) return isNotFound(object) ? done : { error: errorText(object) }
  if (object.metadata.uid !== item.uid) return done
  if (object.metadata.deletionTimestamp !== undefined) {
    if (hasFinalizer(object, orphanFinalizer)) return yield* orphanDependents(api, item)
    if (hasFinalizer(object, foregroundFinalizer)) return yield* finishForeground(api, item)
    return done
  }
  if ((object.metadata.ownerReferences ?? []).length === 0) return done
  return yield* collect(api, item, object)
}

export const garbageCollector = {
  name: 'generic-garbage-collector',
  doc: 'Deletes objects whose owners are gone, in the background, foreground, or not at all.',
  watches,
  reconcile,
} satisfies Controller
